"""The flow of a cohort, as a table (A-COH-02, Z-59)."""

from collections.abc import Mapping

from app.academy.models import CohortStatus

MOVES: Mapping[CohortStatus, frozenset[CohortStatus]] = {
    CohortStatus.scheduled: frozenset({CohortStatus.open, CohortStatus.cancelled}),
    CohortStatus.open: frozenset({CohortStatus.in_progress, CohortStatus.cancelled}),
    CohortStatus.in_progress: frozenset({CohortStatus.completed, CohortStatus.cancelled}),
    CohortStatus.completed: frozenset(),
    CohortStatus.cancelled: frozenset(),
}


def may_move(before: str, after: str) -> bool:
    """Whether a cohort may go from one status to the other. Staying where it is counts as no move."""
    return CohortStatus(after) in MOVES[CohortStatus(before)]
