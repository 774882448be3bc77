"""Advisory locks, always bound to the transaction: a pooler in transaction mode and a crash both release them."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_TRY = text("SELECT pg_try_advisory_xact_lock(hashtextextended(:name, 0))")


async def try_lock(session: AsyncSession, name: str) -> bool:
    """Whether this transaction now holds the lock `name`; never waits."""
    return bool(await session.scalar(_TRY, {"name": name}))
