"""Waiting for something to become true."""

import asyncio
from collections.abc import Awaitable, Callable

LOOK_EVERY = 0.05


async def until(holds: Callable[[], Awaitable[bool]], within: float) -> bool:
    """Ask again and again for `within` seconds. Whether it came true; what follows from it if not is the caller's."""
    deadline = asyncio.get_running_loop().time() + within
    while asyncio.get_running_loop().time() < deadline:
        if await holds():
            return True
        await asyncio.sleep(LOOK_EVERY)
    return await holds()
