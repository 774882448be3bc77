"""Attendance from many sides at once, on real connections: completed once, and never missed."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.crm.completion import service as completion
from app.crm.events import service as events
from app.crm.events.schemas import CrmAttendanceItem
from app.crm.models import AttendanceStatus, AuditEntry, Event, Program, ProgramParticipation
from app.crm.participation import service as participation
from app.crm.participation.schemas import CrmManualAttendanceUpdate
from app.crm.permissions import CrmActor
from tests.crm.conftest import enter, found, patient
from tests.factories import crm
from tests.support.worker import WorkerOnDemand

pytestmark = pytest.mark.parallel

Sessions = async_sessionmaker[AsyncSession]
HOUSE = CrmActor.system()


async def test_many_looks_at_once_complete_everybody_exactly_once(parallel: Sessions) -> None:
    async with parallel.begin() as session:
        program, rows = await arrange(session, people=10, required=1, there=True)

    async def look() -> int:
        async with parallel.begin() as session:
            return await completion.complete_who_met(session, HOUSE, [program.id])

    assert sum(await asyncio.gather(*(patient(look) for _ in range(20)))) == len(rows)
    await judge(parallel, len(rows))


async def by_event(parallel: Sessions, event: Event, row: ProgramParticipation) -> None:
    """Somebody was at an event: said in one transaction, looked at in another, as the worker does."""
    item = CrmAttendanceItem(account_id=row.user_id, status=AttendanceStatus.attended)
    async with parallel.begin() as session:
        await events.record_attendance(session, HOUSE, event, [item])
    async with parallel.begin() as session:
        await completion.complete_for_event(session, HOUSE, event.id, [row.user_id])


async def by_hand(session: AsyncSession, row: ProgramParticipation) -> None:
    await participation.count_attendance(session, HOUSE, row, CrmManualAttendanceUpdate(manual_attendance_count=1))


@pytest.mark.req("P-CMP-05")
async def test_of_two_halves_that_do_not_see_each_other_the_later_one_waits_and_completes(parallel: Sessions) -> None:
    """By hand it is one of two, not yet committed, when the other one comes from an event."""
    async with parallel.begin() as session:
        program, (row,) = await arrange(session, people=1, required=2, there=False)
        event = await linked_event(session, program)
    async with parallel.begin() as session:
        await by_hand(session, row)
        await session.flush()  # all of it but the commit
        other = asyncio.create_task(by_event(parallel, event, row))
        done, _ = await asyncio.wait({other}, timeout=0.5)
        assert not done, "it looked before there was anything to see"
    await other
    await judge(parallel, 1)


@pytest.mark.req("P-CMP-01")
@pytest.mark.req("P-CMP-05")
async def test_halves_of_many_people_that_come_at_once_complete_each_of_them_once(parallel: Sessions) -> None:
    async with parallel.begin() as session:
        program, rows = await arrange(session, people=15, required=2, there=False)
        event = await linked_event(session, program)

    async def counted(row: ProgramParticipation) -> None:
        async with parallel.begin() as session:
            await by_hand(session, row)

    acts: list[Callable[[], Awaitable[None]]] = [partial(by_event, parallel, event, row) for row in rows]
    acts += [partial(counted, row) for row in rows]
    await asyncio.gather(*(patient(act) for act in acts))
    await judge(parallel, len(rows))


@pytest.mark.req("P-CMP-03")
async def test_a_word_and_the_numbers_at_once_complete_once(parallel: Sessions) -> None:
    async with parallel.begin() as session:
        program, rows = await arrange(session, people=10, required=1, there=True)

    async def by_word(row: ProgramParticipation) -> None:
        async with parallel.begin() as session:
            await participation.complete(session, HOUSE, row)

    async def by_numbers() -> None:
        async with parallel.begin() as session:
            await completion.complete_who_met(session, HOUSE, [program.id])

    await asyncio.gather(*(by_word(row) for row in rows), *(by_numbers() for _ in range(5)), return_exceptions=True)
    await judge(parallel, len(rows))


async def arrange(
    session: AsyncSession, *, people: int, required: int, there: bool
) -> tuple[Program, list[ProgramParticipation]]:
    """A program with this many people in it; all were at its one event, if so said."""
    club = await found(session)
    program = crm.program(
        club.organization.id,
        status="active",
        completion_criteria_type="attendance_count",
        completion_required_count=required,
    )
    session.add(program)
    members = [await enter(session, club.organization) for _ in range(people)]
    rows = [crm.participation(program, each.id) for each in members]
    session.add_all(rows)
    if there:
        event = await linked_event(session, program)
        session.add_all([crm.attendance(event.id, each.id) for each in members])
    return program, rows


async def linked_event(session: AsyncSession, program: Program) -> Event:
    begins = datetime.now(UTC) - timedelta(hours=3)
    event = crm.event(program.organization_id, starts_at=begins, ends_at=begins + timedelta(hours=1))
    session.add(event)
    await session.flush()  # the link and the attendance point at it
    session.add(crm.linked(program, event))
    return event


async def judge(parallel: Sessions, many: int) -> None:
    """Everybody is completed, told of once, and written down once."""
    async with parallel() as session:
        statuses = (await session.scalars(select(ProgramParticipation.status))).all()
        entries = select(AuditEntry.subject_id).where(AuditEntry.action == "participation_completed")
        written = (await session.scalars(entries)).all()
    assert list(statuses) == ["completed"] * many
    assert len(written) == len(set(written)) == many
    told = await WorkerOnDemand(parallel, {}).announced("crm.participation_completed")
    assert len({each.payload["participation_id"] for each in told}) == len(told) == many
