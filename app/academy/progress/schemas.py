"""Progress and attendance as the outside sees them."""

from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from app.academy.models import AttendanceStatus
from app.academy.progress.rules import Missing
from app.core.http.schema import Body, Instant, View

_ENROLLMENT = "0199f0c4-7a00-7c3e-9d5e-2f4b6a8c0e12"
_SESSION = "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8c44"
_ATTENDANCE: JsonDict = {"session_id": _SESSION, "status": "attended", "minutes_attended": 90}


class AcademySessionAttendance(View):
    """Whether the learner was in a class session. A session of which nobody has said anything is not listed."""

    model_config = ConfigDict(json_schema_extra={"examples": [_ATTENDANCE]})

    session_id: UUID
    status: AttendanceStatus
    minutes_attended: int


class AcademyProgress(View):
    """How far a learner is, and what completion still needs. An instructor's word completes without the rest."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "enrollment_id": _ENROLLMENT,
                    "progress_percent": 50,
                    "lessons": 8,
                    "lessons_completed": 4,
                    "completed_lesson_ids": ["0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8c51"],
                    "sessions": 6,
                    "sessions_attended": 3,
                    "required_attendance_percent": 80,
                    "attendance": [_ATTENDANCE],
                    "assessments_required": 1,
                    "assessments_passed": 0,
                    "missing": ["cohort_not_completed", "assessment_not_passed", "attendance_too_low"],
                    "completed_at": None,
                    "completed_by_id": None,
                }
            ]
        }
    )

    enrollment_id: UUID
    progress_percent: int
    lessons: int
    lessons_completed: int
    completed_lesson_ids: list[UUID]
    sessions: int
    sessions_attended: int
    required_attendance_percent: int | None
    attendance: list[AcademySessionAttendance]
    assessments_required: int
    assessments_passed: int
    missing: list[Missing]
    completed_at: Instant | None
    completed_by_id: UUID | None


class AcademyAttendanceItem(Body):
    """Whether one learner was there, and for how long."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"enrollment_id": _ENROLLMENT, "status": "attended", "minutes_attended": 90}]}
    )

    enrollment_id: UUID
    status: AttendanceStatus
    minutes_attended: Annotated[int, Field(strict=True, ge=0, le=1_440)]


class AcademyAttendanceRecord(Body):
    """Who was in a class session: everybody, or only those about whom there is something to say."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "session_id": _SESSION,
                    "items": [{"enrollment_id": _ENROLLMENT, "status": "attended", "minutes_attended": 90}],
                }
            ]
        }
    )

    session_id: UUID
    items: Annotated[list[AcademyAttendanceItem], Field(min_length=1, max_length=500)]


class AcademyAttendanceRecorded(View):
    """How many entries are new or say something else now."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"session_id": _SESSION, "changed": 12}]})

    session_id: UUID
    changed: int
