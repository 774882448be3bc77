"""Which attempts give evidence, and what they scored in a skill."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from app.academy.grading.rules import UNJUDGED


@dataclass(frozen=True, slots=True)
class SkillResult:
    """What an attempt earned in one skill: of its questions that ask for it, and count."""

    skill_id: UUID
    points_earned: Decimal
    points_possible: Decimal

    @property
    def score(self) -> Decimal:
        """Out of 100, not rounded: a threshold is compared with this (Z-107)."""
        return self.points_earned * 100 / self.points_possible


def gives_evidence(assessment_type: str) -> bool:
    """Whether passing this kind of assessment means anything."""
    return assessment_type not in UNJUDGED
