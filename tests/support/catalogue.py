"""What PostgreSQL knows of our tables: columns, checks, keys and indexes, as plain values for tests that ask of all."""

# ruff: noqa: S608  (statements put together from constants)

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.database.roles import SCHEMAS

ON_DELETE = {"a": "NO ACTION", "r": "RESTRICT", "c": "CASCADE", "n": "SET NULL", "d": "SET DEFAULT"}


@dataclass(frozen=True, slots=True)
class Column:
    """`kind` is the type's name without brackets, `default` an expression. `is_written`: by us, not by the database."""

    name: str
    kind: str
    is_array: bool
    is_nullable: bool
    default: str | None
    is_written: bool


@dataclass(frozen=True, slots=True)
class Check:
    """A named condition over some columns."""

    name: str
    columns: tuple[str, ...]
    condition: str

    @property
    def literals(self) -> list[str]:
        """The words in quotes, in their order."""
        return [each.replace("''", "'") for each in re.findall(r"'((?:[^']|'')*)'(?:::text)?", self.condition)]

    @property
    def listed(self) -> list[str] | None:
        """The values of an enum column, or of the elements of one; None for any other condition."""
        column = self.columns[0] if len(self.columns) == 1 else None
        forms = (r"= ANY \(ARRAY\[[^()]*\]\)", r"<@ ARRAY\[[^()]*\]", r"= '[^']*'::text")
        is_list = re.match(rf'^\(?"?{column}"? (?:{"|".join(forms)})\)?$', self.condition)
        return self.literals if is_list else None


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """Columns that are somebody else's."""

    name: str
    columns: tuple[str, ...]
    table: str
    target: str
    target_columns: tuple[str, ...]
    on_delete: str


@dataclass(frozen=True, slots=True)
class Index:
    """`keys` are column names, or expressions in brackets. `predicate` of a partial one."""

    name: str
    keys: tuple[str, ...]
    method: str
    is_unique: bool
    is_primary: bool
    predicate: str | None

    def mentioned(self, columns: Iterable[str]) -> list[str]:
        """Those columns that its keys name, by themselves or in an expression."""
        said = " ".join(self.keys)
        return [each for each in columns if re.search(rf"\b{re.escape(each)}\b", said)]


@dataclass(frozen=True, slots=True)
class Table:
    """A table of ours; a partitioned one counts once, and says by which column it is split."""

    name: str
    split_by: str | None
    columns: dict[str, Column] = field(default_factory=dict)
    checks: list[Check] = field(default_factory=list)
    foreign_keys: list[ForeignKey] = field(default_factory=list)
    indexes: list[Index] = field(default_factory=list)
    triggers: list[str] = field(default_factory=list)

    @property
    def schema(self) -> str:
        return self.name.partition(".")[0]

    @property
    def primary_key(self) -> tuple[str, ...]:
        return next((each.keys for each in self.indexes if each.is_primary), ())


OURS = (
    "c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relnamespace::regnamespace::text = ANY(:schemas)"
    " AND c.relname <> 'alembic_version'"
)
COLUMN_NAMES = "(SELECT array_agg(attname::text ORDER BY place) FROM unnest({key}) WITH ORDINALITY k(num, place)"
COLUMN_NAMES += " JOIN pg_attribute a ON a.attrelid = {table} AND a.attnum = num)"

TABLES = f"""
SELECT c.oid::regclass::text AS name, (SELECT attname::text FROM pg_partitioned_table p
    JOIN pg_attribute a ON a.attrelid = p.partrelid AND a.attnum = p.partattrs[0] WHERE p.partrelid = c.oid) AS split_by
FROM pg_class c WHERE {OURS} ORDER BY 1
"""
COLUMNS = f"""
SELECT c.oid::regclass::text AS "table", a.attname::text AS name, coalesce(e.typname, t.typname)::text AS kind,
       e.oid IS NOT NULL AS is_array, NOT a.attnotnull AS is_nullable, pg_get_expr(d.adbin, d.adrelid) AS default,
       a.attgenerated = '' AND a.attidentity = '' AS is_written
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_type e ON e.oid = t.typelem AND t.typcategory = 'A'
LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE {OURS} ORDER BY c.oid, a.attnum
"""
CHECKS = f"""
SELECT c.oid::regclass::text AS "table", conname::text AS name, pg_get_expr(conbin, conrelid) AS condition,
       coalesce({COLUMN_NAMES.format(key="conkey", table="c.oid")}, '{{}}') AS columns
FROM pg_class c JOIN pg_constraint ON conrelid = c.oid AND contype = 'c' WHERE {OURS} ORDER BY 1, 2
"""
FOREIGN_KEYS = f"""
SELECT c.oid::regclass::text AS "table", conname::text AS name, confrelid::regclass::text AS target,
       confdeltype::text AS on_delete, {COLUMN_NAMES.format(key="conkey", table="c.oid")} AS columns,
       {COLUMN_NAMES.format(key="confkey", table="confrelid")} AS target_columns
FROM pg_class c JOIN pg_constraint ON conrelid = c.oid AND contype = 'f' WHERE {OURS} ORDER BY 1, 2
"""
INDEXES = f"""
SELECT c.oid::regclass::text AS "table", i.indexrelid::regclass::text AS name, am.amname::text AS method,
       indisunique AS is_unique, indisprimary AS is_primary, pg_get_expr(indpred, indrelid) AS predicate,
       (SELECT array_agg(coalesce(a.attname::text, pg_get_indexdef(i.indexrelid, place, true)) ORDER BY place)
        FROM generate_series(1, indnkeyatts) place
        LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = indkey[place - 1]) AS keys
FROM pg_class c JOIN pg_index i ON i.indrelid = c.oid JOIN pg_class x ON x.oid = i.indexrelid
JOIN pg_am am ON am.oid = x.relam WHERE {OURS} ORDER BY 1, 2
"""
TRIGGERS = f"""
SELECT c.oid::regclass::text AS "table", tgname::text AS name
FROM pg_class c JOIN pg_trigger ON tgrelid = c.oid AND NOT tgisinternal WHERE {OURS} ORDER BY 1, 2
"""


async def read(connection: AsyncConnection) -> dict[str, Table]:
    """Our tables, by their full names."""

    async def ask(statement: str) -> list[RowMapping]:
        return list((await connection.execute(text(statement), {"schemas": list(SCHEMAS)})).mappings())

    tables = {row["name"]: Table(row["name"], row["split_by"]) for row in await ask(TABLES)}
    for row in await ask(COLUMNS):
        values = {name: row[name] for name in Column.__slots__}
        tables[row["table"]].columns[row["name"]] = Column(**values)
    for row in await ask(CHECKS):
        tables[row["table"]].checks.append(Check(row["name"], tuple(row["columns"]), row["condition"]))
    for row in await ask(FOREIGN_KEYS):
        found = {**row, "columns": tuple(row["columns"]), "target_columns": tuple(row["target_columns"])}
        tables[row["table"]].foreign_keys.append(ForeignKey(**{**found, "on_delete": ON_DELETE[row["on_delete"]]}))
    for row in await ask(INDEXES):
        values = {name: row[name] for name in Index.__slots__}
        tables[row["table"]].indexes.append(Index(**{**values, "keys": tuple(row["keys"])}))
    for row in await ask(TRIGGERS):
        tables[row["table"]].triggers.append(row["name"])
    return tables
