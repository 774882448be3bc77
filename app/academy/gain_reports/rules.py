"""What a class gained: the two averages, their intervals, the published ranges, and when to keep silent.

    <g> = (<post> - <pre>) / (100 - <pre>)

Hake 1998 (doi:10.1119/1.18809) takes the gain of a class's average scores; the seed takes it of each learner and
averages those. Both are shown, each by its own name, because they differ (Bao 2006, doi:10.1119/1.2213632).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

from app.academy.gain.rules import GainBand, GainReason, ScopeKind, band_of

K = 5
"""An organization learns nothing of fewer people than this (A-PRV-09, Z-165)."""


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


def bands_of(gains: Sequence[float]) -> Bands:
    """How many there are of each."""
    found = [band_of(gain) for gain in gains]
    return Bands(
        high=found.count(GainBand.high),
        medium=found.count(GainBand.medium),
        low=found.count(GainBand.low),
        negative=sum(gain < 0 for gain in gains),
    )


def no_interval(reason: SilentReason) -> Interval:
    """Why there is none."""
    return Interval(None, None, None, 0, reason)


def anonymous(found: Summary) -> Summary:
    """What of it may leave the house: nothing of fewer than `K` people, and no count of them (A-PRV-09).

    A count between 1 and 4 gives all counts away with their sum, so then none is told.
    """
    if found.average_of_individual_gains.n < K:
        silent = Figure(None, 0, no_interval(SilentReason.anonymity), SilentReason.anonymity)
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
