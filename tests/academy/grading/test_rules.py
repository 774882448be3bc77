"""What every type of question is worth, as tables."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest

from app.academy.grading.rules import (
    Grade,
    Worth,
    grade,
    normalised,
    result,
    state_after_model,
    state_after_rules,
    waits_for_person,
)
from app.academy.models import AssessmentType, ReviewState
from app.academy.models.shapes import Answer


@dataclass
class Question:
    """A question as grading looks at it: `right` of `letters` are right."""

    question_type: str
    points: Decimal = Decimal(10)
    letters: str = "abcd"
    right: str = "a"
    accepted_answers: list[str] = field(default_factory=list)
    ai_grading_enabled: bool | None = False

    answers: list[Answer] | None = None

    def __post_init__(self) -> None:
        self.answers = [Answer(id=each, text=each, is_correct=each in self.right) for each in self.letters]


@dataclass
class Said:
    """What was answered."""

    selected_answer_ids: list[str] | None = None
    text_response: str | None = None
    rating_value: int | None = None


def worth(question: Question, *, partial_credit: bool = False, **said: Any) -> tuple[float, bool | None, str, bool]:
    found = grade(question, Said(**said), partial_credit=partial_credit)
    return float(found.points), found.is_correct, found.review_state, found.asks_model


@pytest.mark.req("A-ASM-07")
@pytest.mark.parametrize("kind", ["multiple_choice", "true_false"])
@pytest.mark.parametrize("partial_credit", [False, True])
@pytest.mark.parametrize(
    ("chosen", "points", "is_correct"),
    [(["a"], 10, True), (["b"], 0, False), ([], 0, False), (None, 0, False), (["a", "b"], 0, False)],
)
def test_a_single_choice_is_right_or_wrong(
    kind: str, chosen: list[str] | None, points: float, *, is_correct: bool, partial_credit: bool
) -> None:
    found = worth(Question(kind), partial_credit=partial_credit, selected_answer_ids=chosen)
    assert found == (points, is_correct, "none", False)


@pytest.mark.req("A-ASM-07")
@pytest.mark.parametrize(
    ("chosen", "whole", "partial", "is_correct"),
    [
        ("acd", 10, 10, True),
        ("dca", 10, 10, True),
        ("ac", 0, 6.67, False),
        ("a", 0, 3.33, False),
        ("ab", 0, 0, False),
        ("acb", 0, 3.33, False),
        ("abcd", 0, 6.67, False),
        ("b", 0, 0, False),
        ("", 0, 0, False),
    ],
)
def test_a_multiple_select_is_the_exact_set_or_by_setting_a_share_of_it(
    chosen: str, whole: float, partial: float, *, is_correct: bool
) -> None:
    """A wrong one takes back what a right one brought (Z-100)."""
    question = Question("multiple_select", right="acd")
    assert worth(question, selected_answer_ids=list(chosen)) == (whole, is_correct, "none", False)
    assert worth(question, partial_credit=True, selected_answer_ids=list(chosen)) == (
        partial,
        is_correct,
        "none",
        False,
    )


@pytest.mark.req("A-ASM-07")
@pytest.mark.parametrize("by_model", [False, True])
@pytest.mark.parametrize(
    ("said", "points", "is_correct", "state"),
    [
        ("GPU", 10, True, "none"),
        ("  gpu.", 10, True, "none"),
        ("Graphics   Card!", 10, True, "none"),
        ("ＧＰＵ", 10, True, "none"),
        ("“gpu”", 10, True, "none"),
        ("a processor", 0, None, "required"),
        ("GPU and CPU", 0, None, "required"),
        ("", 0, False, "none"),
        ("  \n", 0, False, "none"),
        (None, 0, False, "none"),
    ],
)
def test_a_short_answer_is_matched_and_what_does_not_match_waits(
    said: str | None, points: float, state: str, *, is_correct: bool | None, by_model: bool
) -> None:
    """Matched, else a model if it may, else a person (Z-101)."""
    question = Question("short_answer", accepted_answers=["GPU", "graphics card"], ai_grading_enabled=by_model)
    expected = (points, is_correct, state, by_model and state == "required")
    assert worth(question, text_response=said) == expected


@pytest.mark.req("A-ASM-07")
@pytest.mark.parametrize("value", [1, 3, 5, None])
def test_a_rating_is_not_graded(value: int | None) -> None:
    assert worth(Question("rating_scale", points=Decimal(0)), rating_value=value) == (0, None, "none", False)


@pytest.mark.req("A-ASM-07")
@pytest.mark.parametrize("by_model", [False, True])
@pytest.mark.parametrize(("said", "waits"), [("An essay.", True), ("", False), (" ", False), (None, False)])
def test_an_essay_waits_for_a_model_or_a_person_unless_there_is_none(
    said: str | None, *, waits: bool, by_model: bool
) -> None:
    found = worth(Question("open_ended", ai_grading_enabled=by_model), text_response=said)
    assert found == ((0, None, "required", by_model) if waits else (0, False, "none", False))


@pytest.mark.parametrize(
    ("one", "other"),
    [("Straße", "STRASSE"), ("café", "cafe\u0301"), ("a  b\tc", "A B C"), ("(yes)", "yes"), ("no?!", "No")],
)
def test_what_does_not_matter_in_a_short_answer(one: str, other: str) -> None:
    assert normalised(one) == normalised(other)


# A model's confidence


@pytest.mark.req("A-ASM-09")
@pytest.mark.parametrize(
    ("confidence", "state"),
    [
        (0.0, "required"),
        (0.6999, "required"),
        (0.6999999999, "required"),
        (0.7, "flagged"),
        (0.8, "flagged"),
        (0.8999, "flagged"),
        (0.8999999999, "flagged"),
        (0.9, "none"),
        (0.95, "none"),
        (1.0, "none"),
    ],
)
def test_the_bands_of_confidence_have_sharp_ends(confidence: float, state: str) -> None:
    assert state_after_model(confidence, 0.9, AssessmentType.post_course, wants_person=False) == state


@pytest.mark.req("A-ASM-09")
@pytest.mark.parametrize(
    ("confidence", "threshold", "wants_person", "kind", "state"),
    [
        (0.94, 0.95, False, "post_course", "flagged"),
        (0.95, 0.95, False, "post_course", "none"),
        (0.6999, 0.95, False, "post_course", "required"),
        (1.0, 0.9, True, "post_course", "flagged"),
        (0.5, 0.9, True, "post_course", "required"),
        (1.0, 0.9, False, "certification", "flagged"),
        (0.6, 0.9, False, "certification", "required"),
    ],
)
def test_a_threshold_a_wish_or_a_certification_asks_for_a_person(
    confidence: float, threshold: float, kind: str, state: str, *, wants_person: bool
) -> None:
    assert state_after_model(confidence, threshold, kind, wants_person=wants_person) == state


@pytest.mark.parametrize(
    ("is_correct", "state", "kind", "after"),
    [
        (True, "none", "post_course", "none"),
        (True, "none", "certification", "flagged"),
        (False, "none", "certification", "flagged"),
        (None, "none", "certification", "none"),
        (None, "required", "certification", "required"),
    ],
)
def test_in_a_certification_a_person_looks_at_everything_that_counts(
    state: str, kind: str, after: str, *, is_correct: bool | None
) -> None:
    """No decision by a machine alone (Z-104)."""
    graded = Grade(Decimal(1), is_correct, ReviewState(state))
    assert state_after_rules(graded, kind) == after


@pytest.mark.parametrize(
    ("states", "waits"), [([], False), (["none", "done"], False), (["flagged"], True), (["done", "required"], True)]
)
def test_what_waits_for_a_person(states: list[str], *, waits: bool) -> None:
    assert waits_for_person(states) is waits


# An attempt


@pytest.mark.req("A-ASM-08")
@pytest.mark.parametrize(
    ("worths", "kind", "passing", "score", "passed"),
    [
        ([("multiple_choice", 5, 5), ("open_ended", 15, 9)], "post_course", 70, 70.0, True),
        ([("multiple_choice", 3, 2)], "post_course", 66.67, 66.67, False),
        ([("multiple_choice", 3, 2)], "post_course", 66.66, 66.67, True),
        ([("multiple_choice", 20_000, 13_999)], "post_course", 70, 70.0, False),
        ([("multiple_choice", 5, 0)], "post_course", 0, 0.0, True),
        ([("multiple_choice", 5, 5), ("rating_scale", 0, 0)], "post_course", 100, 100.0, True),
        ([("multiple_choice", 5, 5)], "pre_course", 0, 100.0, None),
        ([("multiple_choice", 5, 0)], "self_assessment", 50, 0.0, None),
        ([("rating_scale", 0, 0)], "post_course", 0, None, None),
        ([], "post_course", 0, None, None),
    ],
)
def test_a_score_is_what_was_earned_of_what_could_be_and_is_compared_before_it_is_rounded(
    worths: list[tuple[str, int, int]], kind: str, passing: float, score: float | None, *, passed: bool | None
) -> None:
    """13 999 of 20 000 is stored as 70.00 and is not 70 (Z-107)."""
    found = result(
        (Worth(each, Decimal(possible), Decimal(earned)) for each, possible, earned in worths),
        kind,
        Decimal(str(passing)),
    )
    assert (None if found.score is None else float(found.score)) == score
    assert found.passed is passed
