"""The worker on demand: run everything that a change has caused, now, in the test's own transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

import app.worker  # noqa: F401  (fills the book of listeners)
from app.core.outbox.listen import listeners
from app.core.outbox.run import run_job
from app.core.outbox.sweep import relay, take_due_jobs


@dataclass(frozen=True, slots=True)
class Announcement:
    """A domain event as it lies in the outbox."""

    kind: str
    payload: dict[str, Any]


class WorkerOnDemand:
    """`drain()` relays and runs until nothing is due; schedules run only when named."""

    def __init__(self, sessions: async_sessionmaker[AsyncSession], resources: Mapping[type, object]) -> None:
        self._sessions = sessions
        self._resources = resources

    async def drain(self, *, failures_expected: bool = False) -> None:
        """Run all due jobs and what they cause. A failed job fails the test unless failures are expected."""
        book = listeners()
        while True:
            async with self._sessions.begin() as session:
                await relay(session, book)
            async with self._sessions.begin() as session:
                due = await take_due_jobs(session, book)
            if not due:
                break
            for job in due:
                await run_job(self._sessions, book[job.name], job.id, self._resources)
        if not failures_expected:
            async with self._sessions() as session:
                failed = (
                    await session.execute(text("SELECT name, error FROM core.jobs WHERE error IS NOT NULL"))
                ).all()
            assert not failed, f"jobs failed: {failed}"

    async def run_schedule(self, name: str) -> None:
        """Run one schedule now, then whatever it caused."""
        async with self._sessions.begin() as session:
            job_id = await session.scalar(
                text("INSERT INTO core.jobs (name, payload) VALUES (:name, '{}') RETURNING id"), {"name": name}
            )
        assert await run_job(self._sessions, listeners()[name], job_id, self._resources), await self._error(job_id)
        await self.drain()

    async def announced(self, kind: str | None = None) -> Sequence[Announcement]:
        """What was announced so far, oldest first."""
        async with self._sessions() as session:
            rows = await session.execute(
                text(
                    "SELECT kind, payload FROM core.outbox"
                    " WHERE CAST(:kind AS text) IS NULL OR kind = :kind ORDER BY number"
                ),
                {"kind": kind},
            )
            return [Announcement(row.kind, row.payload) for row in rows]

    async def _error(self, job_id: object) -> object:
        async with self._sessions() as session:
            return await session.scalar(text("SELECT error FROM core.jobs WHERE id = :id"), {"id": job_id})
