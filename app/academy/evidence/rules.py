"""What passes, and which right each type of evidence takes (A-SKL-05, A-SKL-07)."""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal

from app.academy.models import EvidenceType
from app.academy.permissions import Permission

_CENT = Decimal("0.01")

# Nobody scores their own project: that would be an assessment of oneself by another name.
RIGHTS: Mapping[EvidenceType, Permission] = {
    EvidenceType.quiz: Permission.COMPETENCY_QUIZ,
    EvidenceType.project: Permission.COMPETENCY_ASSESS,
    EvidenceType.peer_review: Permission.COMPETENCY_PEER_REVIEW,
    EvidenceType.instructor_assessment: Permission.COMPETENCY_ASSESS,
    EvidenceType.self_assessment: Permission.COMPETENCY_SELF_ASSESS,
}

# Said to whoever may not.
WHO: Mapping[EvidenceType, str] = {
    EvidenceType.quiz: "Quiz evidence comes from graded attempts alone",
    EvidenceType.project: "A project is assessed by an instructor of the learner, never by themselves",
    EvidenceType.peer_review: "A peer learns in the same cohort, and is not the learner",
    EvidenceType.instructor_assessment: "This takes an instructor of the learner, who is not the learner",
    EvidenceType.self_assessment: "People assess themselves, and nobody does it for them",
}


def exact(score: float) -> Decimal:
    """The number that was written, not the binary fraction beside it."""
    return Decimal(str(score))


def passes(score: Decimal, threshold: Decimal) -> bool:
    """Whether a score, not rounded, passes: an equal one does."""
    return score >= threshold


def rounded(score: Decimal) -> Decimal:
    """As it is kept: two decimals, a half goes up."""
    return score.quantize(_CENT, rounding=ROUND_HALF_UP)
