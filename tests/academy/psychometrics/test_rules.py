"""Item statistics and alpha: as SciPy and pingouin have them, and undefined ones."""

from typing import Any
from uuid import UUID

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from app.academy.psychometrics import numerics, rules
from app.academy.psychometrics.rules import Asked, Item, Matching, Scores, Statistic, Undefined
from app.core.ids import new_id

Floats = NDArray[np.float64]
SHAPES = [(30, 5, False), (200, 20, False), (60, 10, True), (12, 3, True)]


def exactly(value: Any) -> Any:
    return pytest.approx(value, abs=1e-9, rel=0)


def made_up(people: int, questions: int, *, partial: bool = False) -> Floats:
    """What people of different ability earn at questions of different difficulty (Rasch), a point each."""
    chance = np.random.default_rng([people, questions, partial])
    ability, hardness = chance.normal(0, 1, (people, 1)), chance.normal(0, 1, (1, questions))
    likely = 1 / (1 + np.exp(hardness - ability))
    earned = np.round(likely + chance.normal(0, 0.2, likely.shape), 2).clip(0, 1) if partial else None
    return earned if earned is not None else (chance.random(likely.shape) < likely).astype(float)


def with_gaps(earned: Floats, drawn: int) -> Floats:
    """The same, where everybody drew only some of the questions."""
    chance = np.random.default_rng(len(earned))
    gaps = earned.copy()
    for row in gaps:
        row[chance.permutation(len(row))[drawn:]] = np.nan
    return gaps


def points(earned: Floats) -> Floats:
    return np.where(np.isnan(earned), np.nan, 1.0)


# Questions


@pytest.mark.parametrize(("people", "questions", "partial"), SHAPES)
def test_difficulty_and_discrimination_are_those_of_scipy(people: int, questions: int, *, partial: bool) -> None:
    from scipy import stats

    earned = made_up(people, questions, partial=partial)
    whole = earned.sum(axis=1)
    for column, item in enumerate(numerics.items(earned, points(earned))):
        mine = earned[:, column]
        correlation = stats.pearsonr if partial else stats.pointbiserialr
        assert item.n == people
        assert item.difficulty.value == exactly(float(stats.tmean(mine)))
        assert item.point_biserial_uncorrected.value == exactly(correlation(mine, whole)[0])
        assert item.point_biserial_corrected.value == exactly(correlation(mine, whole - mine)[0])


def test_where_draws_differ_scores_are_shares_of_what_was_drawn() -> None:
    from scipy import stats

    earned = with_gaps(made_up(80, 12), drawn=8)
    for column, item in enumerate(numerics.items(earned, points(earned))):
        met = ~np.isnan(earned[:, column])
        mine = earned[met, column]
        whole, rest = np.nansum(earned[met], axis=1), np.nansum(earned[met], axis=1) - mine
        assert item.n == met.sum()
        assert item.point_biserial_uncorrected.value == exactly(stats.pointbiserialr(mine, whole / 8)[0])
        assert item.point_biserial_corrected.value == exactly(stats.pointbiserialr(mine, rest / 7)[0])


def test_a_question_that_is_worth_more_weighs_more() -> None:
    from scipy import stats

    right, worth = made_up(50, 4), np.array([1.0, 5.0, 10.0, 3.0])
    earned = right * worth
    items = numerics.items(earned, np.tile(worth, (50, 1)))
    for column, item in enumerate(items):
        expected = stats.pointbiserialr(right[:, column], earned.sum(axis=1))[0]
        assert item.point_biserial_uncorrected.value == exactly(expected)
        assert item.difficulty.value == exactly(right[:, column].mean())


def test_a_small_class_worked_out_by_hand() -> None:
    """Four people, two questions: the first splits them exactly as the second does, so both correlate by one."""
    first, second = numerics.items(np.array([[1.0, 1], [1, 1], [0, 0], [0, 0]]), np.ones((4, 2)))
    assert first == second == Item(4, Statistic(0.5), Statistic(1.0), Statistic(1.0))


# Reliability


@pytest.mark.parametrize(("people", "questions", "partial"), SHAPES)
def test_alpha_is_that_of_pingouin(people: int, questions: int, *, partial: bool) -> None:
    import pandas as pd
    import pingouin

    earned = made_up(people, questions, partial=partial)
    found = numerics.reliability(earned)
    theirs, _ = pingouin.cronbach_alpha(pd.DataFrame(earned))
    assert found.alpha.value == exactly(theirs)
    assert (found.items, found.n, found.matching) == (questions, people, Matching.complete)


def test_alpha_of_different_draws_compares_questions_where_both_were_drawn() -> None:
    import pandas as pd
    import pingouin

    earned = with_gaps(made_up(120, 10), drawn=7)
    found = numerics.reliability(earned)
    theirs, _ = pingouin.cronbach_alpha(pd.DataFrame(earned), nan_policy="pairwise")
    assert found.alpha.value == exactly(theirs)
    assert found.matching is Matching.pairwise


def test_alpha_of_right_and_wrong_answers_is_kr_20() -> None:
    earned = made_up(200, 20)
    share, k = earned.mean(axis=0), 20
    spread = earned.sum(axis=1).var()
    kr_20 = k / (k - 1) * (1 - float((share * (1 - share)).sum()) / spread)
    assert numerics.reliability(earned).alpha.value == exactly(kr_20)


@pytest.mark.parametrize(
    ("earned", "expected"),
    [
        ([[1.0, 1, 1], [2, 2, 2], [3, 3, 3]], 1.0),  # one question, asked three times
        ([[1.0, 0], [0, 1], [1, 1], [0, 0]], 0.0),  # two that have nothing to do with each other
        ([[1.0, 2], [2, 2], [3, 3], [4, 3]], 0.8),  # variances of 5/3 and 1/3, and of the sum 10/3
    ],
)
def test_alpha_of_classes_whose_answer_is_known(earned: list[list[float]], expected: float) -> None:
    variances = np.var(earned, axis=0, ddof=1).sum()
    by_hand = len(earned[0]) / (len(earned[0]) - 1) * (1 - variances / np.var(np.sum(earned, axis=1), ddof=1))
    assert numerics.reliability(np.array(earned)).alpha.value == exactly(by_hand)
    assert by_hand == exactly(expected)


# Where there is nothing to tell


@pytest.mark.parametrize(
    ("earned", "reason"),
    [
        (np.empty((0, 0)), Undefined.too_few),
        (np.ones((2, 5)), Undefined.too_few),
        (made_up(30, 1), Undefined.too_few),
        (np.ones((30, 5)), Undefined.no_spread),
        (np.full((30, 5), 0.1), Undefined.no_spread),
        (with_gaps(made_up(20, 10), drawn=3), Undefined.questions_differ),
        (np.array([[1.0, 0]] * 5 + [[0, 1.0]] * 5), Undefined.no_spread),
    ],
)
def test_alpha_that_cannot_be_says_why(earned: Floats, reason: Undefined) -> None:
    assert numerics.reliability(earned).alpha == Statistic(None, reason)


def test_a_question_that_tells_nobody_apart_has_no_discrimination() -> None:
    earned = made_up(30, 4)
    earned[:, 0] = 1
    easy, *rest = numerics.items(earned, points(earned))
    assert easy.difficulty == Statistic(1.0)
    assert easy.point_biserial_uncorrected == easy.point_biserial_corrected == Statistic(None, Undefined.no_spread)
    assert all(item.point_biserial_uncorrected.value is not None for item in rest)


def test_a_question_alone_has_no_others_to_be_compared_with() -> None:
    earned = made_up(30, 1)
    (item,) = numerics.items(earned, points(earned))
    assert item.point_biserial_corrected == Statistic(None, Undefined.too_few)


@given(
    st.integers(0, 6).flatmap(
        lambda width: st.lists(
            st.lists(st.sampled_from([np.nan, 0.0, 0.5, 1.0]), min_size=width, max_size=width), max_size=8
        )
    )
)
def test_no_answers_whatsoever_give_nan_or_an_infinity(rows: list[list[float]]) -> None:
    earned = np.array(rows, dtype=float).reshape(len(rows), len(rows[0]) if rows else 0)
    statistics = [numerics.reliability(earned).alpha]
    for item in numerics.items(earned, points(earned)):
        statistics += [item.difficulty, item.point_biserial_uncorrected, item.point_biserial_corrected]
    for statistic in statistics:
        assert (statistic.value is None) == (statistic.reason is not None)
        assert statistic.value is None or np.isfinite(statistic.value)


# From cells to a matrix


def test_cells_become_a_matrix_with_gaps() -> None:
    scores = Scores(2, [50.0, 100.0], [new_id(), new_id()], [0, 0, 1], [0, 1, 1], earned=[0, 5, 5], possible=[5, 5, 5])
    earned, possible = numerics.matrices(scores)
    assert np.array_equal(earned, np.array([[0, 5], [np.nan, 5]]), equal_nan=True)
    assert np.array_equal(possible, np.array([[5, 5], [np.nan, 5]]), equal_nan=True)


def test_no_cells_become_an_empty_matrix() -> None:
    items, reliability = numerics.analysis(Scores(0, (), (), (), (), (), ()))
    assert (items, reliability.alpha) == ([], Statistic(None, Undefined.too_few))


# Two assessments


def asked(source: UUID | None = None, points: int = 5, content: str = "a", *skills: UUID) -> Asked:
    return Asked(new_id(), source, points, content, frozenset(skills))


def test_assessments_that_ask_the_same_are_equivalent() -> None:
    skill = new_id()
    pre = [asked(None, 5, "a", skill), asked(None, 10, "b")]
    post = [asked(pre[1].id, 10, "b"), asked(pre[0].id, 5, "a", skill)]
    assert rules.differences(pre, post) == []


@pytest.mark.req("A-GAN-05", "Z-94")
def test_each_difference_is_named_with_its_questions() -> None:
    pre = [asked(), asked(), asked(), asked(), asked()]
    same = asked(pre[0].id)
    worth = asked(pre[1].id, points=7)
    words = asked(pre[2].id, content="b")
    skills = asked(pre[3].id, 5, "a", new_id())
    new, twice = asked(), asked(pre[0].id)
    found = rules.differences(pre, [same, worth, words, skills, new, twice])
    assert {finding.code: set(finding.questions) for finding in found} == {
        "only_in_pre": {pre[4].id},
        "only_in_post": {new.id},
        "repeated_twice": {pre[0].id},
        "points_differ": {worth.id},
        "content_differs": {words.id},
        "skills_differ": {skills.id},
    }
