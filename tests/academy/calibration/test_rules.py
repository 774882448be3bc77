"""How a model's confidence held, by numbers that were worked out by hand."""

from decimal import Decimal

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
