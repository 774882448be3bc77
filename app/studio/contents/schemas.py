"""Contents as the outside sees them. Texts may be empty as long as the content is a draft (Z-197)."""

from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints
from pydantic.config import JsonDict

from app.core.http.schema import Body, Identified, Instant, absent
from app.studio.documents.rules import EXERCISE, METADATA, QUESTIONS, SOURCES
from app.studio.documents.schemas import (
    StudioAiMentor,
    StudioEvaluation,
    StudioLearningAnchor,
    StudioQuizMetadata,
    StudioQuizQuestion,
    StudioScenario,
    StudioSource,
    StudioSuccessCriterion,
)
from app.studio.models import (
    AiMentor,
    Complexity,
    ContentStatus,
    Evaluation,
    ExerciseType,
    LearningAnchor,
    QuizSettings,
    Scenario,
)
from app.studio.models.shapes import WITHOUT_NUL, Minutes, Prose, Questions, Sources, SuccessCriteria

_WHOLE: JsonDict = {
    "id": "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8d01",
    "created_at": "2027-01-10T09:00:00Z",
    "updated_at": "2027-01-11T09:00:00Z",
    "session_id": "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8d00",
    "status": "draft",
    "created_by": "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8c01",
    "approved_by": None,
    "approved_at": None,
}
_ARTICLE: JsonDict = {"content": "Feedback is information that somebody can act on.", "sources": SOURCES}
_VIDEO: JsonDict = {"script": "Welcome. In the next three minutes you learn to say what you saw."}
_QUIZ: JsonDict = {"questions": QUESTIONS, "metadata": METADATA}
_EXERCISE: JsonDict = {
    "exercise_type": "ROLEPLAY",
    "complexity": "intermediate",
    "title": "The missed deadline",
    "description": "Give feedback to a colleague who was late again.",
    "estimated_minutes": 15,
    **EXERCISE,
}

# Room for a small book: what does not fit belongs into several sessions.
LongText = Annotated[str, StringConstraints(max_length=200_000), WITHOUT_NUL]
MaybeTitle = Annotated[str, StringConstraints(max_length=200), WITHOUT_NUL]


def _shown(fields: JsonDict, **more: str | int) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": [{**_WHOLE, **fields, **more}]})


def _sent(fields: JsonDict) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": [fields]})


class StudioContent(Identified):
    """What the four kinds have in common."""

    session_id: UUID
    status: ContentStatus
    created_by: UUID | None
    approved_by: UUID | None
    approved_at: Instant | None


class StudioArticle(StudioContent):
    """The article of a session. `word_count` is counted anew with every change (S-CNT-01)."""

    model_config = _shown(_ARTICLE, word_count=8)

    content: str
    word_count: int
    sources: list[StudioSource] | None


class StudioVideo(StudioContent):
    """The video of a session, as its script.

    `word_count` is counted anew with every change, and `estimated_duration` follows from it at 150 words a minute, as
    minutes and seconds (S-CNT-01).
    """

    model_config = _shown(_VIDEO, word_count=13, estimated_duration="0:05")

    script: str
    word_count: int
    estimated_duration: str


class StudioQuiz(StudioContent):
    """The quiz of a session."""

    model_config = _shown(_QUIZ)

    questions: list[StudioQuizQuestion]
    metadata: StudioQuizMetadata | None = Field(validation_alias="settings")


class StudioExercise(StudioContent):
    """The exercise of a session, which a model accompanies."""

    model_config = _shown(_EXERCISE)

    exercise_type: ExerciseType
    complexity: Complexity
    title: str
    description: str
    estimated_minutes: int
    ai_mentor: StudioAiMentor
    scenario: StudioScenario | None
    learning_anchor: StudioLearningAnchor | None
    success_criteria: list[StudioSuccessCriterion] | None
    evaluation: StudioEvaluation | None


class StudioArticleCreate(Body):
    """A new article. Its text may still be empty."""

    model_config = _sent(_ARTICLE)

    content: LongText
    sources: Sources | None = None


class StudioVideoCreate(Body):
    """A new video. Its script may still be empty."""

    model_config = _sent(_VIDEO)

    script: LongText


class StudioQuizCreate(Body):
    """A new quiz. It may still be without questions; a question fits the schema `quiz-questions`."""

    model_config = _sent(_QUIZ)

    questions: Questions
    metadata: QuizSettings | None = None


class StudioExerciseCreate(Body):
    """A new exercise. Texts may still be empty; the documents fit the schema `exercise`."""

    model_config = _sent(_EXERCISE)

    exercise_type: ExerciseType
    complexity: Complexity = Complexity.basic
    title: MaybeTitle
    description: Prose
    estimated_minutes: Minutes = 15
    ai_mentor: AiMentor
    scenario: Scenario | None = None
    learning_anchor: LearningAnchor | None = None
    success_criteria: SuccessCriteria | None = None
    evaluation: Evaluation | None = None


class StudioArticleUpdate(Body):
    """What may change. Sources may be null."""

    model_config = _sent({"content": "Feedback is information that somebody can act on, soon."})

    content: LongText = absent()
    sources: Sources | None = absent()


class StudioVideoUpdate(Body):
    """What may change; nothing of it may be null."""

    model_config = _sent({"script": "Welcome back."})

    script: LongText = absent()


class StudioQuizUpdate(Body):
    """What may change. Questions are replaced as a whole; metadata may be null."""

    model_config = _sent({"questions": QUESTIONS[1:]})

    questions: Questions = absent()
    metadata: QuizSettings | None = absent()


class StudioExerciseUpdate(Body):
    """What may change. A document is replaced as a whole; those that an exercise may be without may be null."""

    model_config = _sent({"complexity": "advanced", "title": "The deadline, again"})

    exercise_type: ExerciseType = absent()
    complexity: Complexity = absent()
    title: MaybeTitle = absent()
    description: Prose = absent()
    estimated_minutes: Minutes = absent()
    ai_mentor: AiMentor = absent()
    scenario: Scenario | None = absent()
    learning_anchor: LearningAnchor | None = absent()
    success_criteria: SuccessCriteria | None = absent()
    evaluation: Evaluation | None = absent()
