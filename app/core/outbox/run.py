"""Running one job: claim it, do its work, finish it under the fence.

The claim is a transaction of its own, so that a run that dies leaves a lease behind and not a lock. Finishing is
`WHERE attempt = mine AND state = 'running'`: a runner that woke too late, after its lease was given to another,
matches no row and rolls its work back (reliability rules 24 and 26).
"""

import asyncio
import random
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar, cast
from uuid import UUID

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.core.outbox.emit import request_id
from app.core.outbox.listen import Listener, Patience

log = structlog.get_logger(__name__)

Resource = TypeVar("Resource")

_CLAIM = text("""
UPDATE core.jobs job
SET state = 'running', attempt = attempt + 1, lease_expires_at = now() + :lease, updated_at = now()
WHERE id = :id
  AND (state = 'queued' AND run_at <= now() OR state = 'running' AND lease_expires_at < now())
  AND NOT EXISTS (SELECT FROM core.jobs older WHERE older.name = job.name AND older.key = job.key
                  AND older.number < job.number AND older.state IN ('queued', 'running'))
RETURNING attempt, payload, key, (SELECT request_id FROM core.outbox WHERE id = job.event_id) AS request_id
""")

_HOLD = text("""
UPDATE core.jobs SET lease_expires_at = now() + :lease WHERE id = :id AND attempt = :attempt AND state = 'running'
""")

_FINISH = text("""
UPDATE core.jobs SET state = 'done', finished_at = now(), updated_at = now(), error = NULL, lease_expires_at = NULL
WHERE id = :id AND attempt = :attempt AND state = 'running'
""")

_GIVE_BACK = text("""
UPDATE core.jobs
SET state = CASE WHEN attempt >= :tries THEN 'dead' ELSE 'queued' END,
    finished_at = CASE WHEN attempt >= :tries THEN now() END,
    run_at = now() + :wait, pushed_at = NULL, lease_expires_at = NULL, error = :error, updated_at = now()
WHERE id = :id AND attempt = :attempt AND state = 'running'
RETURNING state
""")


class Fenced(Exception):
    """Another run owns the job by now: undo whatever this one did."""


class RetryLater(Exception):
    """Raised by a handler that knows when trying again makes sense (a provider's Retry-After)."""

    def __init__(self, reason: str, wait: timedelta) -> None:
        super().__init__(reason)
        self.wait = wait


@dataclass(frozen=True, slots=True)
class JobRun:
    """One claimed attempt, as a stepwise handler sees it. `id` is the key for the provider: the same at every try."""

    id: UUID
    name: str
    attempt: int
    payload: dict[str, Any]
    sessions: async_sessionmaker[AsyncSession]
    resources: Mapping[type, object]
    patience: Patience

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """A short transaction that only commits while this run still owns the job; it also renews the lease."""
        async with self.sessions.begin() as session:
            await self._require(session, _HOLD, lease=self.patience.lease)
            yield session

    def resource(self, wanted: type[Resource]) -> Resource:
        """What the worker opened at its start, by type: `job.resource(Gateways)`."""
        return cast("Resource", self.resources[wanted])

    async def finish(self, session: AsyncSession) -> None:
        """Mark the job done in the transaction of `session`; raises `Fenced` when it is no longer ours."""
        await self._require(session, _FINISH)

    async def _require(self, session: AsyncSession, statement: Any, **more: Any) -> None:
        result = await session.execute(statement, {"id": self.id, "attempt": self.attempt, **more})
        if result.rowcount != 1:  # type: ignore[attr-defined]  # a cursor result has one
            raise Fenced


async def run_job(
    sessions: async_sessionmaker[AsyncSession],
    listener: Listener,
    job_id: UUID,
    resources: Mapping[type, object],
) -> bool:
    """Run the job if it can be claimed. Returns whether it was done; failures are written to the job, not raised."""
    async with sessions.begin() as session:
        claimed = (await session.execute(_CLAIM, {"id": job_id, "lease": listener.patience.lease})).one_or_none()
    if claimed is None:
        return False
    job = JobRun(job_id, listener.name, claimed.attempt, claimed.payload, sessions, resources, listener.patience)
    token = request_id.set(claimed.request_id)
    try:
        async with asyncio.timeout(listener.patience.time_limit.total_seconds()):
            await _work(job, listener)
    except Fenced:
        log.warning("job_fenced", job=listener.name, job_id=str(job_id), attempt=job.attempt)
        return False
    except asyncio.CancelledError:
        # The worker is stopping: another may have the job at once, not when the lease runs out.
        await asyncio.shield(_give_back(job, RetryLater("the worker was stopped", timedelta())))
        raise
    except Exception as error:  # noqa: BLE001  (a job that failed is written down, whatever the reason)
        await _give_back(job, error)
        return False
    finally:
        request_id.reset(token)
    return True


async def _work(job: JobRun, listener: Listener) -> None:
    event = () if listener.event is None else (listener.event.model_validate(job.payload),)
    if listener.is_stepwise:
        await listener.handler(job, *event)
        async with job.sessions.begin() as session:
            await job.finish(session)
        return
    async with job.sessions.begin() as session:
        await listener.handler(session, *event)
        await job.finish(session)


async def _give_back(job: JobRun, error: Exception) -> None:
    patience = job.patience
    grown = patience.first_wait * 2 ** min(job.attempt - 1, 20)
    wait = error.wait if isinstance(error, RetryLater) else min(grown, patience.longest_wait)
    wait *= 1 + random.random() / 5  # noqa: S311  (spreads retries; nothing secret)
    reason = f"{type(error).__name__}: {error}"[:2000]
    async with job.sessions.begin() as session:
        state = await session.scalar(
            _GIVE_BACK,
            {"id": job.id, "attempt": job.attempt, "tries": patience.tries, "wait": wait, "error": reason},
        )
    log.warning("job_failed", job=job.name, job_id=str(job.id), attempt=job.attempt, state=state, exc_info=error)
