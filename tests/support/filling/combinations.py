"""Which values go together: conditions are handed to PostgreSQL, which says what passes."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from math import prod

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.support.catalogue import Check, Index, Table
from tests.support.filling.values import Value

MOST_TRIED = 200_000

# The rows for which values are tried: what passes for these passes for those between.
SAMPLES = (1, 100_000, 199_999)

Options = Mapping[str, Sequence[Value]]


def room(key: Index, columns: Options) -> int | None:
    """How many rows a unique key has room for; None: for all. What the database computes, it computes from ids."""
    if any(each.isidentifier() and each not in columns for each in key.keys):
        return None
    sizes = [_size(columns[name]) for name in key.mentioned(columns)]
    known = [each for each in sizes if each is not None]
    return max(known, default=1) if len(known) == len(sizes) else None


def _size(values: Sequence[Value]) -> int | None:
    sizes = [each.most for each in set(values)]
    known = [each for each in sizes if each is not None]
    return sum(known) if len(known) == len(sizes) else None


def without_exceptions(table: Table, options: Options) -> Iterator[Check]:
    """Where a unique key with little room holds for some rows only, no row is to be one of them."""
    for key in table.indexes:
        if key.is_unique and key.predicate and room(key, options) is not None:
            columns = tuple(name for name in options if re.search(rf"\b{name}\b", key.predicate))
            yield Check(key.name, columns, f"NOT ({key.predicate})")


async def sifted(
    connection: AsyncConnection, table: Table, options: Options, checks: Iterable[Check]
) -> dict[str, Sequence[Value]]:
    """Without what a column's own conditions refuse."""
    left = dict(options)
    for check in checks:
        (name,) = check.columns
        if name in left:
            passed = await _passing(connection, table, {name: left[name]}, [check])
            left[name] = [left[name][place] for (place,) in passed]
    return left


def groups(options: Options, checks: Sequence[Check]) -> Iterator[tuple[list[str], list[Check]]]:
    """Columns that conditions tie together, with those conditions. One about a computed column ties nothing."""
    head = {name: name for name in options}
    known = [check for check in checks if set(check.columns) <= set(options)]
    for check in known:
        joined = {head[name] for name in check.columns}
        head = {name: min(joined) if each in joined else each for name, each in head.items()}
    for group, names in groupby(sorted(options, key=lambda name: head[name]), key=lambda name: head[name]):
        yield list(names), [check for check in known if head[check.columns[0]] == group]


async def combinations(
    connection: AsyncConnection, table: Table, options: Options, checks: Sequence[Check]
) -> dict[str, Sequence[Value]]:
    """The values of these columns: the best combination, then the best one with each other listed value."""
    listed = {name for name in options if _is_listed(table, name)}
    if not checks:
        return {name: values if name in listed else values[:1] for name, values in options.items()}
    tried = _few_enough(options, listed)
    passed = await _passing(connection, table, tried, checks)
    picked = [passed[0]]
    for place, name in enumerate(tried):
        if name in listed:
            picked += [next(each for each in passed if each[place] == value) for value in {p[place]: 0 for p in passed}]
    picked = list(dict.fromkeys(picked))
    return {name: [values[places[at]] for places in picked] for at, (name, values) in enumerate(tried.items())}


def _is_listed(table: Table, name: str) -> bool:
    if table.columns[name].kind == "bool" or any(name in key.columns for key in table.foreign_keys):
        return True
    return any(check.columns == (name,) and check.listed for check in table.checks)


def _few_enough(options: Options, listed: set[str]) -> dict[str, Sequence[Value]]:
    """Without the last of many values, so that all combinations can be tried."""
    tried = dict(options)
    while prod(len(values) for values in tried.values()) > MOST_TRIED:
        longest = max(tried, key=lambda name: (len(tried[name]) > 2, name not in listed, len(tried[name])))
        tried[longest] = tried[longest][:-1]
    return tried


async def _passing(
    connection: AsyncConnection, table: Table, options: Options, checks: Sequence[Check]
) -> list[tuple[int, ...]]:
    """Which combinations pass, as the places of their values, the best first. Raises `ValueError` when none does."""
    places = ", ".join(f"place_{at}" for at in range(len(options)))
    condition = " AND ".join(f"({check.condition}) IS NOT FALSE" for check in checks)
    tries = [
        f"SELECT {places} FROM {', '.join(_lists(table, options, str(sample)))} WHERE {condition}"  # noqa: S608  (of the catalogue)
        for sample in SAMPLES
    ]
    rows = await connection.execute(text(" INTERSECT ".join(tries).replace(":", r"\:")))
    found = sorted((tuple(row) for row in rows), key=lambda each: (sum(each), each))
    if not found:
        raise ValueError(f"{table.name}: nothing known passes {[(check.name, check.condition) for check in checks]}")
    return found


def _lists(table: Table, options: Options, sample: str) -> Iterator[str]:
    for at, (name, values) in enumerate(options.items()):
        rows = ", ".join(f"({place}, {value.of(sample, table.columns[name])})" for place, value in enumerate(values))
        yield f'(VALUES {rows}) list_{at} (place_{at}, "{name}")'
