"""Alive, ready, and the figures."""

import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from subprocess import run

import pytest
from redis.asyncio import Redis
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from app.core.database.engine import create_engine
from app.core.http import health
from app.core.http.drain import Drain
from app.core.metrics import Metrics
from app.settings import DatabaseSettings, ServerSettings
from tests.core.http.edge import client_of, edge_app

app = edge_app(health.router)


@pytest.fixture
async def nobody() -> AsyncIterator[AsyncEngine]:
    made = create_async_engine("postgresql+asyncpg://x@127.0.0.1:1/x", connect_args={"timeout": 2, "ssl": False})
    yield made
    await made.dispose()


async def test_a_process_without_database_is_alive_but_not_ready(nobody: AsyncEngine) -> None:
    async with client_of(app, engine=nobody, redis=None, drain=Drain()) as http:
        alive, ready = await http.get("/healthz"), await http.get("/readyz")
    assert alive.status_code == 200
    assert (ready.status_code, ready.json()["code"]) == (503, "core.not_ready")
    assert ready.json()["checks"]["database"]["ok"] is False
    assert ready.headers["retry-after"]


@pytest.mark.req("X-OBS-01")
async def test_a_migrated_database_is_enough_to_be_ready(engine: AsyncEngine) -> None:
    async with client_of(app, engine=engine, redis=None, drain=Drain()) as http:
        ready = await http.get("/readyz")
    assert ready.status_code == 200
    assert ready.json()["checks"]["migrations"]["ok"] is True
    assert ready.json()["checks"]["redis"] == {"ok": False, "required": False, "detail": "not configured"}


async def test_a_redis_that_is_gone_is_reported_and_not_required(engine: AsyncEngine) -> None:
    gone = Redis.from_url("redis://127.0.0.1:1/0")
    async with gone, client_of(app, engine=engine, redis=gone, drain=Drain()) as http:
        ready = await http.get("/readyz")
    assert ready.status_code == 200
    assert ready.json()["checks"]["redis"] == {"ok": False, "required": False, "detail": "ConnectionError"}


async def test_an_older_schema_is_not_ready(engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "newest_revision", lambda: "9999_from_the_future")
    async with client_of(app, engine=engine, redis=None, drain=Drain()) as http:
        ready = await http.get("/readyz")
    assert ready.status_code == 503
    assert "this code wants 9999_from_the_future" in ready.json()["checks"]["migrations"]["detail"]


async def test_a_process_on_its_way_out_is_not_ready(engine: AsyncEngine) -> None:
    drain = Drain()
    drain.started = True
    async with client_of(app, engine=engine, redis=None, drain=drain) as http:
        ready = await http.get("/readyz")
    assert (ready.status_code, ready.json()["detail"]) == (503, "Failing: server.")


@pytest.mark.req("X-OBS-01")
async def test_the_figures_tell_how_far_the_queues_are_behind(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await connection.execute(
            text(
                "INSERT INTO core.jobs (name, payload, state, attempt, run_at, created_at) VALUES"
                " ('test.late', '{}', 'queued', 0, now() - interval '90 s', now()),"
                " ('test.again', '{}', 'queued', 2, now() + interval '1 h', now() - interval '600 s'),"
                " ('test.gone', '{}', 'dead', 9, now(), now())"
            )
        )
        await connection.execute(
            text(
                "INSERT INTO core.outbox (kind, key, payload, created_at)"
                " VALUES ('test.event', gen_random_uuid(), '{}', now() - interval '30 s')"
            )
        )
    try:
        metrics = Metrics(ServerSettings())
        async with client_of(app, engine=engine, metrics=metrics) as http:
            response = await http.get("/metrics")
    finally:
        async with engine.begin() as connection:
            await connection.execute(text("DELETE FROM core.jobs WHERE name LIKE 'test.%'"))
            await connection.execute(text("DELETE FROM core.outbox WHERE kind = 'test.event'"))
    assert response.headers["content-type"].startswith("text/plain")
    figures = dict(line.rsplit(" ", 1) for line in response.text.splitlines() if not line.startswith("#"))
    assert float(figures['lyceum_jobs{state="queued"}']) == 2
    assert float(figures['lyceum_jobs{state="dead"}']) == 1
    assert 90 <= float(figures["lyceum_jobs_oldest_due_seconds"]) < 150
    assert 600 <= float(figures["lyceum_jobs_oldest_retry_seconds"]) < 660
    assert float(figures["lyceum_outbox_unrelayed"]) == 1
    assert 30 <= float(figures["lyceum_outbox_oldest_seconds"]) < 90
    assert float(figures["lyceum_inbox_unprocessed"]) == 0
    assert float(figures["lyceum_inbox_lag_seconds"]) == 0
    assert float(figures["lyceum_database_up"]) == 1


async def test_the_figures_are_served_without_a_database_too(nobody: AsyncEngine) -> None:
    async with client_of(app, engine=nobody, metrics=Metrics(ServerSettings())) as http:
        response = await http.get("/metrics")
    assert response.status_code == 200
    assert "lyceum_database_up 0.0" in response.text


async def test_connections_in_use_are_counted(database_url: str) -> None:
    metrics = Metrics(ServerSettings())
    engine = create_engine(DatabaseSettings(), database_url)
    metrics.watch_pool(engine, 16)
    async with engine.connect():
        assert "lyceum_pool_in_use 1.0" in metrics.requests_exposition().decode()
    assert "lyceum_pool_in_use 0.0" in metrics.requests_exposition().decode()
    await engine.dispose()


FAMILY = """
import sys, os, pathlib
from app.core.metrics import Metrics
from app.settings import ServerSettings
metrics = Metrics(ServerSettings(workers=2, state=pathlib.Path(sys.argv[1])))
metrics.request("GET", "/a", 200, 0.01)
print(metrics.requests_exposition().decode())
"""


def test_several_processes_of_one_parent_give_one_sum(tmp_path: Path) -> None:
    orphan = tmp_path / "metrics" / "999999999"
    orphan.mkdir(parents=True)
    for count in (1, 2):
        said = run([sys.executable, "-c", FAMILY, str(tmp_path)], capture_output=True, text=True, check=True)  # noqa: S603  (our own script)
        assert f'lyceum_http_requests_total{{method="GET",route="/a",status="200"}} {count}.0' in said.stdout
    assert not orphan.exists()


LEAVING = """
import asyncio, os, signal, sys, time
from app.core.http.drain import Drain

async def main():
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    signal.signal(signal.SIGTERM, lambda *_: loop.call_soon_threadsafe(ended.set))
    drain = Drain()
    drain.hold_back(float(sys.argv[1]))
    began = time.monotonic()
    for _ in range(int(sys.argv[2])):
        os.kill(os.getpid(), signal.SIGTERM)
        while not drain.started:  # handlers run between two steps of the interpreter, not inside of kill
            await asyncio.sleep(0.001)
    await ended.wait()
    print(time.monotonic() - began)

asyncio.run(main())
"""


@pytest.mark.parametrize(
    ("delay", "signals", "least", "most"),
    [(0.3, 1, 0.29, 5), (30, 2, 0, 5), (0, 1, 0, 5)],
    ids=["held", "twice", "off"],
)
def test_the_end_is_announced_before_it_comes(delay: float, signals: int, least: float, most: float) -> None:
    arguments = [sys.executable, "-c", LEAVING, str(delay), str(signals)]
    said = run(arguments, capture_output=True, text=True, check=True, timeout=20)  # noqa: S603  (our own script)
    assert least <= float(said.stdout.splitlines()[-1]) < most


async def test_without_a_server_there_is_nothing_to_hold_back() -> None:
    before = signal.getsignal(signal.SIGTERM)
    Drain().hold_back(5)
    assert signal.getsignal(signal.SIGTERM) is before
