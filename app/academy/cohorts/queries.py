"""Reads of cohorts: who may know of one, and who may read its meeting link."""

from uuid import UUID

from sqlalchemy import ColumnElement, Select, Text, and_, case, cast, func, null, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import contains_eager, with_expression

from app.academy.cohorts.schemas import AcademyCohortFilter, AcademyCohortSelection
from app.academy.courses.queries import has_enrollment, is_available_to, is_for
from app.academy.models import Cohort, CohortStatus, Course, CourseStatus, Enrollment, PaymentStatus
from app.academy.permissions import AcademyActor
from app.core.errors import NotFound
from app.core.http.pages import Rows, paginate
from app.core.http.sorting import sort_by

_SORTS = {"start_date": Cohort.start_date, "name": Cohort.name}


def _zoom_link_for(actor: AcademyActor) -> ColumnElement[str | None]:
    """The meeting link in the hands of platform admins, the instructor and those with a paid seat (A-COH-05)."""
    if actor.sees_everything:
        return Cohort.zoom_link.expression
    if actor.is_anonymous:
        return cast(null(), Text)
    has_paid_seat = (
        select(Enrollment.id)
        .where(
            Enrollment.cohort_id == Cohort.id,
            Enrollment.user_id == actor.account_id,
            Enrollment.has_seat,
            Enrollment.payment_status == PaymentStatus.completed,
        )
        .exists()
    )
    return case((or_(Cohort.instructor_id == actor.account_id, has_paid_seat), Cohort.zoom_link))


def visible_cohorts(actor: AcademyActor) -> Select[Cohort]:
    """The cohorts that the actor may know of, each with its course: none of a draft, no other customer's own."""
    cohorts = select(Cohort).join(Cohort.course).options(contains_eager(Cohort.course))
    if actor.sees_everything:
        return cohorts
    theirs = is_for(actor)
    if not actor.is_anonymous:
        # Whoever was moved out of the organization keeps what they learn and teach.
        theirs = or_(theirs, Cohort.instructor_id == actor.account_id, has_enrollment(actor))
    return cohorts.where(Course.status != CourseStatus.draft, theirs)


async def get_cohort(session: AsyncSession, actor: AcademyActor, cohort_id: UUID) -> Cohort:
    """A cohort as it is now, with its course. Raises `NotFound` for one that the actor may not know of."""
    rows = visible_cohorts(actor).options(with_expression(Cohort.visible_zoom_link, _zoom_link_for(actor)))
    cohort = await session.scalar(rows.where(Cohort.id == cohort_id).execution_options(populate_existing=True))
    if cohort is None:
        raise NotFound
    return cohort


async def list_cohorts(
    session: AsyncSession, actor: AcademyActor, course: Course, wanted: AcademyCohortFilter
) -> Rows[Cohort]:
    """Cohorts of a course: by default those that the actor could enroll in, soonest first (A-COH-01)."""
    cohorts = visible_cohorts(actor).where(Cohort.course_id == course.id)
    if wanted.status is AcademyCohortSelection.available:
        cohorts = cohorts.where(is_available_to(actor))
    elif wanted.status is not AcademyCohortSelection.all:
        cohorts = cohorts.where(Cohort.status == wanted.status)
    return await paginate(session, cohorts, wanted, sort_by(wanted.sort, _SORTS))


def due_to_start() -> Select[UUID]:
    """Open cohorts whose start has come; one that somebody else is changing waits for the next round."""
    due = and_(Cohort.status == CohortStatus.open, Cohort.start_date <= func.now())
    return select(Cohort.id).where(due).order_by(Cohort.id).limit(500).with_for_update(skip_locked=True)


def due_to_end() -> Select[UUID]:
    """Cohorts in progress whose end has come."""
    due = and_(Cohort.status == CohortStatus.in_progress, Cohort.end_date <= func.now())
    return select(Cohort.id).where(due).order_by(Cohort.id).limit(500).with_for_update(skip_locked=True)
