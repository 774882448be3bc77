"""The queue for seats: entries wait, are offered a seat that is held for them, and end (reliability rules 14 and 15).

An offer holds its seat in `cohorts.held` until it is accepted, declined or over. Nobody is overtaken, and nothing here
is done without the cohort's lock. The states of the waitlist are written here and nowhere else.
"""

from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, and_, case, exists, func, literal, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.academy.cohorts import counters
from app.academy.cohorts.errors import ReservedForWaitlist
from app.academy.models import Cohort, CohortStatus, Course, CourseStatus, Enrollment, WaitlistEntry, WaitlistStatus
from app.academy.notices import service as notices
from app.academy.notices.rules import Notice
from app.academy.permissions import AcademyActor
from app.core.outbox.emit import emit
from app.domain_events.academy import WaitlistLeft, WaitlistOffered

OFFER_LIFE = timedelta(hours=48)


LIVE = (WaitlistStatus.waiting, WaitlistStatus.offered)


class _OfferedMeanwhile(Exception):
    """Carries the way back over a savepoint."""


async def join(session: AsyncSession, user_id: UUID, cohort: Cohort) -> WaitlistEntry:
    """Put somebody at the end of the queue of a locked cohort."""
    position = await session.scalar(
        update(Cohort)
        .where(Cohort.id == cohort.id)
        .values(waiting=Cohort.waiting + 1, waitlist_last_position=Cohort.waitlist_last_position + 1)
        .returning(Cohort.waitlist_last_position)
        .execution_options(synchronize_session=False)
    )
    entry = WaitlistEntry(user_id=user_id, course_id=cohort.course_id, cohort_id=cohort.id, position=position)
    session.add(entry)
    await session.flush()  # the unique index speaks now, while the caller can still answer
    return entry


async def join_course(session: AsyncSession, user_id: UUID, course: Course) -> WaitlistEntry:
    """Put somebody at the end of the queue of a locked course."""
    position = await session.scalar(
        update(Course)
        .where(Course.id == course.id)
        .values(waitlist_last_position=Course.waitlist_last_position + 1)
        .returning(Course.waitlist_last_position)
        .execution_options(synchronize_session=False)
    )
    entry = WaitlistEntry(user_id=user_id, course_id=course.id, position=position)
    session.add(entry)
    await session.flush()  # the unique index speaks now, while the caller can still answer
    return entry


def waits_for_course(course_id: Any, cohort_id: Any) -> ColumnElement[bool]:
    """Entries of a course's queue that a seat of this cohort would serve: of people with no seat or offer in it."""
    other = aliased(WaitlistEntry)
    has_seat = exists().where(
        Enrollment.user_id == WaitlistEntry.user_id, Enrollment.cohort_id == cohort_id, Enrollment.has_seat
    )
    has_offer = exists().where(
        other.user_id == WaitlistEntry.user_id,
        other.offered_cohort_id == cohort_id,
        other.status == WaitlistStatus.offered,
    )
    return and_(
        WaitlistEntry.course_id == course_id,
        WaitlistEntry.cohort_id.is_(None),
        WaitlistEntry.status == WaitlistStatus.waiting,
        ~has_seat,
        ~has_offer,
    )


def waits_for_cohort(cohort_id: UUID) -> ColumnElement[bool]:
    """Entries of a cohort's own queue."""
    return and_(WaitlistEntry.cohort_id == cohort_id, WaitlistEntry.status == WaitlistStatus.waiting)


def first_in_line(waits: ColumnElement[bool], seats: int) -> Select[UUID]:
    """The entries that as many seats go to, locked. Never SKIP LOCKED: that would overtake whoever is just leaving."""
    return (
        select(WaitlistEntry.id)
        .where(waits)
        .order_by(WaitlistEntry.position)
        .limit(seats)
        .with_for_update(of=WaitlistEntry, key_share=True)
    )


async def fill_seats(session: AsyncSession, cohort_id: UUID) -> int:
    """Offer the free seats to those who wait, in order; returns how many were offered (A-WTL-02, A-WTL-09).

    The cohort's own queue first, then the course's. Runs under the cohort's lock and never skips a locked waiter, so
    that nobody is overtaken; running it twice offers nothing twice, because an offer holds its seat (A-WTL-05).
    """
    cohort = await counters.lock_cohort(session, cohort_id)
    free = cohort.max_capacity - cohort.current_enrollment - cohort.held
    if free <= 0 or await _closed(session, cohort):
        return 0
    own = await _offer(session, cohort, waits_for_cohort(cohort.id), free)
    rest: list[Any] = []
    if len(own) < free and not cohort.is_b2b:
        # Against `join_course`: either it sees the free seat, or we see its entry.
        await session.execute(select(Course.id).where(Course.id == cohort.course_id).with_for_update(read=True))
        rest = await _offer(session, cohort, waits_for_course(cohort.course_id, cohort.id), free - len(own))
    offered = [*own, *rest]
    if offered:
        await counters.change(session, cohort.id, held=Cohort.held + len(offered), waiting=Cohort.waiting - len(own))
    for entry in offered:
        await _announce_offer(session, cohort, entry)
    return len(offered)


async def _announce_offer(session: AsyncSession, cohort: Cohort, entry: Any) -> None:
    emit(
        session,
        WaitlistOffered(
            entry_id=entry.id,
            cohort_id=cohort.id,
            account_id=entry.user_id,
            offer_expires_at=entry.offer_expires_at,
        ),
    )
    # The notice belongs to the offer: no offer that nobody is told of (A-WTL-04).
    await notices.tell(
        session,
        AcademyActor.system(),
        Notice.waitlist_offer,
        entry.user_id,
        cohort.id,
        offer_expires_at=entry.offer_expires_at.isoformat(),
    )


async def _closed(session: AsyncSession, cohort: Cohort) -> bool:
    if cohort.status != CohortStatus.open or cohort.course.status != CourseStatus.published:
        return True
    return await counters.has_started(session, cohort.id)


async def _offer(session: AsyncSession, cohort: Cohort, waits: ColumnElement[bool], seats: int) -> list[Any]:
    # A CTE and not a subquery: it runs once, whatever the planner thinks of the join, so the limit is a limit.
    first = first_in_line(waits, seats).cte("first")
    offered = await session.execute(
        update(WaitlistEntry)
        .where(WaitlistEntry.id == first.c.id)
        .values(
            status=WaitlistStatus.offered,
            offered_at=func.now(),
            # An offer never outlives the chance to use it (Z-75).
            offer_expires_at=func.least(func.now() + OFFER_LIFE, cohort.start_date),
            offered_cohort_id=cohort.id,
        )
        .returning(WaitlistEntry.id, WaitlistEntry.user_id, WaitlistEntry.offer_expires_at, WaitlistEntry.position)
        .execution_options(synchronize_session=False)
    )
    return sorted(offered.all(), key=lambda entry: int(entry.position))


async def end_entry(
    session: AsyncSession, entry_id: UUID, status: WaitlistStatus, *, only_if_over: bool = False
) -> bool:
    """End a waiting or offered entry as `status`; a held seat goes to the next. False: it had ended before.

    `only_if_over` leaves everything alone but an offer whose time is over. What the entry is counts as read under the
    locks, which are taken here: the cohort first, then the entry.
    """
    place = select(func.coalesce(WaitlistEntry.offered_cohort_id, WaitlistEntry.cohort_id))
    place = place.where(WaitlistEntry.id == entry_id)
    cohort_id = await session.scalar(place)
    if cohort_id is None:
        if only_if_over or await _left_course_queue(session, entry_id, status):
            return not only_if_over
        cohort_id = await session.scalar(place)
    if cohort_id is None:
        return False
    await counters.lock_cohort(session, cohort_id)
    entry, is_over = (
        await session.execute(
            select(WaitlistEntry, WaitlistEntry.offer_expires_at <= func.now())
            .where(WaitlistEntry.id == entry_id)
            .with_for_update(key_share=True)
            .execution_options(populate_existing=True)
        )
    ).one()
    was_offered = entry.status == WaitlistStatus.offered
    if entry.status not in LIVE or (only_if_over and not (was_offered and is_over)):
        return False
    entry.status = status
    emit(session, WaitlistLeft(entry_id=entry.id, account_id=entry.user_id, status=status, cohort_id=cohort_id))
    await session.flush()  # the counter below and the row must be seen together by `fill_seats`
    if was_offered:
        await counters.change(session, cohort_id, held=Cohort.held - 1)
        await fill_seats(session, cohort_id)
    else:
        await counters.change(session, cohort_id, waiting=Cohort.waiting - 1)
    return True


async def _left_course_queue(session: AsyncSession, entry_id: UUID, status: WaitlistStatus) -> bool:
    """End an entry that waits in a course's queue, which has no cohort to lock. False: it is none, or none any more.

    If it was offered a seat just now, we must not hold it while we wait for that seat's cohort (the lock order): the
    savepoint lets go of it.
    """
    waits_without_cohort = and_(
        WaitlistEntry.id == entry_id,
        WaitlistEntry.cohort_id.is_(None),
        WaitlistEntry.status == WaitlistStatus.waiting,
    )
    user_id = None
    with suppress(_OfferedMeanwhile):
        async with session.begin_nested():
            user_id = await session.scalar(
                update(WaitlistEntry)
                .where(waits_without_cohort)
                .values(status=status)
                .returning(WaitlistEntry.user_id)
                .execution_options(synchronize_session=False)
            )
            if user_id is None:
                raise _OfferedMeanwhile
    if user_id is None:
        return False
    emit(session, WaitlistLeft(entry_id=entry_id, account_id=user_id, status=status))
    return True


async def close_queue(session: AsyncSession, cohort: Cohort, *, is_cohort_cancelled: bool) -> int:
    """End every live entry of a locked cohort that will take nobody any more; returns how many.

    Whoever waited is let go. An offer of a cohort that began has expired; in a cancelled one it is cancelled too.
    """
    after_offer = WaitlistStatus.cancelled if is_cohort_cancelled else WaitlistStatus.expired
    ended = await session.execute(
        update(WaitlistEntry)
        .where(is_live_in(cohort.id))
        .values(status=case((WaitlistEntry.status == WaitlistStatus.offered, after_offer), else_="cancelled"))
        .returning(WaitlistEntry.id, WaitlistEntry.user_id, WaitlistEntry.status)
        .execution_options(synchronize_session=False)
    )
    entries = ended.all()
    await counters.change(session, cohort.id, held=0, waiting=0)
    for entry in entries:
        emit(
            session,
            WaitlistLeft(
                entry_id=entry.id,
                account_id=entry.user_id,
                status=entry.status,
                cohort_id=cohort.id,
                is_cohort_cancelled=is_cohort_cancelled,
            ),
        )
    return len(entries)


async def shorten_offers(session: AsyncSession, cohort_id: UUID) -> None:
    """The start was moved: no live offer outlives it (Z-75). A later start lengthens nothing that was promised."""
    cohort = await counters.lock_cohort(session, cohort_id)
    await session.execute(
        update(WaitlistEntry)
        .where(
            WaitlistEntry.offered_cohort_id == cohort.id,
            WaitlistEntry.status == WaitlistStatus.offered,
            WaitlistEntry.offer_expires_at > cohort.start_date,
        )
        .values(offer_expires_at=cohort.start_date)
        .execution_options(synchronize_session=False)
    )


def is_live_in(cohort_id: UUID) -> ColumnElement[bool]:
    """Entries that count in a cohort's `waiting` or `held`, those of the course's queue with an offer here included."""
    return or_(
        waits_for_cohort(cohort_id),
        and_(WaitlistEntry.offered_cohort_id == cohort_id, WaitlistEntry.status == WaitlistStatus.offered),
    )


async def leave_queue(
    session: AsyncSession, user_id: UUID, cohort_id: UUID, enrollment_id: UUID, entry_id: UUID | None = None
) -> None:
    """Somebody has a seat now, so they neither wait for one here nor are held a second one (rule 14).

    `entry_id` is the entry whose held seat they took: it has been counted already.
    """
    was_offered = WaitlistEntry.status == WaitlistStatus.offered
    ended = await session.execute(
        update(WaitlistEntry)
        .where(WaitlistEntry.user_id == user_id, is_live_in(cohort_id))
        .values(
            status=case((was_offered, WaitlistStatus.enrolled), else_=WaitlistStatus.cancelled),
            enrollment_id=case((was_offered, literal(enrollment_id, Uuid()))),
        )
        .returning(WaitlistEntry.id, WaitlistEntry.status)
        .execution_options(synchronize_session=False)
    )
    entries = ended.all()
    used = {entry.id for entry in entries if entry.status == WaitlistStatus.enrolled}
    left = [entry.id for entry in entries if entry.status == WaitlistStatus.cancelled]
    if entry_id is not None and entry_id not in used:
        raise ReservedForWaitlist
    spare = len(used - {entry_id})
    for each in left:
        emit(
            session,
            WaitlistLeft(entry_id=each, account_id=user_id, status=WaitlistStatus.cancelled, cohort_id=cohort_id),
        )
    if spare or left:
        await counters.change(session, cohort_id, held=Cohort.held - spare, waiting=Cohort.waiting - len(left))
    if spare:
        await fill_seats(session, cohort_id)
