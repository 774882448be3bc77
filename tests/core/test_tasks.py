"""Background tasks end when they are told to, also those that overhear it the first time."""

import asyncio

import pytest

from app.core.tasks import end


async def test_a_task_that_swallows_a_cancellation_is_told_again() -> None:
    told = 0

    async def deaf() -> None:
        nonlocal told
        while True:
            try:
                await asyncio.sleep(3600)
            except asyncio.CancelledError:
                told += 1
                if told > 1:
                    raise

    task = asyncio.create_task(deaf())
    await asyncio.sleep(0)
    async with asyncio.timeout(5):
        await end(task, again_after=0.01)
    assert (told, task.cancelled()) == (2, True)


@pytest.mark.parametrize("ends_by", [None, ValueError("no")], ids=["well", "badly"])
async def test_what_has_ended_already_is_left_alone(ends_by: Exception | None) -> None:
    async def brief() -> None:
        if ends_by:
            raise ends_by

    task = asyncio.create_task(brief())
    await asyncio.wait({task})
    await end(task)
    assert not task.cancelled()


async def test_nobody_to_end_is_no_problem() -> None:
    await end()
