"""Hake's formula: the seed's examples, the bands, and what holds for any two scores."""

from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.academy.gain import rules
from app.academy.gain.rules import GainBand, SkillGained
from app.core.ids import new_id

SCORES = st.integers(0, 10_000).map(lambda cents: cents / 100)
BELOW_CEILING = st.integers(0, 9_999).map(lambda cents: cents / 100)


@pytest.mark.req("A-GAN-01", "A-GAN-02")
@pytest.mark.parametrize(
    ("pre", "post", "gain", "band"), [(40, 85, 0.75, GainBand.high), (75, 90, 0.60, GainBand.medium)]
)
def test_the_two_examples_of_the_seed(pre: float, post: float, gain: float, band: GainBand) -> None:
    assert rules.normalized_gain(pre, post) == gain
    assert rules.band_of(rules.normalized_gain(pre, post)) is band


@pytest.mark.req("A-GAN-03")
@pytest.mark.parametrize(
    ("gain", "band"),
    [
        (1, "high"),
        (0.7, "high"),
        (0.699999999999, "medium"),
        (0.3, "medium"),
        (0.299999999999, "low"),
        (0, "low"),
        (-0.5, "low"),
        (None, None),
    ],
)
def test_bands_begin_exactly_where_they_are_said_to(gain: float | None, band: str | None) -> None:
    assert rules.band_of(gain) == band


@pytest.mark.req("A-GAN-01", "A-GAN-04")
@pytest.mark.parametrize(
    ("pre", "post", "percentage", "normalized"),
    [(40, 85, 112.5, 0.75), (0, 35, None, 0.35), (100, 90, -10, None), (100, 100, 0, None), (0, 0, None, 0)],
)
def test_what_would_divide_by_zero_has_no_value_and_the_other_figure_still_has(
    pre: float, post: float, percentage: float | None, normalized: float | None
) -> None:
    assert rules.percentage_gain(pre, post) == percentage
    assert rules.normalized_gain(pre, post) == normalized


@pytest.mark.req("A-GAN-04")
@pytest.mark.parametrize(("pre", "post", "lost"), [(100, 90, 10), (100, 100, None), (80, 60, None)])
def test_only_who_had_everything_right_has_loss_points(pre: float, post: float, lost: float | None) -> None:
    assert rules.loss_points(pre, post) == lost


@given(BELOW_CEILING, SCORES)
def test_a_gain_is_never_above_one_and_is_one_only_for_a_full_score(pre: float, post: float) -> None:
    gain = rules.normalized_gain(pre, post)
    assert gain is not None
    assert gain <= 1
    assert (gain == 1) == (post == 100)
    assert gain >= float(Fraction(-round(pre * 100), 10_000 - round(pre * 100))) - 1e-9


@given(BELOW_CEILING, SCORES)
def test_a_gain_has_the_sign_of_the_change(pre: float, post: float) -> None:
    gain = rules.normalized_gain(pre, post)
    assert gain is not None
    assert (gain > 0, gain == 0, gain < 0) == (post > pre, post == pre, post < pre)


@given(SCORES)
def test_from_nothing_the_gain_is_the_score_itself(post: float) -> None:
    assert rules.normalized_gain(0, post) == round(post / 100, 12)
    assert rules.percentage_gain(0, post) is None


@given(SCORES)
def test_at_the_ceiling_there_is_never_a_gain(post: float) -> None:
    assert rules.normalized_gain(100, post) is None


@given(BELOW_CEILING, SCORES, SCORES)
def test_of_two_who_began_alike_the_better_one_gained_more(pre: float, post: float, other: float) -> None:
    assume(post > other)
    first, second = rules.normalized_gain(pre, post), rules.normalized_gain(pre, other)
    assert first is not None
    assert second is not None
    assert first > second


@given(BELOW_CEILING, SCORES)
def test_the_gain_is_what_became_of_the_missing_part(pre: float, post: float) -> None:
    """What is not known anymore afterwards is the share `1 - g` of what was not known before, exactly."""
    gain = rules.normalized_gain(pre, post)
    assert gain is not None
    exact = Fraction(round(post * 100) - round(pre * 100), 10_000 - round(pre * 100))
    assert gain == pytest.approx(float(exact), abs=1e-12)


@given(st.integers(1, 400), st.integers(0, 400), st.integers(0, 400), st.integers(2, 50))
def test_a_gain_does_not_depend_on_how_points_are_counted(possible: int, pre: int, post: int, times: int) -> None:
    assume(pre < possible)
    assume(post <= possible)
    once = rules.normalized_gain(100 * pre / possible, 100 * post / possible)
    many = rules.normalized_gain(100 * (pre * times) / (possible * times), 100 * (post * times) / (possible * times))
    assert once is not None
    assert once == pytest.approx(many, abs=1e-11)


@given(BELOW_CEILING, BELOW_CEILING, SCORES)
def test_gains_of_two_halves_of_a_course_multiply_what_is_left(first: float, second: float, third: float) -> None:
    one, two, both = (rules.normalized_gain(*pair) for pair in ((first, second), (second, third), (first, third)))
    assert one is not None
    assert two is not None
    assert both is not None
    assert (1 - one) * (1 - two) == pytest.approx(1 - both, abs=1e-7, rel=1e-7)


@pytest.mark.req("A-GAN-06")
def test_a_skill_has_a_gain_of_its_own() -> None:
    lost = SkillGained(new_id(), "Prompting", 50, 25, -25)
    assert (lost.normalized_gain, lost.band, lost.is_negative) == (-0.5, "low", True)
    known = SkillGained(new_id(), "Prompting", 100, 50, -50)
    assert (known.normalized_gain, known.band, known.is_negative) == (None, None, False)
