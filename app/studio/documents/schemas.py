"""Documents as the outside sees them. What comes in are the shapes themselves, called `Studio…Input` there."""

from enum import StrEnum

from app.core.http.schema import View
from app.studio.models.shapes import QuestionKind


class StudioSource(View):
    """What an article leans on."""

    title: str
    url: str | None
    note: str | None


class StudioQuizOption(View):
    """One answer to choose, and what is said to whoever chose it."""

    text: str
    is_correct: bool
    feedback: str | None


class StudioQuizQuestion(View):
    """A question of a quiz. One with an open answer has no options."""

    kind: QuestionKind
    prompt: str
    options: list[StudioQuizOption]
    explanation: str | None
    points: int


class StudioQuizMetadata(View):
    """How a quiz is taken."""

    passing_percentage: float | None
    time_limit_minutes: int | None
    shuffles: bool


class StudioCharacter(View):
    """Somebody in a scenario, to be met or played."""

    name: str
    description: str | None


class StudioScenario(View):
    """The situation of an exercise, and who is in it."""

    situation: str
    learner_role: str | None
    characters: list[StudioCharacter]


class StudioLearningAnchor(View):
    """What of the session an exercise holds on to."""

    concept: str
    reminder: str | None


class StudioAiMentor(View):
    """How the model behaves that accompanies an exercise."""

    persona: str
    instructions: str
    opening: str | None
    hints: list[str]


class StudioSuccessCriterion(View):
    """One thing that a good answer does."""

    criterion: str
    weight: float | None


class StudioEvaluation(View):
    """How an answer is judged, beside the success criteria."""

    instructions: str
    passing_percentage: float | None


class StudioSchemaName(StrEnum):
    """The documents whose schemas are published."""

    quiz_questions = "quiz-questions"
    quiz_metadata = "quiz-metadata"
    exercise = "exercise"
    article_sources = "article-sources"
