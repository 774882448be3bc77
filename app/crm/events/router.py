"""The door to events: whoever belongs to the organization sees them, its admins plan them and say who was there."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from app.core.errors import Stale
from app.core.http.etags import IfMatch, IfNoneMatch, tag
from app.core.http.idempotency import IdempotencyInFlight, IdempotencyKeyReused
from app.core.http.pages import InvalidCursor, Page, PageQuery, Rows
from app.core.http.problems import refusals
from app.core.http.routing import Router
from app.core.http.session import Session
from app.crm.deps import CurrentCrmActor
from app.crm.events import queries, service
from app.crm.events.deps import EventPath
from app.crm.events.errors import (
    AttendeesUnknown,
    EventCancelled,
    EventNotStarted,
    EventOfAnotherOrganization,
    EventTimesReversed,
)
from app.crm.events.schemas import (
    CrmAttendance,
    CrmAttendanceFilter,
    CrmAttendanceRecorded,
    CrmAttendanceUpdate,
    CrmEvent,
    CrmEventCreate,
    CrmEventFilter,
    CrmEventUpdate,
)
from app.crm.models import Event, EventAttendance, Program
from app.crm.permissions import Permission, allow
from app.crm.programs.deps import ProgramPath
from app.crm.programs.errors import ProgramArchived
from app.crm.programs.schemas import CrmProgram
from app.identity.deps import Idempotent
from app.identity.organizations.deps import OrganizationPath
from app.identity.organizations.errors import OrganizationNotFound

router = Router()


@router.get(
    "/organizations/{organization_id}/events",
    response_model=Page[CrmEvent],
    responses=refusals(OrganizationNotFound, InvalidCursor),
)
async def list_events(
    wanted: Annotated[CrmEventFilter, Query()],
    actor: CurrentCrmActor,
    organization: OrganizationPath,
    session: Session,
) -> Rows[Event]:
    """List an organization's events by their start, cancelled ones too. Members do."""
    return await queries.list_events(session, actor, organization.id, wanted)


@router.post(
    "/organizations/{organization_id}/events",
    status_code=201,
    response_model=CrmEvent,
    responses=refusals(OrganizationNotFound, IdempotencyInFlight, IdempotencyKeyReused),
)
async def create_event(
    body: CrmEventCreate,
    actor: CurrentCrmActor,
    organization: OrganizationPath,
    *,
    key: Idempotent,
    session: Session,
    request: Request,
    response: Response,
) -> Event:
    """Plan an event. It counts for no program until it is linked to one. Admins do."""
    event = await service.create_event(session, actor, organization, body)
    tag(response, request, event)
    return event


@router.get("/events/{event_id}", response_model=CrmEvent)
async def get_event(event: EventPath, request: Request, response: Response, if_none_match: IfNoneMatch = None) -> Event:
    """Read an event of an organization that the caller belongs to."""
    tag(response, request, event)
    return event


@router.patch(
    "/events/{event_id}", response_model=CrmEvent, responses=refusals(EventCancelled, EventTimesReversed, Stale)
)
async def update_event(
    body: CrmEventUpdate,
    actor: CurrentCrmActor,
    event: EventPath,
    *,
    session: Session,
    request: Request,
    response: Response,
    if_match: IfMatch = None,
) -> Event:
    """Change an event. Admins do."""
    changed = await service.update_event(session, actor, event, body, if_match)
    tag(response, request, changed)
    return changed


@router.delete("/events/{event_id}", status_code=204, responses=refusals(Stale))
async def delete_event(actor: CurrentCrmActor, event: EventPath, session: Session, if_match: IfMatch = None) -> None:
    """Cancel an event: it stays readable, and counts for nobody and against nobody. Admins do."""
    await service.cancel_event(session, actor, event, if_match)


@router.get("/events/{event_id}/attendance", response_model=Page[CrmAttendance], responses=refusals(InvalidCursor))
async def list_attendance(
    wanted: Annotated[CrmAttendanceFilter, Query()], actor: CurrentCrmActor, event: EventPath, session: Session
) -> Rows[EventAttendance]:
    """List who was at an event, by name. Admins do."""
    allow(actor, Permission.ATTENDANCE_RECORD, event)
    return await queries.list_attendance(session, event, wanted)


@router.put(
    "/events/{event_id}/attendance",
    response_model=CrmAttendanceRecorded,
    responses=refusals(EventCancelled, EventNotStarted, AttendeesUnknown),
)
async def update_attendance(
    body: CrmAttendanceUpdate, actor: CurrentCrmActor, event: EventPath, session: Session
) -> CrmAttendanceRecorded:
    """Say who was at an event that has begun, up to 200 people at once; saying it again corrects it. Admins do.

    The programs for which the event counts look at it right afterwards, in the background.
    """
    return CrmAttendanceRecorded(changed_count=await service.record_attendance(session, actor, event, body.items))


@router.get("/programs/{program_id}/events", response_model=Page[CrmEvent], responses=refusals(InvalidCursor))
async def list_program_events(
    query: Annotated[PageQuery, Query()], program: ProgramPath, session: Session
) -> Rows[Event]:
    """List the events that count for a program, by their start. Members do."""
    return await queries.list_linked(session, program, query)


@router.put(
    "/programs/{program_id}/events/{event_id}",
    response_model=CrmProgram,
    responses=refusals(EventOfAnotherOrganization, ProgramArchived),
)
async def link_event(event_id: UUID, actor: CurrentCrmActor, program: ProgramPath, session: Session) -> Program:
    """Let an event count for a program of the same organization. Twice changes nothing. Admins do."""
    return await service.link_event(session, actor, program, event_id)


@router.delete("/programs/{program_id}/events/{event_id}", status_code=204, responses=refusals(ProgramArchived))
async def unlink_event(event_id: UUID, actor: CurrentCrmActor, program: ProgramPath, session: Session) -> None:
    """Let an event count for a program no more. Admins do."""
    await service.unlink_event(session, actor, program, event_id)
