"""What differs between two versions: of JSON documents by their structure, of texts line by line."""

import difflib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

# Equal lines that would have to be compared with each other; beyond it the finding takes longer than anybody waits.
MOST_PAIRS = 200_000


class ChangeKind(StrEnum):
    """What happened to a value."""

    added = "added"
    removed = "removed"
    replaced = "replaced"


@dataclass(frozen=True, slots=True)
class Change:
    """One value that differs. `pointer` leads to it: to where it was when it was removed, else to where it is."""

    pointer: str
    kind: ChangeKind
    before: Any = None
    after: Any = None


def changes(before: Any, after: Any, pointer: str = "") -> Iterator[Change]:
    """The smallest values of two JSON documents that differ, in the order of their pointers' keys."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted(before.keys() | after.keys()):
            inner = f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}"
            if key not in after:
                yield Change(inner, ChangeKind.removed, before=before[key])
            elif key not in before:
                yield Change(inner, ChangeKind.added, after=after[key])
            else:
                yield from changes(before[key], after[key], inner)
    elif isinstance(before, list) and isinstance(after, list):
        yield from _changes_of_lists(before, after, pointer)
    elif not same(before, after):
        yield Change(pointer, ChangeKind.replaced, before, after)


def _changes_of_lists(before: list[Any], after: list[Any], pointer: str) -> Iterator[Change]:
    """What both begin and end with is left alone, so that an item put in is one change and not all that follow it."""
    shorter = min(len(before), len(after))
    start = next((place for place in range(shorter) if not same(before[place], after[place])), shorter)
    rest = shorter - start
    end = next((place for place in range(rest) if not same(before[-1 - place], after[-1 - place])), rest)
    old, new = before[start : len(before) - end], after[start : len(after) - end]
    for place, (one, other) in enumerate(zip(old, new, strict=False), start):
        yield from changes(one, other, f"{pointer}/{place}")
    for place in range(len(new), len(old)):
        yield Change(f"{pointer}/{start + place}", ChangeKind.removed, before=old[place])
    for place in range(len(old), len(new)):
        yield Change(f"{pointer}/{start + place}", ChangeKind.added, after=new[place])


def same(one: Any, other: Any) -> bool:
    """Whether two JSON values are the same. Python takes true for 1; JSON does not."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(value, other[key]) for key, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return type(one) is type(other) and bool(one == other)


def unified(before: str, after: str) -> str:
    """The unified diff of two texts, three lines of context around each change; empty when they are the same."""
    old, new = _lines(before), _lines(after)
    counted, others = Counter(old), Counter(new)
    if sum(times * others[line] for line, times in counted.items()) > MOST_PAIRS:
        found = [] if old == new else _whole(old, new)
    else:
        # Its first two lines name files, and there are none.
        found = list(difflib.unified_diff(old, new, lineterm=""))[2:]
    return "\n".join(found)


def _whole(old: list[str], new: list[str]) -> list[str]:
    """The diff that replaces everything: right for any two texts, and no work."""
    return [f"@@ -1,{len(old)} +1,{len(new)} @@", *(f"-{line}" for line in old), *(f"+{line}" for line in new)]


def _lines(content: str) -> list[str]:
    return content.split("\n") if content else []
