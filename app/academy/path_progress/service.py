"""Verbs on progress in paths: follow completed courses, complete by word, take a cohort for a step."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.certificates import service as certificates
from app.academy.enrollments import service as enrollments
from app.academy.models import (
    Enrollment,
    LearningPath,
    PathEnrollment,
    PathEnrollmentStatus,
    PathPaymentType,
    PathStepCompletion,
)
from app.academy.path_progress import queries, rules
from app.academy.path_progress.errors import (
    PathEnrollmentOver,
    PathEnrollmentPaused,
    StepCompletedBefore,
    StepCourseNotCompleted,
    StepLocked,
    StepNotPaid,
    StepOfAnotherPath,
    StepTaken,
)
from app.academy.path_progress.rules import Shape
from app.academy.paths import rules as path_rules
from app.academy.payments.rules import price_for_person
from app.academy.permissions import AcademyActor, Permission, allow, permits
from app.core.errors import FieldError, NotFound
from app.core.outbox.emit import emit
from app.domain_events.academy import PathCompleted, PathStepCompleted

RIPE_AT_ONCE = 200


@dataclass(slots=True)
class Standing:
    """A locked path enrollment with everything that its progress stands on."""

    enrollment: PathEnrollment
    shape: Shape
    done: set[UUID]
    now: datetime

    @property
    def opened(self) -> set[UUID]:
        """The steps that are open."""
        return rules.opened(self.shape, self.done, self.enrollment.enrolled_at, self.now)


async def lock_standing(session: AsyncSession, actor: AcademyActor, path_enrollment_id: UUID) -> Standing:
    """Lock a path enrollment and read what it stands on. Asks for no right. Raises `NotFound`."""
    enrollment = await queries.lock_path_enrollment(session, path_enrollment_id)
    return Standing(
        enrollment,
        await queries.load_shape(session, enrollment.path_id),
        await queries.done_steps(session, enrollment.id),
        await queries.get_now(session),
    )


async def advance(session: AsyncSession, actor: AcademyActor, path_enrollment_id: UUID) -> None:
    """Complete the open steps whose courses are completed, whenever that was, and set progress anew (A-LPA-13).

    Nothing happens to a path that is paused or over; a second time nothing changes. Asks for no right.
    """
    standing = await lock_standing(session, actor, path_enrollment_id)
    enrollment = standing.enrollment
    if enrollment.is_over or enrollment.status == PathEnrollmentStatus.paused:
        return
    course_ids = set(standing.shape.courses.values())
    learned = await queries.completed_courses(session, enrollment.user_id, course_ids)
    new = rules.reachable(standing.shape, standing.done, learned, enrollment.enrolled_at, standing.now)
    await _complete(session, actor, standing, {step: learned[standing.shape.courses[step]] for step in new})


async def complete_step(
    session: AsyncSession, actor: AcademyActor, path_enrollment_id: UUID, step_id: UUID
) -> PathEnrollment:
    """Complete a step by an admin's or instructor's word; for its learner when the course is completed (A-LPA-06).

    A second time changes nothing. Raises `StepOfAnotherPath`, `StepLocked`, `StepCourseNotCompleted`,
    `PathEnrollmentPaused`, `PathEnrollmentOver`, `NotFound`, `Forbidden`.
    """
    seen = await queries.get_path_enrollment(session, actor, path_enrollment_id)
    standing = await lock_standing(session, actor, seen.id)
    course_id = await _course_of(session, standing.shape, step_id)
    target = await queries.get_target(session, actor, standing.enrollment, course_id)
    allow(actor, Permission.PATH_STEP_COMPLETE, target)
    if step_id not in standing.done:
        _require_open(standing, step_id)
        learned = await queries.completed_courses(session, standing.enrollment.user_id, [course_id])
        by_word = permits(actor, Permission.PATH_STEP_VOUCH, target)
        if not by_word and course_id not in learned:
            raise StepCourseNotCompleted
        vouched_by = actor.account_id if course_id not in learned else None
        await _complete(session, actor, standing, {step_id: learned.get(course_id)}, vouched_by=vouched_by)
        await advance(session, actor, seen.id)  # it may have opened one whose course is completed already
    return await queries.get_path_enrollment(session, actor, path_enrollment_id)


async def take_step(
    session: AsyncSession, actor: AcademyActor, path_enrollment_id: UUID, step_id: UUID, cohort_id: UUID
) -> Enrollment:
    """Give the seat in a cohort that a step entitles to (Z-127): one seat per step, by the rules of all seats.

    Raises `StepOfAnotherPath`, `StepLocked`, `StepCompletedBefore`, `StepTaken`, `StepNotPaid`, `OtherCourse`,
    `PathEnrollmentPaused`, `PathEnrollmentOver`, `NotFound`, `Forbidden`, and what `seats.take` raises.
    """
    seen = await queries.get_path_enrollment(session, actor, path_enrollment_id)
    allow(actor, Permission.PATH_STEP_TAKE, seen)
    standing = await lock_standing(session, actor, seen.id)
    course_id = await _course_of(session, standing.shape, step_id)
    if step_id in standing.done:
        raise StepCompletedBefore
    _require_open(standing, step_id)
    target = await queries.get_target(session, actor, standing.enrollment, course_id)
    if standing.enrollment.payment_type == PathPaymentType.individual and price_for_person(target.course):
        raise StepNotPaid
    if await queries.has_seat(session, seen.id, course_id):
        raise StepTaken
    return await enrollments.enroll_by_path(session, actor, cohort_id, standing.enrollment, course_id)


def _require_open(standing: Standing, step_id: UUID) -> None:
    if standing.enrollment.is_over:
        raise PathEnrollmentOver
    if standing.enrollment.status == PathEnrollmentStatus.paused:
        raise PathEnrollmentPaused
    if step_id not in standing.opened:
        raise StepLocked


async def _course_of(session: AsyncSession, shape: Shape, step_id: UUID) -> UUID:
    course_id = shape.courses.get(step_id)
    if course_id is not None:
        return course_id
    if await queries.has_step(session, step_id):
        raise StepOfAnotherPath(errors=(FieldError("/path/step_id", "foreign", StepOfAnotherPath.title),))
    raise NotFound


async def _complete(
    session: AsyncSession,
    actor: AcademyActor,
    standing: Standing,
    steps: Mapping[UUID, UUID | None],
    *,
    vouched_by: UUID | None = None,
) -> None:
    """Write steps down as done, each with the enrollment that did it, and what follows from that."""
    enrollment, shape = standing.enrollment, standing.shape
    for step_id, enrollment_id in steps.items():
        made = insert(PathStepCompletion).values(
            path_enrollment_id=enrollment.id,
            step_id=step_id,
            path_id=enrollment.path_id,
            enrollment_id=enrollment_id,
        )
        await session.execute(made.on_conflict_do_nothing())
        standing.done.add(step_id)
        percent = path_rules.progress_percent(shape.steps, shape.groups, standing.done)
        emit(
            session,
            PathStepCompleted(
                path_enrollment_id=enrollment.id,
                path_id=enrollment.path_id,
                step_id=step_id,
                account_id=enrollment.user_id,
                progress_percent=percent,
                completed_by_id=vouched_by,
            ),
        )
    if standing.done and enrollment.started_at is None:
        enrollment.started_at = standing.now
    done, began = standing.done, enrollment.enrolled_at
    if enrollment.status != PathEnrollmentStatus.completed:  # who has completed it has, also when more is asked now
        enrollment.progress_percent = path_rules.progress_percent(shape.steps, shape.groups, done)
    enrollment.current_step_id = path_rules.current_step(shape.steps, shape.groups, done, began, standing.now)
    is_done = path_rules.is_complete(shape.steps, shape.groups, done)
    if is_done and enrollment.status == PathEnrollmentStatus.active:
        await _finish(session, actor, standing)


async def _finish(session: AsyncSession, actor: AcademyActor, standing: Standing) -> None:
    """The path is completed: once counted, once certified (A-LPA-08)."""
    enrollment = standing.enrollment
    is_first = enrollment.completed_at is None
    enrollment.status = PathEnrollmentStatus.completed
    enrollment.completed_at = enrollment.completed_at or standing.now
    names = {
        "path_enrollment_id": enrollment.id,
        "path_id": enrollment.path_id,
        "account_id": enrollment.user_id,
    }
    emit(session, PathCompleted(**names))
    await session.flush()  # the certificate reads what was completed
    await certificates.issue_path_certificate(session, AcademyActor.system(), enrollment)
    if is_first:  # last, because everybody in the path waits for this row, and nobody for a signature
        await session.execute(
            update(LearningPath)
            .where(LearningPath.id == enrollment.path_id)
            .values(completion_count=LearningPath.completion_count + 1)
            .execution_options(synchronize_session=False)
        )


async def follow_course(session: AsyncSession, actor: AcademyActor, user_id: UUID, course_id: UUID) -> None:
    """Somebody has completed a course: their paths with a step of it go on."""
    for path_enrollment_id in await queries.list_followers(session, user_id, course_id):
        await advance(session, actor, path_enrollment_id)


async def follow_path(
    session: AsyncSession, actor: AcademyActor, path_id: UUID, beyond: UUID | None = None
) -> UUID | None:
    """The steps of a path were changed: set the progress of those who go it anew, a batch at a time.

    Returns the last of the batch, beyond which the next one begins; None when there are no more.
    """
    going = await queries.list_going(session, path_id, beyond, RIPE_AT_ONCE)
    for path_enrollment_id in going:
        await advance(session, actor, path_enrollment_id)
    return going[-1] if len(going) == RIPE_AT_ONCE else None


async def advance_ripe(session: AsyncSession, actor: AcademyActor) -> int:
    """Complete steps that days have opened, of courses that were completed before. Returns of how many people."""
    ripe = await queries.list_ripe(session, RIPE_AT_ONCE)
    for path_enrollment_id in ripe:
        await advance(session, actor, path_enrollment_id)
    return len(ripe)
