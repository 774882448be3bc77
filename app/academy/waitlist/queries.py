"""Reads of the waitlist: own entries, and whole queues for those who run the cohort."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased, with_expression

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
    same_queue = and_(
        other.course_id == WaitlistEntry.course_id, other.cohort_id.is_not_distinct_from(WaitlistEntry.cohort_id)
    )
    ahead = (
        select(func.count())
        .where(same_queue, other.status == WaitlistStatus.waiting, other.position <= WaitlistEntry.position)
        .correlate(WaitlistEntry)
        .scalar_subquery()
    )
    return case((WaitlistEntry.status == WaitlistStatus.waiting, ahead))


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


async def lock_course(session: AsyncSession, course_id: UUID) -> Course:
    """A course that can be waited for, locked. Raises NotFound."""
    course = await session.scalar(
        select(Course)
        .where(Course.id == course_id, Course.status != CourseStatus.draft)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if course is None:
        raise NotFound
    return course


async def has_live_entry(session: AsyncSession, user_id: UUID, course_id: UUID, cohort_id: UUID | None) -> bool:
    """Whether somebody is in this very queue."""
    found = exists().where(
        WaitlistEntry.user_id == user_id,
        WaitlistEntry.course_id == course_id,
        WaitlistEntry.cohort_id.is_not_distinct_from(cohort_id),
        WaitlistEntry.status.in_(LIVE),
    )
    return bool(await session.scalar(select(found)))


async def has_seat(session: AsyncSession, user_id: UUID, cohort_id: UUID) -> bool:
    """Whether somebody has a seat in a cohort."""
    found = exists().where(Enrollment.user_id == user_id, Enrollment.cohort_id == cohort_id, Enrollment.has_seat)
    return bool(await session.scalar(select(found)))


async def has_free_seat(session: AsyncSession, course_id: UUID) -> bool:
    """Whether anybody could simply buy a seat in some cohort of the course."""
    free = exists().where(
        Cohort.course_id == course_id,
        Cohort.status == CohortStatus.open,
        Cohort.start_date > func.now(),
        ~Cohort.is_b2b,
        Cohort.waiting == 0,
        Cohort.current_enrollment + Cohort.held < Cohort.max_capacity,
    )
    return bool(await session.scalar(select(free)))


async def list_over(session: AsyncSession, limit: int = 200) -> Sequence[WaitlistEntry]:
    """Offers whose time is over, longest ago first."""
    rows = await session.scalars(
        select(WaitlistEntry)
        .where(WaitlistEntry.status == WaitlistStatus.offered, WaitlistEntry.offer_expires_at <= func.now())
        .order_by(WaitlistEntry.offer_expires_at, WaitlistEntry.id)
        .limit(limit)
    )
    return rows.all()


async def list_fillable(session: AsyncSession, limit: int = 200) -> Sequence[UUID]:
    """Open cohorts with a free seat while somebody waits for it, or for their course: the sweep's safety net."""
    course_queue = exists().where(
        WaitlistEntry.course_id == Cohort.course_id,
        WaitlistEntry.cohort_id.is_(None),
        WaitlistEntry.status == WaitlistStatus.waiting,
    )
    rows = await session.scalars(
        select(Cohort.id)
        .where(
            Cohort.status == CohortStatus.open,
            Cohort.start_date > func.now(),
            Cohort.current_enrollment + Cohort.held < Cohort.max_capacity,
            (Cohort.waiting > 0) | (course_queue & ~Cohort.is_b2b),
        )
        .order_by(Cohort.id)
        .limit(limit)
    )
    return rows.all()
