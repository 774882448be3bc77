"""Reliability per bin, Brier score, expected error, and which threshold the figures speak for."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from math import fsum
from statistics import fmean

# The bands of grading are borders here, too (A-ASM-09).
EDGES = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 1.0)
# A model was right when a person gave the same points, give or take a tenth of what the question is worth.
TOLERANCE = Decimal("0.1")
# What is graded without a person has to be right so often.
WANTED = 0.95
# Fewer say nothing.
FEWEST = 20
THRESHOLDS = (0.9, 0.92, 0.94, 0.95, 0.96, 0.97, 0.98, 0.99, 1.0)


@dataclass(frozen=True, slots=True)
class Verdict:
    """A grade of a model and the one that a person gave afterwards, of a question worth `possible`."""

    confidence: float
    by_model: Decimal
    by_person: Decimal
    possible: Decimal

    @property
    def was_right(self) -> bool:
        return abs(self.by_model - self.by_person) <= TOLERANCE * self.possible


@dataclass(frozen=True, slots=True)
class Bin:
    """The verdicts whose confidence lies in [low, high); the last bin has its upper end."""

    low: float
    high: float
    count: int
    mean_confidence: float | None
    agreement: float | None


@dataclass(frozen=True, slots=True)
class Calibration:
    """`brier_score`: the mean square of confidence minus outcome (Brier 1950): 0 is a prophet, 0.25 a coin.
    `expected_error`: how far confidence and agreement lie apart, weighed by how often. Both null without verdicts.
    """

    count: int
    bins: tuple[Bin, ...]
    brier_score: float | None
    expected_error: float | None
    suggested_threshold: float | None


def calibrate(verdicts: Sequence[Verdict]) -> Calibration:
    """How a model's confidence held against people."""
    bins = tuple(_bin(verdicts, low, high) for low, high in pairwise(EDGES))
    count = len(verdicts)
    if not count:
        return Calibration(0, bins, None, None, None)
    brier = fmean((each.confidence - each.was_right) ** 2 for each in verdicts)
    apart = fsum(
        each.count * abs(each.mean_confidence - each.agreement)
        for each in bins
        if each.mean_confidence is not None and each.agreement is not None
    )
    return Calibration(count, bins, brier, apart / count, suggested_threshold(verdicts))


def _bin(verdicts: Sequence[Verdict], low: float, high: float) -> Bin:
    inside = [each for each in verdicts if low <= each.confidence < high or each.confidence == high == EDGES[-1]]
    if not inside:
        return Bin(low, high, 0, None, None)
    mean = fmean(each.confidence for each in inside)
    agreement = fmean(each.was_right for each in inside)
    return Bin(low, high, len(inside), mean, agreement)


def suggested_threshold(verdicts: Sequence[Verdict]) -> float | None:
    """The lowest threshold above which the model was right often enough; 1 without any, null when too few say."""
    sure = [each for each in verdicts if each.confidence >= THRESHOLDS[0]]
    if len(sure) < FEWEST:
        return None
    for threshold in THRESHOLDS:
        above = [each for each in sure if each.confidence >= threshold]
        if above and sum(each.was_right for each in above) >= WANTED * len(above):
            return threshold
    return THRESHOLDS[-1]
