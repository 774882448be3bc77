"""The database's own rules: enums, sets, and the shape of JSON documents."""

import pytest
import pytest_asyncio
from pydantic import BaseModel, ValidationError
from sqlalchemy import Column, MetaData, Table, Text, insert, select, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.database.checks import each_of, has_shape, lists, one_of
from app.core.database.shaped import Shaped

SHAPE = {"name": "string", "level?": "string|number"}

REFUSED = [
    ("kind", "c"),
    ("kinds", ["a", "c"]),
    ("document", []),
    ("document", "text"),
    ("document", {}),
    ("document", {"name": None}),
    ("document", {"name": 1}),
    ("document", {"name": "a", "level": True}),
    ("documents", {}),
    ("documents", [1]),
    ("documents", [{"name": "a"}, {"name": 2}]),
    ("documents", [{"level": 1}]),
    ("documents", [{"name": "a", "level": []}]),
    ("documents", [[{"name": "a"}]]),
    ("documents", [{"name": ["a"]}]),
]
TAKEN = [
    ("kind", "a"),
    ("kinds", []),
    ("kinds", ["a", "b", "a"]),
    ("document", {"name": "a"}),
    ("document", {"name": "a", "level": None, "more": [1]}),
    ("document", {"name": "a", "level": 2}),
    ("documents", []),
    ("documents", [{"name": "a"}, {"name": "b", "level": "2", "more": {}}, {"name": "c", "level": None}]),
    ("documents", None),
]


@pytest_asyncio.fixture
async def ruled(connection: AsyncConnection) -> Table:
    """A table for the time of a test, with a column under each rule."""
    table = Table(
        "ruled",
        MetaData(),
        Column("kind", Text),
        Column("kinds", ARRAY(Text)),
        Column("document", JSONB(none_as_null=True)),
        Column("documents", JSONB(none_as_null=True)),
        one_of("kind", "ab"),
        each_of("kinds", "ab"),
        has_shape("document", SHAPE),
        lists("documents", SHAPE),
        prefixes=["TEMPORARY"],
    )
    await connection.run_sync(table.create)
    return table


@pytest.mark.parametrize(("column", "value"), REFUSED)
async def test_what_breaks_a_rule_is_refused(
    connection: AsyncConnection, ruled: Table, column: str, value: object
) -> None:
    with pytest.raises(IntegrityError, match=rf'violates check constraint "{column}'):
        await connection.execute(insert(ruled).values({column: value}))


@pytest.mark.parametrize(("column", "value"), TAKEN)
async def test_what_keeps_the_rules_is_taken(
    connection: AsyncConnection, ruled: Table, column: str, value: object
) -> None:
    await connection.execute(insert(ruled).values({column: value}))


def test_a_type_that_json_does_not_have_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="text"):
        has_shape("document", {"name": "text"})


class Outcome(BaseModel, extra="forbid"):
    """Something with a name."""

    name: str


@pytest_asyncio.fixture
async def shaped(connection: AsyncConnection) -> Table:
    """A table for the time of a test, with a typed column."""
    table = Table("shaped", MetaData(), Column("outcomes", Shaped(list[Outcome])), prefixes=["TEMPORARY"])
    await connection.run_sync(table.create)
    return table


async def test_a_shape_comes_back_as_what_it_was(connection: AsyncConnection, shaped: Table) -> None:
    await connection.execute(insert(shaped).values(outcomes=[Outcome(name="a")]))
    assert await connection.scalar(select(shaped.c.outcomes)) == [Outcome(name="a")]
    assert await connection.scalar(text("SELECT outcomes::text FROM shaped")) == '[{"name": "a"}]'


async def test_nothing_is_null_and_not_the_word_null(connection: AsyncConnection, shaped: Table) -> None:
    await connection.execute(insert(shaped).values(outcomes=None))
    assert await connection.scalar(text("SELECT outcomes IS NULL FROM shaped")) is True


async def test_what_has_another_shape_does_not_reach_the_database(connection: AsyncConnection, shaped: Table) -> None:
    with pytest.raises(StatementError) as refused:
        await connection.execute(insert(shaped).values(outcomes=[{"name": "a", "more": 1}]))
    assert isinstance(refused.value.orig, ValidationError)
