"""When which assessment is to be thought of (A-ASM-15)."""

from datetime import datetime, timedelta

from app.academy.models import AssessmentType

# The assessment before a course is taken one or two days before it begins.
BEFORE = timedelta(days=2)
# The one after it within a week of its end.
AFTER = timedelta(days=7)


def due_by(kind: str, start: datetime, end: datetime) -> datetime:
    """Until when an assessment should be taken."""
    match AssessmentType(kind):
        case AssessmentType.pre_course:
            return start
        case AssessmentType.post_course:
            return end + AFTER
        case _:
            return end
