"""Any history of buying, paying, cancelling, moving, waiting and answering leaves counters that equal their rows."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from functools import partial

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.academy.cohorts import counters, seats
from app.academy.enrollments import service as enrollments
from app.academy.models import Enrollment
from app.core.errors import AppError
from app.core.http.faults import sqlstate_of
from tests.academy.waitlist import world
from tests.academy.waitlist.conftest import HOUSE, full, plan

Sessions = async_sessionmaker[AsyncSession]


@pytest.mark.slow
@pytest.mark.req("A-COH-04")
async def test_after_every_step_of_a_random_history_the_counters_equal_their_rows(
    session: AsyncSession, chance: random.Random
) -> None:
    place = await world.create(session)
    seen: Counter[str] = Counter()
    for _ in range(600):
        await world.happens(world.any_act(chance), session, place, chance, seen)
        await world.judge(session, place)
        session.expire_all()
    await world.settle(session, place)
    await world.judge(session, place)
    assert {act.__name__ for act, _ in world.ACTS} == {name.partition(":")[0] for name in seen}
    assert set(seen) >= world.WANTED, f"too little happened: {seen}"


@pytest.mark.slow
@pytest.mark.parallel
@pytest.mark.timeout(180)
@pytest.mark.req("A-COH-04", "A-WTL-07")
async def test_a_storm_on_sixteen_connections_has_no_deadlock_and_loses_nothing(
    parallel: Sessions, chance: random.Random
) -> None:
    async with parallel.begin() as session:
        place = await world.create(session)
    seen: Counter[str] = Counter()
    broken: Counter[str | None] = Counter()

    async def somebody(own: random.Random) -> None:
        for _ in range(40):
            try:
                async with parallel.begin() as session:
                    await world.happens(world.any_act(own), session, place, own, seen)
            except DBAPIError as error:
                broken[sqlstate_of(error)] += 1

    await asyncio.gather(*(somebody(random.Random(chance.random())) for _ in range(16)))  # noqa: S311  (nothing secret)
    assert broken == {}, f"{broken} among {seen}"
    async with parallel.begin() as session:
        await world.judge(session, place)
        await world.settle(session, place)
        await world.judge(session, place)
    assert set(seen) >= world.WANTED, f"too little happened: {seen}"


@pytest.mark.parallel
@pytest.mark.req("A-ENR-16")
async def test_a_seat_that_is_moved_and_cancelled_at_once_does_not_become_two(parallel: Sessions) -> None:
    async with parallel.begin() as session:
        first, (enrollment_id,) = await full(session)
        course = (await counters.lock_cohort(session, first.id)).course
        others = [await plan(session, course) for _ in range(4)]
    acts: list[Callable[[AsyncSession], Awaitable[object]]] = [
        partial(enrollments.transfer, actor=HOUSE, enrollment_id=enrollment_id, cohort_id=other.id) for other in others
    ]
    acts.append(partial(enrollments.cancel, actor=HOUSE, enrollment_id=enrollment_id))

    async def tried(act: Callable[[AsyncSession], Awaitable[object]]) -> str:
        try:
            async with parallel.begin() as session:
                await act(session)
        except AppError as refused:
            return refused.code
        return "done"

    outcomes = Counter(await asyncio.gather(*(tried(act) for act in acts)))
    assert outcomes == {"done": 1, "academy.enrollment_ended": 4}
    async with parallel() as session:
        seated = await session.scalars(select(Enrollment.id).where(Enrollment.has_seat))
        assert len(seated.all()) <= 1
        assert await seats.drifted_cohorts(session) == []
