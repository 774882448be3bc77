"""Which parts a question of each type has (A-ASM-07)."""

from collections.abc import Iterator
from typing import Any

from app.academy.models import QuestionType
from app.core.errors import FieldError

CHOICES = frozenset({QuestionType.multiple_choice, QuestionType.multiple_select, QuestionType.true_false})
FREE = frozenset({QuestionType.short_answer, QuestionType.open_ended})


def problems(question: Any) -> Iterator[FieldError]:
    """What does not fit the type of a question (anything with its content)."""
    kind = QuestionType(question.question_type)
    yield from _answer_problems(kind, question.answers)
    yield from _scale_problems(kind, question)
    if kind is not QuestionType.short_answer and question.accepted_answers:
        yield FieldError("/accepted_answers", "not_of_this_type", "Only a short answer has accepted answers")
    if kind not in FREE:
        for name in ("sample_answer", "rubric"):
            if getattr(question, name):
                yield FieldError(f"/{name}", "not_of_this_type", "Only a free answer has this")
        if question.ai_grading_enabled:
            yield FieldError("/ai_grading_enabled", "not_of_this_type", "Only a free answer is graded by a model")
    yield from _rubric_problems(question.rubric)
    if kind is QuestionType.rating_scale and question.points:
        yield FieldError("/points", "not_graded", "A rating is not graded: it brings no points")


def _answer_problems(kind: QuestionType, answers: Any) -> Iterator[FieldError]:
    if kind not in CHOICES:
        if answers is not None:
            yield FieldError("/answers", "not_of_this_type", "Only a choice has answers")
        return
    answers = answers or []
    right = sum(each.is_correct for each in answers)
    if kind is QuestionType.true_false and len(answers) != 2:
        yield FieldError("/answers", "two_answers", "True or false has two answers")
    elif len(answers) < 2:
        yield FieldError("/answers", "too_few_answers", "A choice has two answers at least")
    if kind is QuestionType.multiple_select and not right:
        yield FieldError("/answers", "none_correct", "At least one answer has to be right")
    if kind is not QuestionType.multiple_select and right != 1:
        yield FieldError("/answers", "one_correct", "Exactly one answer has to be right")
    if len({each.id for each in answers}) != len(answers):
        yield FieldError("/answers", "repeated", "Each answer needs an id of its own")


def _scale_problems(kind: QuestionType, question: Any) -> Iterator[FieldError]:
    if kind is QuestionType.rating_scale:
        if question.scale_max is None:
            yield FieldError("/scale_max", "missing", "A rating scale ends at 5 or 10")
        return
    if question.scale_max is not None:
        yield FieldError("/scale_max", "not_of_this_type", "Only a rating scale has ends")
    if question.scale_labels is not None:
        yield FieldError("/scale_labels", "not_of_this_type", "Only a rating scale has labels")


def _rubric_problems(rubric: Any) -> Iterator[FieldError]:
    if rubric is not None and len({each.id for each in rubric}) != len(rubric):
        yield FieldError("/rubric", "repeated", "Each criterion needs an id of its own")
