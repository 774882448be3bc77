"""The database under the ceilings: one pool, one prepared statement per path, nothing asked on the way back."""

import asyncio
import os
from collections import deque
from dataclasses import dataclass, field
from typing import Any

import asyncpg


@dataclass(slots=True)
class Lane:
    """One connection with the statements that it has prepared."""

    connection: Any
    prepared: dict[str, Any] = field(default_factory=dict)

    async def value(self, statement: str, *arguments: object) -> Any:
        """The first column of the first row."""
        ready = self.prepared.get(statement)
        if ready is None:
            ready = self.prepared[statement] = await self.connection.prepare(statement)
        return await ready.fetchval(*arguments)


class Lanes:
    """As many connections as the product has by default, handed out last in, first out."""

    def __init__(self) -> None:
        self._free: deque[Lane] = deque()
        self._waiting: deque[asyncio.Future[Lane]] = deque()

    async def open(self) -> None:
        url, size = os.environ["BENCH_DATABASE"], int(os.environ["BENCH_POOL"])
        for _ in range(size):
            self._free.append(Lane(await asyncpg.connect(url, ssl=False)))

    async def close(self) -> None:
        while self._free:
            await self._free.pop().connection.close()

    async def value(self, statement: str, *arguments: object) -> Any:
        """The one value that `statement` gives, on whichever connection is free first."""
        if self._free:
            lane = self._free.pop()
        else:
            turn: asyncio.Future[Lane] = asyncio.get_running_loop().create_future()
            self._waiting.append(turn)
            lane = await turn
        try:
            return await lane.value(statement, *arguments)
        finally:
            if self._waiting:
                self._waiting.popleft().set_result(lane)
            else:
                self._free.append(lane)


lanes = Lanes()

STANDING = """
    SELECT account.id, account.email, account.name
    FROM core.auth_sessions login JOIN core.accounts account ON account.id = login.account_id
    WHERE login.id = $2 AND account.id = $1 AND account.status = 'active'
      AND login.revoked_at IS NULL AND login.expires_at > now()
"""
"""The account, if it and its login ($1, $2) are still good: asked in the statement that does the work."""
