"""The ladder of levels."""

import pytest

from app.academy.levels import rules


def test_levels_are_ranked_from_none_to_expert() -> None:
    ladder = ["none", "foundational", "practitioner", "advanced", "expert"]
    assert [rules.rank(level) for level in ladder] == [0, 1, 2, 3, 4]
    assert [rules.level_at(place).value for place in (1, 2, 3, 4)] == ladder[1:]


@pytest.mark.parametrize(
    ("level", "is_in"), [("foundational", False), ("practitioner", True), ("advanced", True), ("expert", False)]
)
def test_a_range_has_both_its_ends(level: str, is_in: bool) -> None:
    assert rules.is_in_range(level, "practitioner", "advanced") is is_in
