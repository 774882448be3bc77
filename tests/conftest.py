"""Database, client and clock: the fixtures every test may ask for. What they stand on is in tests/support."""

import os

os.environ.setdefault("LYCEUM_ENV", "test")
os.environ.setdefault("LYCEUM_SECRET", "a secret of the tests, 0123456789 abcdefghij")
os.environ.setdefault("STRIPE_WEBHOOK_SECRET", "whsec_test_secret")
os.environ.setdefault("LYCEUM_FILES", ".lyceum/test/files")

import gc
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from app.core.database.driver import Drivers, PooledDrivers
from app.core.database.engine import normalise
from app.gateways import Gateways
from app.local.services import Services
from app.main import create_app
from tests.support.client import ApiClient, Contract, http_client
from tests.support.database import clone, drop, make_template, of_database, services, state_folder, worker_name
from tests.support.drivers import OneDriver
from tests.support.emptying import empty
from tests.support.gateways import gateways_to
from tests.support.people import access_token
from tests.support.silence import SilentDoorbell
from tests.support.twins import Twins, start_twins
from tests.support.worker import WorkerOnDemand

pytest_plugins = ["tests.support.requirements"]


def pytest_collection_finish() -> None:
    """What was loaded and collected stays to the end: the collector need not look through it in every test."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def server() -> Services:
    """PostgreSQL and Redis: the configured ones, or our own."""
    return services()


@pytest.fixture(scope="session")
def database_url(server: Services) -> Iterator[str]:
    """A migrated database of this test process alone, as the runtime role."""
    name = f"lyceum_test_{worker_name()}"
    clone(server, make_template(server), name)
    yield of_database(server.database_url, name)
    drop(server, name)


@pytest.fixture(scope="session")
def state() -> Iterator[Path]:
    """The folder of this test process for files: mail, twins."""
    folder = state_folder()
    folder.mkdir(parents=True, exist_ok=True)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest_asyncio.fixture(scope="session")
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    """The engine of this test process."""
    url, arguments = normalise(database_url)
    made = create_async_engine(url, pool_size=60, max_overflow=0, connect_args=arguments)
    yield made
    await made.dispose()


@pytest.fixture(scope="session")
def app() -> FastAPI:
    """The application, made once; each test puts its own state into it."""
    return create_app()


@pytest.fixture(scope="session")
def contract(app: FastAPI) -> Contract:
    """The OpenAPI document as a judge."""
    return Contract(app)


@pytest_asyncio.fixture
async def connection(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """One connection in one transaction that is rolled back after the test."""
    async with engine.connect() as opened:
        outer = await opened.begin()
        await opened.execute(text("SELECT"))  # the driver begins with the first statement, and a lane may be that one
        yield opened
        await outer.rollback()


@pytest.fixture
def sessions(connection: AsyncConnection) -> async_sessionmaker[AsyncSession]:
    """Sessions whose commits are real to the code and gone afterwards."""
    return async_sessionmaker(connection, expire_on_commit=False, join_transaction_mode="create_savepoint")


@pytest_asyncio.fixture
async def session(sessions: async_sessionmaker[AsyncSession]) -> AsyncIterator[AsyncSession]:
    """The test's own session, for arranging and looking. `await session.commit()` shows its rows to requests."""
    async with sessions() as opened:
        yield opened


@pytest.fixture(scope="session")
def running_twins(state: Path) -> Iterator[Twins]:
    """The providers' twins of this test process; they hold their webhooks until a test takes them."""
    made = start_twins(state / "twins")
    yield made
    made.stop()


@pytest.fixture
def twins(running_twins: Twins) -> Twins:
    """The twins, calm and with nothing left to deliver."""
    running_twins.calm()
    return running_twins


@pytest_asyncio.fixture
async def gateways(running_twins: Twins, state: Path) -> AsyncIterator[Gateways]:
    """The real gateway clients, pointed at twins on this machine."""
    made = gateways_to(running_twins.url, state)
    yield made
    await made.aclose()


@pytest.fixture
def drivers(connection: AsyncConnection) -> Drivers | None:
    """Where the express lanes find the test's connection. A module that overrides it with None closes the lanes."""
    return OneDriver(connection)


@pytest.fixture
def request_state(
    sessions: async_sessionmaker[AsyncSession], drivers: Drivers | None, gateways: Gateways
) -> dict[str, Any]:
    """What the lifespan would have put on every request."""
    return {
        "sessions": sessions,
        "drivers": drivers,
        "gateways": gateways,
        "doorbell": SilentDoorbell(),
        "limiter": None,
    }


@pytest_asyncio.fixture
async def client(
    app: FastAPI, contract: Contract, session: AsyncSession, request_state: dict[str, Any]
) -> AsyncIterator[ApiClient]:
    """Nobody, talking to the API. `await client.as_(person)` signs in."""

    async def token(account_id: UUID) -> str:
        return await access_token(session, account_id)

    async with http_client(app, lambda: request_state) as http:
        yield ApiClient(http, contract, token, session.expunge_all)


@pytest.fixture
def worker(sessions: async_sessionmaker[AsyncSession], gateways: Gateways) -> WorkerOnDemand:
    """The worker on demand: `drain()`, `run_schedule(name)`, `announced()`."""
    return WorkerOnDemand(sessions, {Gateways: gateways})


@pytest.fixture
def drain(worker: WorkerOnDemand) -> Callable[[], Awaitable[None]]:
    """Run everything that is due."""
    return worker.drain


# Tests of concurrency: a committed database, real connections, emptied afterwards.


@pytest_asyncio.fixture
async def parallel(server: Services, engine: AsyncEngine) -> AsyncIterator[async_sessionmaker[AsyncSession]]:
    """Sessions on connections of their own; everything they commit is deleted after the test."""
    yield async_sessionmaker(engine, expire_on_commit=False)
    await empty(of_database(server.owner_url, engine.url.database or ""))


@pytest_asyncio.fixture
async def crowd(
    app: FastAPI,
    contract: Contract,
    engine: AsyncEngine,
    parallel: async_sessionmaker[AsyncSession],
    gateways: Gateways,
) -> AsyncIterator[ApiClient]:
    """The API over a committed database: requests sent together run on real parallel connections."""

    async def token(account_id: UUID) -> str:
        async with parallel.begin() as session:
            return await access_token(session, account_id)

    drivers = PooledDrivers(engine, pool_size=60)
    state = {
        "sessions": parallel,
        "drivers": drivers,
        "gateways": gateways,
        "doorbell": SilentDoorbell(),
        "limiter": None,
    }
    async with http_client(app, lambda: state) as http:
        yield ApiClient(http, contract, token, lambda: None)
    await drivers.close()
