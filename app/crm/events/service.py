"""Verbs on events: plan, change, cancel, say who was there, link to programs."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.database.patch import patch
from app.core.errors import FieldError, Invalid
from app.core.http.etags import require_match
from app.core.ids import new_id
from app.crm.audit.service import announce, changes_of
from app.crm.events import queries
from app.crm.events.errors import (
    AttendeesUnknown,
    EventCancelled,
    EventNotStarted,
    EventOfAnotherOrganization,
    EventTimesReversed,
)
from app.crm.events.schemas import CrmAttendanceItem, CrmEventCreate, CrmEventUpdate
from app.crm.models import Event, EventAttendance, Program, ProgramEvent, ProgramStatus
from app.crm.permissions import CrmActor, Permission, allow
from app.crm.programs import queries as programs
from app.crm.programs.errors import ProgramArchived
from app.domain_events import crm as told
from app.identity.models import Organization


async def create_event(
    session: AsyncSession, actor: CrmActor, organization: Organization, data: CrmEventCreate
) -> Event:
    """Plan an event. It counts for no program yet."""
    allow(actor, Permission.EVENT_EDIT, organization)
    made_by = None if actor.is_system else actor.account_id
    event = Event(id=new_id(), organization_id=organization.id, created_by=made_by, **data.model_dump())
    session.add(event)
    announce(
        session,
        actor,
        told.EventCreated(event_id=event.id, organization_id=organization.id),
        organization.id,
        {"title": data.title, "starts_at": data.starts_at, "ends_at": data.ends_at},
    )
    return await queries.get_event(session, actor, event.id)


async def update_event(
    session: AsyncSession, actor: CrmActor, event: Event, data: CrmEventUpdate, if_match: str | None = None
) -> Event:
    """Change the fields that were sent. Raises `Stale`, `EventCancelled` and `EventTimesReversed`."""
    allow(actor, Permission.EVENT_EDIT, event)
    event = await queries.lock_event(session, event.id)
    require_match(event, if_match)
    if event.cancelled_at is not None:
        raise EventCancelled
    before = {name: getattr(event, name) for name in data.model_fields_set}
    changed = patch(event, data)
    if event.ends_at <= event.starts_at:
        raise EventTimesReversed(errors=(FieldError("/ends_at", "times_reversed", EventTimesReversed.title),))
    if changed:
        news = told.EventChanged(
            event_id=event.id, organization_id=event.organization_id, fields=tuple(sorted(changed))
        )
        announce(session, actor, news, event.organization_id, changes_of(event, before, changed))
    return await queries.get_event(session, actor, event.id)


async def cancel_event(session: AsyncSession, actor: CrmActor, event: Event, if_match: str | None = None) -> None:
    """Call an event off: it counts for nobody and against nobody. Twice changes nothing."""
    allow(actor, Permission.EVENT_EDIT, event)
    event = await queries.lock_event(session, event.id)
    require_match(event, if_match)
    if event.cancelled_at is None:
        event.cancelled_at = func.now()
        event.version += 1
        news = told.EventCancelled(event_id=event.id, organization_id=event.organization_id)
        announce(session, actor, news, event.organization_id)


async def record_attendance(
    session: AsyncSession, actor: CrmActor, event: Event, items: Sequence[CrmAttendanceItem]
) -> int:
    """Say who was there, all of it or nothing; returns of how many people something new was said.

    The worker looks at the programs afterwards. Raises `EventCancelled`, `EventNotStarted`, `AttendeesUnknown`.
    """
    allow(actor, Permission.ATTENDANCE_RECORD, event)
    event = await queries.lock_event(session, event.id, shared=True)
    if event.cancelled_at is not None:
        raise EventCancelled
    if not await queries.has_started(session, event.id):
        raise EventNotStarted
    await _require_attendees(session, event, items)
    said = {item.account_id: item.status for item in items}
    recorded_by = None if actor.is_system else actor.account_id
    rows = [
        {"event_id": event.id, "user_id": account_id, "status": status, "recorded_by": recorded_by}
        for account_id, status in sorted(said.items())  # two who record at once lock the rows in one order
    ]
    made = insert(EventAttendance).values(rows)
    changed = await session.scalars(
        made.on_conflict_do_update(
            index_elements=[EventAttendance.event_id, EventAttendance.user_id],
            set_={"status": made.excluded.status, "recorded_by": made.excluded.recorded_by},
            where=EventAttendance.status != made.excluded.status,
        ).returning(EventAttendance.user_id)
    )
    account_ids = sorted(changed)
    if account_ids:
        news = told.AttendanceRecorded(
            event_id=event.id, organization_id=event.organization_id, account_ids=tuple(account_ids)
        )
        changes = {str(account_id): said[account_id] for account_id in account_ids}
        announce(session, actor, news, event.organization_id, changes)
    return len(account_ids)


async def _require_attendees(session: AsyncSession, event: Event, items: Sequence[CrmAttendanceItem]) -> None:
    known = await queries.known_in(session, event.organization_id, {item.account_id for item in items})
    seen: set[UUID] = set()
    repeated, unknown = [], []
    for index, item in enumerate(items):
        if item.account_id in seen:
            repeated.append(FieldError(f"/items/{index}/account_id", "repeated", "This person is named above"))
        elif item.account_id not in known:
            unknown.append(FieldError(f"/items/{index}/account_id", "not_org_member", "Never belonged to it"))
        seen.add(item.account_id)
    if repeated:
        raise Invalid(errors=tuple(repeated))
    if unknown:
        raise AttendeesUnknown(errors=tuple(unknown))


# Which events count for which programs


async def link_event(session: AsyncSession, actor: CrmActor, program: Program, event_id: UUID) -> Program:
    """Let an event count for a program. Twice changes nothing.

    Raises `EventOfAnotherOrganization`, whether there is such an event elsewhere or not, and `ProgramArchived`.
    """
    program = await _lock_for_links(session, actor, program)
    if not await queries.is_of_organization(session, event_id, program.organization_id):
        error = FieldError("/path/event_id", "event_of_another_organization", EventOfAnotherOrganization.title)
        raise EventOfAnotherOrganization(errors=(error,))
    link = insert(ProgramEvent).values(
        program_id=program.id, event_id=event_id, organization_id=program.organization_id
    )
    if await session.scalar(link.on_conflict_do_nothing().returning(ProgramEvent.event_id)):
        news = told.ProgramEventLinked(
            program_id=program.id, organization_id=program.organization_id, event_id=event_id
        )
        announce(session, actor, news, program.organization_id, {"event_id": event_id})
    return await programs.get_program(session, actor, program.id)


async def unlink_event(session: AsyncSession, actor: CrmActor, program: Program, event_id: UUID) -> None:
    """Let an event count for a program no more. One that did not count changes nothing. Raises `ProgramArchived`."""
    program = await _lock_for_links(session, actor, program)
    unlinked = delete(ProgramEvent).where(ProgramEvent.program_id == program.id, ProgramEvent.event_id == event_id)
    if await session.scalar(unlinked.returning(ProgramEvent.event_id)):
        news = told.ProgramEventUnlinked(
            program_id=program.id, organization_id=program.organization_id, event_id=event_id
        )
        announce(session, actor, news, program.organization_id, {"event_id": event_id})


async def _lock_for_links(session: AsyncSession, actor: CrmActor, program: Program) -> Program:
    allow(actor, Permission.PROGRAM_EDIT, program)
    program = await programs.lock_program(session, program.id)
    if program.status == ProgramStatus.archived:
        raise ProgramArchived
    return program
