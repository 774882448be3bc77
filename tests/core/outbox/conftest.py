"""A machinery of the test's own: a book of listeners, a queue, and a look at what became of everything."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.core.outbox.domain_event import DomainEvent
from app.core.outbox.emit import emit
from app.core.outbox.listen import Book
from app.core.outbox.pool import WorkerPool
from app.core.outbox.run import run_job
from app.core.outbox.sweep import sweep
from app.local.services import Services
from tests.core.outbox.events import Noted

Sessions = async_sessionmaker[AsyncSession]


@dataclass(frozen=True)
class Machinery:
    """The tables, seen from outside of any worker."""

    sessions: Sessions
    book: Book

    async def announce(self, *events: DomainEvent) -> None:
        """Each event in a transaction of its own, in this order."""
        for event in events:
            async with self.sessions.begin() as session:
                emit(session, event)

    async def execute(self, statement: str, **values: Any) -> list[Any]:
        async with self.sessions.begin() as session:
            result = await (await session.connection()).execute(text(statement), values)
            return list(result.all()) if result.returns_rows else []

    async def noted(self) -> list[int]:
        """The traces that handlers left, in the order in which they were written."""
        rows = await self.execute("SELECT payload FROM core.outbox WHERE kind = :kind ORDER BY number", kind=Noted.kind)
        return [row.payload["number"] for row in rows]

    async def jobs(self) -> list[Any]:
        return await self.execute("SELECT * FROM core.jobs ORDER BY number, name, created_at")

    async def job(self) -> Any:
        (only,) = await self.jobs()
        return only

    async def states(self) -> list[str]:
        return [job.state for job in await self.jobs()]

    async def sweep(self) -> list[UUID]:
        return [job.id for job in await sweep(self.sessions, self.book.listeners())]

    async def run(self, job_id: UUID | None = None) -> bool:
        """One run of one job: the named one, or the only one."""
        wanted = (
            await self.execute("SELECT * FROM core.jobs WHERE id = :id", id=job_id) if job_id else [await self.job()]
        )
        return await run_job(self.sessions, self.book.listeners()[wanted[0].name], wanted[0].id, {})

    async def hurry(self) -> None:
        """As if every wait were over."""
        await self.execute("UPDATE core.jobs SET run_at = now(), pushed_at = NULL WHERE state = 'queued'")

    async def let_leases_run_out(self) -> None:
        """As if every runner had been killed a while ago."""
        past = "now() - interval '1 second'"
        await self.execute(f"UPDATE core.jobs SET lease_expires_at = {past}, pushed_at = NULL WHERE state = 'running'")  # noqa: S608  (constants)


@pytest.fixture
def book() -> Book:
    """Listeners of this test alone."""
    return Book()


@pytest.fixture
def machinery(parallel: Sessions, book: Book) -> Machinery:
    """The machinery over committed tables."""
    return Machinery(parallel, book)


@pytest.fixture
def queue() -> str:
    """A queue of this test alone in a Redis that others use too."""
    return f"lyceum:test:{uuid4().hex}"


@pytest_asyncio.fixture
async def start_pool(
    parallel: Sessions, book: Book, queue: str, server: Services
) -> AsyncIterator[Callable[..., WorkerPool]]:
    """Start worker pools over the book; all of them are stopped after the test."""
    running: list[tuple[WorkerPool, asyncio.Task[None]]] = []

    def start(redis_url: str | None = None, *, sessions: Sessions | None = None, **more: Any) -> WorkerPool:
        url = server.redis_url if redis_url is None else redis_url
        pool = WorkerPool(sessions or parallel, book.listeners(), {}, url, queue=queue, **more)
        running.append((pool, asyncio.create_task(pool.run())))
        return pool

    yield start
    for pool, _ in running:
        pool.stop()
    await asyncio.gather(*(task for _, task in running))


async def until(holds: Callable[[], Awaitable[bool]], seconds: float = 20) -> None:
    """Wait for a condition, looking often."""
    async with asyncio.timeout(seconds):
        while not await holds():
            await asyncio.sleep(0.02)
