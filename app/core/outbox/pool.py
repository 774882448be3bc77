"""The pool that runs jobs: arq over Redis when it is there, this process alone when it is not.

Each listener is an arq function under its own name, so the list of functions reads as the list of everything the
worker can do. Redis carries job ids only, and never many of them. When it cannot be reached, jobs are run here and
now: that makes the service slower without Redis, never wrong (D-05).
"""

import asyncio
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

import structlog
from arq.connections import ArqRedis
from arq.worker import Function, Worker, func
from pydantic_core import from_json, to_json
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.core.outbox.doorbell import QUEUE, SWEEP, close_quietly, open_arq
from app.core.outbox.listen import Listener
from app.core.outbox.run import run_job
from app.core.outbox.sweep import MOST_OF_ONE, DueJob, sweep
from app.core.tasks import end

if TYPE_CHECKING:
    from arq.typing import WorkerCoroutine

log = structlog.get_logger(__name__)

SWEEP_EVERY = 0.5
# However often the bell rings.
SHORTEST_PAUSE = 0.05
# What may lie in Redis: the rest waits where it is safe, and is not pushed a second time because it waited too long.
MOST_PUSHED = 400
SLOTS = 200
# Jobs that are one transaction, at once: fewer than the engine has connections, which the others need too.
TRANSACTIONS = 10
# Without Redis. More than one listener may have, so that one whose provider hangs leaves room for the others.
HERE_AT_ONCE = 2 * MOST_OF_ONE
PATIENCE_AT_STOP = 15.0
PAUSE_WITHOUT_REDIS = 1.0
# Long enough for a job to write down that it was stopped.
TO_WRITE_IT_DOWN = 2.0


class WorkerPool:
    """Everything one worker process runs. `run()` returns when `stop()` was called and running jobs have ended.

    An empty `redis_url` means that there is none: everything runs in this process.
    """

    def __init__(
        self,
        sessions: async_sessionmaker[AsyncSession],
        listeners: dict[str, Listener],
        resources: Mapping[type, object],
        redis_url: str,
        *,
        queue: str = QUEUE,
        patience_at_stop: float = PATIENCE_AT_STOP,
    ) -> None:
        self._sessions = sessions
        self._listeners = listeners
        self._resources = resources
        self._redis_url = redis_url
        self._queue = queue
        self._patience_at_stop = patience_at_stop
        self._rung = asyncio.Event()
        self._stopping = asyncio.Event()
        self._transactions = asyncio.Semaphore(TRANSACTIONS)
        self._busy: Counter[str] = Counter()
        self._here: dict[UUID, asyncio.Task[None]] = {}

    def stop(self) -> None:
        """Stop claiming; what runs may finish."""
        self._stopping.set()
        self._rung.set()

    def functions(self) -> list[Function]:
        """The arq functions: one per listener under its own name, and the sweep that the doorbell asks for."""
        listed = [
            func(
                cast("WorkerCoroutine", partial(self._run, listener)),
                name=name,
                max_tries=1,
                # Only a backstop: the time limit below the lease is kept by the run itself, from its claim on.
                timeout=listener.patience.lease.total_seconds() + 60,
                keep_result=0,
            )
            for name, listener in self._listeners.items()
        ]
        return [*listed, func(cast("WorkerCoroutine", self._ring), name=SWEEP, max_tries=1, timeout=5, keep_result=0)]

    async def run(self) -> None:
        """Sweep and work until stopped."""
        redis = open_arq(self._redis_url, self._queue) if self._redis_url else None
        arq = asyncio.create_task(self._serve_arq(), name="arq") if self._redis_url else None
        try:
            while not self._stopping.is_set():
                await self._sweep_once(redis)
                await self._pause()
        finally:
            self.stop()
            await asyncio.gather(self._end_here(), *([arq] if arq else []))
            if redis:
                await close_quietly(redis)

    async def _pause(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(SHORTEST_PAUSE):
                await self._stopping.wait()
        with suppress(TimeoutError):
            async with asyncio.timeout(SWEEP_EVERY - SHORTEST_PAUSE):
                await self._rung.wait()
        self._rung.clear()

    async def _sweep_once(self, redis: ArqRedis | None) -> None:
        pushed = await self._pushed(redis)
        room = HERE_AT_ONCE - len(self._here) if pushed is None else MOST_PUSHED - pushed
        try:
            due = await sweep(self._sessions, self._listeners, min(room, MOST_PUSHED // 2), self._busy)
        except Exception as error:  # noqa: BLE001  (PostgreSQL may be away for a while; the next sweep looks again)
            log.warning("sweep_failed", error=type(error).__name__)
            return
        for job in due:
            if redis is None or pushed is None or not await self._push(redis, job):
                # Once it failed, the others need not wait for it to fail again.
                pushed = None
                self._run_here(job)

    async def _pushed(self, redis: ArqRedis | None) -> int | None:
        """How many pushed jobs lie in Redis; None when it does not answer."""
        if redis is None:
            return None
        try:
            return int(await redis.zcard(self._queue))
        except Exception:  # noqa: BLE001  (whatever is wrong with it, the work is done here)
            return None

    async def _push(self, redis: ArqRedis, job: DueJob) -> bool:
        try:
            await redis.enqueue_job(job.name, str(job.id))
        except Exception as error:  # noqa: BLE001  (no Redis, whatever the reason: work here)
            log.warning("push_failed", error=type(error).__name__)
            return False
        return True

    def _run_here(self, job: DueJob) -> None:
        if job.id in self._here:
            return
        task = asyncio.create_task(self._work(self._listeners[job.name], job.id), name=job.name)
        self._here[job.id] = task
        task.add_done_callback(lambda _: self._here.pop(job.id, None))

    async def _work(self, listener: Listener, job_id: UUID) -> None:
        self._busy[listener.name] += 1
        try:
            if listener.is_stepwise:
                done = await run_job(self._sessions, listener, job_id, self._resources)
            else:
                async with self._transactions:
                    done = await run_job(self._sessions, listener, job_id, self._resources)
        except Exception as error:  # noqa: BLE001  (the database is gone: the lease brings the job back)
            log.warning("job_lost_its_database", job=listener.name, job_id=str(job_id), error=type(error).__name__)
            return
        finally:
            self._busy[listener.name] -= 1
        if done:
            # What it announced, and the next job of its key, need not wait for the half second.
            self._rung.set()

    async def _run(self, listener: Listener, _context: dict[str, Any], job_id: str) -> None:
        await self._work(listener, UUID(job_id))

    async def _ring(self, _context: dict[str, Any]) -> None:
        self._rung.set()

    async def _end_here(self) -> None:
        """Let what runs here finish; after a while take it off, so that its leases are given back."""
        tasks = list(self._here.values())
        if tasks:
            await asyncio.wait(tasks, timeout=self._patience_at_stop)
            await end(*tasks, again_after=TO_WRITE_IT_DOWN)

    async def _serve_arq(self) -> None:
        while not self._stopping.is_set():
            await self._serve_once()
            if not self._stopping.is_set():
                log.warning("redis_unreachable")
                with suppress(TimeoutError):
                    async with asyncio.timeout(PAUSE_WITHOUT_REDIS):
                        await self._stopping.wait()

    async def _serve_once(self) -> None:
        """Serve until stopped or until Redis is gone, then let what was picked up finish."""
        redis = open_arq(self._redis_url, self._queue)
        worker = Worker(
            functions=self.functions(),
            queue_name=self._queue,
            redis_pool=redis,
            handle_signals=False,
            max_jobs=SLOTS,
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
        try:
            await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
            worker.allow_pick_jobs = False
            if running := [task for task in worker.tasks.values() if not task.done()]:
                await asyncio.wait(running, timeout=self._patience_at_stop)
        finally:
            stopping.cancel()
            # First the leases go back to PostgreSQL, then arq may tidy up in Redis if it is still there.
            await end(*worker.job_tasks.values(), again_after=TO_WRITE_IT_DOWN)
            await end(serving, *worker.tasks.values(), again_after=TO_WRITE_IT_DOWN)
            await close_quietly(redis)
