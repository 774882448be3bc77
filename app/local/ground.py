"""From an empty database to one that the service can use: the runtime role, the tables, the rights."""

import asyncio

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from app.core.database.engine import normalise
from app.core.database.migrate import upgrade
from app.core.database.roles import RUNTIME_ROLE, ensure_runtime_role, grant_runtime
from app.local.services import ensure_services
from app.settings import Settings


def prepare_database(owner_url: str, runtime_url: str = "") -> str:
    """Migrates to the newest revision and returns the URL to connect with at run time.

    With a `runtime_url` of the operator's own that role is taken as it is; without, `lyceum_app` is made.
    Runs event loops of its own: not to be called from inside one. Safe to run from several places at once.
    """
    runtime_url = runtime_url or asyncio.run(ensure_runtime_role(owner_url))
    upgrade(owner_url)
    asyncio.run(_grant(owner_url))
    return runtime_url


def migrate_configured(told: Settings) -> None:
    """The same for the database that the environment names, or for the embedded one. Raises `LocalError`."""
    with ensure_services(told, redis=False) as services:
        prepare_database(services.owner_url, operators_role(told))


def operators_role(told: Settings) -> str:
    """The URL to connect with at run time, if the operator names both roles; else the second one is ours to make."""
    runtime, owner = told.database.url.get_secret_value(), told.database.owner_url.get_secret_value()
    return runtime if owner else ""


def is_empty(database_url: str) -> bool:
    """Whether nobody has an account in this migrated database yet."""
    return asyncio.run(_ask(database_url, text("SELECT NOT EXISTS (SELECT FROM core.accounts)")))


async def _ask(database_url: str, question: TextClause) -> bool:
    address, arguments = normalise(database_url)
    engine = create_async_engine(address, poolclass=NullPool, connect_args=arguments)
    try:
        async with engine.connect() as connection:
            return bool(await connection.scalar(question))
    finally:
        await engine.dispose()


async def _grant(owner_url: str) -> None:
    address, arguments = normalise(owner_url)
    engine = create_async_engine(address, poolclass=NullPool, connect_args=arguments)
    try:
        async with engine.begin() as connection:
            # an operator may run the service as a role of another name, and then grants by hand
            if await connection.scalar(text("SELECT to_regrole(:name)"), {"name": RUNTIME_ROLE}) is not None:
                await grant_runtime(connection)
    finally:
        await engine.dispose()
