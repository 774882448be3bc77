"""Strict JSON (rule 39): what this lets through can be validated, stored and answered without a surprise.

Refused: NaN and infinite numbers (also `1e999`), NUL and lone surrogates in any string or key, nesting beyond
64 levels, anything that is not one UTF-8 JSON value. The happy path costs one parse in Rust and two scans of the bytes.
"""

import json
import math
import re
from collections.abc import Iterator
from typing import Any

from pydantic_core import from_json

from app.core.errors import FieldError, Invalid

DEEPEST = 64

# What the fast parser lets through and we do not: an escaped NUL, numbers that may overflow to infinity.
_SUSPICIOUS = re.compile(rb"\\u0000|[0-9][eE]\+?[0-9]{3}|[0-9]{300}")

_MESSAGES = {
    "json_invalid": "This is not a JSON document",
    "json_too_deep": f"Nested deeper than {DEEPEST} levels",
    "number_not_finite": "Numbers must be finite",
    "string_nul": "NUL characters are not allowed",
    "string_lone_surrogate": "Not a complete Unicode character",
}


def parse(body: bytes) -> Any:
    """The value in `body`. Raises `Invalid` (422) with a pointer and a stable code."""
    try:
        value = from_json(body, allow_inf_nan=False)
    except ValueError as error:
        raise _refusal(*_explain(body)) from error
    if body.count(b"[") + body.count(b"{") > DEEPEST and _deeper_than(value, DEEPEST):
        raise _refusal("", "json_too_deep")
    if _SUSPICIOUS.search(body) and (found := _first_flaw(value)):
        raise _refusal(*found)
    return value


def _refusal(pointer: str, code: str) -> Invalid:
    return Invalid(errors=(FieldError(pointer, code, _MESSAGES[code]),))


def _explain(body: bytes) -> tuple[str, str]:
    """Why the strict parser refused: a lenient one reads on, so that the place can be named."""
    try:
        value = json.loads(body.decode())
    except RecursionError:
        return "", "json_too_deep"
    except ValueError:
        return "", "json_invalid"
    if _deeper_than(value, DEEPEST):
        return "", "json_too_deep"
    return _first_flaw(value) or ("", "json_invalid")


def _deeper_than(value: object, limit: int) -> bool:
    level = [value]
    for _ in range(limit):
        level = [child for node in level for child in _children(node) if isinstance(child, list | dict)]
        if not level:
            return False
    return True


def _children(node: object) -> list[Any]:
    if isinstance(node, dict):
        return list(node.values())
    return node if isinstance(node, list) else []


def _first_flaw(value: object) -> tuple[str, str] | None:
    """Pointer and code of the first string, key or number that may not pass. `value` is known not to be deep."""
    for pointer, scalar in _scalars(value, ""):
        if isinstance(scalar, float) and not math.isfinite(scalar):
            return pointer, "number_not_finite"
        if isinstance(scalar, str):
            if "\0" in scalar:
                return pointer, "string_nul"
            if any("\ud800" <= character <= "\udfff" for character in scalar):
                return pointer, "string_lone_surrogate"
    return None


def _scalars(value: object, pointer: str) -> Iterator[tuple[str, object]]:
    if isinstance(value, dict):
        for key, child in value.items():
            # A flawed key is reported at its object: the key itself cannot be written into the answer.
            yield pointer, key
            yield from _scalars(child, f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}")
    elif isinstance(value, list):
        for position, child in enumerate(value):
            yield from _scalars(child, f"{pointer}/{position}")
    else:
        yield pointer, value
