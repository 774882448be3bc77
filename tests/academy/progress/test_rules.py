"""When a course is completed, as a table (Z-67)."""

from dataclasses import replace
from typing import Any

import pytest

from app.academy.progress.rules import Facts, missing, progress_percent

DONE = Facts(
    is_cohort_completed=True,
    lessons=4,
    lessons_completed=4,
    sessions=3,
    sessions_attended=2,
    required_attendance_percent=None,
    assessments_required=1,
    assessments_passed=1,
)


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({}, []),
        ({"is_cohort_completed": False}, ["cohort_not_completed"]),
        ({"assessments_passed": 0}, ["assessment_not_passed"]),
        ({"assessments_required": 0, "assessments_passed": 0}, []),
        ({"sessions_attended": 0}, []),
        ({"required_attendance_percent": 66}, []),
        ({"required_attendance_percent": 67}, ["attendance_too_low"]),
        ({"required_attendance_percent": 100, "sessions_attended": 3}, []),
        ({"required_attendance_percent": 100, "sessions": 0, "sessions_attended": 0}, []),
        ({"lessons_completed": 0}, []),
        (
            {"is_cohort_completed": False, "assessments_passed": 0, "required_attendance_percent": 100},
            ["cohort_not_completed", "assessment_not_passed", "attendance_too_low"],
        ),
    ],
)
def test_what_stands_between_a_learner_and_completion(change: dict[str, Any], found: list[str]) -> None:
    assert list(missing(replace(DONE, **change))) == found


@pytest.mark.parametrize(
    ("lessons", "done", "sessions", "attended", "percent"),
    [(4, 0, 3, 3, 0), (4, 1, 3, 0, 25), (3, 2, 3, 0, 66), (4, 4, 3, 0, 99), (0, 0, 3, 1, 33), (0, 0, 0, 0, 0)],
)
def test_how_far_somebody_is(lessons: int, done: int, sessions: int, attended: int, percent: int) -> None:
    """Only who has completed the course has a hundred percent of it."""
    facts = replace(DONE, lessons=lessons, lessons_completed=done, sessions=sessions, sessions_attended=attended)
    assert progress_percent(facts, is_completed=False) == percent
    assert progress_percent(facts, is_completed=True) == 100
