"""The one way into a program: everybody who is let in comes through here (P-ENR-01, P-ENR-02, P-ENR-04).

The program's row is locked before anybody is counted, so of any number who want the last place at once, one gets it.
Lock order: the program, then the membership, then the participation.
"""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.crm.models import ParticipationStatus, Program, ProgramStatus
from app.crm.participation import queries
from app.crm.participation.errors import (
    AlreadyCompleted,
    AlreadyParticipating,
    CapacityReached,
    NotOrgMember,
    ProgramNotOpen,
)
from app.crm.programs.errors import ProgramArchived
from app.crm.programs.queries import lock_program

OPEN_TO_ADMINS = (ProgramStatus.planning, ProgramStatus.active)
OPEN_TO_ALL = (ProgramStatus.active,)


async def lock_open(session: AsyncSession, program_id: UUID, *, to: tuple[ProgramStatus, ...]) -> Program:
    """The program, locked, in one of these statuses. Raises `ProgramArchived`, `ProgramNotOpen`."""
    program = await lock_program(session, program_id)
    if program.status == ProgramStatus.archived:
        raise ProgramArchived
    if program.status not in to:
        raise ProgramNotOpen(f"This program is {program.status}")
    return program


async def require_newcomer(session: AsyncSession, program: Program, account_id: UUID) -> None:
    """Raise unless this person may begin: `NotOrgMember`, `AlreadyParticipating`, `AlreadyCompleted`."""
    await require_member(session, program, account_id)
    hindrance = await queries.find_hindrance(session, program.id, account_id)
    if hindrance is ParticipationStatus.completed:
        raise AlreadyCompleted
    if hindrance is not None:
        raise AlreadyParticipating


async def require_member(session: AsyncSession, program: Program, account_id: UUID) -> None:
    """Raise `NotOrgMember` unless this person is a live member of the program's organization."""
    if not await queries.is_member(session, program.organization_id, account_id):
        raise NotOrgMember


async def require_place(session: AsyncSession, program: Program) -> None:
    """Raise `CapacityReached` unless one more may be enrolled. The program has to be locked."""
    most = program.max_participants
    if most is not None and not await session.scalar(queries.has_free_place(program.id, most)):
        raise CapacityReached
