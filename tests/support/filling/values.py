"""Values that a column may be tried with, as SQL: what it points at, what conditions name, what its type suggests."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from tests.support.catalogue import Check, Column, Table
from tests.support.filling.patterns import word_for

TIMES = {"timestamptz", "date"}
NUMERIC = {"int2", "int4", "int8", "numeric", "float4", "float8"}


@dataclass(frozen=True, slots=True)
class Value:
    """An expression for row `{n}` of some `{column}`. `most`: how many different ones it gives; None for all rows."""

    expression: str
    most: int | None = 1

    def named(self, column: str) -> "Value":
        """For one column, and for those that point at it."""
        return replace(self, expression=self.expression.replace("{column}", column))

    def of(self, number: str, column: Column) -> str:
        """For one row, with the type of the column."""
        expression = self.named(column.name).expression.replace("{n}", number)
        return f"({expression})::{column.kind}{'[]' if column.is_array else ''}"


@dataclass(frozen=True, slots=True)
class Counted:
    """A table that was filled: how many rows it has, and what is in the columns of most of them."""

    rows: int
    values: dict[str, Value]


def id_of(number: str) -> str:
    """The id of row `number`. Ids grow with it, so that indexes are written at their end."""
    return f"('00000000-0000-7000-8000-' || lpad(to_hex({number}), 12, '0'))::uuid"


def _each(*expressions: str) -> list[Value]:
    """Another one for every row."""
    return [Value(expression, None) for expression in expressions]


def _only(*expressions: str) -> list[Value]:
    return [Value(expression) for expression in expressions]


NULL = Value("NULL", None)
ROUND = [Value(f"(({{n}} - 1) % {most} + {first})", most) for most, first in ((100, 0), (100, 2000), (20, 1), (5, 1))]
NUMBERS = [*ROUND, *_only("1", "0", "50", "100", "2")]
# A second per row, from the first of this month on: that month has its partition.
MOMENT = "(date_trunc('month', now()) + {n} * interval '1 second' + interval '%s hours')"
VALUES: dict[str, list[Value]] = {
    "text": [
        *_each("'{column} ' || {n}", "'{column}-' || {n}", "'{column}' || {n} || '@example.org'"),
        *_each("'https://example.org/' || {n}", "md5({n}::text)", "md5({n}::text) || md5({n}::text)"),
        *_only("'usd'", "'USD'", "'en'", "'UTC'", "'#aabbcc'", "'{column}'", "''"),
    ],
    "uuid": _each(id_of("{n}"), id_of("({n} + 1)")),
    "bool": _only("false", "true"),
    "timestamptz": _each(*(MOMENT % hours for hours in (0, 1, 2))),
    "date": _each("date '2026-01-01' + ({n})::int", "date '2026-01-02' + ({n})::int"),
    "tsvector": _each("to_tsvector('simple', 'word ' || {n})"),
    "inet": _only("'192.0.2.1'"),
    "bytea": [*_each("sha256({n}::text::bytea)", "sha512({n}::text::bytea)"), *_only("''")],
    "jsonb": _only("'{}'", "'[]'", "'\"\"'"),
    **{kind: [*_each("{n}"), *NUMBERS] for kind in ("int4", "int8")},
    **dict.fromkeys(("int2", "numeric", "float4", "float8"), NUMBERS),
}
EXAMPLES = {"string": "word", "number": 1, "boolean": True, "array": [], "object": {}}


def options_of(table: Table, column: Column, filled: Mapping[str, Counted], rows: int) -> list[Value]:
    """Values for a column, the best one first. None at all: it is best left to its default, or empty."""
    if not column.is_written:
        return []
    if references := list(dict.fromkeys(_references(table, column, filled, rows))):
        return [*references, NULL] if column.is_nullable else references
    if any(column.name in key.columns for key in table.foreign_keys):
        return [NULL]  # what it points at comes later, or not at all
    matters = any(column.name in each.columns for each in table.checks)
    matters = matters or any(key.mentioned([column.name]) for key in table.indexes)
    if not matters and (column.is_nullable or column.default is not None):
        return []
    values = [Value(column.default)] if column.default is not None and "(" not in column.default else []
    values += _fitting(table, column)
    may_be_null = [NULL] if column.is_nullable else []
    # Times that may be missing mostly are: nothing has ended, nothing is deleted.
    found = [*may_be_null, *values] if column.kind in {*TIMES, "jsonb"} else [*values, *may_be_null]
    return list(dict.fromkeys(found))


def _references(table: Table, column: Column, filled: Mapping[str, Counted], rows: int) -> Iterator[Value]:
    for key in table.foreign_keys:
        is_own = key.target == table.name
        if column.name not in key.columns or not (is_own or key.target in filled):
            continue
        if is_own and len(key.columns) > 1:
            continue  # a neighbour with the same parent: here every row has a parent of its own
        twins = [each.columns for each in table.foreign_keys if each.target == key.target and len(each.columns) == 1]
        shift = (twins.index(key.columns) if len(key.columns) == 1 else 0) + is_own  # nobody is their own parent
        count = rows if is_own else filled[key.target].rows
        number = "{n}" if count >= rows and not shift else f"(({{n}} - 1 + {shift}) % {count} + 1)"
        target = key.target_columns[key.columns.index(column.name)]
        theirs = Value(id_of("{n}")) if target == "id" else filled[key.target].values[target]
        yield Value(theirs.expression.replace("{n}", number), None if count >= rows else count)


def _fitting(table: Table, column: Column) -> Iterator[Value]:
    """By what its conditions list, else by what they name, else by its type."""
    checks = [check for check in table.checks if column.name in check.columns]
    listed = next((check.listed for check in checks if check.columns == (column.name,) and check.listed), None)
    if column.is_array:
        yield from _only("'{}'", "'{" + (listed or ["word"])[0] + "}'")
    elif listed:
        yield from _only(*map(_quoted, listed))
    elif column.kind == "uuid" and column.name in table.primary_key:
        yield VALUES["uuid"][0]
    else:
        yield from (Value(_quoted(json.dumps(shape))) for check in checks if (shape := _shape(check)))
        yield from _patterned(checks)
        yield from VALUES[column.kind]
        said = [each for check in checks for each in re.findall(r"\d+", check.condition)]
        words = [each for check in checks for each in check.literals]
        yield from (
            _only(*said) if column.kind in NUMERIC else _only(*map(_quoted, words)) if column.kind == "text" else []
        )


def _shape(check: Check) -> dict[str, object]:
    """The smallest object that has what a condition asks of its keys (`app/core/database/checks.py`)."""
    asked = re.findall(
        r"-> '([^']+)'::text\)\), 'null'::text\) = (?:ANY \(ARRAY\[)?((?:'\w+'::text(?:, )?)+)", check.condition
    )
    kinds = {key: re.findall(r"'(\w+)'", said) for key, said in asked}
    return {key: EXAMPLES[said[0]] for key, said in kinds.items() if "null" not in said}


def _patterned(checks: Iterable[Check]) -> Iterator[Value]:
    for check in checks:
        for pattern in re.findall(r" ~\*? '((?:[^']|'')*)'", check.condition):
            word, is_unique = word_for(pattern.replace("''", "'"))
            yield Value(word, None if is_unique else 1)


def _quoted(word: str) -> str:
    return "'" + word.replace("'", "''") + "'"
