"""What holds for programs without asking anybody: how they move, and which slug is theirs."""

from collections.abc import Mapping

from app.core import slugs
from app.crm.models import ProgramStatus

FALLBACK = "program"
"""The slug of a name without any usable character (P-PRG-05)."""

_MOVES: Mapping[ProgramStatus, frozenset[ProgramStatus]] = {
    ProgramStatus.planning: frozenset({ProgramStatus.active, ProgramStatus.archived}),
    ProgramStatus.active: frozenset({ProgramStatus.planning, ProgramStatus.completed, ProgramStatus.archived}),
    ProgramStatus.completed: frozenset({ProgramStatus.active, ProgramStatus.archived}),
    ProgramStatus.archived: frozenset({ProgramStatus.planning}),
}


def may_move(before: str, after: str) -> bool:
    """Whether a program may go from one status to the other."""
    return ProgramStatus(after) in _MOVES[ProgramStatus(before)]


def fits(slug: str, name: str) -> bool:
    """Whether a slug was made from this name, alone or with a suffix: then a new one would say nothing new."""
    return slugs.is_slug_of(slug, name, FALLBACK)
