"""Joining, leaving and answering: verbs of people in a queue, and the sweep that moves it."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.cohorts import counters, queue, seats
from app.academy.cohorts import queries as cohorts
from app.academy.cohorts.errors import AlreadyEnrolled, CohortFull, CourseArchived, ReservedForWaitlist
from app.academy.courses import queries as courses
from app.academy.enrollments import checkout
from app.academy.enrollments.schemas import AcademyCheckoutCreate
from app.academy.models import CourseStatus, WaitlistEntry, WaitlistStatus
from app.academy.people import service as people
from app.academy.permissions import AcademyActor, Permission, allow
from app.academy.waitlist import queries
from app.academy.waitlist.errors import AlreadyWaiting, EntryEnded, NotOffered, OfferExpired, SeatsAvailable
from app.core.outbox.emit import emit
from app.domain_events.academy import WaitlistJoined


async def join_cohort(session: AsyncSession, actor: AcademyActor, cohort_id: UUID) -> WaitlistEntry:
    """Wait for a seat in a full cohort (A-WTL-01).

    Raises SeatsAvailable, AlreadyEnrolled, AlreadyWaiting, CohortNotOpen, CohortStarted, CourseArchived, NotFound.
    """
    allow(actor, Permission.SEAT_BUY, await cohorts.get_cohort(session, actor, cohort_id))
    learner = await people.ensure_learner(session, actor)
    cohort = await counters.lock_cohort(session, cohort_id)
    if await queries.has_seat(session, learner.id, cohort_id):
        raise AlreadyEnrolled
    if await queries.waits_for_cohort(session, learner.id, cohort_id):
        raise AlreadyWaiting
    started = await counters.has_started(session, cohort_id)
    refusal = seats.refusal_of(cohort, has_started=started)
    if refusal is None:
        raise SeatsAvailable
    if not isinstance(refusal, CohortFull | ReservedForWaitlist):
        raise refusal
    entry = await queue.join(session, learner.id, cohort)
    _announce(session, entry)
    return await queries.get_entry(session, actor, entry.id)


async def join_course(session: AsyncSession, actor: AcademyActor, course_id: UUID) -> WaitlistEntry:
    """Wait for whichever cohort of a course has a seat next (A-WTL-09).

    Raises SeatsAvailable, AlreadyEnrolled, AlreadyWaiting, CourseArchived, NotFound.
    """
    await courses.get_course(session, actor, course_id)
    learner = await people.ensure_learner(session, actor)
    course = await courses.lock_course(session, course_id)
    if course.status == CourseStatus.archived:
        raise CourseArchived
    if await queries.has_seat_ahead(session, learner.id, course_id):
        raise AlreadyEnrolled
    if await queries.waits_for_course(session, learner.id, course_id):
        raise AlreadyWaiting
    if await queries.has_free_seat(session, actor, course_id):
        raise SeatsAvailable
    entry = await queue.join_course(session, learner.id, course)
    _announce(session, entry)
    return await queries.get_entry(session, actor, entry.id)


def _announce(session: AsyncSession, entry: WaitlistEntry) -> None:
    emit(
        session,
        WaitlistJoined(
            entry_id=entry.id, course_id=entry.course_id, cohort_id=entry.cohort_id, account_id=entry.user_id
        ),
    )


async def accept(
    session: AsyncSession, actor: AcademyActor, entry_id: UUID, body: AcademyCheckoutCreate
) -> checkout.BegunCheckout:
    """Turn a live offer into a checkout of the seat that it holds (A-WTL-07).

    Raises OfferExpired (410) when it is too late, NotOffered, EntryEnded, NotFound, and what `seats.take` raises.
    """
    known = await queries.get_entry(session, actor, entry_id)
    allow(actor, Permission.WAITLIST_ANSWER, known)
    if known.offered_cohort_id is None:
        raise NotOffered if known.status == WaitlistStatus.waiting else EntryEnded
    cohort = await counters.lock_cohort(session, known.offered_cohort_id)
    await _require_live_offer(session, entry_id)
    return await checkout.begin_checkout(session, actor, cohort.id, body, entry_id=entry_id)


async def _require_live_offer(session: AsyncSession, entry_id: UUID) -> None:
    locked = await queries.lock_offer(session, entry_id)
    if locked is None:
        raise EntryEnded
    entry, is_over = locked
    if entry.status == WaitlistStatus.expired or (entry.status == WaitlistStatus.offered and is_over):
        raise OfferExpired
    if entry.status != WaitlistStatus.offered:
        raise EntryEnded


async def leave(session: AsyncSession, actor: AcademyActor, entry_id: UUID) -> None:
    """Leave a queue or decline an offer; a held seat goes to the next. Leaving twice is leaving once.

    Raises EntryEnded when the seat was taken before: then it is the enrollment that can be cancelled.
    """
    allow(actor, Permission.WAITLIST_ANSWER, await queries.get_entry(session, actor, entry_id))
    if await queue.end_entry(session, entry_id, WaitlistStatus.cancelled):
        return
    ended = await queries.get_entry(session, actor, entry_id)
    if ended.status == WaitlistStatus.enrolled:
        raise EntryEnded


async def expire(session: AsyncSession, actor: AcademyActor, entry_id: UUID) -> bool:
    """End an offer whose time is over and pass its seat on (A-WTL-08). False: it was answered in the meantime."""
    return await queue.end_entry(session, entry_id, WaitlistStatus.expired, only_if_over=True)


async def process(session: AsyncSession, actor: AcademyActor, cohort_id: UUID) -> int:
    """Offer what is free to those who wait; returns how many were offered (A-WTL-02). Raises NotFound."""
    allow(actor, Permission.COHORT_EDIT, await cohorts.get_cohort(session, actor, cohort_id))
    return await queue.fill_seats(session, cohort_id)
