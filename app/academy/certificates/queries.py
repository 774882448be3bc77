"""Reads of certificates: own ones, those of one's cohorts, all for platform admins; and what earns one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from app.academy.certificates.rules import Standing
from app.academy.certificates.schemas import (
    AcademyCertificateFilter,
    AcademyMyCertificateFilter,
    AcademyPathCertificateFilter,
)
from app.academy.models import (
    Assessment,
    AssessmentAttempt,
    AttemptStatus,
    AttendanceStatus,
    Certificate,
    CertificateStatus,
    ClassSession,
    Cohort,
    Course,
    Enrollment,
    Learner,
    LearningPath,
    LearningPathStep,
    PathCertificate,
    PathEnrollment,
    PathSkill,
    PathStepCompletion,
    ReachedLevel,
    SessionAttendance,
    Skill,
    SkillProgress,
)
from app.academy.models.shapes import CourseCompleted, SkillAchieved
from app.academy.permissions import AcademyActor
from app.core.errors import NotFound
from app.core.http.pages import Rows, paginate
from app.core.http.sorting import sort_by

_SORTS: Mapping[str, InstrumentedAttribute[Any]] = {"issued_at": Certificate.issued_at}
_PATH_SORTS: Mapping[str, InstrumentedAttribute[Any]] = {"issued_at": PathCertificate.issued_at}


# Of courses


@dataclass(frozen=True, slots=True)
class Candidate:
    """An enrollment whose certificate somebody asks for; `instructor_id` and `account_id` decide who may."""

    enrollment: Enrollment
    cohort: Cohort
    course: Course
    learner: Learner

    @property
    def account_id(self) -> UUID:
        """The learner."""
        return self.learner.id

    @property
    def instructor_id(self) -> UUID | None:
        """Who holds the cohort."""
        return self.cohort.instructor_id


async def lock_candidate(session: AsyncSession, enrollment_id: UUID) -> Candidate:
    """The enrollment with all that its certificate names, locked: of many who ask, one looks at a time.

    Raises `NotFound`.
    """
    rows = (
        select(Enrollment, Cohort, Course, Learner)
        .join(Cohort, Cohort.id == Enrollment.cohort_id)
        .join(Course, Course.id == Enrollment.course_id)
        .join(Learner, Learner.id == Enrollment.user_id)
        .where(Enrollment.id == enrollment_id)
        .with_for_update(of=Enrollment, key_share=True)
        .execution_options(populate_existing=True)
    )
    found = (await session.execute(rows)).one_or_none()
    if found is None:
        raise NotFound
    return Candidate(*found)


async def standing_of(session: AsyncSession, found: Candidate) -> Standing:
    """What has been paid, held, passed and attended."""
    enrollment, course = found.enrollment, found.course
    passed = exists().where(
        AssessmentAttempt.assessment_id == Assessment.id,
        AssessmentAttempt.user_id == enrollment.user_id,
        AssessmentAttempt.status == AttemptStatus.graded,
        AssessmentAttempt.passed.is_(True),
    )
    required = select(func.count()).where(
        Assessment.course_id == course.id, Assessment.is_required, Assessment.is_active, ~passed
    )
    held = select(func.count()).select_from(ClassSession).where(ClassSession.course_id == course.id)
    attended = (
        select(func.count())
        .select_from(SessionAttendance)
        .join(ClassSession, ClassSession.id == SessionAttendance.session_id)
        .where(
            SessionAttendance.enrollment_id == enrollment.id,
            SessionAttendance.status.in_([AttendanceStatus.attended, AttendanceStatus.partial]),
            ClassSession.course_id == course.id,
        )
    )
    counted = select(required.scalar_subquery(), held.scalar_subquery(), attended.scalar_subquery())
    unpassed, sessions, been = (await session.execute(counted)).one()
    return Standing(
        payment_status=enrollment.payment_status,
        enrollment_status=enrollment.enrollment_status,
        cohort_status=found.cohort.status,
        unpassed_assessments=unpassed,
        required_attendance_percent=course.required_attendance_percent,
        sessions=sessions,
        attended=been,
        is_marked_completed=enrollment.completed_by_id is not None and enrollment.completed_at is not None,
    )


async def find_live(session: AsyncSession, enrollment_id: UUID) -> Certificate | None:
    """The certificate that counts, if there is one."""
    live = select(Certificate).where(Certificate.enrollment_id == enrollment_id, Certificate.revoked_at.is_(None))
    return await session.scalar(live)


def visible_certificates(actor: AcademyActor) -> Select[Certificate]:
    """Own ones, those of cohorts that the actor teaches, all for platform admins."""
    rows = select(Certificate)
    if actor.sees_everything:
        return rows
    taught = Certificate.cohort_id.in_(select(Cohort.id).where(Cohort.instructor_id == actor.account_id))
    return rows.where(or_(Certificate.user_id == actor.account_id, taught))


async def get_certificate(session: AsyncSession, actor: AcademyActor, certificate_id: UUID) -> Certificate:
    """A certificate. Raises `NotFound` for one that the actor may not see as its holder does."""
    rows = visible_certificates(actor).where(Certificate.id == certificate_id)
    found = await session.scalar(rows.execution_options(populate_existing=True))
    if found is None:
        raise NotFound
    return found


async def list_own(session: AsyncSession, actor: AcademyActor, wanted: AcademyMyCertificateFilter) -> Rows[Certificate]:
    """The actor's own."""
    rows = select(Certificate).where(Certificate.user_id == actor.account_id)
    if wanted.state is not None:
        rows = rows.where(Certificate.state == wanted.state)
    return await paginate(session, rows, wanted, sort_by(wanted.sort, _SORTS))


async def list_certificates(
    session: AsyncSession, actor: AcademyActor, wanted: AcademyCertificateFilter
) -> Rows[Certificate]:
    """Those that the actor may see."""
    rows = visible_certificates(actor)
    if wanted.state is not None:
        rows = rows.where(Certificate.state == wanted.state)
    asked: dict[InstrumentedAttribute[Any], UUID | None] = {
        Certificate.user_id: wanted.account_id,
        Certificate.course_id: wanted.course_id,
        Certificate.cohort_id: wanted.cohort_id,
    }
    for column, value in asked.items():
        if value is not None:
            rows = rows.where(column == value)
    return await paginate(session, rows, wanted, sort_by(wanted.sort, _SORTS))


# Of paths


@dataclass(frozen=True, slots=True)
class PathRecord:
    """What a path certificate attests, as it stands now."""

    path: LearningPath
    learner: Learner
    courses: Sequence[CourseCompleted]
    skills: Sequence[SkillAchieved]
    skill_names: Sequence[str]


async def lock_path_enrollment(session: AsyncSession, path_enrollment_id: UUID) -> PathEnrollment:
    """The path enrollment, locked. Raises `NotFound`."""
    rows = select(PathEnrollment).where(PathEnrollment.id == path_enrollment_id).with_for_update(key_share=True)
    found = await session.scalar(rows.execution_options(populate_existing=True))
    if found is None:
        raise NotFound
    return found


async def path_record(session: AsyncSession, enrollment: PathEnrollment) -> PathRecord:
    """Every course done, in the path's order, and the path's skills that the learner has a level in."""
    about = (
        select(LearningPath, Learner)
        .join(PathEnrollment, PathEnrollment.path_id == LearningPath.id)
        .join(Learner, Learner.id == PathEnrollment.user_id)
        .where(PathEnrollment.id == enrollment.id)
    )
    path, learner = (await session.execute(about)).one()
    done = (
        select(Course.id, Course.title, PathStepCompletion.completed_at)
        .join(LearningPathStep, LearningPathStep.id == PathStepCompletion.step_id)
        .join(Course, Course.id == LearningPathStep.course_id)
        .where(PathStepCompletion.path_enrollment_id == enrollment.id)
        .order_by(LearningPathStep.step_number, Course.title)
    )
    courses = [
        CourseCompleted(course_id=row[0], title=row[1], completed_at=row[2]) for row in await session.execute(done)
    ]
    reached = (
        select(Skill.id, Skill.name, SkillProgress.current_level)
        .join(PathSkill, PathSkill.skill_id == Skill.id)
        .join(SkillProgress, SkillProgress.skill_id == Skill.id)
        .where(
            PathSkill.path_id == enrollment.path_id,
            SkillProgress.user_id == enrollment.user_id,
            SkillProgress.current_level != ReachedLevel.none,
        )
        .order_by(Skill.name, Skill.id)
    )
    skills = (await session.execute(reached)).all()
    return PathRecord(
        path=path,
        learner=learner,
        courses=courses,
        skills=[SkillAchieved(skill_id=row[0], level=row[2]) for row in skills],
        skill_names=[row[1] for row in skills],
    )


async def find_live_path(session: AsyncSession, path_enrollment_id: UUID) -> PathCertificate | None:
    """The path certificate that counts, if there is one."""
    return await session.scalar(
        select(PathCertificate).where(
            PathCertificate.enrollment_id == path_enrollment_id, PathCertificate.revoked_at.is_(None)
        )
    )


def visible_path_certificates(actor: AcademyActor) -> Select[PathCertificate]:
    """Own ones; all for platform admins."""
    rows = select(PathCertificate)
    return rows if actor.sees_everything else rows.where(PathCertificate.user_id == actor.account_id)


async def get_path_certificate(session: AsyncSession, actor: AcademyActor, certificate_id: UUID) -> PathCertificate:
    """A path certificate. Raises `NotFound`."""
    rows = visible_path_certificates(actor).where(PathCertificate.id == certificate_id)
    found = await session.scalar(rows.execution_options(populate_existing=True))
    if found is None:
        raise NotFound
    return found


async def list_own_path(
    session: AsyncSession, actor: AcademyActor, wanted: AcademyMyCertificateFilter
) -> Rows[PathCertificate]:
    """The actor's own."""
    rows = select(PathCertificate).where(PathCertificate.user_id == actor.account_id)
    if wanted.state is not None:
        rows = rows.where(PathCertificate.state == wanted.state)
    return await paginate(session, rows, wanted, sort_by(wanted.sort, _PATH_SORTS))


async def list_path_certificates(
    session: AsyncSession, actor: AcademyActor, wanted: AcademyPathCertificateFilter
) -> Rows[PathCertificate]:
    """Those that the actor may see."""
    rows = visible_path_certificates(actor)
    if wanted.state is not None:
        rows = rows.where(PathCertificate.state == wanted.state)
    if wanted.account_id is not None:
        rows = rows.where(PathCertificate.user_id == wanted.account_id)
    if wanted.path_id is not None:
        rows = rows.where(PathCertificate.path_id == wanted.path_id)
    if wanted.certificate_number is not None:
        rows = rows.where(PathCertificate.certificate_number == wanted.certificate_number)
    return await paginate(session, rows, wanted, sort_by(wanted.sort, _PATH_SORTS))


# For the worker


async def find_issuing(session: AsyncSession, certificate_id: UUID) -> tuple[Certificate, str] | None:
    """A course certificate whose files are not made, and its holder's name. None: they are, or there is none."""
    rows = select(Certificate, Learner.name).join(Learner, Learner.id == Certificate.user_id)
    found = (await session.execute(rows.where(_is_issuing(Certificate, certificate_id)))).one_or_none()
    return None if found is None else (found[0], found[1])


async def find_issuing_path(session: AsyncSession, certificate_id: UUID) -> tuple[PathCertificate, str] | None:
    """As `find_issuing`, of a path."""
    rows = select(PathCertificate, Learner.name).join(Learner, Learner.id == PathCertificate.user_id)
    found = (await session.execute(rows.where(_is_issuing(PathCertificate, certificate_id)))).one_or_none()
    return None if found is None else (found[0], found[1])


def _is_issuing(table: type[Certificate] | type[PathCertificate], certificate_id: UUID) -> ColumnElement[bool]:
    return (table.id == certificate_id) & (table.status == CertificateStatus.issuing)


async def skill_names(session: AsyncSession, skill_ids: Sequence[UUID]) -> Mapping[UUID, str]:
    """What skills are called."""
    rows = await session.execute(select(Skill.id, Skill.name).where(Skill.id.in_(skill_ids)))
    return {row[0]: row[1] for row in rows}


async def list_stuck(session: AsyncSession, limit: int = 200) -> Sequence[tuple[UUID, bool]]:
    """Certificates whose files should be there for an hour, and whether they are of a path."""
    found: list[tuple[UUID, bool]] = []
    for table in (Certificate, PathCertificate):
        since = func.now() - func.make_interval(0, 0, 0, 0, 1)
        rows = select(table.id).where(table.status == CertificateStatus.issuing, table.created_at < since)
        stuck = await session.scalars(rows.order_by(table.created_at).limit(limit))
        found += [(each, table is PathCertificate) for each in stuck]
    return found
