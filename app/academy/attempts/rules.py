"""Draws, clocks, answers that fit, and from when on a learner sees what was right."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from uuid import UUID

from app.academy.models import QuestionType, ShowCorrectAnswers
from app.core.errors import FieldError

# For what was sent in time and came late (A-ASM-02, Z-99).
GRACE = timedelta(seconds=30)
CHOICES = frozenset({QuestionType.multiple_choice, QuestionType.multiple_select, QuestionType.true_false})


@dataclass(frozen=True, slots=True)
class Candidate:
    """An active question, in the order of its assessment."""

    question_id: UUID
    version: int
    answer_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Placed:
    """A question of a draw. `position` begins at 1."""

    question_id: UUID
    version: int
    position: int
    answer_order: tuple[str, ...]


def draw(
    pool: Sequence[Candidate],
    count: int | None,
    chance: Random,
    *,
    shuffle_questions: bool,
    shuffle_answers: bool,
) -> list[Placed]:
    """So many questions of the pool (null: all), in their order or in one of their own (A-ASM-04, A-ASM-05)."""
    drawn = list(pool)
    if count is not None and count < len(drawn):
        places = sorted(chance.sample(range(len(drawn)), count))
        drawn = [drawn[place] for place in places]
    if shuffle_questions:
        chance.shuffle(drawn)
    return [
        Placed(each.question_id, each.version, position, _ordered(each.answer_ids, chance, shuffle=shuffle_answers))
        for position, each in enumerate(drawn, start=1)
    ]


def _ordered(answer_ids: tuple[str, ...], chance: Random, *, shuffle: bool) -> tuple[str, ...]:
    return tuple(chance.sample(answer_ids, len(answer_ids))) if shuffle else answer_ids


@dataclass(frozen=True, slots=True)
class Tries:
    """All attempts of a learner at an assessment. `most` null: as many as they like."""

    used: int
    most: int | None
    is_under_way: bool
    has_passed: bool
    is_closed: bool

    @property
    def are_used_up(self) -> bool:
        return self.most is not None and self.used >= self.most


def opens_answers(rule: str, *, is_over: bool, tries: Tries) -> bool:
    """Whether a learner may see what was right in an attempt of theirs (A-ASM-06, Z-95, Z-97)."""
    match ShowCorrectAnswers(rule):
        case ShowCorrectAnswers.never:
            return False
        case ShowCorrectAnswers.after_submit:
            return is_over
        case ShowCorrectAnswers.after_passing:
            return is_over and tries.has_passed
        case ShowCorrectAnswers.after_all_attempts:
            no_more = tries.is_closed or tries.are_used_up or (tries.most is None and tries.has_passed)
            return is_over and no_more and not tries.is_under_way


@dataclass(frozen=True, slots=True)
class Saying:
    """What a client sends as an answer; all null takes an earlier one back."""

    selected_answer_ids: Sequence[str] | None
    text_response: str | None
    rating_value: int | None


def response_problems(
    kind: str, answer_ids: Collection[str], scale: tuple[int | None, int | None], said: Saying
) -> Iterator[FieldError]:
    """What of an answer does not fit its question."""
    fitting = _field_of(QuestionType(kind))
    for name in ("selected_answer_ids", "text_response", "rating_value"):
        if name != fitting and getattr(said, name) is not None:
            yield FieldError(f"/{name}", "not_of_this_type", f"This question is answered with {fitting}")
    chosen = said.selected_answer_ids
    if fitting == "selected_answer_ids" and chosen is not None:
        if not set(chosen) <= set(answer_ids) or len(set(chosen)) != len(chosen):
            yield FieldError("/selected_answer_ids", "unknown", "Name answers of this question, each once")
        elif kind != QuestionType.multiple_select and len(chosen) > 1:
            yield FieldError("/selected_answer_ids", "too_many", "This question has one answer")
    low, high = scale
    if (
        fitting == "rating_value"
        and said.rating_value is not None
        and not (low or 0) <= said.rating_value <= (high or 0)
    ):
        yield FieldError("/rating_value", "outside_scale", f"The scale goes from {low} to {high}")


def _field_of(kind: QuestionType) -> str:
    if kind in CHOICES:
        return "selected_answer_ids"
    return "rating_value" if kind is QuestionType.rating_scale else "text_response"
