"""With thousands in line the next one is found by an index, not by reading the line."""

from uuid import UUID

import pytest
from sqlalchemy import Select, insert, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from app.academy.cohorts import queue
from app.academy.models import Cohort, Learner, WaitlistEntry
from app.identity.models import Account
from tests.academy.waitlist.conftest import plan
from tests.factories import academy, identity

MANY = 1500


async def plan_of(session: AsyncSession, statement: Select[UUID]) -> str:
    sql = statement.compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True})  # type: ignore[no-untyped-call]  # SQLAlchemy's own
    return "\n".join((await session.scalars(text(f"EXPLAIN {sql}"))).all())


@pytest.mark.parallel
async def test_the_first_in_line_are_found_by_queue_and_position(
    parallel: async_sessionmaker[AsyncSession], owner: AsyncEngine
) -> None:
    async with parallel.begin() as session:
        cohort = await crowd_into(session)
    async with owner.begin() as connection:  # as autovacuum would, in its own time
        await connection.execute(text("ANALYZE academy.waitlist, academy.enrollments"))
    async with parallel() as session:
        own = await plan_of(session, queue.first_in_line(queue.waits_for_cohort(cohort.id), 3))
        waits = queue.waits_for_course(cohort.course_id, cohort.id)
        of_course = await plan_of(session, queue.first_in_line(waits, 3))
    assert "ix_waitlist_cohort_id_position" in own, own
    assert "ix_waitlist_course_queue" in of_course, of_course
    for found in (own, of_course):
        assert "Seq Scan on waitlist" not in found, found
        assert "Sort" not in found, found


async def crowd_into(session: AsyncSession) -> Cohort:
    """Three cohorts of a course each, with everybody in all of their queues; one of them."""
    cohorts = [await plan(session) for _ in range(3)]
    accounts = [identity.account() for _ in range(MANY)]
    learners = [academy.learner(account) for account in accounts]
    for model, rows in ((Account, accounts), (Learner, learners)):
        values = [
            {
                column.key: getattr(row, column.key)
                for column in model.__table__.columns
                if getattr(row, column.key) is not None
            }
            for row in rows
        ]
        await session.execute(insert(model), values)
    entries = [
        {"user_id": account.id, "course_id": cohort.course_id, "cohort_id": place, "position": position}
        for cohort in cohorts
        for place in (cohort.id, None)
        for position, account in enumerate(accounts)
    ]
    await session.execute(insert(WaitlistEntry), entries)
    return cohorts[1]
