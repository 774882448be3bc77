"""Migrations: one line of them, true to the models, up and down again, never waiting long for a lock (X-MIG-01)."""

import ast
import asyncio
import re
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from app.core.database.engine import normalise
from app.core.database.migrate import alembic_config, downgrade, upgrade
from app.core.database.revisions import ROOT, head
from app.core.database.roles import ensure_runtime_role
from app.local.services import Services
from tests.support.copies import copied
from tests.support.database import drop, of_database

VERSIONS = sorted((ROOT / "migrations" / "versions").glob("*.py"))
SCHEMAS = ("core", "academy", "community", "tracker", "studio", "crm")
DOMAINS = "core|identity|webhooks|notifications|media|academy|community|tracker|studio|crm"

BESIDE_TABLES = {
    "functions": "SELECT proname, prosrc FROM pg_proc WHERE pronamespace::regnamespace::text = ANY(:ours)",
    "types": "SELECT typname FROM pg_type WHERE typnamespace::regnamespace::text = ANY(:ours)",
    "policies": "SELECT tablename, policyname, qual, with_check FROM pg_policies WHERE schemaname = ANY(:ours)",
    "triggers": (
        "SELECT tgname, tgrelid::regclass::text FROM pg_trigger JOIN pg_class c ON c.oid = tgrelid"
        " WHERE NOT tgisinternal AND relnamespace::regnamespace::text = ANY(:ours)"
    ),
}

# A revision of the tests' own, to see what the environment of a migration is like.
WITNESS = """
revision = "witness"
down_revision = None

def upgrade():
    from alembic import op
    op.execute(\"\"\"{statement}\"\"\")

def downgrade():
    pass
"""


def named(path: Path) -> str:
    return path.stem


def function(path: Path, name: str) -> ast.FunctionDef:
    tree = ast.parse(path.read_text())
    return next(node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == name)


def owner_engine(url: str, **more: Any) -> AsyncEngine:
    parsed, arguments = normalise(url)
    return create_async_engine(parsed, poolclass=NullPool, connect_args=arguments, **more)


async def execute(url: str, *statements: str) -> list[Any]:
    """Run statements one by one, each committed at once. Returns the rows of the last."""
    rows: list[Any] = []
    engine = owner_engine(url, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        for statement in statements:
            result = await connection.execute(text(statement))
            rows = list(result.all()) if result.returns_rows else []
    await engine.dispose()
    return rows


async def shape(url: str) -> dict[str, Any]:
    """Everything a migration makes: tables with columns, constraints and indexes, and functions, triggers, policies."""

    def look(connection: Connection) -> dict[str, Any]:
        inspector = inspect(connection)
        found: dict[str, Any] = {}
        for schema in set(inspector.get_schema_names()) & set(SCHEMAS):
            for table in inspector.get_table_names(schema):
                found[f"{schema}.{table}"] = [
                    sorted(str(item) for item in read(table, schema))
                    for read in (
                        inspector.get_columns,
                        inspector.get_indexes,
                        inspector.get_foreign_keys,
                        inspector.get_check_constraints,
                        inspector.get_unique_constraints,
                    )
                ]
        for name, statement in BESIDE_TABLES.items():
            found[name] = sorted(str(row) for row in connection.execute(text(statement), {"ours": list(SCHEMAS)}))
        return found

    engine = owner_engine(url)
    async with engine.connect() as connection:
        found: dict[str, Any] = await connection.run_sync(look)
    await engine.dispose()
    return found


@pytest.fixture
def scratch(server: Services) -> Iterator[str]:
    """An empty database, for its owner."""
    name = f"lyceum_scratch_{uuid4().hex[:12]}"
    asyncio.run(ensure_runtime_role(server.owner_url))
    asyncio.run(execute(server.owner_url, f"CREATE DATABASE {name}"))
    yield of_database(server.owner_url, name)
    drop(server, name)


@pytest.fixture
def migrated(server: Services) -> Iterator[str]:
    """A database at the newest revision, for its owner."""
    with copied(server) as copy:
        yield copy.owner_url


def upgrade_with(url: str, folder: Path, statement: str) -> None:
    """Run one revision with this statement through the project's own environment."""
    (folder / "witness.py").write_text(WITNESS.format(statement=statement))
    config = alembic_config(url)
    config.set_main_option("path_separator", "os")
    config.set_main_option("version_locations", str(folder))
    command.upgrade(config, "head")


# The files


def test_there_is_one_line_of_migrations() -> None:
    assert ScriptDirectory.from_config(alembic_config()).get_heads() == [head()]


@pytest.mark.parametrize("path", VERSIONS, ids=named)
def test_every_migration_can_be_taken_back(path: Path) -> None:
    calls = [node for node in ast.walk(function(path, "downgrade")) if isinstance(node, ast.Call)]
    assert calls, "downgrade() does nothing"


@pytest.mark.parametrize("path", VERSIONS, ids=named)
def test_a_migration_knows_no_model(path: Path) -> None:
    """Models move on, migrations do not."""
    tree = ast.parse(path.read_text())
    imported = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    imported += [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    assert [name for name in imported if name.split(".")[0] == "app"] == []


@pytest.mark.parametrize("path", VERSIONS, ids=named)
def test_a_migration_says_when_where_and_what(path: Path) -> None:
    assert re.fullmatch(rf"\d{{4}}_\d{{2}}_\d{{2}}_\d{{4}}_({DOMAINS})_[a-z0-9_]+", path.stem)
    assert ast.get_docstring(ast.parse(path.read_text()))


# Up and down


def test_up_down_and_up_again_leads_to_the_same_place(migrated: str) -> None:
    first = asyncio.run(shape(migrated))
    downgrade(migrated)
    nothing = asyncio.run(shape(migrated))
    upgrade(migrated)
    assert asyncio.run(shape(migrated)) == first
    assert not any(nothing.values())


@pytest.mark.slow
@pytest.mark.req("X-MIG-01")
def test_each_migration_can_be_taken_back_by_itself(migrated: str) -> None:
    """Two steps down and one up, all the way: each is taken back, made again and taken back once more."""
    for _ in VERSIONS[1:]:
        downgrade(migrated, "-2")
        upgrade(migrated, "+1")
    downgrade(migrated)
    assert not any(asyncio.run(shape(migrated)).values())


NOTICES = """
INSERT INTO core.notifications (account_id, type, created_at)
SELECT id, 'test.' || ago, date_trunc('month', now()) - make_interval(months => ago)
FROM core.accounts, generate_series(0, 30) ago
"""


def test_notices_stay_when_their_table_is_split_by_months_and_put_together_again(scratch: str) -> None:
    upgrade(scratch, "0012_media_files")
    person = "INSERT INTO core.accounts (email, name) VALUES ('ada@example.org', 'Ada')"
    before = asyncio.run(execute(scratch, person, NOTICES, "SELECT n::text FROM core.notifications n"))
    upgrade(scratch, "0260_notifications_by_month")
    split = asyncio.run(
        execute(scratch, NOTICES.replace("0, 30", "-3, -1"), "SELECT n::text FROM core.notifications n")
    )
    assert set(split) > set(before)
    assert len(split) == len(before) + 3
    downgrade(scratch, "-1")
    assert set(asyncio.run(execute(scratch, "SELECT n::text FROM core.notifications n"))) == set(split)


@pytest.mark.req("X-MIG-01")
def test_models_and_migrations_say_the_same(migrated: str) -> None:
    command.check(alembic_config(migrated))


def test_a_stray_column_is_noticed(migrated: str) -> None:
    asyncio.run(execute(migrated, "ALTER TABLE core.jobs ADD COLUMN stray text"))
    with pytest.raises(Exception, match="New upgrade operations detected"):
        command.check(alembic_config(migrated))


@pytest.mark.slow
def test_two_runners_at_once_migrate_once(scratch: str) -> None:
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        list(pool.map(upgrade, [scratch] * 2))
    assert asyncio.run(execute(scratch, "SELECT version_num FROM public.alembic_version")) == [(head(),)]


# The environment


def test_a_migration_runs_under_short_timeouts(scratch: str, tmp_path: Path) -> None:
    upgrade_with(
        scratch,
        tmp_path,
        "CREATE TABLE public.seen AS"
        " SELECT current_setting('lock_timeout') AS lock, current_setting('statement_timeout') AS statement",
    )
    assert asyncio.run(execute(scratch, "SELECT lock, statement FROM public.seen")) == [("4s", "5s")]


@pytest.mark.slow
@pytest.mark.req("X-MIG-01")
def test_a_migration_gives_up_on_a_table_that_is_busy(migrated: str, tmp_path: Path) -> None:
    """Waiting longer would queue every request behind it."""
    asyncio.run(execute(migrated, "DROP TABLE public.alembic_version"))

    async def hold(begun: asyncio.Event, over: asyncio.Event) -> None:
        engine = owner_engine(migrated)
        async with engine.begin() as connection:
            await connection.execute(text("LOCK TABLE core.jobs IN ACCESS EXCLUSIVE MODE"))
            begun.set()
            await over.wait()
        await engine.dispose()

    async def meet() -> None:
        begun, over = asyncio.Event(), asyncio.Event()
        holding = asyncio.create_task(hold(begun, over))
        await begun.wait()
        try:
            await asyncio.to_thread(upgrade_with, migrated, tmp_path, "ALTER TABLE core.jobs ADD COLUMN late text")
        finally:
            over.set()
            await holding

    with pytest.raises(DBAPIError, match="lock timeout"):
        asyncio.run(meet())


def test_a_migration_that_fails_leaves_nothing_behind(scratch: str, tmp_path: Path) -> None:
    with pytest.raises(DBAPIError):
        upgrade_with(scratch, tmp_path, "DO $$ BEGIN CREATE TABLE public.half (); PERFORM 1 / 0; END $$")
    assert asyncio.run(execute(scratch, "SELECT to_regclass('public.half')")) == [(None,)]
