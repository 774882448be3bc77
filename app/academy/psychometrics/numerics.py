"""Classical test theory: difficulty, discrimination, Cronbach's alpha.

Scores come as a matrix: a row for each attempt, a column for each question, NaN where the attempt did not draw it.
Nothing here ever returns NaN or an infinity. Loaded by those who count: NumPy takes 11 MB of a server.
"""

import numpy as np
from numpy.typing import NDArray

from app.academy.psychometrics.rules import Item, Matching, Reliability, Scores, Statistic, Undefined

Floats = NDArray[np.float64]

PAIRS = 10
"""Two questions need so many attempts in common, or what they have in common is chance."""


def matrices(scores: Scores) -> tuple[Floats, Floats]:
    """What attempts earned and could have earned, as the rest of this room wants it."""
    # An attempt that drew only questions without points is no row.
    shape = (max(scores.attempt, default=-1) + 1, len(scores.questions))
    earned, possible = np.full(shape, np.nan), np.full(shape, np.nan)
    earned[scores.attempt, scores.question] = scores.earned
    possible[scores.attempt, scores.question] = scores.possible
    return earned, possible


def analysis(scores: Scores) -> tuple[list[Item], Reliability]:
    """Of every question, and of all together."""
    earned, possible = matrices(scores)
    return items(earned, possible), reliability(earned)


def items(earned: Floats, possible: Floats) -> list[Item]:
    """Every question's statistics: of what attempts earned, and what they could have earned, in the same shape."""
    whole, most = np.nansum(earned, axis=1), np.nansum(possible, axis=1)
    return [_item(earned[:, column], possible[:, column], whole, most) for column in range(earned.shape[1])]


def _item(earned: Floats, possible: Floats, whole: Floats, most: Floats) -> Item:
    met = ~np.isnan(earned)
    earned, possible, whole, most = earned[met], possible[met], whole[met], most[met]
    if not len(earned):
        nothing = Statistic(None, Undefined.too_few)
        return Item(0, nothing, nothing, nothing)
    share = earned / possible
    alone = most <= possible
    rest = Statistic(None, Undefined.too_few)
    if not alone.any():
        rest = correlation(share, (whole - earned) / (most - possible))
    return Item(len(earned), Statistic(float(share.mean())), correlation(share, whole / most), rest)


def correlation(first: Floats, second: Floats) -> Statistic:
    """Pearson's; where one of the two is only ever 0 or 1 it is called the point-biserial correlation."""
    if len(first) < 3:
        return Statistic(None, Undefined.too_few)
    one, other = first - first.mean(), second - second.mean()
    if _is_flat(first, one) or _is_flat(second, other):
        return Statistic(None, Undefined.no_spread)
    found = float(one @ other / (np.linalg.norm(one) * np.linalg.norm(other)))
    return Statistic(max(-1.0, min(1.0, found)))


def _is_flat(values: Floats, deviations: Floats) -> bool:
    """Whether all values are one, but for what binary fractions add."""
    return bool(np.abs(deviations).max() <= 1e-12 * max(1.0, float(np.abs(values).max())))


# The whole


def reliability(earned: Floats) -> Reliability:
    """Cronbach's alpha of what attempts earned (for questions that are right or wrong this is KR-20)."""
    n, width = earned.shape
    if width < 2 or n < 3:
        return Reliability(Statistic(None, Undefined.too_few), width, n, None)
    met = ~np.isnan(earned)
    matching = Matching.complete if met.all() else Matching.pairwise
    together = met.T.astype(np.float64) @ met
    if matching is Matching.pairwise and together.min() < PAIRS:
        return Reliability(Statistic(None, Undefined.questions_differ), width, n, matching)
    covariances = _covariances(earned, met, together)
    total = float(covariances.sum())
    if total <= 1e-12 * max(1.0, float(np.abs(covariances).max())):
        return Reliability(Statistic(None, Undefined.no_spread), width, n, matching)
    alpha = width / (width - 1) * (1 - float(np.trace(covariances)) / total)
    return Reliability(Statistic(alpha), width, n, matching)


def _covariances(earned: Floats, met: NDArray[np.bool_], together: Floats) -> Floats:
    """Of every two questions, over the attempts that met both."""
    # Moved to near their means first, so that little is lost when products are subtracted.
    centred = np.where(met, earned - np.nanmean(earned, axis=0), 0.0)
    sums = centred.T @ met
    return np.asarray((centred.T @ centred - sums * sums.T / together) / (together - 1))
