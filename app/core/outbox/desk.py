"""The dead-letter desk: look at jobs that gave up, send them round again, or let them go. For the command line."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_DEAD = text("""
SELECT id, name, attempt, finished_at, error FROM core.jobs WHERE state = 'dead' ORDER BY finished_at DESC LIMIT :limit
""")

# `forgiven` and not `attempt`: the fence may never go back, or a run that woke up late could pass for a new one.
_REQUEUE = text("""
UPDATE core.jobs
SET state = 'queued', run_at = now(), forgiven = attempt, pushed_at = NULL, finished_at = NULL
WHERE id = :id AND state IN ('dead', 'cancelled')
""")

_CANCEL = text("""
UPDATE core.jobs SET state = 'cancelled', finished_at = now()
WHERE id = :id AND state IN ('dead', 'queued')
""")


class DeadJob(NamedTuple):
    """A job that gave up, and why."""

    id: UUID
    name: str
    attempt: int
    finished_at: datetime
    error: str | None


async def list_dead(session: AsyncSession, limit: int = 100) -> Sequence[DeadJob]:
    """The jobs that gave up, the latest first."""
    return [DeadJob(*row) for row in await session.execute(_DEAD, {"limit": limit})]


async def requeue(session: AsyncSession, job_id: UUID) -> bool:
    """Give a dead or cancelled job all its tries again, from now. False: there is no such job.

    It runs after later events of its key may have run already: handlers look at the present state, not at the past.
    """
    return await _change(session, _REQUEUE, job_id)


async def cancel(session: AsyncSession, job_id: UUID) -> bool:
    """Let a dead or waiting job go for good. False: there is no such job, or it is running."""
    return await _change(session, _CANCEL, job_id)


async def _change(session: AsyncSession, statement: object, job_id: UUID) -> bool:
    done = await session.execute(statement, {"id": job_id})  # type: ignore[call-overload]  # a text()
    return bool(done.rowcount)
