"""The pool that runs jobs: arq over Redis when it is there, this process alone when it is not.

Each listener is an arq function under its own name, so the list of functions reads as the list of everything the
worker can do. Redis carries job ids only. When a push fails, the job is run here and now: the half-second sweep makes
the service slower without Redis, never wrong (D-05).
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from typing import Any
from uuid import UUID

import structlog
from arq.connections import ArqRedis
from arq.worker import Function, Worker, func
from pydantic_core import from_json, to_json
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.core.outbox.doorbell import QUEUE, SWEEP, open_arq, redis_settings
from app.core.outbox.listen import Listener
from app.core.outbox.run import run_job
from app.core.outbox.sweep import DueJob, sweep

log = structlog.get_logger(__name__)

SWEEP_EVERY = 0.5
AT_ONCE = 20
PATIENCE_AT_STOP = 15.0


class WorkerPool:
    """Everything one worker process runs. `run()` returns when `stop()` was called and running jobs have ended."""

    def __init__(
        self,
        sessions: async_sessionmaker[AsyncSession],
        listeners: dict[str, Listener],
        resources: Mapping[type, object],
        redis_url: str,
    ) -> None:
        self._sessions = sessions
        self._listeners = listeners
        self._resources = resources
        self._redis_url = redis_url
        self._rung = asyncio.Event()
        self._stopping = asyncio.Event()
        self._here = asyncio.Semaphore(AT_ONCE)
        self._tasks: set[asyncio.Task[bool]] = set()

    def stop(self) -> None:
        """Stop claiming; what runs may finish."""
        self._stopping.set()
        self._rung.set()

    def functions(self) -> list[Function]:
        """The arq functions: one per listener under its own name, and the sweep that the doorbell asks for."""
        listed = [
            func(
                partial(self._run, listener),
                name=name,
                max_tries=1,
                timeout=listener.patience.time_limit.total_seconds() + 5,
                keep_result=0,
            )
            for name, listener in self._listeners.items()
        ]
        return [*listed, func(self._ring, name=SWEEP, max_tries=1, timeout=5, keep_result=0)]

    async def run(self) -> None:
        """Sweep and work until stopped."""
        redis = open_arq(self._redis_url)
        arq = asyncio.create_task(self._serve_arq(), name="arq")
        try:
            while not self._stopping.is_set():
                await self._sweep_once(redis)
                with suppress(TimeoutError):
                    async with asyncio.timeout(SWEEP_EVERY):
                        await self._rung.wait()
                self._rung.clear()
        finally:
            if self._tasks:
                await asyncio.wait(self._tasks, timeout=PATIENCE_AT_STOP)
            await arq
            await redis.aclose()

    async def _sweep_once(self, redis: ArqRedis) -> None:
        try:
            due = await sweep(self._sessions, self._listeners)
        except Exception as error:  # noqa: BLE001  (PostgreSQL may be away for a while; the next sweep looks again)
            log.warning("sweep_failed", error=type(error).__name__)
            return
        for job in due:
            try:
                await redis.enqueue_job(job.name, str(job.id), _queue_name=QUEUE)
            except Exception:  # noqa: BLE001  (no Redis, whatever the reason: work here)
                self._run_here(job)

    def _run_here(self, job: DueJob) -> None:
        async def bounded() -> bool:
            async with self._here:
                return await run_job(self._sessions, self._listeners[job.name], job.id, self._resources)

        task = asyncio.create_task(bounded(), name=job.name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, listener: Listener, _context: dict[str, Any], job_id: str) -> None:
        if await run_job(self._sessions, listener, UUID(job_id), self._resources):
            # The next job of the same key was waiting for this one.
            self._rung.set()

    async def _ring(self, _context: dict[str, Any]) -> None:
        self._rung.set()

    async def _serve_arq(self) -> None:
        while not self._stopping.is_set():
            worker = Worker(
                functions=self.functions(),
                queue_name=QUEUE,
                redis_settings=redis_settings(self._redis_url),
                handle_signals=False,
                max_jobs=50,
                poll_delay=0.05,
                keep_result=0,
                max_tries=1,
                health_check_interval=15,
                log_results=False,
                job_serializer=to_json,
                job_deserializer=from_json,
            )
            serving = asyncio.create_task(worker.async_run(), name="arq-worker")
            stopping = asyncio.create_task(self._stopping.wait())
            await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
            stopping.cancel()
            worker.allow_pick_jobs = False
            if running := [task for task in worker.tasks.values() if not task.done()]:
                await asyncio.wait(running, timeout=PATIENCE_AT_STOP)
            serving.cancel()
            with suppress(Exception, asyncio.CancelledError):
                await serving
            with suppress(Exception, asyncio.CancelledError):
                await worker.close()
            if not self._stopping.is_set():
                log.warning("redis_unreachable")
                with suppress(TimeoutError):
                    async with asyncio.timeout(1):
                        await self._stopping.wait()
