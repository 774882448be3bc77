"""Clocks: once per slot across all workers, once after downtime, never two runs at once."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.outbox.listen import Book
from tests.core.outbox.conftest import Machinery


@pytest.fixture(autouse=True)
def hourly(book: Book) -> None:
    """The schedule of these tests: every hour at twenty past."""

    @book.every(hours=1, at=timedelta(minutes=20))
    async def tidy(session: AsyncSession) -> None: ...


async def slot(machinery: Machinery) -> Any:
    (row,) = await machinery.execute("SELECT last_slot, now() AS now FROM core.schedules")
    return row


async def test_sweeps_at_the_same_time_start_a_schedule_once(machinery: Machinery) -> None:
    taken = await asyncio.gather(*(machinery.sweep() for _ in range(8)))
    assert (len(await machinery.jobs()), sum(len(each) for each in taken)) == (1, 1)


async def test_a_slot_that_has_run_does_not_run_again(machinery: Machinery) -> None:
    await machinery.sweep()
    await machinery.run()
    await machinery.sweep()
    assert await machinery.states() == ["done"]


async def test_after_downtime_what_was_missed_runs_once(machinery: Machinery) -> None:
    await machinery.sweep()
    await machinery.run()
    await machinery.execute("UPDATE core.schedules SET last_slot = last_slot - interval '50 hours'")
    await asyncio.gather(*(machinery.sweep() for _ in range(4)))
    assert await machinery.states() == ["done", "queued"]


async def test_the_slot_is_the_newest_that_has_begun(machinery: Machinery) -> None:
    await machinery.sweep()
    found = await slot(machinery)
    assert timedelta() <= found.now - found.last_slot < timedelta(hours=1)
    assert found.last_slot.astimezone(UTC).strftime("%M:%S") == "20:00"


async def test_a_job_knows_its_slot(machinery: Machinery) -> None:
    await machinery.sweep()
    payload = (await machinery.job()).payload
    assert datetime.fromisoformat(payload["slot"]) == (await slot(machinery)).last_slot


async def test_a_schedule_that_is_still_unfinished_is_not_started_twice(machinery: Machinery) -> None:
    await machinery.sweep()
    await machinery.execute("UPDATE core.schedules SET last_slot = last_slot - interval '2 hours'")
    await machinery.sweep()
    assert await machinery.states() == ["queued"]


async def test_a_run_that_failed_does_not_stop_the_clock(machinery: Machinery) -> None:
    await machinery.sweep()
    await machinery.execute("UPDATE core.jobs SET state = 'dead', finished_at = now()")
    await machinery.execute("UPDATE core.schedules SET last_slot = last_slot - interval '1 hour'")
    await machinery.sweep()
    assert await machinery.states() == ["dead", "queued"]


async def test_a_schedule_whose_worker_was_killed_runs_again(machinery: Machinery) -> None:
    await machinery.sweep()
    await machinery.execute(
        "UPDATE core.jobs SET state = 'running', attempt = 1, lease_expires_at = now() - interval '1 second',"
        " pushed_at = NULL"
    )
    assert len(await machinery.sweep()) == 1
    assert await machinery.run()
