"""From commit to effect: a domain event is committed by the API, a listener's effect is committed by the worker.

A trigger of the bench's own tells of both commits as they become visible (NOTIFY is delivered on commit), so the
figure is free of polling and of HTTP. The event is a Stripe webhook, the effect the verdict on it in the inbox.
"""

import asyncio
import random
import time
from dataclasses import dataclass, field

import asyncpg

from bench import databases
from bench.answers import answer
from bench.data import Frozen
from bench.jobs import JOBS
from bench.processor import Watch, megabytes_of, seconds_of
from bench.servers import BenchError, Servers

DATABASE = "effect"
EVENTS = 300
PATIENCE = 30.0
# Long enough for the worker to have gone idle again, and never in step with its own rhythm.
SHORTEST, LONGEST = 0.015, 0.075

_TELL = (
    """
    CREATE FUNCTION public.bench_tell() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM pg_notify('bench', TG_OP || ' ' || NEW.external_id);
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER bench_tell AFTER INSERT OR UPDATE OF state ON core.inbox
    FOR EACH ROW EXECUTE FUNCTION public.bench_tell()
    """,
)


@dataclass(slots=True)
class Effect:
    """What was found. `delays` in microseconds, sorted; memory in millions of bytes; costs in microseconds."""

    delays: list[int]
    first_work_after: float
    worker_megabytes: float
    worker_megabytes_after: float
    worker_cost: float


@dataclass(slots=True)
class _Ear:
    """Hears when an event was committed and when its effect was."""

    committed: dict[str, int] = field(default_factory=dict)
    delays: dict[str, int] = field(default_factory=dict)
    waiting: dict[str, asyncio.Event] = field(default_factory=dict)

    def hear(self, _connection: object, _pid: int, _channel: str, payload: object) -> None:
        now = time.perf_counter_ns()
        what, _, event_id = str(payload).partition(" ")
        if what == "INSERT":
            self.committed[event_id] = now
        elif event_id in self.committed:
            self.delays.setdefault(event_id, (now - self.committed[event_id]) // 1_000)
            self.expected(event_id).set()

    def expected(self, event_id: str) -> asyncio.Event:
        return self.waiting.setdefault(event_id, asyncio.Event())


def measure(servers: Servers, frozen: Frozen, *, events: int = EVENTS) -> Effect:
    """A fresh copy of the data, the shipped API and the shipped worker, and one event after the other."""
    databases.freeze(servers, frozen)
    databases.copy(servers, frozen, DATABASE)
    databases.execute(servers, DATABASE, *_TELL)
    api = servers.api(DATABASE, "effect-api")
    try:
        return asyncio.run(_run(servers, api.port, random.Random(frozen.seed), events))  # noqa: S311  (only to vary)
    finally:
        api.stop()


async def _run(servers: Servers, port: int, chance: random.Random, events: int) -> Effect:
    make = JOBS["intake"].make([])
    listening = await asyncpg.connect(servers.plain_url(DATABASE, "postgres"), ssl=False)
    ear = _Ear()
    try:
        await listening.add_listener("bench", ear.hear)
        # One event lies ready before the worker starts: when it has been worked on, the worker works.
        await _send(port, make(0))
        begun = time.perf_counter()
        worker = servers.worker(DATABASE)
        try:
            await _heard(ear, 0)
            first = time.perf_counter() - begun
            small, spent = megabytes_of(worker.pid), seconds_of(Watch("worker", worker.pid))
            for number in range(1, events + 1):
                await _send(port, make(number))
                await _heard(ear, number)
                await asyncio.sleep(chance.uniform(SHORTEST, LONGEST))
            spent = seconds_of(Watch("worker", worker.pid)) - spent
            large = megabytes_of(worker.pid)
        finally:
            await asyncio.to_thread(worker.stop)
    finally:
        await listening.close()
    delays = sorted(ear.delays[_event_id(number)] for number in range(1, events + 1))
    return Effect(delays, first, small, large, spent / events * 1e6)


async def _send(port: int, request: bytes) -> None:
    status, body = await asyncio.to_thread(answer, port, request)
    if status != JOBS["intake"].status:
        raise BenchError(f"the event was not taken: {status} {body}")


async def _heard(ear: _Ear, number: int) -> None:
    try:
        await asyncio.wait_for(ear.expected(_event_id(number)).wait(), PATIENCE)
    except TimeoutError:
        raise BenchError(f"event {number} had no effect within {PATIENCE:.0f} s; see bench/.run/logs") from None


def _event_id(number: int) -> str:
    return f"evt_bench{number:014d}"
