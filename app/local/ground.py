"""From an empty database to one that the service can use: the runtime role, the tables, the rights, the ticket keys."""

import asyncio
from collections.abc import Sequence

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from app.core.database.engine import normalise
from app.core.database.migrate import upgrade
from app.core.database.roles import RUNTIME_ROLE, ensure_runtime_role, grant_runtime
from app.core.database.tickets import teach_ticket_keys
from app.core.secrets import DEVELOPMENT_SECRET
from app.local.errors import LocalError
from app.local.services import ensure_services
from app.settings import Settings


def prepare_database(owner_url: str, secrets: Sequence[str], runtime_url: str = "") -> str:
    """Migrates to the newest revision and returns the URL to connect with at run time.

    Tickets of processes with one of these `secrets` are believed from now on, and no others.
    With a `runtime_url` of the operator's own that role is taken as it is; without, `lyceum_app` is made.
    Runs event loops of its own: not to be called from inside one. Safe to run from several places at once.
    """
    runtime_url = runtime_url or asyncio.run(ensure_runtime_role(owner_url))
    upgrade(owner_url)
    asyncio.run(_settle(owner_url, secrets))
    return runtime_url


def migrate_configured(told: Settings) -> None:
    """The same for the database that the environment names, or for the embedded one. Raises `LocalError`."""
    with ensure_services(told, redis=False) as services:
        prepare_database(services.owner_url, known_secrets(told), operators_role(told))


def known_secrets(told: Settings) -> tuple[str, ...]:
    """The secrets that processes of this deployment may have. Raises `LocalError` in production without one.

    On a machine where nobody set any, `lyceum run` keeps one in the state folder, and a process that is started by
    hand has the one of development.
    """
    if secret := told.server.secret.get_secret_value():
        return (secret, *told.server.previous_secrets)
    if told.is_production:
        raise LocalError("LYCEUM_SECRET is not set: the database would believe tickets that anybody can write")
    kept = told.server.state / "secret"
    return (*([kept.read_text().strip()] if kept.exists() else []), DEVELOPMENT_SECRET)


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


async def _settle(owner_url: str, secrets: Sequence[str]) -> None:
    address, arguments = normalise(owner_url)
    # an error must not carry the keys into a log
    engine = create_async_engine(address, poolclass=NullPool, hide_parameters=True, connect_args=arguments)
    try:
        async with engine.begin() as connection:
            # an operator may run the service as a role of another name, and then grants by hand
            if await connection.scalar(text("SELECT to_regrole(:name)"), {"name": RUNTIME_ROLE}) is not None:
                await grant_runtime(connection)
            await teach_ticket_keys(connection, secrets)
    finally:
        await engine.dispose()
