"""Measuring under a crowd, on real connections: one row, no lost regrade, no deadlock."""

import asyncio
from collections.abc import Awaitable, Callable
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.academy.gain import service
from app.academy.gain.jobs import measure_gain
from app.academy.gain.rules import Scope, ScopeKind
from app.academy.models import AssessmentAttempt, LearningGain
from app.core.ids import new_id
from tests.academy.gain.conftest import HOUSE, graded
from tests.academy.gain.world import create, enroll, score
from tests.support.worker import WorkerOnDemand

pytestmark = pytest.mark.parallel

LOCK_NOT_AVAILABLE = "55P03"

Sessions = async_sessionmaker[AsyncSession]


async def patiently(act: Callable[[], Awaitable[None]]) -> None:
    """As the worker does: what waited too long for a lock is tried again."""
    for _ in range(20):
        try:
            return await act()
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) != LOCK_NOT_AVAILABLE:
                raise
    raise AssertionError("never got its turn")


async def gains(parallel: Sessions) -> list[Decimal | None]:
    async with parallel() as session:
        return list(await session.scalars(select(LearningGain.normalized_gain).order_by(LearningGain.enrollment_id)))


@pytest.mark.req("A-GAN-07", "D-04")
async def test_fifty_runs_of_the_job_at_once_write_one_row_and_tell_of_it_once(parallel: Sessions) -> None:
    async with parallel.begin() as session:
        world = await create(session)
        enrollment = await enroll(session, world)
        await score(session, world, enrollment, world.pre, 40)
        event = graded(await score(session, world, enrollment, world.post, 85))

    async def run() -> None:
        async with parallel.begin() as session:
            await measure_gain(session, event)

    await asyncio.gather(*(patiently(run) for _ in range(50)))
    assert await gains(parallel) == [Decimal("0.75")]
    assert len(await WorkerOnDemand(parallel, {}).announced("academy.gain_measured")) == 1


@pytest.mark.req("A-GAN-07")
async def test_of_fifty_regrades_at_once_with_recomputations_between_none_is_lost(parallel: Sessions) -> None:
    async with parallel.begin() as session:
        world = await create(session)
        attempts: list[AssessmentAttempt] = []
        for _ in range(10):
            enrollment = await enroll(session, world)
            await score(session, world, enrollment, world.pre, 0)
            attempts.append(await score(session, world, enrollment, world.post, 10))

    async def regrade(attempt: AssessmentAttempt, value: int) -> None:
        """As grading does: the score in one transaction, the job after it."""
        async with parallel.begin() as session:
            changed = update(AssessmentAttempt).where(AssessmentAttempt.id == attempt.id).values(score=value)
            await session.execute(changed)

        async def run() -> None:
            async with parallel.begin() as session:
                await measure_gain(session, graded(attempt, is_regrade=True))

        await patiently(run)

    async def recompute() -> None:
        async with parallel.begin() as session:
            scope = Scope(ScopeKind.course, world.course.id)
            await service.recompute(session, HOUSE, new_id(), scope)

    regrades = [regrade(attempt, 20 + 10 * n) for n in range(5) for attempt in attempts]
    await asyncio.gather(*regrades, *(patiently(recompute) for _ in range(5)))
    async with parallel() as session:
        scores = {
            row.enrollment_id: row.score
            for row in await session.execute(
                select(AssessmentAttempt.enrollment_id, AssessmentAttempt.score).where(
                    AssessmentAttempt.assessment_id == world.post.id
                )
            )
        }
        kept = {
            row.enrollment_id: row.post_score
            for row in await session.execute(select(LearningGain.enrollment_id, LearningGain.post_score))
        }
    assert kept == scores


async def test_a_job_waits_for_a_recomputation_and_then_sees_what_came_meanwhile(parallel: Sessions) -> None:
    async with parallel.begin() as session:
        world = await create(session)
        enrollment = await enroll(session, world)
        await score(session, world, enrollment, world.pre, 40)
        after = await score(session, world, enrollment, world.post, 85)

    async def run() -> None:
        async with parallel.begin() as session:
            await measure_gain(session, graded(after))

    async with parallel.begin() as recomputing:
        await service.recompute(recomputing, HOUSE, new_id(), Scope(ScopeKind.everybody))
        job = asyncio.create_task(run())
        await until_blocked(parallel)
        async with parallel.begin() as grading:
            await grading.execute(update(AssessmentAttempt).where(AssessmentAttempt.id == after.id).values(score=100))
    await job
    assert await gains(parallel) == [Decimal(1)]
    assert await count(parallel, enrollment.id) == 1


BLOCKED = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")


async def until_blocked(parallel: Sessions) -> None:
    async with asyncio.timeout(5), parallel() as session:
        while not await session.scalar(BLOCKED):
            await session.execute(text("SELECT pg_sleep(0.01)"))


async def count(parallel: Sessions, enrollment_id: UUID) -> int:
    async with parallel() as session:
        rows = select(func.count()).select_from(LearningGain).where(LearningGain.enrollment_id == enrollment_id)
        return await session.scalar(rows) or 0
