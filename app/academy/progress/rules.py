"""When a course is completed, and how far somebody is with it (Z-67)."""

from dataclasses import dataclass
from enum import StrEnum


class Missing(StrEnum):
    """What is still missing for completion."""

    cohort_not_completed = "cohort_not_completed"
    assessment_not_passed = "assessment_not_passed"
    attendance_too_low = "attendance_too_low"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rows say of an enrollment. `required_attendance_percent` null: nobody has to attend."""

    is_cohort_completed: bool
    lessons: int
    lessons_completed: int
    sessions: int
    sessions_attended: int
    required_attendance_percent: int | None
    assessments_required: int
    assessments_passed: int


def missing(facts: Facts) -> tuple[Missing, ...]:
    """What stands between a learner and completion; empty when nothing does."""
    found = []
    if not facts.is_cohort_completed:
        found.append(Missing.cohort_not_completed)
    if facts.assessments_passed < facts.assessments_required:
        found.append(Missing.assessment_not_passed)
    # Without a division: 2 of 3 sessions are not 67 percent.
    if facts.sessions_attended * 100 < (facts.required_attendance_percent or 0) * facts.sessions:
        found.append(Missing.attendance_too_low)
    return tuple(found)


def progress_percent(facts: Facts, *, is_completed: bool) -> int:
    """How far somebody is: by lessons, in a course without any by class sessions; 100 is for who has completed it."""
    if is_completed:
        return 100
    done, all_of_them = (
        (facts.lessons_completed, facts.lessons) if facts.lessons else (facts.sessions_attended, facts.sessions)
    )
    return min(99, done * 100 // all_of_them) if all_of_them else 0
