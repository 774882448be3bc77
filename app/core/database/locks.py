"""Advisory locks, always bound to the transaction: a pooler in transaction mode and a crash both release them."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_TRY = text("SELECT pg_try_advisory_xact_lock(hashtextextended(:name, 0))")
_WAIT = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")


async def wait_for_lock(session: AsyncSession, name: str) -> None:
    """Hold the lock `name` until the end of this transaction; waits as long as `lock_timeout` allows."""
    await session.execute(_WAIT, {"name": name})


async def try_lock(session: AsyncSession, name: str) -> bool:
    """Whether this transaction now holds the lock `name`; never waits."""
    return bool(await session.scalar(_TRY, {"name": name}))
