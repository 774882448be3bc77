"""Words that fit a regular expression, as SQL: `^PATH-[0-9]{6}$` becomes 'PATH-' and the number of the row.

Only what our conditions use: characters, classes, repetitions, groups, alternatives.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

# Digits enough for the number of a row.
WIDE = 6


def word_for(pattern: str) -> tuple[str, bool]:
    """An expression with `{n}` for the number of the row, and whether it is another word in every row."""
    pieces: list[str] = []
    for kind, piece in _walk(re._parser.parse(pattern)):  # type: ignore[attr-defined]  # no stubs
        if kind == "number" and not any("{n}" in each for each in pieces):
            pieces.append(piece)
        else:
            pieces.append(_quoted("0" * (WIDE if kind == "number" else 0) or piece))
    return " || ".join(pieces) or "''", any("{n}" in each for each in pieces)


def _walk(parsed: Iterable[Any]) -> Iterator[tuple[str, str]]:
    """Text, and places where a number fits."""
    for operation, argument in parsed:
        match str(operation):
            case "LITERAL":
                yield "text", chr(argument)
            case "NOT_LITERAL" | "ANY":
                yield "text", "x"
            case "IN":
                yield "text", _one_of(argument)
            case "SUBPATTERN":
                yield from _walk(argument[-1])
            case "BRANCH":
                yield from _walk(argument[1][0])
            case "MAX_REPEAT" | "MIN_REPEAT":
                yield from _repeated(*argument)


def _repeated(least: int, most: Any, inner: Any) -> Iterator[tuple[str, str]]:
    parts = list(_walk(inner))
    is_unbounded = most == re._constants.MAXREPEAT  # type: ignore[attr-defined]  # as above
    if parts == [("text", "0")] and (is_unbounded or least >= WIDE):
        width = f"greatest({least}, length(({{n}})::text))" if is_unbounded else least
        yield "number", f"lpad(({{n}})::text, {width}, '0')"
    else:
        for _ in range(least):
            yield from parts


def _one_of(members: Iterable[Any]) -> str:
    """One character of a class: a digit if there is one."""
    known = [(str(operation), argument) for operation, argument in members]
    if ("NEGATE", None) in known:
        return "x"
    firsts = [
        chr(argument if operation == "LITERAL" else argument[0])
        for operation, argument in known
        if operation in {"LITERAL", "RANGE"}
    ]
    return "0" if "0" in firsts or not firsts else firsts[0]


def _quoted(word: str) -> str:
    return "'" + word.replace("'", "''") + "'"
