"""Reads of courses, and the one place that says which cohorts somebody could enroll in."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, false, func, or_, select, true
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import with_expression

from app.academy.courses.schemas import AcademyCourseFilter
from app.academy.models import (
    ClassSession,
    Cohort,
    CohortStatus,
    Course,
    CourseInstructor,
    CourseStatus,
    Enrollment,
    EnrollmentStatus,
    PaymentStatus,
)
from app.academy.permissions import AcademyActor
from app.core.errors import NotFound
from app.core.http.pages import Rows, paginate
from app.core.http.sorting import sort_by

_SORTS = {"created_at": Course.created_at, "title": Course.title, "price_b2c": Course.price_b2c}


def is_for(actor: AcademyActor) -> ColumnElement[bool]:
    """Whether a cohort is not another customer's own: dedicated ones are for their organization's people (Z-60)."""
    if actor.sees_everything:
        return true()
    if actor.organization_id is None:
        return ~Cohort.is_b2b
    return is_for_organization(actor.organization_id)


def is_for_organization(organization_id: Any) -> ColumnElement[bool]:
    """Whether a cohort is for everybody or for this organization; null is none."""
    return or_(~Cohort.is_b2b, Cohort.organization_id == organization_id)


def has_free_seat() -> ColumnElement[bool]:
    """Whether a cohort can be enrolled in: open, not begun, a seat free (A-COH-01).

    For statements that have `Course` beside `Cohort`.
    """
    return and_(
        Course.status != CourseStatus.archived,
        Cohort.status == CohortStatus.open,
        Cohort.start_date > func.now(),
        Cohort.current_enrollment + Cohort.held < Cohort.max_capacity,
    )


def is_available_to(actor: AcademyActor) -> ColumnElement[bool]:
    """Whether the actor could enroll in a cohort."""
    return and_(has_free_seat(), is_for(actor))


def has_enrollment(actor: AcademyActor) -> ColumnElement[bool]:
    """Whether the actor belongs to a cohort as a learner: has a seat, or has had one and paid for it."""
    return (
        select(Enrollment.id)
        .where(
            Enrollment.cohort_id == Cohort.id,
            Enrollment.user_id == actor.account_id,
            Enrollment.enrollment_status == EnrollmentStatus.active,
            or_(Enrollment.has_seat, Enrollment.payment_status == PaymentStatus.completed),
        )
        .exists()
    )


def _has_people_in(actor: AcademyActor) -> ColumnElement[bool]:
    """Whether the actor learns or teaches in any cohort of the course."""
    if actor.is_anonymous:
        return false()
    taught_or_attended = or_(Cohort.instructor_id == actor.account_id, has_enrollment(actor))
    return select(Cohort.id).where(Cohort.course_id == Course.id, taught_or_attended).exists()


def is_taught_by(actor: AcademyActor, course_id: Any) -> ColumnElement[bool]:
    """Whether the actor teaches the course with this id: as its instructor or as one of any of its cohorts (Z-46)."""
    named = select(CourseInstructor.user_id).where(
        CourseInstructor.course_id == course_id, CourseInstructor.user_id == actor.account_id
    )
    led = select(Cohort.id).where(Cohort.course_id == course_id, Cohort.instructor_id == actor.account_id)
    return or_(named.exists(), led.exists())


def is_learned_by(actor: AcademyActor, course_id: Any) -> ColumnElement[bool]:
    """Whether the actor has a place in the course that opens its materials now (A-ENR-15)."""
    return (
        select(Enrollment.id)
        .where(
            Enrollment.course_id == course_id,
            Enrollment.user_id == actor.account_id,
            Enrollment.has_materials_access,
        )
        .exists()
    )


@dataclass(frozen=True, slots=True)
class Standing:
    """What somebody is in a course."""

    is_teacher: bool
    is_learner: bool


async def get_standing(session: AsyncSession, actor: AcademyActor, course_id: UUID) -> Standing:
    """What the actor is in a course."""
    asked = select(is_taught_by(actor, course_id), is_learned_by(actor, course_id))
    return Standing(*(await session.execute(asked)).one())


SEATS_AVAILABLE = Cohort.max_capacity - Cohort.current_enrollment - Cohort.held


def soonest_cohort(shown: ColumnElement[Any], is_available: ColumnElement[bool]) -> ScalarSelect[Any]:
    """The soonest available cohort of each course, in the same statement: a page costs what one course costs."""
    return (
        select(shown)
        .where(Cohort.course_id == Course.id, is_available)
        .order_by(Cohort.start_date, Cohort.id)
        .limit(1)
        .scalar_subquery()
    )


def _next_cohort(actor: AcademyActor) -> ScalarSelect[Any]:
    columns = {
        "id": Cohort.id,
        "name": Cohort.name,
        "start_date": Cohort.start_date,
        "seats_available": SEATS_AVAILABLE,
    }
    pairs = [part for name, column in columns.items() for part in (name, column)]
    return soonest_cohort(func.jsonb_build_object(*pairs, type_=JSONB), is_available_to(actor))


def is_visible_to(actor: AcademyActor) -> ColumnElement[bool]:
    """Whether the actor may know of a course (A-CRS-03)."""
    if actor.sees_everything:
        return true()
    archived = and_(Course.status == CourseStatus.archived, _has_people_in(actor))
    return or_(Course.status == CourseStatus.published, archived)


def visible_courses(actor: AcademyActor) -> Select[Course]:
    """The courses that the actor may know of, each with its next cohort."""
    next_cohort = with_expression(Course.next_cohort, _next_cohort(actor))
    return select(Course).options(next_cohort).where(is_visible_to(actor))


async def get_course(session: AsyncSession, actor: AcademyActor, course_id: UUID) -> Course:
    """A course as it is now. Raises `NotFound` for one that the actor may not know of."""
    rows = visible_courses(actor).where(Course.id == course_id)
    course = await session.scalar(rows.execution_options(populate_existing=True))
    if course is None:
        raise NotFound
    return course


async def lock_course(session: AsyncSession, course_id: UUID) -> Course:
    """A course that nobody else can edit until the end of the transaction; selling seats in it goes on meanwhile."""
    rows = select(Course).where(Course.id == course_id).with_for_update(key_share=True)
    return (await session.scalars(rows.execution_options(populate_existing=True))).one()


async def list_courses(session: AsyncSession, actor: AcademyActor, wanted: AcademyCourseFilter) -> Rows[Course]:
    """The catalogue: published courses; for a platform admin all of them."""
    courses = visible_courses(actor)
    if not actor.sees_everything:
        # An archived course stays readable to its people, but it is not on offer.
        courses = courses.where(Course.status == CourseStatus.published)
    for column, value in (
        (Course.session_type, wanted.session_type),
        (Course.impact_level, wanted.impact_level),
        (Course.capability_level, wanted.capability_level),
        (Course.status, wanted.status),
    ):
        if value is not None:
            courses = courses.where(column == value)
    if wanted.q is not None:
        courses = courses.where(
            or_(
                Course.title.icontains(wanted.q, autoescape=True),
                Course.description.icontains(wanted.q, autoescape=True),
            )
        )
    return await paginate(session, courses, wanted, sort_by(wanted.sort, _SORTS))


async def last_day_of_agenda(session: AsyncSession, course_id: UUID) -> int:
    """The highest day number in a course's agenda; 0 without one."""
    return (
        await session.scalar(select(func.max(ClassSession.day_number)).where(ClassSession.course_id == course_id)) or 0
    )
