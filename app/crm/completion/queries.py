"""What counts towards completion, as expressions over `ProgramParticipation` and its `Program`."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Double, Numeric, and_, case, cast, exists, false, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.crm.models import (
    AttendanceStatus,
    CompletionCriteriaType,
    Event,
    EventAttendance,
    Program,
    ProgramEvent,
    ProgramParticipation,
    ProgramStatus,
)

WAS_THERE = (AttendanceStatus.attended, AttendanceStatus.partial)


def _is_held() -> ColumnElement[bool]:
    """Whether an event has taken place (Z-24)."""
    return and_(Event.cancelled_at.is_(None), Event.ends_at <= func.now())


def _attended(counts: ColumnElement[bool]) -> ColumnElement[int]:
    """How many of the program's events that count the participant was at."""
    rows = (
        select(func.count())
        .select_from(ProgramEvent)
        .join(Event, Event.id == ProgramEvent.event_id)
        .join(EventAttendance, EventAttendance.event_id == Event.id)
        .where(
            ProgramEvent.program_id == ProgramParticipation.program_id,
            EventAttendance.user_id == ProgramParticipation.user_id,
            EventAttendance.status.in_(WAS_THERE),
            counts,
        )
    )
    return rows.correlate(ProgramParticipation).scalar_subquery()


def _held() -> ColumnElement[int]:
    """How many of the program's events have taken place."""
    rows = (
        select(func.count())
        .select_from(ProgramEvent)
        .join(Event, Event.id == ProgramEvent.event_id)
        .where(ProgramEvent.program_id == ProgramParticipation.program_id, _is_held())
    )
    return rows.correlate(ProgramParticipation).scalar_subquery()


def attended_count() -> ColumnElement[int]:
    """What `attendance_count` counts: linked events that somebody was at, and what an admin counted by hand."""
    by_hand = func.coalesce(ProgramParticipation.manual_attendance_count, 0)
    return _attended(Event.cancelled_at.is_(None)) + by_hand


def attendance_percentage() -> ColumnElement[float | None]:
    """Of the linked events that have taken place, how many percent somebody was at; null while there is none."""
    return cast(func.round(cast(_attended(_is_held()) * 100, Numeric) / func.nullif(_held(), 0), 1), Double)


def has_met_criteria() -> ColumnElement[bool]:
    """Whether the numbers complete a participation. Compared without rounding; with no held event nothing completes."""
    return case(
        (
            Program.completion_criteria_type == CompletionCriteriaType.attendance_count,
            attended_count() >= Program.completion_required_count,
        ),
        (
            Program.completion_criteria_type == CompletionCriteriaType.attendance_percentage,
            and_(_held() > 0, _attended(_is_held()) * 100 >= Program.completion_required_percentage * _held()),
        ),
        else_=false(),
    )


async def lock_programs(session: AsyncSession, program_ids: Sequence[UUID], *, only_active: bool) -> Sequence[UUID]:
    """Those of the programs whose participations may be completed, locked in the order of their ids.

    Whoever counts by hand holds the same lock, so of two changes at once the later one sees both.
    """
    rows = select(Program.id).where(Program.id.in_(program_ids)).order_by(Program.id).with_for_update(key_share=True)
    if only_active:
        rows = rows.where(Program.status == ProgramStatus.active)
    return (await session.scalars(rows)).all()


async def list_programs_of_event(session: AsyncSession, event_id: UUID) -> Sequence[UUID]:
    """Active programs for which an event counts."""
    rows = (
        select(ProgramEvent.program_id)
        .join(Program, Program.id == ProgramEvent.program_id)
        .where(ProgramEvent.event_id == event_id, Program.status == ProgramStatus.active)
    )
    return (await session.scalars(rows)).all()


async def list_programs_with_events_just_held(session: AsyncSession, within: timedelta) -> Sequence[UUID]:
    """Active programs with a percentage, and a linked event that ended within this time: it counts from then on."""
    just_held = and_(Event.cancelled_at.is_(None), Event.ends_at.between(func.now() - within, func.now()))
    rows = select(Program.id).where(
        Program.status == ProgramStatus.active,
        Program.completion_criteria_type == CompletionCriteriaType.attendance_percentage,
        exists().where(ProgramEvent.program_id == Program.id, Event.id == ProgramEvent.event_id, just_held),
    )
    return (await session.scalars(rows)).all()


def has_news_since_reopening() -> ColumnElement[bool]:
    """Whether an event was held since an admin took the completion back, or none ever did: the clock's condition."""
    held_since = exists().where(
        ProgramEvent.program_id == ProgramParticipation.program_id,
        Event.id == ProgramEvent.event_id,
        _is_held(),
        Event.ends_at > ProgramParticipation.reopened_at,
    )
    return ProgramParticipation.reopened_at.is_(None) | held_since.correlate(ProgramParticipation)
