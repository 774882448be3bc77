"""What the worker does about completion: look again whenever something changed that counts (P-CMP-05)."""

from app.core.database import AsyncSession
from app.core.outbox.listen import every, on
from app.crm.completion import service
from app.crm.models import ProgramStatus
from app.crm.permissions import CrmActor
from app.domain_events.crm import (
    AttendanceRecorded,
    EventCancelled,
    EventChanged,
    ProgramChanged,
    ProgramEventLinked,
    ProgramEventUnlinked,
    ProgramStatusChanged,
)

HOUSE = CrmActor.system()


@on(AttendanceRecorded)
async def complete_after_attendance(session: AsyncSession, event: AttendanceRecorded) -> None:
    """Complete those whose attendance was recorded, in every active program for which the event counts."""
    await service.complete_for_event(session, HOUSE, event.event_id, event.account_ids)


@on(EventCancelled)
async def complete_after_cancellation(session: AsyncSession, event: EventCancelled) -> None:
    """An event that did not take place leaves fewer to have been at."""
    await service.complete_for_event(session, HOUSE, event.event_id)


@on(EventChanged)
async def complete_after_rescheduling(session: AsyncSession, event: EventChanged) -> None:
    """Another time may make an event one that has been held, or one that has not."""
    if {"starts_at", "ends_at"} & set(event.fields):
        await service.complete_for_event(session, HOUSE, event.event_id)


@on(ProgramEventLinked)
async def complete_after_linking(session: AsyncSession, event: ProgramEventLinked) -> None:
    """Attendance at an event counts from the moment that it is linked, whenever it was recorded."""
    await service.complete_who_met(session, HOUSE, [event.program_id])


@on(ProgramEventUnlinked)
async def complete_after_unlinking(session: AsyncSession, event: ProgramEventUnlinked) -> None:
    """An event that counts no more leaves fewer to have been at."""
    await service.complete_who_met(session, HOUSE, [event.program_id])


@on(ProgramChanged)
async def complete_after_new_criteria(session: AsyncSession, event: ProgramChanged) -> None:
    """Other criteria may be met already."""
    if "completion_criteria" in event.fields:
        await service.complete_who_met(session, HOUSE, [event.program_id])


@on(ProgramStatusChanged)
async def complete_after_activation(session: AsyncSession, event: ProgramStatusChanged) -> None:
    """What was recorded while a program was not active counts when it becomes active."""
    if event.after == ProgramStatus.active:
        await service.complete_who_met(session, HOUSE, [event.program_id])


@every(minutes=5)
async def complete_after_events(session: AsyncSession) -> None:
    """An event counts as held once it has ended, without anybody doing anything (Z-24)."""
    await service.complete_after_events(session, HOUSE)
