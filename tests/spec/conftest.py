"""What several tests here look at: the catalogue of the migrated database, and a copy with rows in every table."""

import asyncio
from collections.abc import Iterator

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from app.core.database.engine import normalise
from app.local.services import Services
from tests.support.catalogue import Table, read
from tests.support.copies import Copy, copied
from tests.support.filling import fill

# Enough for every combination of values to have its row.
ROWS = 100


async def _read(url: str, rows: int = 0) -> dict[str, Table]:
    address, arguments = normalise(url)
    engine = create_async_engine(address, poolclass=NullPool, connect_args=arguments)
    async with engine.begin() as connection:
        tables = await read(connection)
        if rows:
            await connection.execute(text("SET jit = off"))
            await fill(connection, tables, rows, rare=2)
    await engine.dispose()
    return tables


@pytest.fixture(scope="session")
def catalogue(database_url: str) -> dict[str, Table]:
    """Our tables, as PostgreSQL knows them."""
    return asyncio.run(_read(database_url))


@pytest.fixture(scope="session")
def filled(server: Services) -> Iterator[Copy]:
    """A copy with a hundred rows in every table."""
    with copied(server) as copy:
        asyncio.run(_read(copy.owner_url, ROWS))
        yield copy
