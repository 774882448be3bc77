"""Reads of enrollments: only what the actor may see."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, contains_eager, with_expression

from app.academy.enrollments.schemas import AcademyEnrollmentFilter
from app.academy.models import (
    Cohort,
    Course,
    CourseInstructor,
    Enrollment,
    EnrollmentStatus,
    Payment,
    PaymentState,
    PaymentStatus,
    Role,
)
from app.academy.permissions import AcademyActor
from app.core.errors import NotFound
from app.core.http.pages import PageQuery, Rows, SortBy, paginate
from app.core.http.sorting import sort_by

SORTS: Mapping[str, InstrumentedAttribute[Any]] = {"purchase_date": Enrollment.purchase_date}

_OPEN_PAGE = (
    select(Payment.checkout_url)
    .where(Payment.enrollment_id == Enrollment.id, Payment.state == PaymentState.open)
    .order_by(Payment.created_at.desc())
    .limit(1)
    .correlate(Enrollment)
    .scalar_subquery()
)


def shown() -> Select[Enrollment]:
    """Enrollments with everything their schema shows."""
    return select(Enrollment).options(with_expression(Enrollment.checkout_url, _OPEN_PAGE))


def is_taught_by(actor: AcademyActor) -> ColumnElement[bool]:
    """Whether the actor teaches the cohort of an enrollment, or its course."""
    cohorts = select(Cohort.id).where(Cohort.instructor_id == actor.account_id)
    courses = select(CourseInstructor.course_id).where(CourseInstructor.user_id == actor.account_id)
    return or_(Enrollment.cohort_id.in_(cohorts), Enrollment.course_id.in_(courses))


def visible_enrollments(actor: AcademyActor) -> Select[Enrollment]:
    """Own ones; those of the organization for its admins; all for platform admins; those of their cohorts and
    courses for instructors.
    """
    rows = shown()
    if actor.sees_everything:
        return rows
    mine = [Enrollment.user_id == actor.account_id, is_taught_by(actor)]
    if actor.role is Role.org_admin and actor.organization_id is not None:
        mine.append(Enrollment.organization_id == actor.organization_id)
    return rows.where(or_(*mine))


async def get_enrollment(session: AsyncSession, actor: AcademyActor, enrollment_id: UUID) -> Enrollment:
    """The enrollment. Raises NotFound when there is none, or none that the actor may see."""
    found = await session.scalar(
        visible_enrollments(actor).where(Enrollment.id == enrollment_id).execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound
    return found


async def find_by_checkout_session(session: AsyncSession, checkout_session_id: str) -> Enrollment | None:
    """The enrollment that a Stripe checkout session belongs to."""
    return await session.scalar(select(Enrollment).where(Enrollment.stripe_checkout_session_id == checkout_session_id))


def _filtered(rows: Select[Enrollment], wanted: AcademyEnrollmentFilter) -> Select[Enrollment]:
    if wanted.payment_status is not None:
        rows = rows.where(Enrollment.payment_status == wanted.payment_status)
    if wanted.enrollment_status is not None:
        rows = rows.where(Enrollment.enrollment_status == wanted.enrollment_status)
    if wanted.course_id is not None:
        rows = rows.where(Enrollment.course_id == wanted.course_id)
    return rows


async def list_own(session: AsyncSession, actor: AcademyActor, wanted: AcademyEnrollmentFilter) -> Rows[Enrollment]:
    """The actor's own enrollments, whatever became of them."""
    rows = _filtered(shown().where(Enrollment.user_id == actor.account_id), wanted)
    return await paginate(session, rows, wanted, sort_by(wanted.sort, SORTS))


async def list_of_cohort(
    session: AsyncSession, actor: AcademyActor, cohort_id: UUID, wanted: AcademyEnrollmentFilter
) -> Rows[Enrollment]:
    """Who is, or was, in a cohort, as far as the actor may see."""
    rows = _filtered(visible_enrollments(actor).where(Enrollment.cohort_id == cohort_id), wanted)
    return await paginate(session, rows, wanted, sort_by(wanted.sort, SORTS))


async def list_enrolled_cohorts(session: AsyncSession, actor: AcademyActor, wanted: PageQuery) -> Rows[Enrollment]:
    """What the actor has paid for, each with its cohort and course, newest first (A-ENR-11).

    The joins are inner ones: a row whose cohort or course is missing is left out.
    """
    rows = (
        shown()
        .join(Enrollment.cohort)
        .join(Course, Course.id == Enrollment.course_id)
        .options(contains_eager(Enrollment.cohort), contains_eager(Enrollment.course))
        .where(
            Enrollment.user_id == actor.account_id,
            Enrollment.payment_status == PaymentStatus.completed,
            Enrollment.enrollment_status == EnrollmentStatus.active,
        )
    )
    return await paginate(session, rows, wanted, SortBy("purchase_date", Enrollment.purchase_date, descending=True))


async def list_to_settle(session: AsyncSession, cohort_id: UUID) -> list[tuple[UUID, str | None]]:
    """The active enrollments of a cohort with the Stripe session that is still open for them, if any."""
    rows = await session.execute(
        select(Enrollment.id, Payment.stripe_checkout_session_id)
        .outerjoin(Payment, (Payment.enrollment_id == Enrollment.id) & (Payment.state == PaymentState.open))
        .where(Enrollment.cohort_id == cohort_id, Enrollment.enrollment_status == EnrollmentStatus.active)
        .order_by(Enrollment.id)
    )
    return [(row[0], row[1]) for row in rows]
