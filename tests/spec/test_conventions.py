"""What holds of every table of ours: times, values, keys, names; and that models and migrations mean the same."""

import asyncio
import re
import sys
from collections.abc import Iterator
from enum import StrEnum
from typing import Any, TypeVar

import pytest
from pydantic import BaseModel
from sqlalchemy import ForeignKeyConstraint, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from app.core.database.engine import normalise
from app.core.database.model import metadata
from app.local.services import Services
from docs.schema.content import know_all_models
from tests.support.catalogue import Table, read
from tests.support.copies import copied

# Made before every reference had to say what becomes of it. What they point at is never deleted.
BEFORE = {
    *("academy.cohorts", "academy.course_instructors", "academy.courses", "academy.enrollments"),
    *(
        "academy.organization_invites",
        "academy.organizations",
        "academy.payments",
        "academy.sessions",
        "academy.users",
        "academy.waitlist",
    ),
}

LONGEST = 63

Kind = TypeVar("Kind")

know_all_models()


# Times ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_time_of_a_change_is_written_by_the_database(catalogue: dict[str, Table]) -> None:
    timed = [table for table in catalogue.values() if "updated_at" in table.columns]
    assert [table.name for table in timed if "touch" not in table.triggers] == []


def test_the_key_of_a_table_that_is_kept_by_months_holds_its_time(catalogue: dict[str, Table]) -> None:
    kept = [table for table in catalogue.values() if table.split_by]
    assert [table.name for table in kept if set(table.primary_key) != {"id", table.split_by}] == []
    # A month is called after its table and the month.
    assert [table.name for table in kept if len(table.name.partition(".")[2]) > LONGEST - len("_m202611")] == []


# Values ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def of_models(kind: type[Kind]) -> Iterator[type[Kind]]:
    """Every class of this kind in the files of models."""
    for name, module in sorted(sys.modules.items()):
        if name.startswith("app.") and ".models" in name:
            yield from (each for each in vars(module).values() if _is_own(each, kind, name))


def _is_own(each: object, kind: type, module: str) -> bool:
    return isinstance(each, type) and issubclass(each, kind) and each.__module__ == module


# Keys of a JSON document, or what a query makes of columns and the clock, rather than values of a column.
KEYS = {"CommunityMessage", "CredentialState"}


def in_documents() -> str:
    """The types of all fields of JSON documents: the values of their enums are pydantic's to hold."""
    return " ".join(str(field.annotation) for model in of_models(BaseModel) for field in model.model_fields.values())


def of_columns() -> list[type[StrEnum]]:
    inside = in_documents()
    every = [each for each in of_models(StrEnum) if each.__name__ not in KEYS]
    return [each for each in every if not re.search(rf"\b{each.__name__}\b", inside)]


@pytest.mark.parametrize("enum", of_columns(), ids=lambda enum: f"{enum.__module__}.{enum.__name__}")
def test_the_database_knows_the_values_of_an_enum(catalogue: dict[str, Table], enum: type[StrEnum]) -> None:
    """And no others: some condition lists exactly these."""
    listed = {frozenset(check.listed) for table in catalogue.values() for check in table.checks if check.listed}
    assert frozenset(each.value for each in enum) in listed


# References ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.req("A-TAB-58")
def test_every_reference_is_led_by_an_index(catalogue: dict[str, Table]) -> None:
    """Of a reference over several columns, by the one that names the row. One that holds for part of the rows will do
    where it leaves out none but those without the reference.
    """
    unled = []
    for table in catalogue.values():
        for key in table.foreign_keys:
            names_row = [own for own, target in zip(key.columns, key.target_columns, strict=True) if target == "id"]
            firsts = {each.keys[0] for each in table.indexes if _is_whole(each.predicate, key.columns)}
            if not firsts.intersection(names_row or key.columns):
                unled.append(f"{table.name} ({', '.join(key.columns)})")
    assert unled == []


def _is_whole(predicate: str | None, columns: tuple[str, ...]) -> bool:
    return predicate is None or predicate in {f"({column} IS NOT NULL)" for column in columns}


def test_every_reference_says_what_becomes_of_it() -> None:
    silent = [
        f"{table.fullname} ({', '.join(key.column_keys)})"
        for table in metadata.tables.values()
        for key in table.constraints
        if isinstance(key, ForeignKeyConstraint) and key.ondelete is None
        if table.schema != "core" and table.fullname not in BEFORE
    ]
    assert silent == []


# Names ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_no_name_is_cut(catalogue: dict[str, Table]) -> None:
    """PostgreSQL cuts at 63 characters; a name that long was cut, or is one letter away from it."""
    names = {part for table in catalogue.values() for name in _names(table) for part in name.split(".")}
    assert [name for name in names if len(name) >= LONGEST] == []


def _names(table: Table) -> Iterator[str]:
    yield from (table.name, *table.columns, *table.triggers)
    yield from (each.name for each in table.checks)
    yield from (each.name for each in table.foreign_keys)
    yield from (each.name for each in table.indexes)


# Models and migrations ─────────────────────────────────────────────────────────────────────────────────────────────


async def made_from_models(owner_url: str) -> dict[str, Table]:
    """The tables as the models alone make them, beside the functions of the migrations."""
    address, arguments = normalise(owner_url)
    engine = create_async_engine(address, poolclass=NullPool, connect_args=arguments)
    async with engine.begin() as connection:
        await connection.execute(text(f"DROP TABLE {', '.join(await read(connection))} CASCADE"))
        await connection.run_sync(metadata.create_all)
        made = await read(connection)
    await engine.dispose()
    return made


def _told(table: Table) -> dict[str, Any]:
    """Everything that both sides say, by name."""
    said: dict[str, Any] = {f"column {name}": column for name, column in table.columns.items()}
    said |= {f"check {each.name}": each.condition for each in table.checks}
    said |= {f"reference {each.name}": each for each in table.foreign_keys}
    said |= {f"index {each.name}": each for each in table.indexes}
    return {**said, "months": table.split_by}


@pytest.mark.req("T-GEN-02")
def test_models_and_migrations_say_the_same_to_the_letter(catalogue: dict[str, Table], server: Services) -> None:
    """`alembic check` does not look at conditions, defaults, what is computed and what deleting does."""
    with copied(server) as copy:
        models = asyncio.run(made_from_models(copy.owner_url))
    assert set(models) == set(catalogue)
    pairs = {name: (_told(table), _told(models[name])) for name, table in catalogue.items()}
    assert [
        f"{name} {what}: {migrated.get(what)} by migration, {modelled.get(what)} by model"
        for name, (migrated, modelled) in pairs.items()
        for what in sorted(set(migrated) | set(modelled))
        if migrated.get(what) != modelled.get(what)
    ] == []
