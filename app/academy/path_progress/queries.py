"""Reads of people in paths: own ones, those of one's organization or courses, all for platform admins."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Select, Uuid, func, literal, or_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, with_expression

from app.academy.models import (
    Cohort,
    Course,
    CourseInstructor,
    Enrollment,
    EnrollmentStatus,
    LearningPathStep,
    PathEnrollment,
    PathEnrollmentStatus,
    PathStepCompletion,
    PathStepGroup,
    PaymentStatus,
    Role,
    UnlockRule,
)
from app.academy.path_progress import rules
from app.academy.path_progress.rules import Shape
from app.academy.permissions import AcademyActor
from app.core.errors import NotFound

_NONE = literal([], ARRAY(Uuid))
_DONE = (
    select(
        func.coalesce(
            func.array_agg(aggregate_order_by(PathStepCompletion.step_id, PathStepCompletion.completed_at)), _NONE
        )
    )
    .where(PathStepCompletion.path_enrollment_id == PathEnrollment.id)
    .correlate(PathEnrollment)
    .scalar_subquery()
)


async def get_now(session: AsyncSession) -> datetime:
    """The database's clock."""
    return (await session.scalars(select(func.now()))).one()


# Path enrollments


def shown() -> Select[PathEnrollment]:
    """Path enrollments with everything their schema shows."""
    return select(PathEnrollment).options(with_expression(PathEnrollment.completed_step_ids, _DONE))


def _teaches(actor: AcademyActor, course_id: InstrumentedAttribute[UUID]) -> ColumnElement[bool]:
    """Whether the actor is an instructor of a course, or holds a cohort of it."""
    appointed = select(CourseInstructor.course_id).where(CourseInstructor.user_id == actor.account_id)
    holds = select(Cohort.course_id).where(Cohort.instructor_id == actor.account_id)
    return or_(course_id.in_(appointed), course_id.in_(holds))


def visible_path_enrollments(actor: AcademyActor) -> Select[PathEnrollment]:
    """Own ones; those that an organization pays for its admins; those of paths with a course of theirs for
    instructors; all for platform admins.
    """
    rows = shown()
    if actor.sees_everything:
        return rows
    taught = select(LearningPathStep.path_id).where(_teaches(actor, LearningPathStep.course_id))
    mine = [PathEnrollment.user_id == actor.account_id, PathEnrollment.path_id.in_(taught)]
    if actor.role is Role.org_admin and actor.organization_id is not None:
        mine.append(PathEnrollment.organization_id == actor.organization_id)
    return rows.where(or_(*mine))


async def get_path_enrollment(session: AsyncSession, actor: AcademyActor, path_enrollment_id: UUID) -> PathEnrollment:
    """A path enrollment. Raises `NotFound` when there is none, or none that the actor may see."""
    rows = visible_path_enrollments(actor).where(PathEnrollment.id == path_enrollment_id)
    found = await session.scalar(rows.execution_options(populate_existing=True))
    if found is None:
        raise NotFound
    return found


async def lock_path_enrollment(session: AsyncSession, path_enrollment_id: UUID) -> PathEnrollment:
    """The path enrollment as it is now, locked; rows that only point at it need not wait. Raises `NotFound`."""
    rows = select(PathEnrollment).where(PathEnrollment.id == path_enrollment_id).with_for_update(key_share=True)
    found = await session.scalar(rows.execution_options(populate_existing=True))
    if found is None:
        raise NotFound
    return found


# What a path asks for, and what was done


async def load_shape(session: AsyncSession, path_id: UUID) -> Shape:
    """The steps and groups of a path."""
    steps = await session.scalars(select(LearningPathStep).where(LearningPathStep.path_id == path_id))
    groups = await session.scalars(select(PathStepGroup).where(PathStepGroup.path_id == path_id))
    return rules.shape_of(steps.all(), groups.all())


async def done_steps(session: AsyncSession, path_enrollment_id: UUID) -> set[UUID]:
    """The steps that somebody has done."""
    done = select(PathStepCompletion.step_id).where(PathStepCompletion.path_enrollment_id == path_enrollment_id)
    return set((await session.scalars(done)).all())


async def completed_courses(session: AsyncSession, user_id: UUID, course_ids: Collection[UUID]) -> Mapping[UUID, UUID]:
    """Which of these courses somebody has completed, and with which enrollment: the earliest that still counts."""
    rows = await session.execute(
        select(Enrollment.course_id, Enrollment.id)
        .where(
            Enrollment.user_id == user_id,
            Enrollment.course_id.in_(course_ids),
            Enrollment.completed_at.is_not(None),
            Enrollment.payment_status == PaymentStatus.completed,
            Enrollment.enrollment_status == EnrollmentStatus.active,
        )
        .order_by(Enrollment.completed_at.desc(), Enrollment.id.desc())
    )
    return {row[0]: row[1] for row in rows}


async def has_step(session: AsyncSession, step_id: UUID) -> bool:
    """Whether there is such a step, in whatever path."""
    return await session.get(LearningPathStep, step_id) is not None


@dataclass(frozen=True, slots=True)
class StepTarget:
    """A step of somebody's path, as the table of permissions asks: whose it is, and whether the actor teaches it."""

    account_id: UUID
    course: Course
    is_teacher: bool


async def get_target(
    session: AsyncSession, actor: AcademyActor, enrollment: PathEnrollment, course_id: UUID
) -> StepTarget:
    """The course of a step, and what the actor is to it."""
    row = (await session.execute(select(Course, _teaches(actor, Course.id)).where(Course.id == course_id))).one()
    return StepTarget(enrollment.user_id, row[0], row[1])


async def has_seat(session: AsyncSession, path_enrollment_id: UUID, course_id: UUID) -> bool:
    """Whether a step has its seat already."""
    seat = select(Enrollment.id).where(
        Enrollment.path_enrollment_id == path_enrollment_id, Enrollment.course_id == course_id, Enrollment.has_seat
    )
    return await session.scalar(seat) is not None


# For the worker


async def list_followers(session: AsyncSession, user_id: UUID, course_id: UUID) -> Sequence[UUID]:
    """The path enrollments of somebody that have a step of this course."""
    rows = await session.scalars(
        select(PathEnrollment.id)
        .join(LearningPathStep, LearningPathStep.path_id == PathEnrollment.path_id)
        .where(PathEnrollment.user_id == user_id, LearningPathStep.course_id == course_id)
        .distinct()
        .order_by(PathEnrollment.id)
    )
    return rows.all()


async def list_going(session: AsyncSession, path_id: UUID, beyond: UUID | None, limit: int) -> Sequence[UUID]:
    """Those who are going a path, in the order of their ids."""
    rows = select(PathEnrollment.id).where(
        PathEnrollment.path_id == path_id, PathEnrollment.status == PathEnrollmentStatus.active
    )
    if beyond is not None:
        rows = rows.where(PathEnrollment.id > beyond)
    return (await session.scalars(rows.order_by(PathEnrollment.id).limit(limit))).all()


async def list_ripe(session: AsyncSession, limit: int) -> Sequence[UUID]:
    """Active path enrollments with a step that days have opened since, and whose course was completed before."""
    done = select(PathStepCompletion.step_id).where(
        PathStepCompletion.path_enrollment_id == PathEnrollment.id,
        PathStepCompletion.step_id == LearningPathStep.id,
    )
    learned = select(Enrollment.id).where(
        Enrollment.user_id == PathEnrollment.user_id,
        Enrollment.course_id == LearningPathStep.course_id,
        Enrollment.completed_at.is_not(None),
        Enrollment.payment_status == PaymentStatus.completed,
        Enrollment.enrollment_status == EnrollmentStatus.active,
    )
    rows = await session.scalars(
        select(PathEnrollment.id)
        .join(LearningPathStep, LearningPathStep.path_id == PathEnrollment.path_id)
        .where(
            PathEnrollment.status.in_([PathEnrollmentStatus.active, PathEnrollmentStatus.completed]),
            PathEnrollment.is_over.is_(False),
            LearningPathStep.unlock_rule == UnlockRule.after_days,
            PathEnrollment.enrolled_at + func.make_interval(0, 0, 0, LearningPathStep.unlock_after_days) <= func.now(),
            ~done.exists(),
            learned.exists(),
        )
        .distinct()
        .order_by(PathEnrollment.id)
        .limit(limit)
    )
    return rows.all()
