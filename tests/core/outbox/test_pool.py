"""Real workers over a real Redis: that is flushed, cut off, absent; and over each other."""

# ruff: noqa: ARG001  (handlers take what the machinery gives them)

import asyncio
import json
import socket
from collections.abc import Callable
from uuid import uuid4

import pytest
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

from app.core.database.engine import normalise
from app.core.outbox import pool as pool_module
from app.core.outbox.doorbell import SWEEP, Doorbell, open_arq
from app.core.outbox.emit import emit
from app.core.outbox.listen import Book
from app.core.outbox.pool import WorkerPool
from app.core.outbox.run import JobRun
from app.core.outbox.sweep import MOST_OF_ONE
from app.local.services import Services
from tests.core.outbox.conftest import Machinery, until
from tests.core.outbox.events import Happened, Noted

StartPool = Callable[..., WorkerPool]

KILLED = "lyceum-test-killed"
OPEN = "SELECT pid FROM pg_stat_activity WHERE application_name = :name"


def dead_port() -> str:
    """A Redis that refuses: nobody listens where somebody just did."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"redis://127.0.0.1:{taken.getsockname()[1]}/0"


def listen_and_note(book: Book) -> None:
    @book.on(Happened)
    async def remember(session: AsyncSession, event: Happened) -> None:
        emit(session, Noted(thing_id=event.thing_id, number=event.number))


def some(count: int, *, things: int = 5) -> list[Happened]:
    keys = [uuid4() for _ in range(things)]
    return [Happened(thing_id=keys[number % things], number=number) for number in range(count)]


async def all_done(machinery: Machinery, count: int) -> None:
    async def holds() -> bool:
        (row,) = await machinery.execute("SELECT count(*) FROM core.jobs WHERE state = 'done'")
        return bool(row.count == count)

    await until(holds, 40)


def in_order(noted: list[int], things: int = 5) -> bool:
    """Whether the numbers of each thing come in the order in which they were announced."""
    lines = [[number for number in noted if number % things == thing] for thing in range(things)]
    return all(line == sorted(line) for line in lines)


@pytest.mark.req("X-EVT-01")
async def test_two_workers_do_everything_once_and_in_order(
    machinery: Machinery, book: Book, start_pool: StartPool
) -> None:
    listen_and_note(book)
    await machinery.announce(*some(60))
    start_pool()
    start_pool()
    await all_done(machinery, 60)
    noted = await machinery.noted()
    assert (sorted(noted), in_order(noted)) == (list(range(60)), True)


async def test_work_is_done_with_redis_out_of_reach(machinery: Machinery, book: Book, start_pool: StartPool) -> None:
    listen_and_note(book)
    await machinery.announce(*some(30))
    start_pool(dead_port())
    await all_done(machinery, 30)
    noted = await machinery.noted()
    assert (sorted(noted), in_order(noted)) == (list(range(30)), True)


async def test_work_is_done_with_no_redis_configured(machinery: Machinery, book: Book, start_pool: StartPool) -> None:
    listen_and_note(book)
    await machinery.announce(*some(5))
    start_pool("")
    await all_done(machinery, 5)


async def test_nothing_is_lost_when_redis_forgets_its_queue(
    machinery: Machinery, book: Book, start_pool: StartPool, server: Services, queue: str
) -> None:
    """Pushes are forgotten for a while; what is not done ten seconds later is pushed again."""
    listen_and_note(book)
    redis = open_arq(server.redis_url, queue)
    await machinery.announce(*some(30))
    start_pool()

    async def pushed_and_forgotten() -> bool:
        await redis.delete(queue)
        (row,) = await machinery.execute("SELECT count(*) FROM core.jobs WHERE pushed_at IS NOT NULL")
        return bool(row.count >= 5)

    await until(pushed_and_forgotten)
    await redis.delete(queue)
    await machinery.execute("UPDATE core.jobs SET pushed_at = now() - interval '11 seconds' WHERE state = 'queued'")
    await all_done(machinery, 30)
    await redis.aclose()
    noted = await machinery.noted()
    assert (sorted(noted), in_order(noted)) == (list(range(30)), True)


async def test_what_lies_in_redis_is_json_and_no_more_than_an_id(server: Services, queue: str) -> None:
    redis = open_arq(server.redis_url, queue)
    job = await redis.enqueue_job("academy.some_listener", "an-id")
    assert job is not None
    raw = await redis.get(f"arq:job:{job.job_id}")
    await redis.delete(queue, f"arq:job:{job.job_id}")
    await redis.aclose()
    told = json.loads(raw)
    assert (told["f"], told["a"], told["k"]) == ("academy.some_listener", ["an-id"], {})


async def test_every_listener_is_a_function_under_its_own_name(book: Book, start_pool: StartPool) -> None:
    listen_and_note(book)
    functions = start_pool("").functions()
    assert [(each.name, each.max_tries, each.keep_result_s) for each in functions] == [
        ("core.remember", 1, 0),
        (SWEEP, 1, 0),
    ]


@pytest.mark.parametrize("with_redis", [True, False])
async def test_a_stopped_worker_gives_back_what_it_could_not_finish(
    machinery: Machinery, book: Book, start_pool: StartPool, *, with_redis: bool
) -> None:
    begun, finish = asyncio.Event(), asyncio.Event()

    @book.on(Happened)
    async def remember(job: JobRun, event: Happened) -> None:
        begun.set()
        await finish.wait()

    await machinery.announce(*some(1))
    url = None if with_redis else ""
    first = start_pool(url, patience_at_stop=0.05)
    await begun.wait()
    first.stop()

    async def given_back() -> bool:
        return await machinery.states() == ["queued"]

    await until(given_back)
    finish.set()
    start_pool(url)
    await all_done(machinery, 1)


async def test_a_stopped_worker_lets_what_runs_finish(machinery: Machinery, book: Book, start_pool: StartPool) -> None:
    begun, finish = asyncio.Event(), asyncio.Event()

    @book.on(Happened)
    async def remember(session: AsyncSession, event: Happened) -> None:
        begun.set()
        await finish.wait()

    await machinery.announce(*some(1))
    pool = start_pool()
    await begun.wait()
    pool.stop()
    finish.set()
    await all_done(machinery, 1)
    assert (await machinery.job()).attempt == 1


@pytest.mark.parametrize("with_redis", [True, False])
async def test_one_hanging_provider_does_not_hold_up_the_others(
    machinery: Machinery, book: Book, start_pool: StartPool, *, with_redis: bool
) -> None:
    finish = asyncio.Event()

    @book.on(Happened)
    async def mail(job: JobRun, event: Happened) -> None:
        await finish.wait()

    @book.on(Noted)
    async def pay(session: AsyncSession, event: Noted) -> None: ...

    await machinery.announce(*some(60, things=60))
    start_pool(None if with_redis else "")

    async def hanging() -> bool:
        return (await machinery.states()).count("running") >= MOST_OF_ONE

    await until(hanging)
    await machinery.announce(Noted(thing_id=uuid4()))
    await all_done(machinery, 1)
    finish.set()


async def test_a_ring_brings_the_sweep_forward(
    machinery: Machinery,
    book: Book,
    start_pool: StartPool,
    server: Services,
    queue: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    listen_and_note(book)
    monkeypatch.setattr(pool_module, "SWEEP_EVERY", 3600)
    start_pool()
    async with Doorbell(open_arq(server.redis_url, queue)) as bell:
        await machinery.announce(*some(1))
        bell.ring()
        await all_done(machinery, 1)


async def test_ringing_at_a_redis_that_is_gone_neither_waits_nor_fails() -> None:
    async with Doorbell(open_arq(dead_port())) as bell:
        for _ in range(3):
            bell.ring()
            await asyncio.sleep(0)


async def test_a_worker_survives_the_loss_of_its_database_connections(
    machinery: Machinery, book: Book, start_pool: StartPool, database_url: str
) -> None:
    listen_and_note(book)
    named = make_url(database_url).update_query_dict({"application_name": KILLED})
    url, arguments = normalise(named.render_as_string(hide_password=False))
    engine = create_async_engine(url, pool_size=5, connect_args=arguments)
    pool = start_pool("", sessions=async_sessionmaker(engine))

    async def connected() -> bool:
        return bool(await machinery.execute(OPEN, name=KILLED))

    await until(connected)
    for number in range(5):
        await machinery.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = :name", name=KILLED
        )
        await machinery.announce(*some(1))
        # A job that was cut off is tried again after its wait.
        await all_done(machinery, number + 1)
    pool.stop()
    await engine.dispose()


async def test_no_more_is_pushed_than_redis_should_hold(
    machinery: Machinery, book: Book, start_pool: StartPool, server: Services, queue: str
) -> None:
    listen_and_note(book)
    redis = open_arq(server.redis_url, queue)
    # Pushes for a worker that never comes: due in an hour, so that nobody takes them.
    await redis.zadd(queue, {f"later-{number}": 9e15 for number in range(pool_module.MOST_PUSHED)})
    await machinery.announce(*some(1))
    start_pool()

    async def relayed() -> bool:
        return bool(await machinery.jobs())

    await until(relayed)
    pushed = await redis.zcard(queue)
    assert ((await machinery.job()).pushed_at, pushed) == (None, pool_module.MOST_PUSHED)
    await redis.delete(queue)
    await all_done(machinery, 1)
    await redis.aclose()
