"""What a class gained: the two averages, their intervals, the published ranges, and when to keep silent.

    <g> = (<post> - <pre>) / (100 - <pre>)

Hake 1998 (doi:10.1119/1.18809) takes the gain of a class's average scores; the seed takes it of each learner and
averages those. Both are shown, each by its own name, because they differ (Bao 2006, doi:10.1119/1.2213632).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from statistics import NormalDist
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from app.academy.gain.rules import GainBand, GainReason, ScopeKind, band_of

Floats = NDArray[np.float64]
OfMeans = Callable[[Floats], Floats]

K = 5
"""An organization learns nothing of fewer people than this (A-PRV-09, Z-165)."""

LEVEL = 0.95
SEED = 20_261_121
"""Intervals are drawn anew each time, from the same numbers: a report that is read twice says the same."""
RESAMPLES, FEWEST_RESAMPLES, DRAWS = 4_999, 999, 20_000_000
_BATCH = 1_000_000


@dataclass(frozen=True, slots=True)
class PublishedRange:
    """What courses of one kind reached elsewhere: mean and standard deviation of their class average gains."""

    teaching: str
    average_gain: float
    standard_deviation: float
    courses: int
    students: int
    source: str


_HAKE = "Hake 1998, American Journal of Physics 66, 64-74, doi:10.1119/1.18809"
PUBLISHED = (
    PublishedRange("traditional", 0.23, 0.04, 14, 2_084, _HAKE),
    PublishedRange("interactive_engagement", 0.48, 0.14, 48, 4_458, _HAKE),
)
"""The ranges of 62 introductory physics courses with 6,542 students."""


class SilentReason(StrEnum):
    """Why a figure has no value: nobody was measured, too few for it, all alike, or too few to stay anonymous."""

    nobody_measured = "nobody_measured"
    too_few = "too_few"
    no_spread = "no_spread"
    anonymity = "anonymity"


@dataclass(frozen=True, slots=True)
class Interval:
    """Where the figure lies with 95 % confidence, how that was found, or why it was not."""

    low: float | None
    high: float | None
    method: str | None
    resamples: int
    reason: SilentReason | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """An average over `n` people."""

    value: float | None
    n: int
    interval: Interval
    reason: SilentReason | None = None


@dataclass(frozen=True, slots=True)
class Bands:
    """How many individual gains are high, medium and low; `negative` are among the low ones."""

    high: int
    medium: int
    low: int
    negative: int


@dataclass(frozen=True, slots=True)
class Summary:
    """What a group of learners gained."""

    average_pre: float | None
    average_post: float | None
    average_of_individual_gains: Figure
    class_average_gain: Figure
    standard_deviation: float | None
    bands: Bands | None


@dataclass(frozen=True, slots=True)
class SkillSummary:
    """What was gained in one skill by the `n` who did not know all of it before; `ceiling` did."""

    skill_id: UUID
    name: str
    n: int
    ceiling: int | None
    average_pre: float | None
    average_post: float | None
    improvement: float | None
    average_of_individual_gains: float | None
    class_average_gain: float | None


@dataclass(frozen=True, slots=True)
class Excluded:
    """How many are left out of the averages, and why. `reasons` is None where it would tell of too few."""

    total: int
    reasons: Mapping[GainReason, int] | None


@dataclass(frozen=True, slots=True)
class Report:
    """What a scope gained. `is_anonymous`: nothing in it is about fewer than five people."""

    scope: ScopeKind
    scope_id: UUID
    population: int
    excluded: Excluded
    summary: Summary
    skills: Sequence[SkillSummary]
    is_anonymous: bool = False
    published: Sequence[PublishedRange] = PUBLISHED


# A class


def summary(pre: Sequence[float], post: Sequence[float], gains: Sequence[float | None]) -> Summary:
    """What a group gained: of those who were measured before and after and were not at the ceiling (Z-90).

    Both averages are of the same people, so that they can be compared.
    """
    counted = [row for row in zip(pre, post, gains, strict=True) if row[2] is not None]
    columns = np.array(counted, dtype=np.float64).reshape(-1, 3).T
    n = len(counted)
    if n == 0:
        nobody = Figure(None, 0, _no_interval(SilentReason.nobody_measured), SilentReason.nobody_measured)
        return Summary(None, None, nobody, nobody, None, bands_of(()))
    means = columns.mean(axis=1)
    individual, of_averages = _mean_gain(means), _gain_of_means(means)
    return Summary(
        average_pre=float(means[0]),
        average_post=float(means[1]),
        average_of_individual_gains=Figure(float(individual), n, interval(columns, _mean_gain)),
        class_average_gain=Figure(float(of_averages), n, interval(columns, _gain_of_means)),
        standard_deviation=float(columns[2].std(ddof=1)) if n > 1 else None,
        bands=bands_of(columns[2].tolist()),
    )


def bands_of(gains: Sequence[float]) -> Bands:
    """How many there are of each."""
    found = [band_of(gain) for gain in gains]
    return Bands(
        high=found.count(GainBand.high),
        medium=found.count(GainBand.medium),
        low=found.count(GainBand.low),
        negative=sum(gain < 0 for gain in gains),
    )


def _mean_gain(means: Floats) -> Floats:
    return np.asarray(means[2])


def _gain_of_means(means: Floats) -> Floats:
    return np.asarray((means[1] - means[0]) / (100 - means[0]))


# Intervals


def interval(columns: Floats, of_means: OfMeans, resamples: int | None = None) -> Interval:
    """The bias-corrected and accelerated bootstrap (Efron 1987) of a figure that is made of column means.

    A row of `columns` is a variable, a column one person: they are drawn whole. Where the correction is not defined,
    because nearly all draws agree, the plain percentiles stand in and `method` says so.
    """
    n = columns.shape[1]
    if n < 2:
        return _no_interval(SilentReason.too_few)
    jackknife = of_means((columns.sum(axis=1, keepdims=True) - columns) / (n - 1))
    if np.ptp(jackknife) <= 1e-12 * max(1.0, float(np.abs(jackknife).max())):
        return _no_interval(SilentReason.no_spread)
    wanted = resamples or max(FEWEST_RESAMPLES, min(RESAMPLES, DRAWS // n))
    drawn = of_means(_resampled_means(columns, wanted))
    observed = float(of_means(columns.mean(axis=1)))
    corrected = _corrected(drawn, observed, jackknife)
    low, high = np.quantile(drawn, corrected or ((1 - LEVEL) / 2, (1 + LEVEL) / 2)).tolist()
    return Interval(low, high, "bca" if corrected else "percentile", wanted)


def _resampled_means(columns: Floats, resamples: int) -> Floats:
    """The means of as many classes drawn with replacement, in batches so that memory stays small."""
    chance = np.random.default_rng(SEED)
    n = columns.shape[1]
    batch = max(1, _BATCH // n)
    means = [
        columns[:, chance.integers(0, n, (min(batch, resamples - start), n))].mean(axis=-1)
        for start in range(0, resamples, batch)
    ]
    return np.concatenate(means, axis=1)


def _corrected(drawn: Floats, observed: float, jackknife: Floats) -> tuple[float, float] | None:
    """Which quantiles of the draws bound the interval; None where that is not defined."""
    below = (float(np.mean(drawn < observed)) + float(np.mean(drawn <= observed))) / 2
    if not 0 < below < 1:
        return None
    normal = NormalDist()
    influence = jackknife.mean() - jackknife
    acceleration = float((influence**3).sum() / (6 * (influence**2).sum() ** 1.5))
    bias = normal.inv_cdf(below)
    quantiles = []
    for edge in (normal.inv_cdf((1 - LEVEL) / 2), normal.inv_cdf((1 + LEVEL) / 2)):
        slope = 1 - acceleration * (bias + edge)
        if slope <= 0:
            return None
        quantiles.append(normal.cdf(bias + (bias + edge) / slope))
    return quantiles[0], quantiles[1]


def _no_interval(reason: SilentReason) -> Interval:
    return Interval(None, None, None, 0, reason)


# Anonymity


def anonymous(found: Summary) -> Summary:
    """What of it may leave the house: nothing of fewer than `K` people, and no count of them (A-PRV-09).

    A count between 1 and 4 gives all counts away with their sum, so then none is told.
    """
    if found.average_of_individual_gains.n < K:
        silent = Figure(None, 0, _no_interval(SilentReason.anonymity), SilentReason.anonymity)
        return Summary(None, None, silent, silent, None, None)
    bands = found.bands
    if bands and not are_tellable((bands.high, bands.medium, bands.low - bands.negative, bands.negative)):
        bands = None
    return replace(found, bands=bands)


def anonymous_report(report: Report) -> Report:
    """A report of which nothing is about fewer than `K` people."""
    reasons = report.excluded.reasons
    if reasons is not None and not are_tellable(list(reasons.values())):
        reasons = None
    return replace(
        report,
        excluded=Excluded(report.excluded.total, reasons),
        summary=anonymous(report.summary),
        skills=[_anonymous_skill(skill) for skill in report.skills if skill.n >= K],
        is_anonymous=True,
    )


def _anonymous_skill(skill: SkillSummary) -> SkillSummary:
    return skill if are_tellable([skill.ceiling or 0]) else replace(skill, ceiling=None)


def are_tellable(counts: Sequence[int]) -> bool:
    """Whether every one of these counts is of nobody or of enough people."""
    return all(count == 0 or count >= K for count in counts)
