"""The door to progress: one's own, and for instructors that of their learners."""

from uuid import UUID

from app.academy.deps import CurrentAcademyActor
from app.academy.progress import service
from app.academy.progress.errors import AbsentWithMinutes, AttendanceUnknownTarget, NotEnrolled
from app.academy.progress.schemas import AcademyAttendanceRecord, AcademyAttendanceRecorded, AcademyProgress
from app.core.http.problems import refusals
from app.core.http.routing import Router
from app.core.http.session import Session

router = Router()


@router.get("/enrollments/{enrollment_id}/progress", response_model=AcademyProgress)
async def get_progress(actor: CurrentAcademyActor, enrollment_id: UUID, session: Session) -> AcademyProgress:
    """Read how far a learner is, who was where, and what completion still needs."""
    return await service.get_progress(session, actor, enrollment_id)


@router.put("/enrollments/{enrollment_id}/completion", response_model=AcademyProgress, responses=refusals(NotEnrolled))
async def complete_enrollment(actor: CurrentAcademyActor, enrollment_id: UUID, session: Session) -> AcademyProgress:
    """Complete a course for a learner, by the instructor's word. A second time changes nothing."""
    return await service.mark_completed(session, actor, enrollment_id)


@router.put(
    "/cohorts/{cohort_id}/attendance",
    response_model=AcademyAttendanceRecorded,
    responses=refusals(AttendanceUnknownTarget, AbsentWithMinutes),
)
async def record_attendance(
    actor: CurrentAcademyActor, cohort_id: UUID, body: AcademyAttendanceRecord, session: Session
) -> AcademyAttendanceRecorded:
    """Say who of a cohort was in a class session, or correct it: all entries or none."""
    changed = await service.record_attendance(session, actor, cohort_id, body)
    return AcademyAttendanceRecorded(session_id=body.session_id, changed=changed)
