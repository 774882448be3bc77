"""What a learner's gain is: Hake's formula, its bands, and where it has no number.

g = (post - pre) / (100 - pre)
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

HIGH, MEDIUM = 0.7, 0.3
# As many as rows keep.
_DECIMALS = 12


class GainBand(StrEnum):
    """Of an individual gain (A-GAN-03). A negative one is low, and flagged beside it (Z-92)."""

    high = "high"
    medium = "medium"
    low = "low"


class GainReason(StrEnum):
    """Why there is no normalized gain.

    `ceiling`: all was known before. `no_pre`, `no_post`: no graded attempt before, or none after that one. `pending`:
    both are graded, and the worker has not come to it yet. `left`: the enrollment was cancelled or transferred.
    """

    ceiling = "ceiling"
    no_pre = "no_pre"
    no_post = "no_post"
    pending = "pending"
    left = "left"


class ScopeKind(StrEnum):
    """Whose gains."""

    enrollment = "enrollment"
    cohort = "cohort"
    course = "course"
    organization = "organization"
    everybody = "everybody"


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose gains: of one enrollment, one cohort, one course, one organization, or everybody's (without an id)."""

    kind: ScopeKind
    id: UUID | None = None


def normalized_gain(pre: float, post: float) -> float | None:
    """Hake's gain of two percentages. None at the ceiling (Z-90)."""
    if pre >= 100:
        return None
    # In decimals, as scores are: near the ceiling binary fractions would lose half of their digits.
    before, after = Decimal(str(pre)), Decimal(str(post))
    return float(round((after - before) / (100 - before), _DECIMALS))


def percentage_gain(pre: float, post: float) -> float | None:
    """By how many percent of the first score the second is higher. None where the first is nothing (Z-91)."""
    return None if pre <= 0 else (post - pre) / pre * 100


def loss_points(pre: float, post: float) -> float | None:
    """What somebody lost who knew everything before: the gain has no number for that (Z-90)."""
    return 100 - post if pre >= 100 and post < 100 else None


def band_of(gain: float | None) -> GainBand | None:
    """The band of an unrounded gain (A-GAN-03)."""
    if gain is None:
        return None
    if gain >= HIGH:
        return GainBand.high
    return GainBand.medium if gain >= MEDIUM else GainBand.low


@dataclass(frozen=True, slots=True)
class MeasuredAttempt:
    """An attempt that counts, and its score out of 100."""

    assessment_id: UUID
    attempt_id: UUID
    score: float


@dataclass(frozen=True, slots=True)
class SkillGained:
    """What was gained in one skill, from the questions that ask for it alone (A-GAN-06)."""

    skill_id: UUID
    name: str | None
    pre_score: float
    post_score: float
    improvement: float

    @property
    def normalized_gain(self) -> float | None:
        """Hake's gain of the two."""
        return normalized_gain(self.pre_score, self.post_score)

    @property
    def band(self) -> GainBand | None:
        """Of that gain."""
        return band_of(self.normalized_gain)

    @property
    def is_negative(self) -> bool:
        """Whether less was known afterwards (Z-92)."""
        return (self.normalized_gain or 0) < 0


@dataclass(frozen=True, slots=True)
class Measures:
    """What was measured of an enrollment."""

    pre: MeasuredAttempt
    post: MeasuredAttempt
    best_post: MeasuredAttempt | None
    counted_attempt: str
    score_improvement: float
    percentage_gain: float | None
    normalized_gain: float | None
    same_questions: bool
    skill_gains: tuple[SkillGained, ...]
    calculated_at: datetime

    @property
    def band(self) -> GainBand | None:
        """Of the gain, unrounded."""
        return band_of(self.normalized_gain)

    @property
    def is_negative(self) -> bool:
        """Whether less was known afterwards (Z-92)."""
        return (self.normalized_gain or 0) < 0

    @property
    def loss_points(self) -> float | None:
        """What was lost from a full score (Z-90)."""
        return loss_points(self.pre.score, self.post.score)


@dataclass(frozen=True, slots=True)
class LearnerGain:
    """What is known of one enrollment and whose it is; without a gain there is a reason."""

    enrollment_id: UUID
    account_id: UUID
    course_id: UUID
    instructor_id: UUID | None
    reason: GainReason | None
    measures: Measures | None
