"""Ways to spoil a good body, made from its schema: each with the pointer at which the refusal has to point."""

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from tests.contract.operations import Operation

# Stands in a body for JSON text that no Python value makes.
RAW = "this is replaced by raw JSON"
HUGE = 10**30
WRONG_TEXT = {
    "NaN": "NaN",
    "infinite": "-Infinity",
    "infinite in disguise": "1e999",
    "NUL": r'"a\u0000b"',
    "half a character": r'"a\ud800b"',
}


@dataclass(frozen=True)
class Spoiled:
    """A body with one flaw. `pointer` is None where the whole body is at fault."""

    flaw: str
    content: bytes
    pointer: str


@dataclass(frozen=True)
class Spot:
    """One place in a body and what may stand there."""

    parts: tuple[str | int, ...]
    choices: list[dict[str, Any]]
    may_be_null: bool

    @property
    def pointer(self) -> str:
        return "".join(f"/{part}" for part in self.parts)

    def types(self) -> set[str]:
        return {choice.get("type", "") for choice in self.choices}

    def is_text_with_format(self, name: str) -> bool:
        return any(choice.get("format") == name for choice in self.choices)


def spoil(op: Operation, good: Any) -> Iterator[Spoiled]:
    """Every way to spoil `good` in one place."""
    schema = _fitting(op, good)
    yield from _spoiled_fields(op, schema, good, ())
    for spot in _spots(op, schema, good, ()):
        for flaw, value in _wrong_values(spot):
            yield Spoiled(f"{spot.pointer} {flaw}", json.dumps(_with(good, spot.parts, value)).encode(), spot.pointer)
        for flaw, raw in WRONG_TEXT.items():
            text = json.dumps(_with(good, spot.parts, RAW)).replace(json.dumps(RAW), raw)
            yield Spoiled(f"{spot.pointer} {flaw}", text.encode(), spot.pointer)


def _fitting(op: Operation, good: Any) -> dict[str, Any]:
    """Of a union, the branch that the good body belongs to."""
    return next(schema for schema in op.body_schemas if set(good) <= set(schema.get("properties", {})))


def _spoiled_fields(
    op: Operation, schema: dict[str, Any], good: Any, parts: tuple[str | int, ...]
) -> Iterator[Spoiled]:
    """A required field that is missing, an unknown one that is there; in the body and in every object within."""
    pointer = "".join(f"/{part}" for part in parts)
    here = _at(good, parts)
    if schema.get("additionalProperties") is False:
        more = json.dumps(_with(good, (*parts, "unheard_of"), 1)).encode()
        yield Spoiled(f"{pointer} unknown field", more, f"{pointer}/unheard_of")
    for name in schema.get("required", ()):
        rest = {key: value for key, value in here.items() if key != name}
        yield Spoiled(f"{pointer}/{name} missing", json.dumps(_with(good, parts, rest)).encode(), f"{pointer}/{name}")
    for name, field in schema.get("properties", {}).items():
        if isinstance(here, dict) and name in here:
            for inner in op.branches(field):
                if inner.get("type") == "object" and "properties" in inner and isinstance(here[name], dict):
                    yield from _spoiled_fields(op, inner, good, (*parts, name))
                item = op.follow(inner.get("items", {}))
                if item.get("type") == "object" and here[name]:
                    yield from _spoiled_fields(op, item, good, (*parts, name, 0))


def _spots(op: Operation, schema: dict[str, Any], good: Any, parts: tuple[str | int, ...]) -> Iterator[Spot]:
    for name, field in schema.get("properties", {}).items():
        here = (*parts, name)
        choices = list(op.branches(field))
        yield Spot(here, choices, may_be_null={"type": "null"} in field.get("anyOf", ()))
        for choice in choices:
            if choice.get("type") == "object":
                yield from _spots(op, choice, good, here)
                if isinstance(values := choice.get("additionalProperties"), dict):
                    yield Spot((*here, "a key"), list(op.branches(values)), may_be_null=False)
            elif choice.get("type") == "array":
                item = op.follow(choice["items"])
                if item.get("type") == "object" and _at(good, here):
                    yield from _spots(op, item, good, (*here, 0))
                elif item.get("type") != "object":
                    yield Spot((*here, 0), list(op.branches(item)), may_be_null=False)


def _wrong_values(spot: Spot) -> Iterator[tuple[str, Any]]:
    types = spot.types()
    if not spot.may_be_null:
        yield "null", None
    if "object" not in types:
        yield "an object", {"a": 1}
    if "array" not in types:
        yield "a list", [1]
    if "string" not in types:
        yield "text for another type", "1"
        yield "words for another type", "true"
    if "boolean" not in types:
        yield "a boolean", True
    if not types & {"integer", "number"} and not spot.is_text_with_format("date-time"):
        yield "a number", 1
    if "integer" in types:
        yield "a fraction", 1.5
    yield "a huge number", HUGE
    yield "a huge negative number", -HUGE
    for choice in spot.choices:
        yield from _out_of_bounds(choice)


def _out_of_bounds(choice: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    match choice:
        case {"maxLength": longest}:
            yield "too long", "a" * (longest + 1)
        case {"maxItems": most}:
            yield "too many", [None] * (most + 1)
        case {"maxProperties": most}:
            yield "too many", {f"key {number}": "a" for number in range(most + 1)}
    match choice:
        case {"minLength": shortest} if shortest > 0:
            yield "too short", "a" * (shortest - 1)
        case {"enum": _} | {"const": _} | {"pattern": _}:
            yield "none of the values", "\u2603 no such value"
        case {"format": kind}:
            yield f"no {kind}", "\u2603 not one"
    if choice.get("type") == "integer" and "enum" not in choice:
        yield "above the most", int(choice["maximum"]) + 1
        yield "below the least", int(choice["minimum"]) - 1


def _at(body: Any, parts: tuple[str | int, ...]) -> Any:
    for part in parts:
        try:
            body = body[part]
        except (KeyError, IndexError, TypeError):
            return None
    return body


def _with(good: Any, parts: tuple[str | int, ...], value: Any) -> Any:
    """A copy of `good` with another value in one place; what is missing on the way is made."""
    if not parts:
        return value
    body = copy.deepcopy(good)
    here = body
    for part, following in pairwise(parts):
        empty: Any = [None] if isinstance(following, int) else {}
        if isinstance(here, list):
            here[int(part)] = here[int(part)] or empty
        else:
            here[part] = here.get(part) or empty
        here = here[part]
    here[parts[-1]] = value
    return body
