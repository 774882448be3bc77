"""Stripe's request bodies: forms whose keys nest in brackets (`line_items[0][price_data][currency]=usd`)."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl

DEEPEST = 8
MOST_FIELDS = 1_000
_KEY = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")


def parse(text: str) -> dict[str, Any]:
    """Nested values of a form or query string. Raises `ValueError` naming a key that cannot be read.

    `a[b]=1` nests, `a[0]=x` and `a[]=x` make lists. Values stay text, as Stripe receives them.
    """
    root: dict[str, Any] = {}
    for key, value in parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict"):
        matched = _KEY.fullmatch(key)
        if matched is None:
            raise ValueError(f"Invalid key: {key}")
        path = [matched[1], *re.findall(r"\[([^\[\]]*)\]", matched[2])]
        if len(path) > DEEPEST:
            raise ValueError(f"Nested too deeply: {key}")
        _place(root, path, value)
    return {name: _lists(value) for name, value in root.items()}


def _place(node: dict[str, Any], path: list[str], value: str) -> None:
    for step in path[:-1]:
        inner = node.setdefault(step or str(len(node)), {})
        if not isinstance(inner, dict):
            raise ValueError(f"{step} is given both as a value and as a group")  # noqa: TRY004 - a malformed form
        node = inner
    node[path[-1] or str(len(node))] = value


def _lists(node: Any) -> Any:
    """Groups whose keys count from 0 are lists."""
    if not isinstance(node, dict):
        return node
    values = {key: _lists(value) for key, value in node.items()}
    if values and sorted(values) == sorted(str(place) for place in range(len(values))):
        return [values[str(place)] for place in range(len(values))]
    return values
