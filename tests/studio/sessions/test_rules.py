"""Numbers that nobody has."""

import pytest

from app.studio.sessions.rules import free_number


@pytest.mark.parametrize(
    ("chapter", "taken", "free"),
    [
        (1, set(), "1.1"),
        (2, {"2.1"}, "2.2"),
        (2, {"2.2"}, "2.3"),
        (2, {"2.1", "2.3"}, "2.4"),
        (3, {"A", "B"}, "3.3"),
    ],
)
def test_a_number_is_free(chapter: int, taken: set[str], free: str) -> None:
    assert free_number(chapter, taken) == free
