"""The database under the ceilings: asyncpg's own pool, its prepared statements, nothing asked on the way back."""

import os
from typing import Any

import asyncpg


async def _leave_as_it_is(_: object) -> None:
    """Statements in autocommit leave nothing behind that had to be reset."""


class Lanes:
    """As many connections as the product has by default."""

    def __init__(self) -> None:
        self._pool: Any = None

    async def open(self) -> None:
        size = int(os.environ["BENCH_POOL"])
        self._pool = await asyncpg.create_pool(
            os.environ["BENCH_DATABASE"], ssl=False, min_size=size, max_size=size, reset=_leave_as_it_is
        )

    async def close(self) -> None:
        await self._pool.close()

    async def value(self, statement: str, *arguments: object) -> Any:
        """The one value that `statement` gives."""
        return await self._pool.fetchval(statement, *arguments)


lanes = Lanes()

STANDING = """
    SELECT account.id, account.email, account.name
    FROM core.auth_sessions login JOIN core.accounts account ON account.id = login.account_id
    WHERE login.id = $2 AND account.id = $1 AND account.status = 'active'
      AND login.revoked_at IS NULL AND login.expires_at > now()
"""
"""The account, if it and its login ($1, $2) are still good: asked in the statement that does the work."""
