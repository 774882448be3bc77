"""Running one job: claim it, do its work, finish it under the fence.

The claim is a transaction of its own, so that a run that dies leaves a lease behind and not a lock. Finishing is
`WHERE attempt = mine AND state = 'running'`: a runner that woke too late, after its lease was given to another,
matches no row and rolls its work back (reliability rules 24 and 26).
"""

import asyncio
import random
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar, cast
from uuid import UUID

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.core.logging import described
from app.core.outbox.emit import request_id
from app.core.outbox.listen import Listener, Patience

log = structlog.get_logger(__name__)

Resource = TypeVar("Resource")

# Runs that ended without a word (killed, out of memory) do not count as failures, up to this many: one that kills its
# worker each time must not do so for ever.
SILENT_DEATHS = 5

_CLAIM = text("""
UPDATE core.jobs job
SET state = 'running', attempt = attempt + 1, lease_expires_at = now() + :lease
WHERE id = :id
  AND (state = 'queued' AND run_at <= now()
       OR state = 'running' AND lease_expires_at < now() AND attempt - forgiven < :most)
  AND NOT EXISTS (SELECT FROM core.jobs older WHERE older.name = job.name AND older.key = job.key
                  AND older.number < job.number AND older.state IN ('queued', 'running'))
RETURNING attempt, forgiven, payload, key,
          (SELECT request_id FROM core.outbox WHERE id = job.event_id) AS request_id
""")

_BURY = text("""
UPDATE core.jobs
SET state = 'dead', finished_at = now(), lease_expires_at = NULL,
    error = 'its runs ended without a word, ' || (attempt - forgiven) || ' of them'
WHERE id = :id AND state = 'running' AND lease_expires_at < now() AND attempt - forgiven >= :most
""")

_HOLD = text("""
UPDATE core.jobs SET lease_expires_at = now() + :lease WHERE id = :id AND attempt = :attempt AND state = 'running'
""")

_FINISH = text("""
UPDATE core.jobs SET state = 'done', finished_at = now(), error = NULL, lease_expires_at = NULL
WHERE id = :id AND attempt = :attempt AND state = 'running'
""")

_IS_FINISHED = text("SELECT count(*) FROM core.jobs WHERE id = :id AND attempt = :attempt AND state = 'done'")

_GIVE_BACK = text("""
UPDATE core.jobs
SET state = CASE WHEN :gives_up THEN 'dead' ELSE 'queued' END,
    finished_at = CASE WHEN :gives_up THEN now() END,
    forgiven = forgiven + :forgive,
    run_at = now() + :wait, pushed_at = NULL, lease_expires_at = NULL, error = :error
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
    """One claimed attempt, as a stepwise handler sees it. `id` is the key for the provider: the same at every try.

    `attempt` is the fence and only ever grows; `failures` is which try this is, as far as patience counts.
    """

    id: UUID
    name: str
    attempt: int
    failures: int
    payload: dict[str, Any]
    sessions: async_sessionmaker[AsyncSession]
    resources: Mapping[type, object]
    patience: Patience
    request_id: str | None = None

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
        """Mark the job done with what else `session` commits: a stepwise handler may do so in its last transaction.
        Raises `Fenced` when the job is no longer ours.
        """
        await self._require(session, _FINISH)

    async def is_finished(self, session: AsyncSession) -> bool:
        """Whether this very run has marked the job done."""
        return bool(await session.scalar(_IS_FINISHED, {"id": self.id, "attempt": self.attempt}))

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
    """Run the job if it can be claimed. Returns whether it was done; failures are written to the job, not raised.

    With the database gone there is nowhere to write: then it raises, and the lease says when to try again.
    """
    cause = request_id.get()
    job = await _claimed(_claim(sessions, listener, job_id, resources))
    if job is None:
        return False
    # What the run announces leads back to the request that caused the run.
    request_id.set(job.request_id)
    try:
        async with asyncio.timeout(listener.patience.time_limit.total_seconds()):
            await _work(job, listener)
    except Fenced:
        log.warning("job_fenced", job=listener.name, job_id=str(job_id), attempt=job.attempt)
        return False
    except asyncio.CancelledError:
        # The worker is stopping: another may have the job at once, not when the lease runs out.
        await asyncio.shield(_give_back(job, "the worker was stopped", timedelta(), forgive=1))
        raise
    except Exception as error:  # noqa: BLE001  (a job that failed is written down, whatever the reason)
        await _fail(job, error)
        return False
    finally:
        request_id.set(cause)
    return True


async def _claimed(claim: Coroutine[Any, Any, JobRun | None]) -> JobRun | None:
    """The claim. One that commits while the worker is being stopped is given back, not left to its lease."""
    claiming = asyncio.create_task(claim)
    try:
        return await asyncio.shield(claiming)
    except asyncio.CancelledError:
        await asyncio.shield(_return(claiming))
        raise


async def _return(claiming: "asyncio.Task[JobRun | None]") -> None:
    job = await claiming
    if job is not None:
        await _give_back(job, "the worker was stopped", timedelta(), forgive=1)


async def _claim(
    sessions: async_sessionmaker[AsyncSession],
    listener: Listener,
    job_id: UUID,
    resources: Mapping[type, object],
) -> JobRun | None:
    patience = listener.patience
    most = patience.tries + SILENT_DEATHS
    async with sessions.begin() as session:
        values = {"id": job_id, "lease": patience.lease, "most": most}
        claimed = (await session.execute(_CLAIM, values)).one_or_none()
        if claimed is None:
            await session.execute(_BURY, {"id": job_id, "most": most})
            return None
    return JobRun(
        id=job_id,
        name=listener.name,
        attempt=claimed.attempt,
        failures=claimed.attempt - claimed.forgiven,
        payload=claimed.payload,
        sessions=sessions,
        resources=resources,
        patience=listener.patience,
        request_id=claimed.request_id,
    )


async def _work(job: JobRun, listener: Listener) -> None:
    event = () if listener.event is None else (listener.event.model_validate(job.payload),)
    if listener.is_stepwise:
        await listener.handler(job, *event)
        async with job.sessions.begin() as session:
            if not await job.is_finished(session):
                await job.finish(session)
        return
    async with job.sessions.begin() as session:
        await listener.handler(session, *event)
        await job.finish(session)


async def _fail(job: JobRun, error: Exception) -> None:
    wait = error.wait if isinstance(error, RetryLater) else job.patience.wait(job.failures)
    wait *= 1 + random.random() / 5  # noqa: S311  (spreads retries; nothing secret)
    state = await _give_back(job, _reason(error), wait, gives_up=job.failures >= job.patience.tries)
    facts = {"job": job.name, "job_id": str(job.id), "attempt": job.attempt, "request_id": request_id.get()}
    log.warning("job_failed", **facts, state=state, exc_info=error)


def _reason(error: Exception) -> str:
    """What is kept of an error: as in the logs, nothing that quotes somebody's data (rule 65)."""
    told = described(error)
    parts = (told["type"], told.get("sqlstate"), told.get("message"), *told["places"][-1:])
    return " · ".join(part for part in parts if part).replace("\0", "")


async def _give_back(
    job: JobRun, reason: str, wait: timedelta, *, gives_up: bool = False, forgive: int = 0
) -> str | None:
    """Let go of the job. Returns its new state, None when another run owns it."""
    async with job.sessions.begin() as session:
        given: str | None = await session.scalar(
            _GIVE_BACK,
            {
                "id": job.id,
                "attempt": job.attempt,
                "wait": wait,
                "error": reason[:2000],
                "gives_up": gives_up,
                "forgive": forgive,
            },
        )
    return given
