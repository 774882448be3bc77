"""Reads of programs: everybody sees those of the organizations that they belong to, and nobody else's."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Select, Uuid, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import with_expression

from app.core.errors import NotFound
from app.core.http.pages import Rows, paginate
from app.core.http.sorting import sort_by
from app.crm.models import ParticipationStatus, Program, ProgramEvent, ProgramParticipation, ProgramSlug, ProgramStatus
from app.crm.permissions import CrmActor
from app.crm.programs import rules
from app.crm.programs.schemas import CrmProgramFilter

_SORTS = {"created_at": Program.created_at, "name": Program.name}


def _count(status: ParticipationStatus) -> ColumnElement[int]:
    """How many participations of a program have this status: in the statement that reads it, for a page as for one."""
    rows = select(func.count()).where(
        ProgramParticipation.program_id == Program.id, ProgramParticipation.status == status
    )
    return rows.correlate(Program).scalar_subquery()


def _linked_events() -> ColumnElement[list[UUID]]:
    linked = select(ProgramEvent.event_id).where(ProgramEvent.program_id == Program.id).order_by(ProgramEvent.event_id)
    return func.array(linked.correlate(Program).scalar_subquery(), type_=ARRAY(Uuid))


def visible_programs(actor: CrmActor) -> Select[Program]:
    """The programs that the actor may know of, each with its counts and its events."""
    programs = select(Program).options(
        with_expression(Program.enrolled_count, _count(ParticipationStatus.enrolled)),
        with_expression(Program.pending_count, _count(ParticipationStatus.pending)),
        with_expression(Program.linked_event_ids, _linked_events()),
    )
    return programs if actor.sees_everything else programs.where(Program.organization_id.in_(actor.organization_ids))


async def get_program(session: AsyncSession, actor: CrmActor, program_id: UUID) -> Program:
    """A program as it is now. Raises `NotFound` for one that the actor may not know of."""
    rows = visible_programs(actor).where(Program.id == program_id)
    program = await session.scalar(rows.execution_options(populate_existing=True))
    if program is None:
        raise NotFound
    return program


async def get_program_by_slug(session: AsyncSession, actor: CrmActor, organization_id: UUID, slug: str) -> Program:
    """The program that is called so; without one, the one that was called so before. Raises `NotFound`."""
    programs = visible_programs(actor).where(Program.organization_id == organization_id)
    program = await session.scalar(programs.where(Program.slug == slug))
    if program is None:
        former = select(ProgramSlug.program_id).where(
            ProgramSlug.organization_id == organization_id, ProgramSlug.slug == slug
        )
        program = await session.scalar(programs.where(Program.id.in_(former)))
    if program is None:
        raise NotFound
    return program


async def list_programs(
    session: AsyncSession, actor: CrmActor, organization_id: UUID, wanted: CrmProgramFilter
) -> Rows[Program]:
    """An organization's programs, the newest first; archived ones only when they are asked for (P-PRG-10)."""
    programs = visible_programs(actor).where(Program.organization_id == organization_id)
    if wanted.status is None:
        programs = programs.where(Program.status != ProgramStatus.archived)
    else:
        programs = programs.where(Program.status == wanted.status)
    if wanted.type is not None:
        programs = programs.where(Program.type == wanted.type)
    if wanted.q is not None:
        programs = programs.where(Program.name.icontains(wanted.q, autoescape=True))
    return await paginate(session, programs, wanted, sort_by(wanted.sort, _SORTS))


async def lock_program(session: AsyncSession, program_id: UUID) -> Program:
    """A program that nobody else edits, enrolls in or completes until the end of the transaction.

    Always the first lock that is taken; participations come after their program (rule 12).
    """
    rows = select(Program).where(Program.id == program_id).with_for_update(key_share=True)
    return (await session.scalars(rows.execution_options(populate_existing=True))).one()


async def list_misnamed(session: AsyncSession, organization_id: UUID) -> Sequence[UUID]:
    """Programs whose slug was not made from the name that they have now; archived ones rest."""
    rows = select(Program.id, Program.name, Program.slug).where(
        Program.organization_id == organization_id, Program.status != ProgramStatus.archived
    )
    found = await session.execute(rows.order_by(Program.id))
    return [program_id for program_id, name, slug in found if not rules.fits(slug, name)]
