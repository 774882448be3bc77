"""The API process: what is opened when it starts, closed when it ends, and in which order the layers lie.

Run it with `lyceum api`, or as `uvicorn --factory app.main:create_app`.
"""

import gc
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from importlib.metadata import version
from typing import TypedDict

from fastapi import FastAPI
from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from app.api import BODY_RULES, build_router
from app.core.database.driver import Drivers, PooledDrivers
from app.core.database.engine import create_engine, create_sessions
from app.core.database.roles import owns_tables
from app.core.http.access import require_access_rules
from app.core.http.docs import Contract
from app.core.http.docs import router as docs
from app.core.http.drain import Drain
from app.core.http.health import router as health
from app.core.http.index import install_index
from app.core.http.limits import Limiter
from app.core.http.middleware import install_middleware
from app.core.http.openapi import DESCRIPTION, LyceumAPI, operation_id
from app.core.http.problems import install_problems
from app.core.logging import configure_logging
from app.core.metrics import Metrics
from app.core.outbox.doorbell import Doorbell, open_arq
from app.core.telemetry import configure_tracing
from app.gateways import Gateways, build_gateways
from app.settings import Settings
from app.settings import settings as process_settings


class SilentDoorbell:
    """Stands in where no Redis is configured: the workers' sweep finds the work half a second later."""

    def ring(self) -> None:
        """Nobody to tell."""


class State(TypedDict):
    """What every request finds in `request.state`."""

    settings: Settings
    engine: AsyncEngine
    drivers: Drivers | None
    sessions: async_sessionmaker[AsyncSession]
    doorbell: Doorbell | SilentDoorbell
    redis: Redis | None
    gateways: Gateways
    limiter: Limiter
    metrics: Metrics
    drain: Drain


def create_app(settings: Settings | None = None) -> FastAPI:
    """The application, complete. Raises `SystemExit` in production when the configuration has gaps, and
    `UnguardedOperation` when an operation neither authenticates nor is declared public.
    """
    chosen = (settings or process_settings()).or_refuse()
    configure_logging(chosen.server.log_level)
    metrics = Metrics(chosen.server)
    app = LyceumAPI(
        title="Lyceum",
        summary="The headless learning platform that other people build their front ends on",
        description=DESCRIPTION,
        version=version("lyceum"),
        contact={"name": "Lyceum"},
        license_info={"name": "MIT", "identifier": "MIT"},
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        # One address per resource: a slash more is another address, and a redirect would lose the body's meaning.
        redirect_slashes=False,
        generate_unique_id_function=operation_id,
        lifespan=lifespan(chosen, metrics),
        telemetry={"logs": False, "metrics": False, "tracing": bool(chosen.telemetry.endpoint)},
    )
    app.state.contract = Contract()
    app.include_router(build_router(chosen.server.systems))
    app.include_router(health)
    app.include_router(docs)
    install_problems(app)
    index = install_index(app)
    # A request holds one connection at a time: with as many inside as there are connections, none waits for one.
    at_once = chosen.database.pool_size
    install_middleware(app, chosen.server, meter=metrics, body_rules=BODY_RULES, at_once=at_once, index=index)
    require_access_rules(app)
    return app


def lifespan(settings: Settings, metrics: Metrics) -> Callable[[FastAPI], AbstractAsyncContextManager[State]]:
    """Opens what a process needs and hands it to its requests as typed state; closes it in reverse."""

    @asynccontextmanager
    async def live(_app: FastAPI) -> AsyncIterator[State]:
        async with AsyncExitStack() as stack:
            engine = create_engine(settings.database)
            stack.push_async_callback(engine.dispose)
            drivers = PooledDrivers(engine, settings.database.pool_size)
            stack.push_async_callback(drivers.close)
            stack.callback(configure_tracing(settings.telemetry, engine))
            metrics.watch_pool(engine, settings.database.pool_size)
            if settings.is_production:
                await refuse_owner(engine)
            gateways = build_gateways(settings)
            stack.push_async_callback(gateways.aclose)
            url = settings.redis.url.get_secret_value()
            redis = open_arq(url) if url else None
            if redis is not None:
                stack.push_async_callback(redis.aclose)
            drain = Drain()
            drain.hold_back(settings.drain_seconds)
            state = State(
                settings=settings,
                engine=engine,
                drivers=drivers,
                sessions=create_sessions(engine),
                doorbell=await stack.enter_async_context(Doorbell(open_arq(url))) if url else SilentDoorbell(),
                redis=redis,
                gateways=gateways,
                limiter=await stack.enter_async_context(Limiter(settings.limits, redis)),
                metrics=metrics,
                drain=drain,
            )
            # What exists now lives as long as the process: the collector need not look at it again.
            gc.collect()
            gc.freeze()
            gc.enable()
            yield state

    return live


async def refuse_owner(engine: AsyncEngine) -> None:
    """Raises `SystemExit` when the service is connected as a role that could alter its own tables."""
    async with engine.connect() as connection:
        if await owns_tables(connection):
            raise SystemExit(
                "Lyceum does not start in production:\n  DATABASE_URL names a role that owns the tables;"
                " use the runtime role and keep the owner in DATABASE_OWNER_URL"
            )
