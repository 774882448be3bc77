"""What a class gained, in numbers: averages, and the intervals in which they lie.

Loaded by those who count: NumPy takes 11 MB of a server.
"""

from collections.abc import Callable, Sequence
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from app.academy.gain_reports.rules import Figure, Interval, SilentReason, Summary, bands_of, no_interval

Floats = NDArray[np.float64]
OfMeans = Callable[[Floats], Floats]

LEVEL = 0.95
SEED = 20_261_121
"""Intervals are drawn anew each time, from the same numbers: a report that is read twice says the same."""
RESAMPLES, FEWEST_RESAMPLES, DRAWS = 4_999, 999, 20_000_000
_BATCH = 1_000_000


def summary(pre: Sequence[float], post: Sequence[float], gains: Sequence[float | None]) -> Summary:
    """What a group gained: of those who were measured before and after and were not at the ceiling (Z-90).

    Both averages are of the same people, so that they can be compared.
    """
    counted = [row for row in zip(pre, post, gains, strict=True) if row[2] is not None]
    columns = np.array(counted, dtype=np.float64).reshape(-1, 3).T
    n = len(counted)
    if n == 0:
        nobody = Figure(None, 0, no_interval(SilentReason.nobody_measured), SilentReason.nobody_measured)
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
        return no_interval(SilentReason.too_few)
    jackknife = of_means((columns.sum(axis=1, keepdims=True) - columns) / (n - 1))
    if np.ptp(jackknife) <= 1e-12 * max(1.0, float(np.abs(jackknife).max())):
        return no_interval(SilentReason.no_spread)
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
