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


async def keep_writers_out(session: AsyncSession, table: str) -> None:
    """Nobody else writes into `table` until the end of this transaction; everybody reads on. Names come from the code.

    Waits for those who are writing. What they commit is seen by the next statement, and theirs begin after ours.
    """
    await session.execute(text(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE"))


async def take_time(session: AsyncSession, seconds: int) -> None:
    """Let the statements of this transaction run longer than a request may: for work that reads whole tables."""
    # A transaction's own limit is only ever armed anew from nought; it is unknown before PostgreSQL 17.
    await session.execute(
        text(
            "SELECT set_config(name, CASE name WHEN 'statement_timeout' THEN :time ELSE '0' END, true)"
            " FROM pg_settings WHERE name IN ('statement_timeout', 'transaction_timeout')"
        ),
        {"time": f"{seconds}s"},
    )
