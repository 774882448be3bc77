"""How a model's confidence held: by numbers that were worked out by hand, and as scikit-learn has it."""

from decimal import Decimal

import numpy as np
import pytest

from app.academy.calibration.rules import EDGES, Verdict, calibrate, suggested_threshold


def verdict(confidence: float, *, right: bool = True) -> Verdict:
    return Verdict(confidence, Decimal(8), Decimal(8) if right else Decimal(2), Decimal(10))


@pytest.mark.req("A-ASM-09")
@pytest.mark.parametrize(
    ("by_model", "by_person", "is_right"),
    [(8, 8, True), (8, 7, True), (8, 9, True), (8, 6.99, False), (0, 1.01, False)],
)
def test_a_model_was_right_within_a_tenth_of_the_points(by_model: float, by_person: float, *, is_right: bool) -> None:
    found = Verdict(0.9, Decimal(str(by_model)), Decimal(str(by_person)), Decimal(10))
    assert found.was_right is is_right


@pytest.mark.req("A-ASM-09")
def test_the_brier_score_and_the_bins() -> None:
    found = calibrate([verdict(1.0), verdict(0.9, right=False), verdict(0.8), verdict(0.6, right=False)])
    # 0 + 0.81 + 0.04 + 0.36, of four
    assert found.brier_score == pytest.approx(0.3025)
    # 0, 0.9, 0.2 and 0.6 apart, one each
    assert found.expected_error == pytest.approx(0.425)
    told = {(each.low, each.high): (each.count, each.mean_confidence, each.agreement) for each in found.bins}
    assert told[0.95, 1.0] == (1, 1.0, 1.0)
    assert told[0.9, 0.95] == (1, 0.9, 0.0)
    assert told[0.8, 0.9] == (1, 0.8, 1.0)
    assert told[0.5, 0.7] == (1, 0.6, 0.0)
    assert told[0.0, 0.5] == (0, None, None)
    assert [each.low for each in found.bins] == list(EDGES[:-1])


@pytest.mark.parametrize("n", [1, 7, 500])
def test_the_brier_score_is_that_of_scikit_learn(n: int) -> None:
    from sklearn.metrics import brier_score_loss

    chance = np.random.default_rng(n)
    forecasts = chance.random(n)
    outcomes = chance.random(n) < forecasts
    found = calibrate([verdict(sure, right=right) for sure, right in zip(forecasts, outcomes, strict=True)])
    expected = brier_score_loss(outcomes, forecasts, pos_label=True)
    assert found.brier_score == pytest.approx(expected, abs=1e-9, rel=0)


def test_bins_are_those_of_scikit_learn_s_reliability_curve() -> None:
    from sklearn.calibration import calibration_curve

    chance = np.random.default_rng(9)
    forecasts = chance.integers(0, 10, 400) / 10 + 0.05
    outcomes = chance.random(400) < forecasts
    # Its bins are of one width; those of ours that are as wide are the two in the middle.
    agreement, confidence = calibration_curve(outcomes, forecasts, n_bins=10)
    found = calibrate([verdict(sure, right=right) for sure, right in zip(forecasts, outcomes, strict=True)])
    told = {each.low: each for each in found.bins}
    for low, place in ((0.7, 7), (0.8, 8)):
        assert told[low].mean_confidence == pytest.approx(confidence[place], abs=1e-9, rel=0)
        assert told[low].agreement == pytest.approx(agreement[place], abs=1e-9, rel=0)


def test_a_perfect_model_has_a_score_of_nought_and_nothing_has_none() -> None:
    assert calibrate([verdict(1.0)] * 30).brier_score == 0
    nothing = calibrate([])
    assert (nothing.count, nothing.brier_score, nothing.expected_error, nothing.suggested_threshold) == (
        0,
        None,
        None,
        None,
    )


@pytest.mark.req("A-ASM-09")
@pytest.mark.parametrize(
    ("verdicts", "threshold"),
    [
        ([verdict(0.95)] * 19, None),
        ([verdict(0.6, right=False)] * 50 + [verdict(0.91)] * 20, 0.9),
        ([verdict(0.91, right=False)] * 5 + [verdict(0.97)] * 20, 0.92),
        ([verdict(0.955, right=False)] * 5 + [verdict(0.985)] * 20, 0.96),
        ([verdict(0.999, right=False)] * 20, 1.0),
    ],
)
def test_the_threshold_that_the_figures_speak_for(verdicts: list[Verdict], threshold: float | None) -> None:
    assert suggested_threshold(verdicts) == threshold
