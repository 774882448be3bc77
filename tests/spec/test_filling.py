"""What fills the tables for other tests: words that fit, and a word when nothing does."""

import re

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.support.catalogue import Check, Column, ForeignKey, Table
from tests.support.filling import in_order
from tests.support.filling.combinations import combinations
from tests.support.filling.patterns import word_for
from tests.support.filling.values import VALUES

PATTERNS = {
    r"^PATH-[0-9]{4}-[0-9]{6}$": True,
    r"^[a-z0-9]+(-[a-z0-9]+)*$": True,
    r"^#[0-9a-f]{6}$": True,
    r"^(sha256|md5):[0-9a-f]{64}$": True,
    r"^https?://": False,
    r"^[^@\s]+@[^@\s]+$": False,
    r"^[a-z]{3}$": False,
}


@pytest.mark.parametrize(("pattern", "is_unique"), PATTERNS.items())
async def test_a_word_fits_its_pattern_in_every_row(connection: AsyncConnection, pattern: str, is_unique: bool) -> None:
    word, says_unique = word_for(pattern)
    every = f"SELECT {word} FROM generate_series(1, 300) n".replace("{n}", "n").replace(":", r"\:")  # noqa: S608  (ours)
    words = (await connection.scalars(text(every))).all()
    assert [each for each in words if not re.search(pattern, each)] == []
    assert says_unique == is_unique == (len(set(words)) == 300)


def table(name: str, *targets: str, nullable: bool = False) -> Table:
    column = Column("other_id", "uuid", is_array=False, is_nullable=nullable, default=None, is_written=True)
    keys = [ForeignKey(f"fk_{target}", ("other_id",), name, target, ("id",), "CASCADE") for target in targets]
    return Table(name, None, {"other_id": column}, foreign_keys=keys)


def test_tables_are_filled_after_those_that_they_point_at() -> None:
    tables = {each.name: each for each in (table("c", "b"), table("b", "a"), table("a"), table("d", "d"))}
    assert [each.name for each in in_order(tables)] == ["a", "d", "b", "c"]


def test_a_circle_is_entered_where_a_pointer_may_be_empty() -> None:
    tables = {each.name: each for each in (table("a", "b"), table("b", "a", nullable=True))}
    assert [each.name for each in in_order(tables)] == ["b", "a"]
    with pytest.raises(ValueError, match="a circle of references"):
        list(in_order({each.name: each for each in (table("a", "b"), table("b", "a"))}))


async def test_conditions_that_nothing_passes_are_named(connection: AsyncConnection) -> None:
    number = Column("number", "int4", is_array=False, is_nullable=False, default=None, is_written=True)
    check = Check("ck_nothing", ("number",), "number > 0 AND number < 0")
    with pytest.raises(ValueError, match="ck_nothing"):
        await combinations(connection, Table("t", None, {"number": number}), {"number": VALUES["int4"]}, [check])
