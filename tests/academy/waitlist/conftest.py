"""Cohorts that are full, people who wait for them, and a seed for what is left to chance."""

import os
import random
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from app.academy.cohorts import counters, queue, seats
from app.academy.enrollments import service as enrollments
from app.academy.models import Cohort, Course, WaitlistEntry, WaitlistStatus
from app.academy.permissions import AcademyActor
from app.core.database.engine import normalise
from app.identity.models import Account
from app.local.services import Services
from tests.academy.conftest import enter
from tests.factories import academy
from tests.support.client import ApiClient
from tests.support.database import of_database

HOUSE = AcademyActor.system()
RETURN_TO = {"success_url": "https://app.example.com/welcome", "cancel_url": "https://app.example.com/courses"}
LIVE = {WaitlistStatus.waiting, WaitlistStatus.offered}


@pytest.fixture
def chance(request: pytest.FixtureRequest) -> random.Random:
    """Randomness that can be had again: the seed is in the report of a failure, LYCEUM_TEST_SEED sets it."""
    seed = int(os.environ.get("LYCEUM_TEST_SEED") or random.SystemRandom().randrange(1_000_000))
    request.node.add_report_section("call", "seed", f"LYCEUM_TEST_SEED={seed}")
    return random.Random(seed)  # noqa: S311  (nothing secret)


@pytest_asyncio.fixture
async def owner(server: Services, database_url: str) -> AsyncIterator[AsyncEngine]:
    """Somebody with a hand in the database, past all our code."""
    name = database_url.partition("?")[0].rpartition("/")[2]
    url, arguments = normalise(of_database(server.owner_url, name))
    made = create_async_engine(url, connect_args=arguments)
    yield made
    await made.dispose()


async def plan(
    session: AsyncSession, course: Course | None = None, *, seats: int = 1, price: int = 0, **more: Any
) -> Cohort:
    """A saved cohort of so many seats, all free; of a new, free course unless one is given."""
    if course is None:
        course = academy.course(price_b2c=price)
        session.add(course)
        await session.flush()
    cohort = academy.cohort(course, max_capacity=seats, **more)
    session.add(cohort)
    await session.flush()
    return cohort


async def sit(session: AsyncSession, cohort: Cohort, account: Account | None = None) -> UUID:
    """Give somebody (new) a seat; the enrollment's id."""
    account = account or await enter(session)
    return await seats.take(session, seats.SeatOrder(cohort.id, account.id))


async def full(session: AsyncSession, course: Course | None = None, **more: Any) -> tuple[Cohort, list[UUID]]:
    """A saved cohort without a free seat, and the enrollments that have them."""
    cohort = await plan(session, course, **more)
    return cohort, [await sit(session, cohort) for _ in range(cohort.max_capacity)]


async def wait(session: AsyncSession, cohort: Cohort, account: Account | None = None) -> WaitlistEntry:
    """Put somebody (new) at the end of a cohort's queue."""
    account = account or await enter(session)
    return await queue.join(session, account.id, await counters.lock_cohort(session, cohort.id))


async def wait_for_course(session: AsyncSession, course_id: UUID, account: Account | None = None) -> WaitlistEntry:
    """Put somebody (new) at the end of a course's queue."""
    account = account or await enter(session)
    return await queue.join_course(session, account.id, await session.get_one(Course, course_id))


async def leave_seat(session: AsyncSession, enrollment_id: UUID) -> None:
    """Cancel an enrollment: its seat goes to the next."""
    await enrollments.cancel(session, HOUSE, enrollment_id)


async def make_over(session: AsyncSession, entry: WaitlistEntry) -> None:
    """Let the time of an offer be over."""
    await session.execute(
        update(WaitlistEntry)
        .where(WaitlistEntry.id == entry.id)
        .values(offer_expires_at=text("now() - interval '1 second'"))
        .execution_options(synchronize_session=False)
    )


async def again(session: AsyncSession, entry: WaitlistEntry) -> WaitlistEntry:
    """An entry as it is now."""
    return await session.get_one(WaitlistEntry, entry.id, populate_existing=True)


async def states(session: AsyncSession, *entries: WaitlistEntry) -> list[str]:
    """What became of the entries."""
    rows = await session.execute(
        select(WaitlistEntry.id, WaitlistEntry.status).where(WaitlistEntry.id.in_([entry.id for entry in entries]))
    )
    found = dict(rows.all())
    return [found[entry.id] for entry in entries]


async def counted(session: AsyncSession, cohort: Cohort) -> tuple[int, int, int]:
    """What a cohort counts now: (current_enrollment, held, waiting); no cohort's counters differ from its rows."""
    assert await seats.drifted_cohorts(session) == []
    row = await session.execute(
        select(Cohort.current_enrollment, Cohort.held, Cohort.waiting).where(Cohort.id == cohort.id)
    )
    found = row.one()
    return found[0], found[1], found[2]


async def of(client: ApiClient, session: AsyncSession, entry: WaitlistEntry) -> ApiClient:
    """The client as the person who waits."""
    return await client.as_(await session.get_one(Account, entry.user_id))


def code(answer: Any) -> tuple[int, str]:
    """Status and code of a refusal."""
    return answer.status_code, answer.json()["code"]
