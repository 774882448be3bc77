"""The databases of a run: one frozen template, and a copy for each side, so that neither sees the other's rows."""

import asyncio
from collections.abc import Sequence
from typing import Any

import asyncpg

from app.local.ground import prepare_database
from bench import data
from bench.servers import Servers

SUBJECT, CEILING = "subject", "ceiling"


async def _run(url: str, statements: Sequence[str]) -> None:
    connection = await asyncpg.connect(url, ssl=False)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


async def _row(url: str, question: str) -> dict[str, Any]:
    connection = await asyncpg.connect(url, ssl=False)
    try:
        return dict(await connection.fetchrow(question) or {})
    finally:
        await connection.close()


def execute(servers: Servers, database: str, *statements: str) -> None:
    """Runs statements one by one, as the server's own superuser: the harness may do what the service may not."""
    asyncio.run(_run(servers.plain_url(database, "postgres"), statements))


def ask(servers: Servers, database: str, question: str) -> dict[str, Any]:
    """The first row of an answer."""
    return asyncio.run(_row(servers.plain_url(database, "postgres"), question))


def freeze(servers: Servers, frozen: data.Frozen) -> None:
    """Makes the template unless an earlier run has left the same one."""
    template = frozen.name
    if ask(servers, "postgres", f"SELECT 1 AS found FROM pg_database WHERE datname = '{template}'"):
        return
    draft = f"{template}_draft"
    execute(
        servers, "postgres", f"DROP DATABASE IF EXISTS {draft} WITH (FORCE)", f"CREATE DATABASE {draft} OWNER lyceum"
    )
    prepare_database(servers.url(draft, "lyceum"), (servers.secret,))
    execute(servers, draft, frozen.script, "VACUUM (ANALYZE)")
    execute(servers, "postgres", f"ALTER DATABASE {draft} RENAME TO {template}")


def copy(servers: Servers, frozen: data.Frozen, *names: str) -> None:
    """A fresh copy of the template for each name."""
    for name in names:
        execute(
            servers,
            "postgres",
            f"DROP DATABASE IF EXISTS {name} WITH (FORCE)",
            f"CREATE DATABASE {name} TEMPLATE {frozen.name} OWNER lyceum",
        )


def reset(servers: Servers, database: str) -> None:
    """Back to the frozen state, and swept, between two rounds."""
    execute(servers, database, *data.RESET, *data.SWEEP)


def written(servers: Servers, database: str) -> dict[str, int]:
    """What a round has left in the tables."""
    return ask(servers, database, data.WRITTEN)
