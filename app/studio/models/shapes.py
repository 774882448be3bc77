"""The JSON documents of the studio as types: the seed leaves them open, these are what it means (Z-195).

They are the schemas that the API publishes, so each rule here is one that JSON Schema can say too: a client that
validates with any library comes to the same verdict. No text is stripped or converted, and a number is never a string.
Whether a document is complete is another question, asked when it goes to review: in a draft texts may be empty.
The CHECKs beside the columns hold hand-written SQL to their outlines.
"""

from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    StringConstraints,
)
from pydantic_core import CoreSchema, PydanticCustomError
from pydantic_core.core_schema import no_info_after_validator_function


def _without_nul(value: str) -> str:
    if "\x00" in value:
        raise PydanticCustomError("unusable_character", "Text may not contain NUL")
    return value


class _WithoutNul:
    """PostgreSQL keeps no NUL. Said to JSON Schema too, in words that every dialect of regular expressions knows."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return no_info_after_validator_function(_without_nul, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {**handler(schema), "not": {"pattern": "\\u0000"}}


WITHOUT_NUL = _WithoutNul()


def _whole(value: Any) -> Any:
    """JSON has one kind of number: 2.0 is an integer there."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


Line = Annotated[str, StringConstraints(max_length=2_000), WITHOUT_NUL]
Prose = Annotated[str, StringConstraints(max_length=20_000), WITHOUT_NUL]
Link = Annotated[str, StringConstraints(max_length=2_000, pattern=r"^https?://[^\x00]+$")]
Flag = Annotated[bool, Field(strict=True)]
Percentage = Annotated[float, Field(strict=True, ge=0, le=100)]
Weight = Annotated[float, Field(strict=True, ge=0, le=1_000)]
Points = Annotated[int, Field(strict=True, ge=0, le=1_000), BeforeValidator(_whole)]
Minutes = Annotated[int, Field(strict=True, ge=1, le=1_440), BeforeValidator(_whole)]


def _public_name(shape: type[BaseModel]) -> str:
    """What the OpenAPI document calls a shape that comes in; what goes out has schemas of its own."""
    return f"Studio{shape.__name__}Input"


class Shape(BaseModel):
    """A document, or a part of one: not changed in place, and nothing in it that is not named."""

    model_config = ConfigDict(frozen=True, extra="forbid", model_title_generator=_public_name)


class Source(Shape):
    """What an article leans on."""

    title: Line
    url: Link | None = None
    note: Line | None = None


class QuestionKind(StrEnum):
    """How a question of a quiz is answered: one option, several, or words of one's own."""

    single_choice = "single_choice"
    multiple_choice = "multiple_choice"
    open = "open"


class QuizOption(Shape):
    """One answer to choose, and what is said to whoever chose it."""

    text: Line
    is_correct: Flag
    feedback: Line | None = None


class QuizQuestion(Shape):
    """A question of a quiz. One with an open answer has no options."""

    kind: QuestionKind
    prompt: Line
    options: Annotated[tuple[QuizOption, ...], Field(max_length=20)] = ()
    explanation: Line | None = None
    points: Points = 1


class QuizSettings(Shape):
    """How a quiz is taken: `studio.quizzes.metadata`."""

    passing_percentage: Percentage | None = None
    time_limit_minutes: Minutes | None = None
    shuffles: Flag = False


class Character(Shape):
    """Somebody in a scenario, to be met or played."""

    name: Line
    description: Line | None = None


class Scenario(Shape):
    """The situation of an exercise, and who is in it."""

    situation: Prose
    learner_role: Line | None = None
    characters: Annotated[tuple[Character, ...], Field(max_length=20)] = ()


class LearningAnchor(Shape):
    """What of the session an exercise holds on to."""

    concept: Line
    reminder: Line | None = None


class AiMentor(Shape):
    """How the model behaves that accompanies an exercise."""

    persona: Line
    instructions: Prose
    opening: Prose | None = None
    hints: Annotated[tuple[Line, ...], Field(max_length=50)] = ()


class SuccessCriterion(Shape):
    """One thing that a good answer does."""

    criterion: Line
    weight: Weight | None = None


class Evaluation(Shape):
    """How an answer is judged, beside the success criteria."""

    instructions: Prose
    passing_percentage: Percentage | None = None


Sources = Annotated[list[Source], Field(max_length=200)]
Questions = Annotated[list[QuizQuestion], Field(max_length=200)]
SuccessCriteria = Annotated[list[SuccessCriterion], Field(max_length=50)]


class ExerciseDocument(Shape):
    """The documents of an exercise, as one."""

    ai_mentor: AiMentor
    scenario: Scenario | None = None
    learning_anchor: LearningAnchor | None = None
    success_criteria: SuccessCriteria | None = None
    evaluation: Evaluation | None = None


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
