"""What differs between two versions."""

import random
import time
from typing import Any

import pytest

from app.studio.knowledge.rules import MOST_PAIRS, changes, same, unified


@pytest.mark.req("Z-191")
@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ({}, {}, []),
        ({"a": 1}, {"a": 1}, []),
        ({"a": 1}, {}, [("/a", "removed", 1, None)]),
        ({}, {"a": None}, [("/a", "added", None, None)]),
        ({"a": 1}, {"a": 2}, [("/a", "replaced", 1, 2)]),
        ({"a": 1}, {"a": True}, [("/a", "replaced", 1, True)]),
        ({"a": 0}, {"a": False}, [("/a", "replaced", 0, False)]),
        ({"a": {}}, {"a": []}, [("/a", "replaced", {}, [])]),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 3, "c": 2}}, [("/a/b", "replaced", 1, 3)]),
        ({"a/b": {"~": 1}}, {"a/b": {"~": 2}}, [("/a~1b/~0", "replaced", 1, 2)]),
        ({"a": [1, 2, 3]}, {"a": [1, 3]}, [("/a/1", "removed", 2, None)]),
        ({"a": [1, 3]}, {"a": [1, 2, 3]}, [("/a/1", "added", None, 2)]),
        ({"a": [1, 2]}, {"a": [0, 1, 2]}, [("/a/0", "added", None, 0)]),
        ({"a": [1]}, {"a": [1, 1]}, [("/a/1", "added", None, 1)]),
        ({"a": [{"b": 1}, 2]}, {"a": [{"b": 3}, 2]}, [("/a/0/b", "replaced", 1, 3)]),
        (
            {"b": 1, "a": 1},
            {"c": 1},
            [("/a", "removed", 1, None), ("/b", "removed", 1, None), ("/c", "added", None, 1)],
        ),
    ],
)
def test_documents_are_compared_by_their_structure(before: Any, after: Any, found: list[tuple[Any, ...]]) -> None:
    assert [(each.pointer, each.kind.value, each.before, each.after) for each in changes(before, after)] == found


@pytest.mark.parametrize(("one", "other"), [(1, True), (0, False), ([1], [True]), ({"a": 1}, {"a": True}), (1, "1")])
def test_what_python_takes_for_equal_is_not_the_same_in_json(one: Any, other: Any) -> None:
    assert not same(one, other)


def applied(before: str, diff: str) -> str:
    """What a unified diff makes of a text: read by nothing but its own words."""
    old, new, place = before.split("\n") if before else [], [], 0
    for line in diff.split("\n") if diff else []:
        if line.startswith("@@"):
            start, _, length = line.split()[1].lstrip("-").partition(",")
            upto = int(start) if length == "0" else int(start) - 1
            new += old[place:upto]
            place = upto
        elif line.startswith("+"):
            new.append(line[1:])
        else:
            assert old[place] == line[1:]
            place += 1
            new += [line[1:]] if line.startswith(" ") else []
    return "\n".join(new + old[place:])


@pytest.mark.req("Z-191")
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", ""),
        ("", "one"),
        ("one", ""),
        ("one\ntwo\nthree", "one\nthree"),
        ("one", "one\n"),
        ("a\nb\nc\nd\ne\nf\ng\nh\ni", "a\nB\nc\nd\ne\nf\ng\nH\ni"),
        ("-- a\n++ b\n@@", "++ b\n@@ c"),
        ("x\n" * 1_000, "x\n" * 999 + "y"),
    ],
)
def test_a_unified_diff_makes_the_newer_text_of_the_older(before: str, after: str) -> None:
    diff = unified(before, after)
    assert applied(before, diff) == after
    assert (diff == "") == (before == after)


def test_random_texts_survive_their_diff() -> None:
    chance = random.Random(191)  # noqa: S311  (the same texts each time)
    for _ in range(200):
        before, after = ["\n".join(chance.choices("abcde", k=chance.randint(1, 12))) for _ in range(2)]
        assert applied(before, unified(before, after)) == after


def test_a_unified_diff_shows_what_surrounds_a_change() -> None:
    before = "\n".join("abcdefgh")
    assert unified(before, before.replace("d", "D")) == "@@ -1,7 +1,7 @@\n a\n b\n c\n-d\n+D\n e\n f\n g"


@pytest.mark.parametrize("kinds", [1, 2, 40, 1_000])
def test_no_text_takes_long_to_compare(kinds: int) -> None:
    """The longest texts that can be saved, of few different lines: the worst that somebody could send."""
    chance = random.Random(kinds)  # noqa: S311  (the same texts each time)
    lines = [chr(0x4E00 + number) for number in range(kinds)]
    before, after = ["\n".join(chance.choices(lines, k=100_000)) for _ in range(2)]
    started = time.perf_counter()
    assert applied(before, unified(before, after)) == after
    assert time.perf_counter() - started < 3
    assert 100_000 * 100_000 / kinds > MOST_PAIRS
