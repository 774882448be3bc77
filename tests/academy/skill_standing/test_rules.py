"""Which skills are suggested, and in which order."""

from typing import Any

import pytest

from app.academy.skill_standing.rules import Candidate, next_level, suggest
from app.core.ids import new_id


def candidate(name: str = "skill", **more: Any) -> Candidate:
    values: dict[str, Any] = {
        "skill_id": new_id(),
        "level": "foundational",
        "max_level": "expert",
        "current_level": "none",
        "course_count": 1,
        "sort_order": 0,
    }
    return Candidate(name=name, **values | more)


@pytest.mark.req("Z-119", "A-SKL-04")
@pytest.mark.parametrize(
    ("lowest", "highest", "current", "expected"),
    [
        ("foundational", "expert", "none", "foundational"),
        ("foundational", "expert", "foundational", "practitioner"),
        ("foundational", "expert", "practitioner", "advanced"),
        ("foundational", "expert", "advanced", "expert"),  # the seed never suggested this
        ("foundational", "expert", "expert", None),
        ("foundational", "practitioner", "practitioner", None),  # its range ends here
        ("practitioner", "advanced", "practitioner", "advanced"),
        ("practitioner", "advanced", "advanced", None),
        ("practitioner", "advanced", "foundational", "practitioner"),  # begun before its range was moved
        ("advanced", "expert", "none", "advanced"),
    ],
)
def test_the_next_level_is_one_up_within_the_range(
    lowest: str, highest: str, current: str, expected: str | None
) -> None:
    one = candidate(level=lowest, max_level=highest, current_level=current)
    assert next_level(one, highest="expert") == expected


@pytest.mark.req("Z-119")
@pytest.mark.parametrize(
    ("reached", "offered"),
    [
        ("none", ["foundational"]),
        ("foundational", ["foundational", "practitioner"]),
        ("practitioner", ["foundational", "practitioner", "advanced"]),
        ("advanced", ["foundational", "practitioner", "advanced", "expert"]),
        ("expert", ["foundational", "practitioner", "advanced", "expert"]),
    ],
)
def test_nobody_begins_more_than_one_level_above_what_they_have_reached(reached: str, offered: list[str]) -> None:
    all_levels = [candidate(level=level) for level in ("expert", "advanced", "practitioner", "foundational")]
    assert [each.next_level.value for each in suggest(all_levels, reached)] == offered


@pytest.mark.req("A-SKL-04")
def test_what_is_not_begun_comes_first_then_the_lower_level_then_more_courses() -> None:
    wanted = [
        candidate("more courses", course_count=3),
        candidate("fewer courses", course_count=2),
        candidate("a level higher", level="practitioner", course_count=9),
        candidate("begun, more courses", current_level="practitioner", course_count=5),
        candidate("begun, fewer courses", current_level="foundational", course_count=4),
    ]
    for order in (wanted, wanted[::-1], wanted[2:] + wanted[:2]):
        assert [each.candidate.name for each in suggest(order, "practitioner")] == [each.name for each in wanted]


def test_among_equals_the_order_of_the_taxonomy_and_the_name_decide() -> None:
    wanted = [candidate("b", sort_order=1), candidate("a", sort_order=2), candidate("c", sort_order=2)]
    assert [each.candidate.name for each in suggest(wanted[::-1], "none")] == ["b", "a", "c"]


@pytest.mark.req("A-SKL-04")
def test_at_most_five_are_suggested_and_none_that_no_course_teaches() -> None:
    assert len(suggest([candidate() for _ in range(9)], "none")) == 5
    assert suggest([candidate(course_count=0)], "none") == []
