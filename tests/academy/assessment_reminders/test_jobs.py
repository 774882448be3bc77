"""Reminders by the clock: whom, of what, when, and once (A-ASM-15)."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.academy.assessment_reminders import service
from app.academy.models import AssessmentType, ClassSession, Cohort, Enrollment, Learner
from app.academy.permissions import AcademyActor
from app.core.clock import utc_now
from tests.academy.classroom import Classroom, choice, open_classroom
from tests.factories import learning
from tests.support.worker import WorkerOnDemand

REMIND = "academy.remind_of_assessments"


async def at(session: AsyncSession, room: Classroom, *, hours_from_start: float, status: str = "open") -> None:
    """Let the cohort's two days begin so many hours ago."""
    start = utc_now() - timedelta(hours=hours_from_start)
    dates = {"start_date": start, "end_date": start + timedelta(hours=32), "status": status}
    await session.execute(update(Cohort).where(Cohort.id == room.cohort.id).values(**dates))
    await session.commit()


async def reminders(session: AsyncSession) -> list[Any]:
    await session.commit()
    rows = await session.execute(
        text("SELECT account_id, data FROM core.notifications WHERE type = 'academy.assessment_due'")
    )
    return list(rows.all())


@pytest.mark.req("A-ASM-15")
@pytest.mark.parametrize(
    ("kind", "day", "hours", "is_due"),
    [
        ("pre_course", 1, -49, False),
        ("pre_course", 1, -47, True),
        ("pre_course", 1, -25, True),
        ("pre_course", 1, -1, True),
        ("pre_course", 1, 1, False),
        ("knowledge_check", 1, -1, False),
        ("knowledge_check", 1, 1, True),
        ("knowledge_check", 2, 1, False),
        ("knowledge_check", 2, 25, True),
        ("knowledge_check", 2, 33, False),
        ("post_course", 1, 31, False),
        ("post_course", 1, 33, True),
        ("post_course", 1, 32 + 24 * 7 - 1, True),
        ("post_course", 1, 32 + 24 * 7 + 1, False),
        ("certification", 1, 1, False),
    ],
)
async def test_each_assessment_has_its_time(
    session: AsyncSession,
    room: Classroom,
    worker: WorkerOnDemand,
    *,
    kind: str,
    day: int,
    hours: float,
    is_due: bool,
) -> None:
    await session.execute(update(ClassSession).where(ClassSession.id == room.item.id).values(day_number=day))
    test = await room.test(session, choice(), type=AssessmentType(kind), passing_score=0)
    await at(session, room, hours_from_start=hours)
    await worker.run_schedule(REMIND)
    found = await reminders(session)
    assert len(found) == is_due
    if is_due:
        assert found[0].account_id == room.learner.id
        assert found[0].data["assessment_id"] == str(test.id)
        assert found[0].data["due_by"]


@pytest.mark.req("A-ASM-15")
async def test_a_reminder_goes_out_once_by_inbox_and_mail(
    session: AsyncSession, room: Classroom, worker: WorkerOnDemand
) -> None:
    await room.test(session, choice(), type=AssessmentType.pre_course, passing_score=0)
    await at(session, room, hours_from_start=-24)
    for _ in range(3):
        await worker.run_schedule(REMIND)
    assert len(await reminders(session)) == 1
    mails = await session.execute(text("SELECT template FROM core.mails"))
    assert [each.template for each in mails] == ["assessment_due"]


@pytest.mark.req("A-ASM-15")
@pytest.mark.parametrize(
    "spoil",
    ["begun", "withdrawn", "unpaid", "left", "cancelled cohort"],
)
async def test_who_has_begun_or_is_not_there_is_not_reminded(
    session: AsyncSession, room: Classroom, worker: WorkerOnDemand, spoil: str
) -> None:
    test = await room.test(
        session,
        choice(),
        type=AssessmentType.pre_course,
        passing_score=0,
        is_active=spoil != "withdrawn",
    )
    place = update(Enrollment).where(Enrollment.id == room.enrollment.id)
    if spoil == "begun":
        session.add(learning.attempt(room.learner, test))
    if spoil == "unpaid":
        await session.execute(place.values(payment_status="pending"))
    if spoil == "left":
        await session.execute(place.values(enrollment_status="cancelled"))
    await at(session, room, hours_from_start=-24, status="cancelled" if spoil == "cancelled cohort" else "open")
    await worker.run_schedule(REMIND)
    assert await reminders(session) == []


async def test_who_wants_no_optional_mail_gets_none(
    session: AsyncSession, room: Classroom, worker: WorkerOnDemand
) -> None:
    await room.test(session, choice(), type=AssessmentType.pre_course, passing_score=0)
    await session.execute(update(Learner).where(Learner.id == room.learner.id).values(email_notifications=False))
    await at(session, room, hours_from_start=-24)
    await worker.run_schedule(REMIND)
    assert len(await reminders(session)) == 1
    assert list(await session.scalars(text("SELECT state FROM core.mails"))) == ["suppressed"]


@pytest.mark.req("X-JOB-01")
@pytest.mark.parallel
async def test_workers_that_run_at_once_remind_once(parallel: async_sessionmaker[AsyncSession]) -> None:
    async with parallel() as session:
        room = await open_classroom(session)
        await room.test(session, choice(), type=AssessmentType.pre_course, passing_score=0)
        for _ in range(5):
            await room.colleague(session)
        await at(session, room, hours_from_start=-24)

    async def run() -> int:
        async with parallel.begin() as session:
            return await service.remind(session, AcademyActor.system())

    assert sum(await asyncio.gather(*(run() for _ in range(8)))) == 6
    async with parallel() as session:
        assert len(await reminders(session)) == 6
