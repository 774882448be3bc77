"""Rows for every table, read off the catalogue: types, listed values, conditions, keys and references decide.

Row n of a table has the id `id_of(n)`, and what points at another table points at its row n (at row n + 1, where a
second column points at the same one). So references hold without a look at the other table, no two rows have the same
references, and each row can be found by its number.

Conditions are not understood but tried: a few values per column are put together in every way, and PostgreSQL says
which combinations pass. The best one is common; those with other listed values are rare.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.support.catalogue import Column, Table
from tests.support.filling.combinations import Options, combinations, groups, room, sifted, without_exceptions
from tests.support.filling.values import Counted, Value, id_of, options_of

__all__ = ["RARE", "fill", "id_of", "in_order", "with_targets"]

# So rare that looking for one of them by its values is worth an index.
RARE = 200


async def fill(
    connection: AsyncConnection,
    tables: Mapping[str, Table],
    rows: int,
    wanted: Collection[str] | None = None,
    rare: int = RARE,
) -> dict[str, int]:
    """Fill the wanted tables, or all, with so many rows each, or as many as their keys have room for.

    As the owner, on a database of one's own: what was in there goes, triggers of ours and row policies are off. One row
    in `rare` has another combination of values than the common one.
    Returns the numbers of rows.
    """
    await connection.execute(text(f"TRUNCATE {', '.join(tables)} CASCADE"))
    filled: dict[str, Filling] = {}
    for table in in_order(tables):
        if wanted is not None and table.name not in wanted:
            continue
        await connection.execute(text(f"ALTER TABLE {table.name} DISABLE TRIGGER USER, NO FORCE ROW LEVEL SECURITY"))
        filling = await _prepare(connection, table, {name: each.counted for name, each in filled.items()}, rows)
        await connection.execute(text(filling.statement(rare).replace(":", r"\:")))
        filled[table.name] = filling
    return {name: filling.rows for name, filling in filled.items()}


def with_targets(tables: Mapping[str, Table], wanted: Collection[str]) -> set[str]:
    """The wanted tables and all that they point at, near and far."""
    found: set[str] = set()
    left = set(wanted)
    while left:
        found |= left
        left = {key.target for name in left for key in tables[name].foreign_keys} - found
    return found


def in_order(tables: Mapping[str, Table]) -> Iterator[Table]:
    """Each table after those that it points at. A circle is entered where the pointers may be empty."""
    left = dict(tables)
    while left:
        ready = [name for name, table in left.items() if not _targets(table) & set(left)]
        if not ready:
            open_ones = [name for name, table in left.items() if not _needed(table) & set(left)]
            if not open_ones:
                raise ValueError(f"a circle of references: {sorted(left)}")
            ready = [min(open_ones, key=lambda name: (len(_targets(left[name]) & set(left)), name))]
        yield from [left.pop(name) for name in ready]


def _targets(table: Table) -> set[str]:
    return {key.target for key in table.foreign_keys} - {table.name}


def _needed(table: Table) -> set[str]:
    keys = [key for key in table.foreign_keys if not any(table.columns[name].is_nullable for name in key.columns)]
    return {key.target for key in keys} - {table.name}


@dataclass(frozen=True, slots=True)
class Filling:
    """What a table is filled with: per column one value for each combination, the common one first."""

    table: Table
    columns: dict[str, Sequence[Value]]
    rows: int
    is_small: bool

    @property
    def counted(self) -> Counted:
        """What those that point here have to know."""
        return Counted(self.rows, {name: values[0].named(name) for name, values in self.columns.items()})

    def statement(self, rare: int) -> str:
        """One INSERT. In a small table all combinations take turns."""
        several = max(len(values) for values in self.columns.values())
        turn = "n - 1" if self.is_small else f"CASE WHEN n % {rare} = 0 THEN 1 + n / {rare} ELSE 0 END"
        names = ", ".join(f'"{name}"' for name in self.columns)
        picked = ", ".join(_picked(self.table.columns[name], values) for name, values in self.columns.items())
        return (
            f"INSERT INTO {self.table.name} ({names}) SELECT {picked.replace(id_of('n'), 'own_id')} FROM"  # noqa: S608  (names of the catalogue)
            f" (SELECT n, ({turn}) % {several} AS turn, {id_of('n')} AS own_id"
            f" FROM generate_series(1::bigint, {self.rows}) n OFFSET 0) numbers"
        )


def _picked(column: Column, values: Sequence[Value]) -> str:
    if len(set(values)) == 1:
        return values[0].of("n", column)
    cases = " ".join(f"WHEN {place} THEN {value.of('n', column)}" for place, value in enumerate(values))
    return f"CASE turn % {len(values)} {cases} END"


async def _prepare(connection: AsyncConnection, table: Table, filled: Mapping[str, Counted], rows: int) -> Filling:
    every = {name: options_of(table, column, filled, rows) for name, column in table.columns.items()}
    options: Options = {name: values for name, values in every.items() if values}
    conditions = [*table.checks, *without_exceptions(table, options)]
    options = await sifted(connection, table, options, [each for each in conditions if len(each.columns) == 1])
    columns: dict[str, Sequence[Value]] = {}
    for names, tied in groups(options, [each for each in conditions if len(each.columns) > 1]):
        columns |= await combinations(connection, table, {name: options[name] for name in names}, tied)
    rooms = [room(key, columns) for key in table.indexes if key.is_unique and not key.predicate]
    most = min([rows, *(each for each in rooms if each is not None)])
    return Filling(table, columns, most, is_small=most < rows)
