"""Reads of events and attendance: events are seen by whoever belongs to the organization."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from app.core.errors import NotFound
from app.core.http.pages import PageQuery, Rows, SortBy, paginate
from app.core.http.sorting import sort_by
from app.crm.events.schemas import CrmAttendanceFilter, CrmEventFilter
from app.crm.models import Event, EventAttendance, Program, ProgramEvent
from app.crm.permissions import CrmActor
from app.identity.models import OrganizationMembership


def visible_events(actor: CrmActor) -> Select[Event]:
    """The events that the actor may know of."""
    events = select(Event)
    return events if actor.sees_everything else events.where(Event.organization_id.in_(actor.organization_ids))


async def get_event(session: AsyncSession, actor: CrmActor, event_id: UUID) -> Event:
    """An event as it is now. Raises `NotFound` for one that the actor may not know of."""
    rows = visible_events(actor).where(Event.id == event_id)
    event = await session.scalar(rows.execution_options(populate_existing=True))
    if event is None:
        raise NotFound
    return event


async def lock_event(session: AsyncSession, event_id: UUID, *, shared: bool = False) -> Event:
    """An event that nobody else edits until the end of the transaction; shared, many may record who is there."""
    rows = select(Event).where(Event.id == event_id)
    rows = rows.with_for_update(read=True) if shared else rows.with_for_update(key_share=True)
    return (await session.scalars(rows.execution_options(populate_existing=True))).one()


async def has_started(session: AsyncSession, event_id: UUID) -> bool:
    """Whether an event has begun, by the database's clock."""
    started = select(Event.starts_at <= func.now()).where(Event.id == event_id)
    return bool(await session.scalar(started))


def _counts_for(program_id: UUID) -> ColumnElement[bool]:
    return exists().where(ProgramEvent.event_id == Event.id, ProgramEvent.program_id == program_id)


async def list_events(
    session: AsyncSession, actor: CrmActor, organization_id: UUID, wanted: CrmEventFilter
) -> Rows[Event]:
    """An organization's events by their start, cancelled ones too."""
    events = visible_events(actor).where(Event.organization_id == organization_id)
    if wanted.starts_from is not None:
        events = events.where(Event.starts_at >= wanted.starts_from)
    if wanted.starts_before is not None:
        events = events.where(Event.starts_at < wanted.starts_before)
    if wanted.program_id is not None:
        events = events.where(_counts_for(wanted.program_id))
    return await paginate(session, events, wanted, sort_by(wanted.sort, {"starts_at": Event.starts_at}))


async def list_linked(session: AsyncSession, program: Program, query: PageQuery) -> Rows[Event]:
    """The events that count for a program which the caller sees, by their start."""
    return await paginate(
        session, select(Event).where(_counts_for(program.id)), query, SortBy("starts_at", Event.starts_at)
    )


async def is_of_organization(session: AsyncSession, event_id: UUID, organization_id: UUID) -> bool:
    """Whether there is such an event in an organization."""
    found = select(Event.id).where(Event.id == event_id, Event.organization_id == organization_id)
    return await session.scalar(found) is not None


async def list_attendance(session: AsyncSession, event: Event, wanted: CrmAttendanceFilter) -> Rows[EventAttendance]:
    """What was said of an event's people. Whoever asks has shown their right to see it."""
    rows = (
        select(EventAttendance)
        .where(EventAttendance.event_id == event.id)
        .options(undefer(EventAttendance.name))
        .execution_options(populate_existing=True)
    )
    if wanted.status is not None:
        rows = rows.where(EventAttendance.status == wanted.status)
    return await paginate(session, rows, wanted, sort_by(wanted.sort, {"name": EventAttendance.name}))


async def known_in(session: AsyncSession, organization_id: UUID, account_ids: Collection[UUID]) -> set[UUID]:
    """Which of these accounts belong to an organization, or did: somebody may have left since the event."""
    rows = select(OrganizationMembership.account_id).where(
        OrganizationMembership.organization_id == organization_id, OrganizationMembership.account_id.in_(account_ids)
    )
    return set(await session.scalars(rows))
