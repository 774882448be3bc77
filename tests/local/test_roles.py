"""The runtime role: made once, bounded by timeouts, able to change rows and nothing else."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from sqlalchemy import TableClause, column, delete, insert, make_url, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from app.core.database.engine import normalise
from app.core.database.roles import ensure_runtime_role, grant_runtime, owns_tables
from app.local.services import Services


def engine_for(url: str, **options: str) -> AsyncEngine:
    address, arguments = normalise(url)
    return create_async_engine(address, poolclass=NullPool, connect_args=arguments, **options)


@pytest.fixture
async def owner_url(servers: Services) -> AsyncIterator[str]:
    """An empty database of the owner's."""
    name = f"roles_{uuid4().hex[:8]}"
    administration = engine_for(servers.owner_url, isolation_level="AUTOCOMMIT")
    async with administration.connect() as connection:
        await connection.execute(text(f"CREATE DATABASE {name}"))
        yield make_url(servers.owner_url).set(database=name).render_as_string(hide_password=False)
        await connection.execute(text(f"DROP DATABASE {name}"))
    await administration.dispose()


@pytest.fixture
async def runtime(owner_url: str) -> AsyncIterator[AsyncConnection]:
    """A connection as the runtime role, to a database with a table made before the grants and one made after."""
    runtime_url = await ensure_runtime_role(owner_url)
    async with engine_for(owner_url).begin() as owner:
        await owner.execute(text("CREATE SCHEMA core"))
        await owner.execute(text("CREATE TABLE core.early (id bigserial PRIMARY KEY, word text)"))
        await owner.execute(text("CREATE TABLE core.alembic_version (version_num text)"))
        await grant_runtime(owner)
        await owner.execute(text("CREATE TABLE core.late (id bigserial PRIMARY KEY, word text)"))
    async with engine_for(runtime_url).connect() as connection:
        yield connection


@pytest.mark.parametrize("table", ["early", "late"])
async def test_the_runtime_role_reads_and_writes_rows_of_every_table(runtime: AsyncConnection, table: str) -> None:
    rows = TableClause(table, column("word"), schema="core")
    await runtime.execute(insert(rows).values(word="a"))
    await runtime.execute(update(rows).values(word="b"))
    deleted = await runtime.execute(delete(rows).returning(rows.c.word))
    assert deleted.scalars().all() == ["b"]


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TABLE core.early",
        "ALTER TABLE core.early ADD COLUMN more text",
        "TRUNCATE core.early",
        "CREATE TABLE core.more (id int)",
        "CREATE SCHEMA more",
        "CREATE TABLE public.more (id int)",
        "UPDATE core.alembic_version SET version_num = 'x'",
        "SET ROLE lyceum",
    ],
)
async def test_the_runtime_role_changes_nothing_but_rows(runtime: AsyncConnection, statement: str) -> None:
    with pytest.raises(DBAPIError, match=r"permission denied|must be owner"):
        await runtime.execute(text(statement))


@pytest.mark.parametrize(
    ("name", "value"),
    [("statement_timeout", "5s"), ("lock_timeout", "2s"), ("idle_in_transaction_session_timeout", "10s")],
)
async def test_every_session_of_the_runtime_role_is_bounded(runtime: AsyncConnection, name: str, value: str) -> None:
    assert await runtime.scalar(text(f"SHOW {name}")) == value


async def test_rights_that_a_migration_took_away_stay_away(owner_url: str) -> None:
    runtime_url = await ensure_runtime_role(owner_url)
    async with engine_for(owner_url).begin() as owner:
        await owner.execute(text("CREATE SCHEMA core"))
        await owner.execute(text("CREATE TABLE core.keys (id int)"))
        await owner.execute(text("REVOKE ALL ON core.keys FROM lyceum_app"))
        await grant_runtime(owner)
        await grant_runtime(owner)
    async with engine_for(runtime_url).connect() as connection:
        with pytest.raises(DBAPIError, match="permission denied"):
            await connection.execute(text("SELECT FROM core.keys"))


async def test_many_processes_may_make_the_role_at_once(servers: Services, owner_url: str) -> None:
    with_password = make_url(owner_url).set(password="s3cret").render_as_string(hide_password=False)
    urls = [servers.owner_url, owner_url, with_password] * 4
    assert len(set(await asyncio.gather(*(ensure_runtime_role(url) for url in urls)))) == 3


async def test_the_password_is_derived_from_the_owners(owner_url: str) -> None:
    one, two = (make_url(owner_url).set(password=word).render_as_string(hide_password=False) for word in "ab")
    passwords = {make_url(await ensure_runtime_role(url)).password for url in (one, one, two)}
    assert len(passwords) == 2
    assert not passwords & {"a", "b", None}


async def test_production_can_tell_an_owner_from_a_runtime_role(owner_url: str, runtime: AsyncConnection) -> None:
    async with engine_for(owner_url).connect() as owner:
        assert (await owns_tables(owner), await owns_tables(runtime)) == (True, False)
