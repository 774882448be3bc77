"""Reads of the waitlist: own entries, and whole queues for those who run the cohort."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, Select, case, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased, with_expression

from app.academy.cohorts import queue
from app.academy.courses.queries import is_available_to
from app.academy.models import Cohort, CohortStatus, Course, CourseStatus, Enrollment, WaitlistEntry, WaitlistStatus
from app.academy.permissions import AcademyActor
from app.academy.waitlist.schemas import AcademyQueueFilter, AcademyWaitlistFilter
from app.core.errors import NotFound
from app.core.http.pages import Rows, paginate
from app.core.http.sorting import sort_by

LIVE = (WaitlistStatus.waiting, WaitlistStatus.offered)


def _rank() -> ColumnElement[int | None]:
    """How many of the same queue wait in front, plus one; null for an entry that does not wait (A-WTL-10)."""
    other = aliased(WaitlistEntry)
    ahead = (
        select(func.count())
        .where(other.status == WaitlistStatus.waiting, other.position <= WaitlistEntry.position)
        .correlate(WaitlistEntry)
    )
    in_course = ahead.where(other.course_id == WaitlistEntry.course_id, other.cohort_id.is_(None))
    in_cohort = ahead.where(other.cohort_id == WaitlistEntry.cohort_id)
    waits = WaitlistEntry.status == WaitlistStatus.waiting
    return case(
        (waits & WaitlistEntry.cohort_id.is_(None), in_course.scalar_subquery()), (waits, in_cohort.scalar_subquery())
    )


def shown() -> Select[WaitlistEntry]:
    """Entries with the rank that their schema shows."""
    return select(WaitlistEntry).options(with_expression(WaitlistEntry.rank, _rank()))


async def get_entry(session: AsyncSession, actor: AcademyActor, entry_id: UUID) -> WaitlistEntry:
    """The entry. Raises NotFound when there is none, or none of the actor's (platform admins see all)."""
    rows = shown().where(WaitlistEntry.id == entry_id).execution_options(populate_existing=True)
    if not actor.sees_everything:
        rows = rows.where(WaitlistEntry.user_id == actor.account_id)
    found = await session.scalar(rows)
    if found is None:
        raise NotFound
    return found


async def list_own(session: AsyncSession, actor: AcademyActor, wanted: AcademyWaitlistFilter) -> Rows[WaitlistEntry]:
    """The actor's own entries."""
    rows = shown().where(WaitlistEntry.user_id == actor.account_id)
    if wanted.status is not None:
        rows = rows.where(WaitlistEntry.status == wanted.status)
    return await paginate(session, rows, wanted, sort_by(wanted.sort, {"created_at": WaitlistEntry.created_at}))


async def list_queue(session: AsyncSession, cohort_id: UUID, wanted: AcademyQueueFilter) -> Rows[WaitlistEntry]:
    """Everybody who waits or waited for a cohort, from the front."""
    rows = shown().where(WaitlistEntry.cohort_id == cohort_id)
    if wanted.status is not None:
        rows = rows.where(WaitlistEntry.status == wanted.status)
    return await paginate(session, rows, wanted, sort_by(wanted.sort, {"position": WaitlistEntry.position}))


async def lock_offer(session: AsyncSession, entry_id: UUID) -> tuple[WaitlistEntry, bool] | None:
    """The entry as it is now, locked, and whether its offer is over; take it after its cohort."""
    row = (
        await session.execute(
            select(WaitlistEntry, WaitlistEntry.offer_expires_at <= func.now())
            .where(WaitlistEntry.id == entry_id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    ).one_or_none()
    return None if row is None else (row[0], bool(row[1]))


async def waits_for_cohort(session: AsyncSession, user_id: UUID, cohort_id: UUID) -> bool:
    """Whether somebody is in a cohort's queue, or is offered a seat in it by whichever queue."""
    in_queue = (WaitlistEntry.cohort_id == cohort_id) & WaitlistEntry.status.in_(LIVE)
    offered = (WaitlistEntry.offered_cohort_id == cohort_id) & (WaitlistEntry.status == WaitlistStatus.offered)
    return bool(await session.scalar(select(exists().where(WaitlistEntry.user_id == user_id, in_queue | offered))))


async def waits_for_course(session: AsyncSession, user_id: UUID, course_id: UUID) -> bool:
    """Whether somebody is in a course's own queue."""
    found = exists().where(
        WaitlistEntry.user_id == user_id,
        WaitlistEntry.course_id == course_id,
        WaitlistEntry.cohort_id.is_(None),
        WaitlistEntry.status.in_(LIVE),
    )
    return bool(await session.scalar(select(found)))


async def has_seat(session: AsyncSession, user_id: UUID, cohort_id: UUID) -> bool:
    """Whether somebody has a seat in a cohort."""
    found = exists().where(Enrollment.user_id == user_id, Enrollment.cohort_id == cohort_id, Enrollment.has_seat)
    return bool(await session.scalar(select(found)))


async def has_seat_ahead(session: AsyncSession, user_id: UUID, course_id: UUID) -> bool:
    """Whether somebody has a seat in a cohort of the course that is not over."""
    over = (CohortStatus.completed, CohortStatus.cancelled)
    found = exists().where(
        Enrollment.user_id == user_id,
        Enrollment.course_id == course_id,
        Enrollment.has_seat,
        Cohort.id == Enrollment.cohort_id,
        Cohort.status.not_in(over),
    )
    return bool(await session.scalar(select(found)))


async def has_free_seat(session: AsyncSession, actor: AcademyActor, course_id: UUID) -> bool:
    """Whether the actor could simply have a seat in some cohort of the course."""
    free = select(Cohort.id).join(Cohort.course).where(Course.id == course_id, is_available_to(actor))
    return bool(await session.scalar(select(free.where(Cohort.waiting == 0).exists())))


async def list_over(session: AsyncSession, limit: int = 200) -> Sequence[UUID]:
    """Offers whose time is over, longest ago first."""
    rows = await session.scalars(
        select(WaitlistEntry.id)
        .where(WaitlistEntry.status == WaitlistStatus.offered, WaitlistEntry.offer_expires_at <= func.now())
        .order_by(WaitlistEntry.offer_expires_at, WaitlistEntry.id)
        .limit(limit)
    )
    return rows.all()


async def list_fillable(session: AsyncSession, limit: int = 200) -> Sequence[UUID]:
    """Open cohorts with a free seat while somebody waits for it, or for their course: the sweep's safety net."""
    course_queue = exists().where(queue.waits_for_course(Cohort.course_id, Cohort.id)).correlate(Cohort)
    rows = await session.scalars(
        select(Cohort.id)
        .join(Cohort.course)
        .where(
            Cohort.status == CohortStatus.open,
            Cohort.start_date > func.now(),
            Course.status == CourseStatus.published,
            Cohort.current_enrollment + Cohort.held < Cohort.max_capacity,
            (Cohort.waiting > 0) | (course_queue & ~Cohort.is_b2b),
        )
        .order_by(Cohort.id)
        .limit(limit)
    )
    return rows.all()
