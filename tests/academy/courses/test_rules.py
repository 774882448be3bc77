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


@pytest.mark.parametrize("code", ["usd", "eur", "jpy", "chf"])
def test_what_people_pay_with_is_known(code: str) -> None:
    assert code in rules.CURRENCIES


def test_every_currency_is_three_letters_in_lower_case() -> None:
    assert [code for code in rules.CURRENCIES if len(code) != 3 or not code.isalpha() or not code.islower()] == []
