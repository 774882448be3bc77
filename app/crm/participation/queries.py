"""Reads of participations: admins see their organization's, everybody their own."""

from uuid import UUID

from sqlalchemy import ColumnElement, Select, Text, case, cast, exists, false, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer, with_expression

from app.core.errors import NotFound
from app.core.http.pages import Rows, SortBy, paginate
from app.core.http.sorting import sort_by
from app.crm.completion.queries import attendance_percentage, attended_count
from app.crm.models import ParticipationStatus, ProgramParticipation
from app.crm.participation.schemas import CrmOwnParticipationFilter, CrmParticipantFilter
from app.crm.permissions import CrmActor
from app.identity.models import OrganizationMembership

_SORTS = {
    "name": ProgramParticipation.name,
    "created_at": ProgramParticipation.created_at,
    "status": ProgramParticipation.status,
}
_LATEST_FIRST = SortBy("created_at", ProgramParticipation.created_at, descending=True)


def _administered_by(actor: CrmActor) -> ColumnElement[bool]:
    return true() if actor.sees_everything else ProgramParticipation.organization_id.in_(actor.administered_ids)


def visible_participations(actor: CrmActor) -> Select[ProgramParticipation]:
    """The participations that the actor may know of, with names; with notes where the actor is an admin."""
    administered = _administered_by(actor)

    def for_admins(notes: ColumnElement[str | None]) -> ColumnElement[str | None]:
        return cast(case((administered, notes)), Text)

    rows = select(ProgramParticipation).options(
        undefer(ProgramParticipation.name),
        with_expression(ProgramParticipation.attended_count, attended_count()),
        with_expression(ProgramParticipation.attendance_percentage, attendance_percentage()),
        with_expression(
            ProgramParticipation.visible_attendance_notes, for_admins(ProgramParticipation.attendance_notes.expression)
        ),
        with_expression(
            ProgramParticipation.visible_admin_notes, for_admins(ProgramParticipation.admin_notes.expression)
        ),
    )
    return rows.where(or_(administered, ProgramParticipation.user_id == actor.account_id))


async def get_participation(session: AsyncSession, actor: CrmActor, participation_id: UUID) -> ProgramParticipation:
    """A participation as it is now. Raises `NotFound` for one that the actor may not know of."""
    rows = visible_participations(actor).where(ProgramParticipation.id == participation_id)
    found = await session.scalar(rows.execution_options(populate_existing=True))
    if found is None:
        raise NotFound
    return found


async def list_participants(
    session: AsyncSession, actor: CrmActor, program_id: UUID, wanted: CrmParticipantFilter
) -> Rows[ProgramParticipation]:
    """Everybody who takes part in a program, or did."""
    rows = visible_participations(actor).where(ProgramParticipation.program_id == program_id)
    if wanted.status is not None:
        rows = rows.where(ProgramParticipation.status == wanted.status)
    if wanted.account_id is not None:
        rows = rows.where(ProgramParticipation.user_id == wanted.account_id)
    if wanted.q is not None:
        rows = rows.where(ProgramParticipation.name.icontains(wanted.q, autoescape=True))
    return await paginate(session, rows, wanted, sort_by(wanted.sort, _SORTS))


async def list_own(
    session: AsyncSession, actor: CrmActor, wanted: CrmOwnParticipationFilter
) -> Rows[ProgramParticipation]:
    """The actor's own participations, the latest first, in whichever organization."""
    rows = visible_participations(actor).where(ProgramParticipation.user_id == actor.account_id)
    if wanted.status is not None:
        rows = rows.where(ProgramParticipation.status == wanted.status)
    if wanted.organization_id is not None:
        rows = rows.where(ProgramParticipation.organization_id == wanted.organization_id)
    return await paginate(session, rows, wanted, _LATEST_FIRST)


async def lock_participation(session: AsyncSession, participation_id: UUID) -> ProgramParticipation:
    """A participation that nobody else changes until the end of the transaction; take it after its program."""
    rows = select(ProgramParticipation).where(ProgramParticipation.id == participation_id).with_for_update()
    return (await session.scalars(rows.execution_options(populate_existing=True))).one()


async def is_member(session: AsyncSession, organization_id: UUID, account_id: UUID) -> bool:
    """Whether an account is a live member of an organization, and stays one until the end of the transaction."""
    place = select(OrganizationMembership.id).where(
        OrganizationMembership.organization_id == organization_id,
        OrganizationMembership.account_id == account_id,
        OrganizationMembership.ended_at.is_(None),
    )
    return await session.scalar(place.with_for_update(read=True)) is not None


async def find_hindrance(session: AsyncSession, program_id: UUID, account_id: UUID) -> ParticipationStatus | None:
    """The status of a participation that stands in the way of another one: a live one, or a completed one."""
    hindrances = (ParticipationStatus.pending, ParticipationStatus.enrolled, ParticipationStatus.completed)
    found = select(ProgramParticipation.status).where(
        ProgramParticipation.program_id == program_id,
        ProgramParticipation.user_id == account_id,
        ProgramParticipation.status.in_(hindrances),
    )
    status = await session.scalar(found.order_by(ProgramParticipation.status.desc()).limit(1))
    return None if status is None else ParticipationStatus(status)


async def list_live_of(session: AsyncSession, organization_id: UUID, account_id: UUID) -> list[tuple[UUID, UUID]]:
    """Program and id of each live participation of somebody in an organization, in the order of locking."""
    rows = select(ProgramParticipation.program_id, ProgramParticipation.id).where(
        ProgramParticipation.organization_id == organization_id,
        ProgramParticipation.user_id == account_id,
        ProgramParticipation.status.in_((ParticipationStatus.pending, ParticipationStatus.enrolled)),
    )
    found = await session.execute(rows.order_by(ProgramParticipation.program_id))
    return [(program_id, participation_id) for program_id, participation_id in found]


def has_free_place(program_id: UUID, max_participants: int) -> Select[bool]:
    """Whether fewer are enrolled than there are places: no further than that is counted. Ask under the lock."""
    last = (
        select(ProgramParticipation.id)
        .where(
            ProgramParticipation.program_id == program_id, ProgramParticipation.status == ParticipationStatus.enrolled
        )
        .offset(max_participants - 1)
        .limit(1)
    )
    return select(~exists(last)) if max_participants > 0 else select(false())
