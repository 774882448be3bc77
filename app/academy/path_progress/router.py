"""The web door of progress in paths: complete a step, take a cohort for it."""

from uuid import UUID

from app.academy.cohorts import errors as cohort_errors
from app.academy.deps import CurrentAcademyActor
from app.academy.enrollments.errors import NotInOrganization, OtherCourse
from app.academy.enrollments.schemas import AcademyEnrollment
from app.academy.models import Enrollment, PathEnrollment
from app.academy.path_progress import errors, service
from app.academy.path_progress.schemas import AcademyPathEnrollment, AcademyPathStepEnrollmentCreate
from app.core.http.problems import refusals
from app.core.http.routing import Router
from app.core.http.session import Session
from app.identity.deps import IdempotencyRequired

router = Router()

NOT_OPEN = (
    errors.StepOfAnotherPath,
    errors.StepLocked,
    errors.PathEnrollmentPaused,
    errors.PathEnrollmentOver,
)


@router.put(
    "/path-enrollments/{path_enrollment_id}/steps/{step_id}/completion",
    response_model=AcademyPathEnrollment,
    responses=refusals(*NOT_OPEN, errors.StepCourseNotCompleted),
)
async def complete_path_step(
    path_enrollment_id: UUID, step_id: UUID, actor: CurrentAcademyActor, session: Session
) -> PathEnrollment:
    """Complete a step by an admin's word or that of its course's instructor; a second time changes nothing.

    Nobody needs this for a course that was completed: its step follows by itself.
    """
    return await service.complete_step(session, actor, path_enrollment_id, step_id)


@router.post(
    "/path-enrollments/{path_enrollment_id}/steps/{step_id}/enrollments",
    status_code=201,
    response_model=AcademyEnrollment,
    responses=refusals(
        *NOT_OPEN,
        errors.StepCompletedBefore,
        errors.StepTaken,
        errors.StepNotPaid,
        OtherCourse,
        NotInOrganization,
        cohort_errors.CohortFull,
        cohort_errors.CohortNotOpen,
        cohort_errors.CohortStarted,
        cohort_errors.CourseArchived,
        cohort_errors.AlreadyEnrolled,
        cohort_errors.ReservedForWaitlist,
        cohort_errors.NoSeats,
        cohort_errors.OrganizationNotActive,
    ),
)
async def create_path_step_enrollment(
    path_enrollment_id: UUID,
    step_id: UUID,
    body: AcademyPathStepEnrollmentCreate,
    actor: CurrentAcademyActor,
    session: Session,
    _: IdempotencyRequired,
) -> Enrollment:
    """Take a seat in an open cohort of a step's course. The path has paid for it; one seat per step at a time."""
    return await service.take_step(session, actor, path_enrollment_id, step_id, body.cohort_id)
