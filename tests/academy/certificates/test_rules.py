"""Who has earned a certificate, as a table, and what stands on it."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from app.academy.certificates.rules import Reason, Standing, course_achievement, number, reasons_against

GOOD = {"payment_status": "completed", "enrollment_status": "active", "cohort_status": "completed"}


@pytest.mark.req("A-CRT-05")
@pytest.mark.parametrize(
    ("standing", "reasons"),
    [
        ({}, []),
        ({"payment_status": "pending"}, [Reason.payment_not_completed]),
        ({"payment_status": "refunded"}, [Reason.payment_not_completed]),
        ({"payment_status": "failed"}, [Reason.payment_not_completed]),
        ({"enrollment_status": "cancelled"}, [Reason.enrollment_ended]),
        ({"enrollment_status": "transferred"}, [Reason.enrollment_ended]),
        ({"cohort_status": "in_progress"}, [Reason.cohort_not_completed]),
        ({"cohort_status": "cancelled"}, [Reason.cohort_cancelled]),
        ({"unpassed_assessments": 1}, [Reason.assessment_not_passed]),
        ({"required_attendance_percent": None, "sessions": 4, "attended": 0}, []),
        ({"required_attendance_percent": 75, "sessions": 4, "attended": 3}, []),
        ({"required_attendance_percent": 76, "sessions": 4, "attended": 3}, [Reason.attendance_not_met]),
        ({"required_attendance_percent": 80, "sessions": 0, "attended": 0}, []),
        ({"is_marked_completed": True, "cohort_status": "in_progress", "unpassed_assessments": 2}, []),
        ({"is_marked_completed": True, "required_attendance_percent": 80, "sessions": 4}, []),
        ({"is_marked_completed": True, "payment_status": "refunded"}, [Reason.payment_not_completed]),
        ({"is_marked_completed": True, "cohort_status": "cancelled"}, [Reason.cohort_cancelled]),
        (
            {
                "payment_status": "pending",
                "enrollment_status": "cancelled",
                "cohort_status": "open",
                "unpassed_assessments": 1,
                "required_attendance_percent": 80,
                "sessions": 2,
            },
            [
                Reason.payment_not_completed,
                Reason.enrollment_ended,
                Reason.cohort_not_completed,
                Reason.assessment_not_passed,
                Reason.attendance_not_met,
            ],
        ),
    ],
)
def test_everything_that_is_missing_is_listed(standing: dict[str, object], reasons: list[Reason]) -> None:
    assert reasons_against(Standing(**GOOD | standing)) == reasons  # type: ignore[arg-type]  # a table of anything


@pytest.mark.req("A-CRT-02")
def test_the_achievement_says_course_end_picture_and_criteria() -> None:
    told = course_achievement(UUID(int=1), "Applied AI", "applied-ai", datetime(2027, 3, 5, 17, tzinfo=UTC))
    assert told.name == "Applied AI Completion"
    assert told.description == "Completed Applied AI cohort on 5 March 2027"
    assert told.criteria.narrative == "Participated in Applied AI intensive cohort training."
    assert told.image is not None
    assert told.image.id.endswith("/badges/applied-ai.png")


@pytest.mark.req("A-LPC-02")
def test_a_number_has_six_digits() -> None:
    assert number(2025, 1234) == "PATH-2025-001234"
