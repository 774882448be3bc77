"""Rules of the seeds that hold for many tables at once, asked of the catalogue and of rows."""

import json
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from app.core.database.engine import normalise
from app.core.database.model import metadata
from app.core.database.shaped import Shaped
from docs.schema.content import know_all_models
from tests.spec.run import FOLDER
from tests.support.catalogue import Column, ForeignKey, Table
from tests.support.copies import Copy

SPECIFIED: list[dict[str, Any]] = json.loads((FOLDER / "tables.json").read_text(encoding="utf-8"))["tables"]

know_all_models()


# Which tables there are ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.req("T-GEN-01")
def test_the_community_has_its_23_tables_and_none_of_a_demonstration(catalogue: dict[str, Table]) -> None:
    wanted = {f"community.{each['table']}" for each in SPECIFIED if each["context"] == "community"}
    assert len(wanted) == 23
    assert wanted - set(catalogue) == set()
    assert set(catalogue) - {table.fullname for table in metadata.tables.values()} == set()
    assert not {name.partition(".")[2] for name in catalogue} & {"numbers", "demo", "tasks", "examples"}


@pytest.mark.req("P-TAB-03")
def test_programs_stand_on_organizations_and_their_members(catalogue: dict[str, Table]) -> None:
    membership = catalogue["core.organization_memberships"]
    assert {"organization_id", "account_id", "role", "joined_at"} <= set(membership.columns)
    assert {key.target for key in membership.foreign_keys} == {"core.organizations", "core.accounts"}
    assert ["admin", "member"] in [check.listed for check in membership.checks]
    assert "core.organizations" in {key.target for key in catalogue["crm.programs"].foreign_keys}


@pytest.mark.req("P-TAB-04")
def test_programs_are_linked_to_events_and_events_know_who_came(catalogue: dict[str, Table]) -> None:
    assert {"crm.programs", "crm.events"} <= {key.target for key in catalogue["crm.program_events"].foreign_keys}
    attendance = catalogue["crm.event_attendance"]
    assert {"crm.events", "core.accounts"} <= {key.target for key in attendance.foreign_keys}
    unique = [set(index.keys) for index in attendance.indexes if index.is_unique and not index.predicate]
    assert any(len(keys) == 2 and "event_id" in keys for keys in unique)


@pytest.mark.req("A-TAB-58")
def test_every_status_of_the_academy_is_in_an_index(catalogue: dict[str, Table]) -> None:
    """Or comes in one behind what it is asked together with, or decides whether a row is in it."""
    unindexed = []
    for each in SPECIFIED:
        table = catalogue[f"{each['context']}.{each['table']}"]
        for name in {"status", "payment_status"} & {column["name"] for column in each["columns"]}:
            found = any(name in index.keys or name in (index.predicate or "") for index in table.indexes)
            if table.schema == "academy" and not found:
                unindexed.append(f"{table.name}.{name}")
    assert unindexed == []


# Times ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

TIMES = {"timestamptz", "date"}


@pytest.mark.req("T-GEN-04")
def test_no_moment_is_kept_as_text(catalogue: dict[str, Table]) -> None:
    """What the seeds call a time is one, and so is everything of ours that is called like one."""
    for table in SPECIFIED:
        for column in table["columns"]:
            found = catalogue[f"{table['context']}.{table['table']}"].columns.get(column["name"])
            if column["type"] in TIMES and found is not None:
                assert found.kind == column["type"], (table["table"], column["name"])
    named = [
        (table.name, each) for table in catalogue.values() for each in table.columns.values() if _is_called_a_time(each)
    ]
    assert [f"{table}.{column.name} {column.kind}" for table, column in named if column.kind not in TIMES] == []
    assert not {column.kind for table in catalogue.values() for column in table.columns.values()} & {
        "timestamp",
        "time",
    }


def _is_called_a_time(column: Column) -> bool:
    return column.name.endswith(("_at", "_date", "_on", "_until")) or column.name == "timestamp"


# References ────────────────────────────────────────────────────────────────────────────────────────────────────────


STRANGERS = {"uuid": "gen_random_uuid()", "text": "'nobody'", "timestamptz": "now() + interval '9 years'"}


async def accepts_a_stranger(connection: AsyncConnection, table: Table, key: ForeignKey) -> str | None:
    """What is wrong when a row points at nothing: None when it is refused for that, other conditions set aside."""
    pairs = zip(key.columns, key.target_columns, strict=True)
    column = next((own for own, target in pairs if target == "id"), key.columns[0])
    stranger = STRANGERS[table.columns[column].kind]
    change = f'UPDATE {table.name} SET "{column}" = {stranger} WHERE ctid = (SELECT ctid FROM {table.name} LIMIT 1)'  # noqa: S608  (names of the catalogue)
    conditions = [f'DROP CONSTRAINT "{check.name}"' for check in table.checks]
    try:
        async with connection.begin_nested():
            if conditions:
                await connection.execute(text(f"ALTER TABLE {table.name} {', '.join(conditions)}"))
            await connection.execute(text(change))
            await connection.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    except IntegrityError as refused:
        return None if getattr(refused.orig, "sqlstate", None) == "23503" else f"{key.name}: {refused.orig}"
    return f"{key.name}: accepted"


@pytest.mark.slow
@pytest.mark.req("T-GEN-05")
async def test_a_row_that_points_at_nothing_is_refused(catalogue: dict[str, Table], filled: Copy) -> None:
    """Every reference of every table."""
    address, arguments = normalise(filled.owner_url)
    engine = create_async_engine(address, poolclass=NullPool, connect_args=arguments)
    async with engine.connect() as connection:
        keys = [(table, key) for table in catalogue.values() for key in table.foreign_keys]
        wrong = [await accepts_a_stranger(connection, table, key) for table, key in keys]
    await engine.dispose()
    assert [each for each in wrong if each] == []


@pytest.mark.req("T-GEN-05")
def test_no_id_is_kept_as_text(catalogue: dict[str, Table]) -> None:
    for table in SPECIFIED:
        for column in table["columns"]:
            found = catalogue[f"{table['context']}.{table['table']}"].columns.get(column["name"])
            if column["type"] == "ref" and found is not None and column["name"].endswith("_id"):
                assert found.kind == "uuid", (table["table"], column["name"])


# Documents ─────────────────────────────────────────────────────────────────────────────────────────────────────────

DOCUMENTS = [
    pytest.param(f"academy.{table['table']}", column["name"], id=f"{table['table']}.{column['name']}")
    for table in SPECIFIED
    for column in table["columns"]
    if table["context"] == "academy" and column.get("shape", {"type": "any"})["type"] != "any"
]


# Only what somebody has ever said is in there; in the code it has its type in the API's schema.
PARTIAL = {"academy.users": "notification_preferences"}


@pytest.mark.req("A-TAB-57")
@pytest.mark.parametrize(("table", "column"), DOCUMENTS)
def test_a_document_has_a_type_and_lies_in_its_row(catalogue: dict[str, Table], table: str, column: str) -> None:
    """In the code as an object, in the database under a condition."""
    assert catalogue[table].columns[column].kind == "jsonb"
    assert isinstance(metadata.tables[table].columns[column].type, Shaped) or PARTIAL.get(table) == column
    assert any(column in check.columns and "jsonb" in check.condition for check in catalogue[table].checks)


@pytest.mark.req("A-TAB-57")
def test_the_parts_of_documents_are_no_tables(catalogue: dict[str, Table]) -> None:
    parts = {"badge_data", "criteria", "issuer", "credential_subject", "achievement", "metrics", "model_settings"}
    parts |= {"scale_labels", "variables", "skill_gains", "notification_preferences"}
    assert not parts & {name.partition(".")[2] for name in catalogue}


# Studio ────────────────────────────────────────────────────────────────────────────────────────────────────────────

STUDIO = [f"studio.{table['table']}" for table in SPECIFIED if table["context"] == "studio"]
INDEXES = {
    "studio.programs": ["client_id", "status"],
    "studio.chapters": ["program_id"],
    "studio.sessions": ["chapter_id", "status"],
    "studio.client_knowledge": ["client_id"],
    "studio.program_knowledge": ["program_id"],
}


@pytest.mark.req("S-TAB-11")
def test_the_studio_has_the_seven_indexes_that_its_seed_names(catalogue: dict[str, Table]) -> None:
    for table, columns in INDEXES.items():
        assert set(columns) <= {index.keys[0] for index in catalogue[table].indexes if not index.predicate}


@pytest.mark.req("S-TAB-12")
@pytest.mark.parametrize("table", STUDIO)
def test_keys_and_times_of_the_studio_come_from_the_database(catalogue: dict[str, Table], table: str) -> None:
    columns = catalogue[table].columns
    assert (columns["id"].kind, columns["id"].default) == ("uuid", "gen_random_uuid()")
    for time in ("created_at", "updated_at"):
        assert (columns[time].kind, columns[time].default) == ("timestamptz", "now()")


@pytest.mark.req("S-TAB-12")
@pytest.mark.parametrize("table", STUDIO)
async def test_the_time_of_a_change_is_kept_current(filled: Copy, table: str) -> None:
    moved = await filled.as_owner(
        f"ALTER TABLE {table} ENABLE TRIGGER touch",
        f"UPDATE {table} SET created_at = created_at - interval '1 day'",  # noqa: S608  (names of the seeds)
        f"SELECT bool_and(updated_at > created_at + interval '1 day') FROM {table}",  # noqa: S608  (as above)
    )
    assert moved == [(True,)]
