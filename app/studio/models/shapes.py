"""The JSON documents of the studio as types: the seed leaves them open, these are what it means (Z-195).

They are the schemas that the API publishes; the CHECKs beside the columns hold hand-written SQL to their outlines.
"""

from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field


class Shape(BaseModel):
    """A document, or a part of one: not changed in place, and nothing in it that is not named."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Source(Shape):
    """What an article leans on."""

    title: str
    url: str | None = None
    note: str | None = None


class QuestionKind(StrEnum):
    """How a question of a quiz is answered: one option, several, or words of one's own."""

    single_choice = "single_choice"
    multiple_choice = "multiple_choice"
    open = "open"


class QuizOption(Shape):
    """One answer to choose, and what is said to whoever chose it."""

    text: str
    is_correct: bool
    feedback: str | None = None


class QuizQuestion(Shape):
    """A question of a quiz. One with an open answer has no options."""

    kind: QuestionKind
    prompt: str
    options: tuple[QuizOption, ...] = ()
    explanation: str | None = None
    points: int = Field(1, ge=0)


class QuizSettings(Shape):
    """How a quiz is taken: `studio.quizzes.metadata`."""

    passing_percentage: float | None = Field(None, ge=0, le=100)
    time_limit_minutes: int | None = Field(None, gt=0)
    shuffles: bool = False


class Character(Shape):
    """Somebody in a scenario, to be met or played."""

    name: str
    description: str | None = None


class Scenario(Shape):
    """The situation of an exercise, and who is in it."""

    situation: str
    learner_role: str | None = None
    characters: tuple[Character, ...] = ()


class LearningAnchor(Shape):
    """What of the session an exercise holds on to."""

    concept: str
    reminder: str | None = None


class AiMentor(Shape):
    """How the model behaves that accompanies an exercise."""

    persona: str
    instructions: str
    opening: str | None = None
    hints: tuple[str, ...] = ()


class SuccessCriterion(Shape):
    """One thing that a good answer does."""

    criterion: str
    weight: float | None = Field(None, ge=0)


class Evaluation(Shape):
    """How an answer is judged, beside the success criteria."""

    instructions: str
    passing_percentage: float | None = Field(None, ge=0, le=100)


class PublishedSessionLine(Shape):
    """A session in the outline of a published program, with the revision that belongs to it."""

    session_id: UUID
    revision: int
    number: str
    title: str


class PublishedChapter(Shape):
    """A chapter in the outline of a published program."""

    number: int
    title: str
    subtitle: str | None = None
    description: str | None = None
    sessions: tuple[PublishedSessionLine, ...] = ()


class PublishedProgram(Shape):
    """A program as it was published: its outline. The sessions' contents are in their own revisions."""

    name: str
    slug: str
    language: str
    description: str | None = None
    chapters: tuple[PublishedChapter, ...] = ()


class PublishedExercise(Shape):
    """An exercise as it was published."""

    exercise_type: str
    complexity: str
    title: str
    description: str
    ai_mentor: AiMentor
    scenario: Scenario | None = None
    learning_anchor: LearningAnchor | None = None
    success_criteria: tuple[SuccessCriterion, ...] = ()
    evaluation: Evaluation | None = None
    estimated_minutes: int


class PublishedSession(Shape):
    """A session as it was published, with its contents."""

    number: str
    title: str
    hook: str | None = None
    description: str | None = None
    wiifm: str | None = None
    learning_objectives: tuple[str, ...] = ()
    estimated_minutes: int
    article: str | None = None
    sources: tuple[Source, ...] = ()
    script: str | None = None
    questions: tuple[QuizQuestion, ...] = ()
    quiz_settings: QuizSettings | None = None
    exercise: PublishedExercise | None = None
