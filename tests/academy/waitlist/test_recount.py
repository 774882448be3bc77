"""Counters are held against their rows: a drift is found, repaired and announced; without one nothing happens."""

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from app.academy.cohorts import queue, seats
from app.academy.models import Cohort
from app.gateways import Gateways
from tests.academy.waitlist.conftest import counted, full, leave_seat, sit, states, wait, wait_for_course
from tests.support.worker import WorkerOnDemand

pytestmark = [pytest.mark.parallel, pytest.mark.req("A-COH-04")]

Sessions = async_sessionmaker[AsyncSession]


async def meddle(owner: AsyncEngine, cohort: Cohort, change: str) -> None:
    async with owner.begin() as connection:
        await connection.execute(text(f"UPDATE academy.cohorts SET {change} WHERE id = :id"), {"id": cohort.id})  # noqa: S608  (our own text)


@pytest.mark.parametrize(
    ("change", "was"),
    [
        ("current_enrollment = current_enrollment - 1", {"current_enrollment_was": 1}),
        ("current_enrollment = current_enrollment + 1, max_capacity = 5", {"current_enrollment_was": 3}),
        ("held = 0", {"held_was": 0}),
        ("waiting = waiting + 7", {"waiting_was": 9}),
        ("held = 0, current_enrollment = 0, waiting = 0", {"current_enrollment_was": 0, "held_was": 0}),
    ],
)
async def test_a_drift_is_found_repaired_and_announced_once(
    parallel: Sessions, owner: AsyncEngine, gateways: Gateways, change: str, was: dict[str, int]
) -> None:
    async with parallel.begin() as session:
        cohort, taken = await full(session, seats=4)
        for enrollment_id in taken[:2]:
            await leave_seat(session, enrollment_id)
        # Both freed seats are held: one for the cohort's queue, one for the course's.
        await wait_for_course(session, cohort.course_id)
        await queue.fill_seats(session, cohort.id)
        await wait(session, cohort)
        await queue.fill_seats(session, cohort.id)
        for _ in range(2):
            await wait(session, cohort)
        assert await counted(session, cohort) == (2, 2, 2)
        await full(session)  # another one, which agrees
    await meddle(owner, cohort, change)
    worker = WorkerOnDemand(parallel, {Gateways: gateways})
    async with parallel() as session:
        assert await seats.drifted_cohorts(session) == [cohort.id]
    for _ in range(2):
        await worker.run_schedule("academy.recount_seats")
    async with parallel() as session:
        taken_seats, held, waiting = await counted(session, cohort)
    assert (taken_seats, held + waiting) == (2, 4)
    (drift,) = await worker.announced("academy.cohort_drifted")
    right = {"current_enrollment_is": 2, "held_is": 2, "waiting_is": 2}
    assert right.items() | was.items() <= drift.payload.items()


async def test_without_drift_nothing_is_announced(parallel: Sessions, gateways: Gateways) -> None:
    async with parallel.begin() as session:
        cohort, _ = await full(session)
        await wait(session, cohort)
    worker = WorkerOnDemand(parallel, {Gateways: gateways})
    await worker.run_schedule("academy.recount_seats")
    assert await worker.announced("academy.cohort_drifted") == []


async def test_seats_that_a_wrong_counter_hid_go_to_the_queue(
    parallel: Sessions, owner: AsyncEngine, gateways: Gateways
) -> None:
    async with parallel.begin() as session:
        cohort, _ = await full(session)
        entry = await wait(session, cohort)
    await meddle(owner, cohort, "max_capacity = 3, current_enrollment = 3")
    await WorkerOnDemand(parallel, {Gateways: gateways}).run_schedule("academy.recount_seats")
    async with parallel() as session:
        assert await states(session, entry) == ["offered"]
        assert await counted(session, cohort) == (1, 1, 0)


async def test_more_people_than_seats_make_the_cohort_larger_rather_than_go_on_selling(
    parallel: Sessions, owner: AsyncEngine, gateways: Gateways
) -> None:
    async with parallel.begin() as session:
        cohort, _ = await full(session, seats=2)
    await meddle(owner, cohort, "current_enrollment = 0")
    async with parallel.begin() as session:
        await sit(session, cohort)  # sold on a wrong counter
    await WorkerOnDemand(parallel, {Gateways: gateways}).run_schedule("academy.recount_seats")
    async with parallel() as session:
        assert await counted(session, cohort) == (3, 0, 0)
        row: Any = await session.get_one(Cohort, cohort.id)
        assert (row.max_capacity, row.seats_available) == (3, 0)
