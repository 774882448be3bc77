"""What holds for content without asking anybody: which table a kind lives in, and when it is complete (Z-197)."""

from collections.abc import Callable, Iterator
from typing import Any

from app.core.errors import FieldError
from app.studio.models import Article, ContentType, Exercise, Quiz, QuizQuestion, Video
from app.studio.models.shapes import QuestionKind

AnyContent = Article | Video | Quiz | Exercise

TABLES: dict[ContentType, type[Article] | type[Video] | type[Quiz] | type[Exercise]] = {
    ContentType.article: Article,
    ContentType.video: Video,
    ContentType.quiz: Quiz,
    ContentType.exercise: Exercise,
}

# Where a field of the API is called otherwise than its column: every declarative class has a `metadata` of its own.
_COLUMNS = {"metadata": "settings"}


def column_of(name: str) -> str:
    """The attribute of the row that holds a field of the API."""
    return _COLUMNS.get(name, name)


def kind_of(content: AnyContent) -> ContentType:
    """Which of the four a row is."""
    return next(kind for kind, table in TABLES.items() if isinstance(content, table))


def missing(content: AnyContent) -> tuple[FieldError, ...]:
    """What a review would miss: empty texts, and questions that nobody can answer."""
    return tuple(_MISSING[type(content)](content))


def _empty(pointer: str, text: str, message: str) -> Iterator[FieldError]:
    if not text.strip():
        yield FieldError(pointer, "empty", message)


def _article(article: Article) -> Iterator[FieldError]:
    yield from _empty("/content", article.content, "The article has no text yet")


def _video(video: Video) -> Iterator[FieldError]:
    yield from _empty("/script", video.script, "The script has no text yet")


def _quiz(quiz: Quiz) -> Iterator[FieldError]:
    if not quiz.questions:
        yield FieldError("/questions", "empty", "The quiz has no question yet")
    for number, question in enumerate(quiz.questions):
        yield from _question(f"/questions/{number}", question)


def _question(pointer: str, question: QuizQuestion) -> Iterator[FieldError]:
    yield from _empty(f"{pointer}/prompt", question.prompt, "The question has no words yet")
    options = f"{pointer}/options"
    for number, option in enumerate(question.options):
        yield from _empty(f"{options}/{number}/text", option.text, "The option has no words yet")
    right = sum(option.is_correct for option in question.options)
    if question.kind is QuestionKind.open:
        if question.options:
            yield FieldError(options, "not_wanted", "An open question has no options")
    elif len(question.options) < 2:
        yield FieldError(options, "too_few", "There is nothing to choose from yet")
    elif question.kind is QuestionKind.single_choice and right != 1:
        yield FieldError(options, "one_correct", "Exactly one option has to be correct")
    elif not right:
        yield FieldError(options, "none_correct", "At least one option has to be correct")


def _exercise(exercise: Exercise) -> Iterator[FieldError]:
    yield from _empty("/title", exercise.title, "The exercise has no title yet")
    yield from _empty("/description", exercise.description, "The exercise has no description yet")
    yield from _empty("/ai_mentor/persona", exercise.ai_mentor.persona, "The mentor has no persona yet")
    yield from _empty("/ai_mentor/instructions", exercise.ai_mentor.instructions, "The mentor has no instructions yet")


_MISSING: dict[type[AnyContent], Callable[[Any], Iterator[FieldError]]] = {
    Article: _article,
    Video: _video,
    Quiz: _quiz,
    Exercise: _exercise,
}
