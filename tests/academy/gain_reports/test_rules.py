"""The averages of a class: by their definitions, as SciPy has them, and as published courses have them."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.academy.gain import rules as gain
from app.academy.gain.rules import GainReason, ScopeKind
from app.academy.gain_reports import numerics, rules
from app.academy.gain_reports.numerics import Floats
from app.academy.gain_reports.rules import Excluded, Report, SilentReason, SkillSummary, Summary
from app.core.ids import new_id

CLASSES = ["ordinary", "small", "skewed", "large"]


def made_up(kind: str) -> tuple[list[float], list[float], list[float | None]]:
    """A class whose people differ, as classes do."""
    chance = np.random.default_rng(CLASSES.index(kind))
    n = {"ordinary": 60, "small": 7, "skewed": 40, "large": 1_200}[kind]
    pre = np.round(np.clip(chance.normal(45, 15, n), 0, 95), 2)
    left = chance.beta(1, 6, n) if kind == "skewed" else chance.uniform(0.2, 1.1, n)
    post = np.round(np.clip(100 - (100 - pre) * left, 0, 100), 2)
    before, after = pre.tolist(), post.tolist()
    return before, after, [gain.normalized_gain(p, q) for p, q in zip(before, after, strict=True)]


def summary_of(kind: str) -> tuple[Summary, Floats, Floats, Floats]:
    pre, post, gains = made_up(kind)
    return numerics.summary(pre, post, gains), np.array(pre), np.array(post), np.array(gains, dtype=float)


@pytest.mark.req("A-GAN-08")
@pytest.mark.parametrize("kind", CLASSES)
def test_averages_and_intervals_are_those_of_scipy(kind: str) -> None:
    from scipy import stats

    found, pre, post, gains = summary_of(kind)
    individual, of_averages = found.average_of_individual_gains, found.class_average_gain
    assert individual.value == pytest.approx(float(stats.tmean(gains)), abs=1e-9)
    assert found.standard_deviation == pytest.approx(float(stats.tstd(gains)), abs=1e-9)
    before, after = (sum(map(Fraction, map(str, scores))) / len(scores) for scores in (pre.tolist(), post.tolist()))
    assert of_averages.value == pytest.approx(float((after - before) / (100 - before)), abs=1e-9)

    def of_class(p: Floats, q: Floats, axis: int = -1) -> Any:
        return (q.mean(axis=axis) - p.mean(axis=axis)) / (100 - p.mean(axis=axis))

    drawn = {"confidence_level": 0.95, "method": "BCa", "batch": 500, "n_resamples": individual.interval.resamples}
    for figure, data, statistic, paired in (
        (individual, (gains,), np.mean, False),
        (of_averages, (pre, post), of_class, True),
    ):
        chance = np.random.default_rng(numerics.SEED)
        theirs = stats.bootstrap(data, statistic, paired=paired, rng=chance, **drawn).confidence_interval
        assert figure.interval.method == "bca"
        assert figure.interval.low == pytest.approx(theirs.low, abs=1e-9)
        assert figure.interval.high == pytest.approx(theirs.high, abs=1e-9)


def test_a_report_that_is_read_twice_says_the_same() -> None:
    assert summary_of("ordinary")[0] == summary_of("ordinary")[0]


@pytest.mark.slow
def test_intervals_hold_what_they_promise() -> None:
    """Of two hundred classes from one population, about 95 in 100 intervals have its gain between them."""
    chance = np.random.default_rng(7)
    held = 0
    for _ in range(200):
        pre = chance.uniform(20, 60, 40)
        share = chance.uniform(0.2, 0.8, 40)
        columns = np.array([pre, pre + share * (100 - pre), share])
        found = numerics.interval(columns, lambda means: np.asarray(means[2]), resamples=999)
        assert found.low is not None
        assert found.high is not None
        held += found.low <= 0.5 <= found.high
    assert 180 <= held <= 198


# Classes that were published, with their averages in percent, rounded as they were printed


PHYSTEC = "www.compadre.org/PhysTEC/institutions/institution.cfm?ID=1252 (University of North Carolina, Chapel Hill)"
CUESTA = "waiferx.blogspot.com (Cuesta College, Physics 205A, Force Concept Inventory)"
PUBLISHED = [
    # source, course, pre, post, <g> of the averages
    (PHYSTEC, "104 fall 2007", 37, 49, 0.19),
    (PHYSTEC, "104 spring 2008", 39, 48, 0.14),
    (PHYSTEC, "105 fall 2007", 31, 39, 0.11),
    (PHYSTEC, "105 spring 2008", 31, 39, 0.12),
    (PHYSTEC, "116 fall 2007", 58, 68, 0.23),
    (PHYSTEC, "116 spring 2008", 61, 73, 0.30),
    (PHYSTEC, "117 fall 2007", 42, 56, 0.25),
    (PHYSTEC, "117 spring 2008", 46, 56, 0.18),
    (CUESTA + " /2009/12/fci-post-test-comparison-cuesta-college.html", "fall 2009", 38, 62, 0.38),
    (CUESTA + " /2016/12/fci-pre-test-to-post-test-comparison.html", "fall 2016", 33, 39, 0.10),
    (CUESTA + " /2018/12/fci-pre-test-to-post-test-comparison.html", "fall 2018", 30, 37, 0.10),
]


@pytest.mark.parametrize(("source", "course", "pre", "post", "printed"), PUBLISHED)
def test_published_classes_have_the_gain_that_was_printed(
    source: str, course: str, pre: int, post: int, printed: float
) -> None:
    """Averages are printed to whole percents: what was printed must be reachable from within their rounding."""
    found = class_average(pre, post)
    assert found == pytest.approx(float(Fraction(post - pre, 100 - pre)), abs=1e-9), (source, course)
    lowest, highest = class_average(pre + 0.5, post - 0.5), class_average(pre - 0.5, post + 0.5)
    assert lowest - 0.005 <= printed <= highest + 0.005, (source, course)
    assert abs(found - printed) < 0.02


MTSU = "www.phystec.org/institutions/institution.cfm?ID=1202 (Middle Tennessee State University, FCI)"
INDIVIDUAL = [
    # matched students, pre, post, the average of their individual gains and its standard error
    (177, 30.2, 51.3, 0.31, 0.014),
    (120, 31.0, 49.9, 0.24, 0.022),
    (20, 27.0, 49.8, 0.33, 0.044),
    (55, 31.4, 46.3, 0.22, 0.023),
    (53, 29.5, 47.3, 0.25, 0.045),
    (86, 29.0, 45.9, 0.25, 0.017),
    (131, 28.3, 50.0, 0.31, 0.016),
    (79, 25.2, 43.8, 0.25, 0.020),
    (14, 52.9, 58.6, 0.15, 0.067),
    (15, 44.4, 57.6, 0.29, 0.066),
    (9, 58.9, 80.4, 0.54, 0.060),
]


@pytest.mark.parametrize(("students", "pre", "post", "individual", "error"), INDIVIDUAL)
def test_the_two_averages_of_published_classes_are_near_each_other_and_not_the_same(
    students: int, pre: float, post: float, individual: float, error: float
) -> None:
    found = class_average(pre, post)
    assert found == pytest.approx((post - pre) / (100 - pre), abs=1e-9), MTSU
    assert abs(found - individual) < max(2 * error, 0.005), students


def test_the_published_ranges_are_hakes() -> None:
    """Abstract of Hake 1998: eric.ed.gov/?id=ED441679, doi:10.1119/1.18809."""
    traditional, engaged = rules.PUBLISHED
    assert (traditional.teaching, traditional.average_gain, traditional.standard_deviation) == (
        "traditional",
        0.23,
        0.04,
    )
    assert (engaged.teaching, engaged.average_gain, engaged.standard_deviation) == (
        "interactive_engagement",
        0.48,
        0.14,
    )
    assert traditional.courses + engaged.courses == 62
    assert traditional.students + engaged.students == 6_542


def class_average(pre: float, post: float) -> float:
    """Of a class in which everybody scored the average: then both averages are one."""
    found = numerics.summary([pre] * 3, [post] * 3, [gain.normalized_gain(pre, post)] * 3)
    assert found.class_average_gain.value is not None
    assert found.average_of_individual_gains.value == pytest.approx(found.class_average_gain.value, abs=1e-9)
    return found.class_average_gain.value


# Any class


SCORES = st.floats(0, 100).map(lambda value: round(value, 2))


@given(st.lists(st.tuples(SCORES, SCORES), max_size=30))
def test_no_class_whatsoever_gives_nan_or_an_infinity(pairs: list[tuple[float, float]]) -> None:
    pre, post = [p for p, _ in pairs], [q for _, q in pairs]
    gains = [gain.normalized_gain(p, q) for p, q in pairs]
    found = numerics.summary(pre, post, gains)
    n = sum(each is not None for each in gains)
    for figure in (found.average_of_individual_gains, found.class_average_gain):
        assert figure.n == n
        assert (figure.value is None) == (figure.reason is not None) == (n == 0)
        numbers = [figure.value, figure.interval.low, figure.interval.high]
        assert all(number is None or np.isfinite(number) for number in numbers)
        assert (figure.interval.low is None) == (figure.interval.reason is not None)
    assert found.bands is not None
    assert found.bands.high + found.bands.medium + found.bands.low == n
    assert found.bands.negative <= found.bands.low


@pytest.mark.req("A-GAN-08", "Z-90")
def test_who_is_at_the_ceiling_is_left_out_of_every_average() -> None:
    with_them = numerics.summary([40, 100, 20, 100], [85, 100, 60, 10], [0.75, None, 0.5, None])
    assert with_them == numerics.summary([40, 20], [85, 60], [0.75, 0.5])
    assert with_them.average_of_individual_gains.value == 0.625
    assert with_them.average_of_individual_gains.n == 2
    assert with_them.class_average_gain.value == pytest.approx((72.5 - 30) / 70)


@pytest.mark.parametrize(
    ("pairs", "reason"),
    [([], SilentReason.nobody_measured), ([(40, 85)], SilentReason.too_few), ([(40, 85)] * 9, SilentReason.no_spread)],
)
def test_an_interval_that_cannot_be_says_why(pairs: list[tuple[float, float]], reason: SilentReason) -> None:
    found = numerics.summary([p for p, _ in pairs], [q for _, q in pairs], [0.75] * len(pairs))
    assert found.average_of_individual_gains.interval.reason is reason


def test_where_the_correction_is_not_defined_percentiles_stand_in() -> None:
    """A distance is never below what was observed, so there is no share of draws below it to correct by."""
    columns = np.sqrt(np.arange(2.0, 22.0))[np.newaxis]
    centre = columns.mean()
    found = numerics.interval(columns, lambda means: np.abs(means[0] - centre), resamples=999)
    chance = np.random.default_rng(numerics.SEED)
    drawn = np.abs(columns[0][chance.integers(0, 20, (999, 20))].mean(axis=1) - centre)
    assert found.method == "percentile"
    assert [found.low, found.high] == pytest.approx(np.quantile(drawn, [0.025, 0.975]).tolist(), abs=1e-9)


# Anonymity


def report(n: int, bands: Sequence[float] | None = None, **reasons: int) -> Report:
    gains = list(bands or [0.5] * n)
    summary = numerics.summary([40.0] * n, [40 + 60 * each for each in gains], gains)
    excluded = dict.fromkeys(GainReason, 0) | {GainReason(name): count for name, count in reasons.items()}
    skill = SkillSummary(new_id(), "Prompting", n, 0, 40, 70, 30, 0.5, 0.5)
    return Report(
        ScopeKind.organization,
        new_id(),
        n + sum(excluded.values()),
        Excluded(sum(excluded.values()), excluded),
        summary,
        [skill, replace(skill, n=4), replace(skill, ceiling=1)],
    )


@pytest.mark.req("A-PRV-09", "Z-165")
@pytest.mark.parametrize("n", [0, 1, 4])
def test_of_fewer_than_five_an_organization_is_told_nothing(n: int) -> None:
    told = rules.anonymous_report(report(n))
    figures = told.summary.average_of_individual_gains, told.summary.class_average_gain
    for figure in figures:
        assert (figure.value, figure.interval.low, figure.interval.high) == (None, None, None)
        assert figure.reason is SilentReason.anonymity
    rest = told.summary
    assert (rest.average_pre, rest.average_post, rest.standard_deviation, rest.bands) == (None, None, None, None)
    assert told.skills == []
    assert told.is_anonymous


@pytest.mark.req("A-PRV-09", "Z-165")
@pytest.mark.parametrize(
    ("gains", "is_told"),
    [
        ([0.5] * 5, True),
        ([0.5] * 5 + [0.9] * 5, True),
        ([0.5] * 5 + [0.9], False),
        ([0.1] * 5 + [-0.1], False),
        ([-0.1] * 5, True),
    ],
)
def test_bands_are_told_where_none_of_them_is_of_a_few(gains: list[float], *, is_told: bool) -> None:
    assert (rules.anonymous_report(report(len(gains), gains)).summary.bands is not None) == is_told


@pytest.mark.req("A-PRV-09", "Z-165")
def test_reasons_and_ceilings_of_a_few_are_not_told() -> None:
    assert rules.anonymous_report(report(6, ceiling=2, no_post=7)).excluded == Excluded(9, None)
    assert rules.anonymous_report(report(6, ceiling=5)).excluded.reasons is not None
    assert [skill.ceiling for skill in rules.anonymous_report(report(6)).skills] == [0, None]
