"""The types of all tables as an OpenAPI document, `tables.json`: for generators of types in other languages.

It says what lies in the database; what the API takes and gives is in `openapi/openapi.json`.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from sqlalchemy import CheckConstraint, Column, Table, types
from sqlalchemy.dialects import postgresql

from app.core.database.shaped import Shaped
from docs.schema.content import about, know_all_models, mapped

TYPES: list[tuple[type[Any], dict[str, Any]]] = [
    (types.Uuid, {"type": "string", "format": "uuid"}),
    (types.Boolean, {"type": "boolean"}),
    (types.Integer, {"type": "integer"}),
    (types.Numeric, {"type": "number"}),
    (types.Float, {"type": "number"}),
    (types.DateTime, {"type": "string", "format": "date-time"}),
    (types.Date, {"type": "string", "format": "date"}),
    (types.LargeBinary, {"type": "string"}),
    (types.String, {"type": "string"}),
    (postgresql.INET, {"type": "string"}),
    (postgresql.JSONB, {}),
]


def document() -> str:
    """As text, the same for the same models."""
    know_all_models()
    schemas: dict[str, Any] = {}
    for model in mapped():
        schemas |= dict(_schemas(model.__table__, about(model)))
    head = {"title": "The tables of Lyceum", "version": "1", "description": (__doc__ or "").strip()}
    lines = (f"{_json(name)}: {_json(schema)}" for name, schema in sorted(schemas.items()))
    told = f'{{"openapi": "3.1.0", "info": {_json(head)}, "components": {{"schemas": {{\n'
    return told + ",\n".join(lines) + "\n}}}\n"


def _json(value: object) -> str:
    """A table is one line, so that a change shows whose it is."""
    return json.dumps(value, ensure_ascii=False, separators=(", ", ": "))


def _schemas(table: Table, description: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Of a table, and of the documents in its columns."""
    name = "".join(part.title() for part in re.split(r"[._]", table.fullname))
    properties: dict[str, Any] = {}
    for column in table.columns:
        if isinstance(column.type, postgresql.TSVECTOR):
            continue
        if isinstance(column.type, Shaped):
            own = name + column.name.title().replace("_", "")
            schema = column.type.adapter.json_schema(
                mode="serialization", ref_template=f"#/components/schemas/{own}{{model}}"
            )
            yield from ((own + inner, parts) for inner, parts in schema.pop("$defs", {}).items())
        else:
            schema = dict(_type(column.type)) | _listed(table, column)
        properties[column.name] = _whole(schema, column)
    yield name, {"type": "object", "description": description, "properties": properties, "required": list(properties)}


def _type(kind: Any) -> dict[str, Any]:
    if isinstance(kind, types.ARRAY):
        return {"type": "array", "items": _type(kind.item_type)}
    if isinstance(kind, types.TypeDecorator):
        return _type(kind.impl_instance)
    for known, schema in TYPES:
        if isinstance(kind, known):
            return schema
    raise TypeError(f"docs/schema/types.py does not know {kind!r}")


def _listed(table: Table, column: Column[Any]) -> dict[str, Any]:
    """The values of an enum, from its condition (`app/core/database/checks.py`)."""
    for check in table.constraints:
        if isinstance(check, CheckConstraint):
            words = re.fullmatch(rf"{column.name} (?:IN \((.*)\)|<@ ARRAY\[(.*)\]::text\[\])", str(check.sqltext))
            if words:
                values = re.findall(r"'((?:[^']|'')*)'", words[1] or words[2])
                return {"enum": values} if words[1] else {"items": {"type": "string", "enum": values}}
    return {}


def _whole(schema: dict[str, Any], column: Column[Any]) -> dict[str, Any]:
    more: dict[str, Any] = {"readOnly": True} if column.computed is not None else {}
    if targets := sorted(key.target_fullname.rpartition(".")[0] for key in column.foreign_keys):
        more["description"] = f"→ {', '.join(targets)}"
    if column.nullable and set(schema) <= {"type", "format"} and schema:
        return {**schema, "type": [schema["type"], "null"], **more}
    return {**({"anyOf": [schema, {"type": "null"}]} if column.nullable and schema else schema), **more}
