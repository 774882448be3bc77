"""What an answer is worth, and an attempt: pure rules for every type of question (A-ASM-07 to A-ASM-09)."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Protocol

from app.academy.models import AssessmentType, QuestionType, ReviewState
from app.academy.models.shapes import Answer

CENT = Decimal("0.01")
NOTHING = Decimal(0)
# Below this a model's grade is not even a proposal (A-ASM-09).
PROPOSES_FROM = 0.7
# Nobody passes or fails these (Z-98).
UNJUDGED = frozenset({AssessmentType.pre_course, AssessmentType.self_assessment})

_SPACES = re.compile(r"\s+")


class Asked(Protocol):
    """A question as grading looks at it: the version that was drawn."""

    question_type: str
    answers: list[Answer] | None
    accepted_answers: list[str]
    ai_grading_enabled: bool | None
    points: Decimal


class Said(Protocol):
    """What was answered; all null: nothing."""

    selected_answer_ids: list[str] | None
    text_response: str | None
    rating_value: int | None


@dataclass(frozen=True, slots=True)
class Grade:
    """What a response earned. `is_correct` null: there is no right and wrong, or nobody has said yet."""

    points: Decimal
    is_correct: bool | None
    review_state: ReviewState = ReviewState.none
    asks_model: bool = False


@dataclass(frozen=True, slots=True)
class Worth:
    """One question of a draw with what was earned."""

    question_type: str
    points_possible: Decimal
    points_earned: Decimal


@dataclass(frozen=True, slots=True)
class Result:
    """An attempt's outcome, rounded as it is stored; `passed` was decided before rounding (Z-107)."""

    points_earned: Decimal
    points_possible: Decimal
    score: Decimal | None
    passed: bool | None


def rounded(value: Decimal) -> Decimal:
    """Two decimals, a half goes up."""
    return value.quantize(CENT, rounding=ROUND_HALF_UP)


def grade(question: Asked, said: Said, *, partial_credit: bool) -> Grade:
    """What rules can say of an answer. A free answer that they cannot judge waits for a model or a person."""
    match QuestionType(question.question_type):
        case QuestionType.rating_scale:
            return Grade(NOTHING, None)
        case QuestionType.multiple_choice | QuestionType.true_false | QuestionType.multiple_select:
            chosen = frozenset(said.selected_answer_ids or ())
            return _choice(question, chosen, partial_credit=partial_credit)
        case QuestionType.short_answer if _is_accepted(question, said.text_response):
            return Grade(question.points, True)
        case _:
            return _free(question, said.text_response)


def _choice(question: Asked, chosen: frozenset[str], *, partial_credit: bool) -> Grade:
    right = frozenset(each.id for each in question.answers or () if each.is_correct)
    if chosen == right and right:
        return Grade(question.points, True)
    if partial_credit and question.question_type == QuestionType.multiple_select and right:
        # A wrong one takes back what a right one brought, so choosing everything brings nothing for nothing.
        share = Decimal(max(0, len(chosen & right) - len(chosen - right))) / len(right)
        return Grade(rounded(question.points * share), False)
    return Grade(NOTHING, False)


def _free(question: Asked, text: str | None) -> Grade:
    if not (text or "").strip():
        return Grade(NOTHING, False)
    return Grade(NOTHING, None, ReviewState.required, asks_model=bool(question.ai_grading_enabled))


def _is_accepted(question: Asked, text: str | None) -> bool:
    said = normalised(text or "")
    return bool(said) and said in {normalised(each) for each in question.accepted_answers}


def normalised(text: str) -> str:
    """A short answer without what does not matter: case, width, repeated spaces, punctuation around it (Z-101)."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return _SPACES.sub(" ", folded).strip(" .,;:!?\"'`´’‘“”()[]…")


def state_after_rules(graded: Grade, kind: str) -> ReviewState:
    """In a certification somebody looks at everything that was graded without a person (Z-104)."""
    if graded.review_state is ReviewState.none and kind == AssessmentType.certification:
        return ReviewState.flagged if graded.is_correct is not None else ReviewState.none
    return graded.review_state


def state_after_model(confidence: float, auto_grade_from: float, kind: str, *, wants_person: bool) -> ReviewState:
    """Where a model's grade goes: [0.9, 1] counts, [0.7, 0.9) is provisional, below a person grades (A-ASM-09).

    A question may ask for more than 0.9, a model for a person; a certification is never left to a machine alone.
    """
    if confidence < PROPOSES_FROM:
        return ReviewState.required
    if confidence < auto_grade_from or wants_person or kind == AssessmentType.certification:
        return ReviewState.flagged
    return ReviewState.none


def waits_for_person(states: Iterable[str]) -> bool:
    """Whether a person has to look at any of these responses (A-ASM-11)."""
    return any(state in {ReviewState.flagged, ReviewState.required} for state in states)


def result(worths: Iterable[Worth], kind: str, passing_score: Decimal) -> Result:
    """The outcome of an attempt; without anything to earn it has no score (A-ASM-08, Z-102)."""
    graded = [each for each in worths if each.question_type != QuestionType.rating_scale]
    earned = sum((each.points_earned for each in graded), NOTHING)
    possible = sum((each.points_possible for each in graded), NOTHING)
    if not possible:
        return Result(earned, possible, None, None)
    passed = None if kind in UNJUDGED else earned * 100 >= passing_score * possible
    return Result(earned, possible, rounded(earned * 100 / possible), passed)
