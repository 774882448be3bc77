"""Classical test theory: difficulty, discrimination, Cronbach's alpha; the Brier score; what makes two tests equal.

Scores come as a matrix: a row for each attempt, a column for each question, NaN where the attempt did not draw it.
Nothing here ever returns NaN or an infinity: what is not defined is None, with its reason.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

PAIRS = 10
"""Two questions need so many attempts in common, or what they have in common is chance."""


class Undefined(StrEnum):
    """Why a statistic has no value.

    `too_few`: attempts, or questions. `no_spread`: all earned the same. `questions_differ`: attempts drew different
    questions, and some two of these too seldom together.
    """

    too_few = "too_few"
    no_spread = "no_spread"
    questions_differ = "questions_differ"


class Matching(StrEnum):
    """Which attempts alpha is made of: all drew the same questions, or each two questions are compared where both
    were drawn.
    """

    complete = "complete"
    pairwise = "pairwise"


@dataclass(frozen=True, slots=True)
class Statistic:
    """A value, or why there is none."""

    value: float | None
    reason: Undefined | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """How one question does.

    `difficulty` is the share of its points that was earned: 1 is easy. Point-biserial is its correlation with the whole
    score where answers are right or wrong, Pearson's otherwise; corrected, it is with the score of the others.
    """

    n: int
    difficulty: Statistic
    point_biserial_uncorrected: Statistic
    point_biserial_corrected: Statistic


@dataclass(frozen=True, slots=True)
class Reliability:
    """Cronbach's alpha, of how many questions and attempts, and how they were matched."""

    alpha: Statistic
    items: int
    n: int
    matching: Matching | None


@dataclass(frozen=True, slots=True)
class Finding:
    """One way in which two assessments differ. `questions` are those of the one that has it too much or otherwise."""

    code: str
    questions: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as far as equivalence goes. `source` is the question of the other assessment that it repeats."""

    id: UUID
    source: UUID | None
    points: Any
    content: str
    skills: frozenset[UUID]


@dataclass(frozen=True, slots=True)
class Scores:
    """What was earned, cell by cell: `attempt` and `question` count rows and columns, `scores` are the attempts'."""

    learners: int
    scores: Sequence[float]
    questions: Sequence[UUID]
    attempt: Sequence[int]
    question: Sequence[int]
    earned: Sequence[float]
    possible: Sequence[float]


@dataclass(frozen=True, slots=True)
class Question:
    """A question with its statistics. `meant_to_be` is the difficulty that its author gave it."""

    question_id: UUID
    question_text: str
    meant_to_be: str
    statistics: Item


@dataclass(frozen=True, slots=True)
class Equivalence:
    """Whether a post-assessment asks what its pre-assessment asked, and how many pairs of attempts met the same."""

    pre_assessment_id: UUID
    post_assessment_id: UUID
    findings: Sequence[Finding]
    pairs: int
    pairs_with_same_questions: int

    @property
    def is_equivalent(self) -> bool:
        """Nothing was found against it."""
        return not self.findings


@dataclass(frozen=True, slots=True)
class Statistics:
    """How an assessment measures, told by `n` first attempts of all its learners'."""

    assessment_id: UUID
    learners: int
    n: int
    average_score: float | None
    standard_deviation: float | None
    reliability: Reliability
    questions: Sequence[Question]
    equivalence: Equivalence | None


# Questions


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


# Forecasts


def brier_score(outcomes: Sequence[bool], forecasts: Sequence[float]) -> float | None:
    """How far probabilities were from what came true, squared: 0 is a prophet, 0.25 a coin (Brier 1950).

    None without any forecast. Raises ValueError for what is no probability.
    """
    if len(outcomes) != len(forecasts):
        raise ValueError("every forecast needs its outcome")
    if not forecasts:
        return None
    given = np.asarray(forecasts, dtype=np.float64)
    if not ((given >= 0) & (given <= 1)).all():
        raise ValueError("a forecast is a probability, from 0 to 1")
    return float(np.mean((given - np.asarray(outcomes, dtype=np.float64)) ** 2))


# Two assessments


def differences(pre: Sequence[Asked], post: Sequence[Asked]) -> list[Finding]:
    """What keeps a post-assessment from asking the same as its pre-assessment (A-GAN-05, A-ASM-14); [] when nothing."""
    known = {question.id: question for question in pre}
    pairs = [(question, known[question.source]) for question in post if question.source in known]
    repeated = {before.id for _, before in pairs}
    said = {
        "only_in_pre": (question.id for question in pre if question.id not in repeated),
        "only_in_post": (question.id for question in post if question.source not in known),
        "repeated_twice": _twice(before.id for _, before in pairs),
        "points_differ": (after.id for after, before in pairs if after.points != before.points),
        "content_differs": (after.id for after, before in pairs if after.content != before.content),
        "skills_differ": (after.id for after, before in pairs if after.skills != before.skills),
    }
    found = [Finding(code, tuple(sorted(set(questions)))) for code, questions in said.items()]
    return [finding for finding in found if finding.questions]


def _twice(ids: Iterable[UUID]) -> list[UUID]:
    return [each for each, times in Counter(ids).items() if times > 1]
