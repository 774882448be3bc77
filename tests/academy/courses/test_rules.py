"""Rules of courses, as tables."""

import pytest

from app.academy.courses import rules


@pytest.mark.req("A-CRS-04")
@pytest.mark.parametrize(
    ("session_type", "day", "fits"),
    [
        ("cohort", 0, False),
        ("cohort", 1, True),
        ("cohort", 2, True),
        ("cohort", 3, False),
        ("webinar", 0, False),
        ("webinar", 1, True),
        ("webinar", 2, False),
        ("hackathon", 0, False),
        ("hackathon", 1, True),
        ("hackathon", 40, True),
    ],
)
def test_a_kind_of_course_has_its_days(session_type: str, day: int, fits: bool) -> None:
    assert rules.day_fits(session_type, day) is fits
