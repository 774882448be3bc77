"""How migrations run: as the owner, under short timeouts, one runner at a time.

A migration that cannot get its lock within four seconds gives up rather than queue every request behind it;
run it again when the table is quieter. No model is imported by a migration: models move on, migrations do not.
"""

import asyncio
import re
from typing import Any

from alembic import context
from sqlalchemy import Connection, pool, text
from sqlalchemy.ext.asyncio import create_async_engine

import app.academy.models
import app.community.models
import app.core.database.tickets
import app.core.http.idempotency
import app.core.invariants
import app.core.outbox.models
import app.crm.models
import app.identity.models
import app.media.models
import app.notifications.models
import app.studio.models
import app.tracker.models
import app.webhooks.models  # noqa: F401  (each import fills the shared MetaData)
from app.core.database.engine import normalise
from app.core.database.model import metadata

SCHEMAS = {"core", "academy", "community", "tracker", "studio", "crm"}
ONE_RUNNER = 4_827_361_905


def ours(name: str | None, kind: str, _parents: Any) -> bool:
    """Compare only our own schemas, and of a partitioned table the whole: its months are made by `core.keep_months`."""
    if kind == "table":
        return not re.search(r"_m\d{6}$", name or "")
    return name in SCHEMAS if kind == "schema" else True


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        include_schemas=True,
        include_name=ours,
        version_table_schema="public",
        compare_type=True,
        compare_server_default=False,
        transaction_per_migration=True,
    )
    # Another runner may have all of it to do: waiting for it has an end of its own.
    connection.execute(text("SET lock_timeout = 0"))
    connection.execute(text("SET statement_timeout = '5min'"))
    connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": ONE_RUNNER})
    connection.execute(text("SET lock_timeout = '4s'"))
    connection.execute(text("SET statement_timeout = '5s'"))
    connection.commit()
    try:
        with context.begin_transaction():
            context.run_migrations()
    finally:
        connection.rollback()
        connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": ONE_RUNNER})
        connection.commit()


async def main() -> None:
    url, arguments = normalise(context.config.attributes["url"])
    engine = create_async_engine(url, poolclass=pool.NullPool, connect_args=arguments)
    async with engine.connect() as connection:
        await connection.run_sync(run)
    await engine.dispose()


def render() -> None:
    """Write the statements instead of running them (`alembic upgrade head --sql`)."""
    context.configure(
        dialect_name="postgresql", literal_binds=True, version_table_schema="public", transaction_per_migration=True
    )
    context.execute("SET lock_timeout = '4s'")
    context.execute("SET statement_timeout = '5s'")
    with context.begin_transaction():
        context.run_migrations()


if context.is_offline_mode():
    render()
else:
    asyncio.run(main())
