"""The clock of cohorts."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.models import Cohort
from app.core.clock import utc_now
from tests.support.worker import WorkerOnDemand

SaveCohort = Callable[..., Awaitable[Cohort]]


async def status_of(session: AsyncSession, cohort: Cohort) -> str | None:
    """What the database says now."""
    return await session.scalar(select(Cohort.status).where(Cohort.id == cohort.id))


@pytest.mark.req("A-COH-02")
@pytest.mark.parametrize(
    ("before", "starts", "ends", "after"),
    [
        ("open", 1, 2, "open"),
        ("open", -1, 1, "in_progress"),
        ("open", -2, -1, "completed"),
        ("in_progress", -1, 1, "in_progress"),
        ("in_progress", -2, -1, "completed"),
        ("scheduled", -2, -1, "scheduled"),
        ("cancelled", -2, -1, "cancelled"),
        ("completed", -2, -1, "completed"),
    ],
)
async def test_the_clock_starts_and_completes_cohorts(
    session: AsyncSession,
    worker: WorkerOnDemand,
    save: SaveCohort,
    *,
    before: str,
    starts: int,
    ends: int,
    after: str,
) -> None:
    now = utc_now()
    cohort = await save(status=before, start_date=now + timedelta(days=starts), end_date=now + timedelta(days=ends))
    await worker.run_schedule("academy.move_cohorts_along")
    assert await status_of(session, cohort) == after


async def test_each_move_of_the_clock_is_announced_once(worker: WorkerOnDemand, save: SaveCohort) -> None:
    now = utc_now()
    await save(start_date=now - timedelta(days=2), end_date=now - timedelta(days=1))
    for _ in range(2):
        await worker.run_schedule("academy.move_cohorts_along")
    kinds = [each.kind for each in await worker.announced()]
    assert kinds.count("academy.cohort_status_changed") == 2
    assert kinds.count("academy.cohort_completed") == 1


async def test_the_clock_moves_any_number_of_cohorts_in_a_few_statements(
    session: AsyncSession, worker: WorkerOnDemand, save: SaveCohort
) -> None:
    start = utc_now() - timedelta(hours=1)
    for _ in range(5):
        await save(start_date=start)
    await worker.run_schedule("academy.move_cohorts_along")
    moved = select(func.count()).where(Cohort.status == "in_progress")
    assert await session.scalar(moved) == 5
