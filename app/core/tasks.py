"""Ends background tasks for certain."""

import asyncio
from typing import Any

AGAIN_AFTER = 0.2


async def end(*tasks: asyncio.Task[Any], again_after: float = AGAIN_AFTER) -> None:
    """Cancel, and again every `again_after` seconds until it is heard; what the tasks raise is nobody's business.

    Once is not enough: a client of Redis that is told to stop just as its answer arrives takes the answer and goes on.
    """
    left = {task for task in tasks if not task.done()}
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=again_after)
    await asyncio.gather(*tasks, return_exceptions=True)
