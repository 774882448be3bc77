"""Reads of progress: everything that completion stands on, in one statement."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Row, and_, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.enrollments.queries import is_taught_by, visible_enrollments
from app.academy.models import (
    Assessment,
    AssessmentAttempt,
    AssessmentType,
    AttemptStatus,
    AttendanceStatus,
    ClassSession,
    Cohort,
    CohortStatus,
    Course,
    CourseInstructor,
    Enrollment,
    EnrollmentStatus,
    Lesson,
    LessonProgress,
    PaymentStatus,
    SessionAttendance,
)
from app.academy.permissions import AcademyActor
from app.academy.progress.rules import Facts
from app.core.errors import NotFound

# Nothing to pass there: who has handed one in has done what was asked (Z-98).
UNGRADED = (AssessmentType.pre_course, AssessmentType.self_assessment)


@dataclass(frozen=True, slots=True)
class Place:
    """An enrollment as the one who asks stands to it."""

    enrollment_id: UUID
    account_id: UUID
    cohort_id: UUID
    course_id: UUID
    is_live: bool
    has_access: bool
    is_teacher: bool


@dataclass(frozen=True, slots=True)
class TaughtCohort:
    """A cohort, and whether the one who asks teaches it."""

    cohort_id: UUID
    course_id: UUID
    is_teacher: bool


async def get_place(session: AsyncSession, actor: AcademyActor, enrollment_id: UUID) -> Place:
    """An enrollment that the actor may see. Raises `NotFound`."""
    is_live = and_(
        Enrollment.payment_status == PaymentStatus.completed,
        Enrollment.enrollment_status == EnrollmentStatus.active,
    )
    rows = (
        visible_enrollments(actor)
        .with_only_columns(
            Enrollment.id,
            Enrollment.user_id,
            Enrollment.cohort_id,
            Enrollment.course_id,
            is_live,
            Enrollment.has_materials_access,
            is_taught_by(actor),
        )
        .where(Enrollment.id == enrollment_id)
    )
    found = (await session.execute(rows)).one_or_none()
    if found is None:
        raise NotFound
    return Place(*found)


async def get_taught_cohort(session: AsyncSession, actor: AcademyActor, cohort_id: UUID) -> TaughtCohort:
    """A cohort that the actor knows of already, and whether they teach it."""
    course_led = select(CourseInstructor.user_id).where(
        CourseInstructor.course_id == Cohort.course_id, CourseInstructor.user_id == actor.account_id
    )
    leads = func.coalesce(Cohort.instructor_id == actor.account_id, False)
    rows = select(Cohort.id, Cohort.course_id, or_(leads, course_led.exists())).where(Cohort.id == cohort_id)
    return TaughtCohort(*(await session.execute(rows)).one())


async def get_facts(session: AsyncSession, enrollment_id: UUID) -> Facts:
    """What the rows say of an enrollment, in one snapshot."""
    in_course = select(ClassSession.id).where(ClassSession.course_id == Enrollment.course_id).correlate(Enrollment)
    lessons = select(func.count(Lesson.id)).where(Lesson.session_id.in_(in_course))
    finished = select(func.count(LessonProgress.id)).where(LessonProgress.enrollment_id == Enrollment.id)
    attended = select(func.count(SessionAttendance.id)).where(
        SessionAttendance.enrollment_id == Enrollment.id, SessionAttendance.status != AttendanceStatus.absent
    )
    required = select(func.count(Assessment.id)).where(
        Assessment.course_id == Enrollment.course_id, Assessment.is_required, Assessment.is_active
    )
    is_done = or_(
        AssessmentAttempt.passed.is_(true()),
        and_(Assessment.type.in_(UNGRADED), AssessmentAttempt.status != AttemptStatus.in_progress),
    )
    passed = required.where(
        select(AssessmentAttempt.id)
        .where(
            AssessmentAttempt.assessment_id == Assessment.id,
            AssessmentAttempt.enrollment_id == Enrollment.id,
            is_done,
        )
        .correlate(Assessment, Enrollment)
        .exists()
    )
    sessions = select(func.count()).select_from(in_course.subquery())
    rows = (
        select(
            Cohort.status == CohortStatus.completed,
            lessons.correlate(Enrollment).scalar_subquery(),
            finished.correlate(Enrollment).scalar_subquery(),
            sessions.scalar_subquery(),
            attended.correlate(Enrollment).scalar_subquery(),
            Course.required_attendance_percent,
            required.correlate(Enrollment).scalar_subquery(),
            passed.correlate(Enrollment).scalar_subquery(),
        )
        .select_from(Enrollment)
        .join(Cohort, Cohort.id == Enrollment.cohort_id)
        .join(Course, Course.id == Enrollment.course_id)
        .where(Enrollment.id == enrollment_id)
    )
    return Facts(*(await session.execute(rows)).one())


async def lock_enrollment(session: AsyncSession, enrollment_id: UUID) -> Enrollment:
    """An enrollment whose progress nobody else computes until the end of the transaction."""
    rows = select(Enrollment).where(Enrollment.id == enrollment_id).with_for_update(key_share=True)
    return (await session.scalars(rows.execution_options(populate_existing=True))).one()


async def get_enrollment(session: AsyncSession, enrollment_id: UUID) -> Enrollment:
    """An enrollment whose place the actor was shown already."""
    rows = select(Enrollment).where(Enrollment.id == enrollment_id).execution_options(populate_existing=True)
    return (await session.scalars(rows)).one()


async def completed_lessons(session: AsyncSession, enrollment_id: UUID) -> list[UUID]:
    """The lessons that were finished, oldest first."""
    rows = select(LessonProgress.lesson_id).where(LessonProgress.enrollment_id == enrollment_id)
    return list(await session.scalars(rows.order_by(LessonProgress.completed_at, LessonProgress.id)))


async def list_attendance(session: AsyncSession, enrollment_id: UUID) -> list[SessionAttendance]:
    """What is known of who was where."""
    rows = select(SessionAttendance).where(SessionAttendance.enrollment_id == enrollment_id)
    return list(await session.scalars(rows.order_by(SessionAttendance.created_at, SessionAttendance.id)))


async def has_session(session: AsyncSession, course_id: UUID, session_id: UUID) -> bool:
    """Whether a class session is of a course."""
    rows = select(ClassSession.id).where(ClassSession.id == session_id, ClassSession.course_id == course_id)
    return await session.scalar(rows) is not None


async def learners_of(session: AsyncSession, cohort_id: UUID) -> dict[UUID, UUID]:
    """Who learns in a cohort: their enrollments, and whose each is."""
    rows = select(Enrollment.id, Enrollment.user_id).where(
        Enrollment.cohort_id == cohort_id,
        Enrollment.payment_status == PaymentStatus.completed,
        Enrollment.enrollment_status == EnrollmentStatus.active,
    )
    found: list[Row[UUID, UUID]] = list(await session.execute(rows.order_by(Enrollment.id)))
    return {row[0]: row[1] for row in found}
