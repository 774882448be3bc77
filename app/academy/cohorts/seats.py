"""The one owner of seats: who has one, who is offered one, how many are left (reliability rules 11 to 16).

`cohorts.current_enrollment`, `held` and `waiting`, `enrollments.has_seat`, `organizations.seats_used` and the states of
the waitlist are written here and nowhere else, each counter in the same transaction as the row that it counts. A seat
is taken by one conditional statement, never by read, compare, write. Whoever needs several rows locks them in this
order: organization, cohort, then enrollments and entries by id.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, case, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from app.academy.cohorts.errors import (
    AlreadyEnrolled,
    CapacityBelowSeatsTaken,
    CohortFull,
    CohortNotOpen,
    CohortStarted,
    CourseArchived,
    NoSeats,
    OrganizationNotActive,
    ReservedForWaitlist,
)
from app.academy.models import (
    Cohort,
    CohortStatus,
    CourseStatus,
    Enrollment,
    EnrollmentStatus,
    Organization,
    OrganizationStatus,
    PaymentStatus,
    PaymentType,
    WaitlistEntry,
    WaitlistStatus,
)
from app.academy.notices import service as notices
from app.academy.notices.rules import Notice
from app.academy.permissions import AcademyActor
from app.core.errors import NotFound
from app.core.ids import new_id
from app.core.outbox.emit import emit
from app.domain_events.academy import SeatReleased, WaitlistLeft, WaitlistOffered

OFFER_LIFE = timedelta(hours=48)
HOLD = timedelta(minutes=32)
"""How long an unpaid seat is kept: the 30 minutes that Stripe asks for at least, and two for the way there (Z-61)."""
OFFICE_HOURS = timedelta(days=90)
MATERIALS = timedelta(days=365)
CHATBOT = timedelta(days=90)

# Counter before child row, in one statement: no enrollment without a seat, no seat without an enrollment (rule 13).
# The conditions stand on the cohort's own columns, so they are checked again after waiting for its lock.
_TAKE = text("""
WITH seat AS (
    UPDATE academy.cohorts
    SET current_enrollment = current_enrollment + 1, held = held - CAST(:from_offer AS integer), updated_at = now()
    WHERE id = :cohort_id AND status = 'open' AND start_date > now()
      AND EXISTS (SELECT FROM academy.courses course WHERE course.id = course_id AND course.status = 'published')
      AND (:from_offer = 1 OR current_enrollment + held < max_capacity AND (waiting = 0 OR :past_queue))
    RETURNING course_id, end_date
)
INSERT INTO academy.enrollments (
    id, user_id, cohort_id, course_id, payment_status, payment_type, organization_id, hold_expires_at,
    stripe_checkout_session_id, office_hours_eligible_until, materials_access_until, chatbot_access_until
)
SELECT :id, :user_id, :cohort_id, course_id, :payment_status, :payment_type, CAST(:organization_id AS uuid),
       now() + CAST(:hold AS interval), CAST(:checkout_session_id AS text),
       end_date + :office_hours, end_date + :materials, end_date + :chatbot
FROM seat RETURNING id
""")


@dataclass(frozen=True, slots=True)
class SeatOrder:
    """A seat that somebody is to have. `hold` is how long an unpaid seat is kept; None: paid, or nothing to pay.

    `entry_id` is the waitlist entry whose offered seat it is; `past_queue` lets an operator put somebody in while
    others wait, which never takes a seat that is held for one of them.
    """

    cohort_id: UUID
    user_id: UUID
    payment_status: PaymentStatus = PaymentStatus.completed
    payment_type: PaymentType = PaymentType.b2c
    organization_id: UUID | None = None
    hold: timedelta | None = None
    checkout_session_id: str | None = None
    entry_id: UUID | None = None
    past_queue: bool = False
    is_move: bool = False


async def take(session: AsyncSession, order: SeatOrder) -> UUID:
    """Take the seat and return the new enrollment's id, or refuse with the reason and change nothing.

    Raises NotFound, CourseArchived, CohortStarted, CohortNotOpen, AlreadyEnrolled, ReservedForWaitlist, CohortFull,
    OrganizationNotActive, NoSeats.
    """
    if order.organization_id is not None and not order.is_move:
        await _use_organization_seat(session, order.organization_id)
    await _refuse_second_seat(session, order)
    values = {
        "id": new_id(),
        "cohort_id": order.cohort_id,
        "user_id": order.user_id,
        "payment_status": order.payment_status,
        "payment_type": order.payment_type,
        "organization_id": order.organization_id,
        "hold": order.hold,
        "checkout_session_id": order.checkout_session_id,
        "from_offer": 1 if order.entry_id else 0,
        "past_queue": order.past_queue,
        "office_hours": OFFICE_HOURS,
        "materials": MATERIALS,
        "chatbot": CHATBOT,
    }
    taken: UUID | None = await session.scalar(_TAKE, values)
    if taken is None:
        raise await _reason(session, order)
    if order.entry_id:
        await _end_entries(session, [order.entry_id], WaitlistStatus.enrolled, enrollment_id=taken)
    return taken


async def _refuse_second_seat(session: AsyncSession, order: SeatOrder) -> None:
    """A clear answer for the common case; the partial unique index decides when two requests race."""
    seat = select(Enrollment.id).where(
        Enrollment.user_id == order.user_id, Enrollment.cohort_id == order.cohort_id, Enrollment.has_seat
    )
    if await session.scalar(seat):
        raise AlreadyEnrolled


async def _reason(session: AsyncSession, order: SeatOrder) -> Exception:
    cohort = (
        await session.execute(
            select(Cohort, Cohort.start_date <= func.now())
            .options(joinedload(Cohort.course))
            .where(Cohort.id == order.cohort_id)
            .execution_options(populate_existing=True)
        )
    ).one_or_none()
    if cohort is None:
        return NotFound()
    return refusal_of(cohort[0], has_started=cohort[1]) or CohortFull()


def refusal_of(cohort: Cohort, *, has_started: bool) -> Exception | None:
    """Why nobody new may have a seat in this cohort (its course loaded); None when somebody may."""
    if cohort.course.status == CourseStatus.archived:
        return CourseArchived()
    if has_started or cohort.status in {CohortStatus.in_progress, CohortStatus.completed}:
        return CohortStarted()
    if cohort.status != CohortStatus.open or cohort.course.status == CourseStatus.draft:
        return CohortNotOpen()
    if cohort.current_enrollment >= cohort.max_capacity:
        return CohortFull()
    if cohort.waiting or cohort.current_enrollment + cohort.held >= cohort.max_capacity:
        return ReservedForWaitlist()
    return None


async def _use_organization_seat(session: AsyncSession, organization_id: UUID) -> None:
    used = await session.scalar(
        update(Organization)
        .where(
            Organization.id == organization_id,
            Organization.status == OrganizationStatus.active,
            Organization.seats_used < Organization.seats_purchased,
        )
        .values(seats_used=Organization.seats_used + 1)
        .returning(Organization.id)
    )
    if used is None:
        status = await session.scalar(select(Organization.status).where(Organization.id == organization_id))
        raise NoSeats if status == OrganizationStatus.active else OrganizationNotActive


async def lock_cohort(session: AsyncSession, cohort_id: UUID) -> Cohort:
    """The cohort with its course, locked until the end of the transaction. Raises NotFound."""
    cohort = await session.scalar(
        select(Cohort)
        .options(joinedload(Cohort.course))
        .where(Cohort.id == cohort_id)
        .with_for_update(of=Cohort)
        .execution_options(populate_existing=True)
    )
    if cohort is None:
        raise NotFound
    return cohort


async def lock_enrollment(session: AsyncSession, enrollment_id: UUID) -> tuple[Enrollment, Cohort]:
    """The enrollment and its cohort (course loaded), locked in the house's order. Raises NotFound."""
    known = (
        await session.execute(
            select(Enrollment.cohort_id, Enrollment.organization_id).where(Enrollment.id == enrollment_id)
        )
    ).one_or_none()
    if known is None:
        raise NotFound
    if known.organization_id is not None:
        await session.execute(select(Organization.id).where(Organization.id == known.organization_id).with_for_update())
    cohort = await lock_cohort(session, known.cohort_id)
    enrollment = await session.scalar(
        select(Enrollment)
        .where(Enrollment.id == enrollment_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if enrollment is None:
        raise NotFound
    return enrollment, cohort


async def give_back(
    session: AsyncSession, enrollment: Enrollment, cohort: Cohort, reason: str, *, is_move: bool = False
) -> bool:
    """Free the seat of a locked enrollment, if it has one, and pass it on. Returns whether there was one to free.

    An organization's seat returns to it as well, unless the person takes it along or the cohort has started (A-ORG-08).
    """
    if not enrollment.has_seat:
        return False
    enrollment.has_seat = False
    enrollment.hold_expires_at = None
    await session.flush()  # the counter below and the row must be seen together by `fill_seats`
    await _count(session, cohort.id, current_enrollment=Cohort.current_enrollment - 1)
    if enrollment.organization_id is not None and not is_move and not await has_started(session, cohort.id):
        await session.execute(
            update(Organization)
            .where(Organization.id == enrollment.organization_id)
            .values(seats_used=Organization.seats_used - 1)
        )
    emit(
        session,
        SeatReleased(enrollment_id=enrollment.id, cohort_id=cohort.id, account_id=enrollment.user_id, reason=reason),
    )
    await fill_seats(session, cohort.id)
    return True


async def take_again(session: AsyncSession, enrollment: Enrollment, cohort: Cohort) -> bool:
    """Give a locked enrollment whose hold was released a seat after all, if one is free (rule 17, Z-69)."""
    if await has_second_seat(session, enrollment):
        return False
    taken = await session.scalar(
        update(Cohort)
        .where(
            Cohort.id == cohort.id,
            Cohort.status == CohortStatus.open,
            Cohort.start_date > func.now(),
            Cohort.current_enrollment + Cohort.held < Cohort.max_capacity,
        )
        .values(current_enrollment=Cohort.current_enrollment + 1)
        .returning(Cohort.id)
    )
    if taken is None:
        return False
    enrollment.has_seat = True
    return True


async def has_second_seat(session: AsyncSession, enrollment: Enrollment) -> bool:
    """Whether the same person has another seat in the same cohort: then this payment was one too many."""
    other = select(Enrollment.id).where(
        Enrollment.user_id == enrollment.user_id,
        Enrollment.cohort_id == enrollment.cohort_id,
        Enrollment.id != enrollment.id,
        Enrollment.has_seat,
    )
    return await session.scalar(other) is not None


async def move(session: AsyncSession, enrollment: Enrollment, target_id: UUID) -> UUID:
    """Take a seat for the same person in another cohort and free the old one, in one transaction (A-ENR-16).

    `enrollment` need not be locked: both cohorts are, in the order of their ids. Returns the new enrollment's id.
    """
    if enrollment.organization_id is not None:
        await session.execute(
            select(Organization.id).where(Organization.id == enrollment.organization_id).with_for_update()
        )
    for cohort_id in sorted([enrollment.cohort_id, target_id]):
        await lock_cohort(session, cohort_id)
    locked, cohort = await lock_enrollment(session, enrollment.id)
    moved = await take(
        session,
        SeatOrder(
            cohort_id=target_id,
            user_id=locked.user_id,
            payment_status=PaymentStatus(locked.payment_status),
            payment_type=PaymentType(locked.payment_type),
            organization_id=locked.organization_id,
            is_move=True,
        ),
    )
    locked.enrollment_status = EnrollmentStatus.transferred
    locked.transferred_to_id = moved
    await give_back(session, locked, cohort, "transferred", is_move=True)
    return moved


async def has_started(session: AsyncSession, cohort_id: UUID) -> bool:
    """Whether the cohort's start lies in the past, by the database's clock."""
    return bool(await session.scalar(select(Cohort.start_date <= func.now()).where(Cohort.id == cohort_id)))


async def set_capacity(session: AsyncSession, cohort_id: UUID, max_capacity: int) -> None:
    """Change how many seats there are; new ones go to the queue first. Raises CapacityBelowSeatsTaken (A-COH-03)."""
    changed = await session.scalar(
        update(Cohort)
        .where(Cohort.id == cohort_id, Cohort.current_enrollment + Cohort.held <= max_capacity)
        .values(max_capacity=max_capacity)
        .returning(Cohort.id)
    )
    if changed is None:
        raise CapacityBelowSeatsTaken
    await fill_seats(session, cohort_id)


# The queue: entries wait, are offered a seat that is held for them, and end.


async def join(session: AsyncSession, user_id: UUID, cohort: Cohort) -> WaitlistEntry:
    """Put somebody at the end of the queue of a locked cohort."""
    position = await session.scalar(
        update(Cohort)
        .where(Cohort.id == cohort.id)
        .values(waiting=Cohort.waiting + 1, waitlist_last_position=Cohort.waitlist_last_position + 1)
        .returning(Cohort.waitlist_last_position)
    )
    entry = WaitlistEntry(user_id=user_id, course_id=cohort.course_id, cohort_id=cohort.id, position=position)
    session.add(entry)
    await session.flush()  # the unique index speaks now, while the caller can still answer
    return entry


async def fill_seats(session: AsyncSession, cohort_id: UUID) -> int:
    """Offer the free seats to those who wait, in order; returns how many were offered (A-WTL-02, A-WTL-09).

    The cohort's own queue first, then the course's. Runs under the cohort's lock and never skips a locked waiter, so
    that nobody is overtaken; running it twice offers nothing twice, because an offer holds its seat (A-WTL-05).
    """
    cohort = await lock_cohort(session, cohort_id)
    if await _closed(session, cohort):
        return 0
    free = cohort.max_capacity - cohort.current_enrollment - cohort.held
    own = await _offer(session, cohort, WaitlistEntry.cohort_id == cohort.id, free)
    rest: list[Any] = []
    if len(own) < free and not cohort.is_b2b:
        course_queue = (WaitlistEntry.course_id == cohort.course_id) & WaitlistEntry.cohort_id.is_(None)
        has_seat = select(Enrollment.id).where(
            Enrollment.user_id == WaitlistEntry.user_id, Enrollment.cohort_id == cohort.id, Enrollment.has_seat
        )
        rest = await _offer(session, cohort, course_queue & ~has_seat.exists(), free - len(own))
    offered = [*own, *rest]
    if offered:
        await _count(session, cohort.id, held=Cohort.held + len(offered), waiting=Cohort.waiting - len(own))
    for entry in offered:
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
    return len(offered)


async def _closed(session: AsyncSession, cohort: Cohort) -> bool:
    if cohort.status != CohortStatus.open or cohort.course.status == CourseStatus.archived:
        return True
    return await has_started(session, cohort.id)


async def _offer(session: AsyncSession, cohort: Cohort, queue: ColumnElement[bool], seats: int) -> list[Any]:
    if seats <= 0:
        return []
    first = (
        select(WaitlistEntry.id)
        .where(queue, WaitlistEntry.status == WaitlistStatus.waiting)
        .order_by(WaitlistEntry.position, WaitlistEntry.id)
        .limit(seats)
        .with_for_update()
    )
    offered = await session.execute(
        update(WaitlistEntry)
        .where(WaitlistEntry.id.in_(first))
        .values(
            status=WaitlistStatus.offered,
            offered_at=func.now(),
            # An offer never outlives the chance to use it (Z-75).
            offer_expires_at=func.least(func.now() + OFFER_LIFE, cohort.start_date),
            offered_cohort_id=cohort.id,
        )
        .returning(WaitlistEntry.id, WaitlistEntry.user_id, WaitlistEntry.offer_expires_at, WaitlistEntry.position)
    )
    return sorted(offered.all(), key=lambda entry: int(entry.position))


async def end_entry(session: AsyncSession, entry: WaitlistEntry, status: WaitlistStatus) -> bool:
    """End a waiting or offered entry as expired or cancelled; a held seat goes to the next. False: it had ended.

    The entry need not be locked; what it is now is read again under the cohort's lock.
    """
    cohort_id = entry.offered_cohort_id or entry.cohort_id
    cohort = await lock_cohort(session, cohort_id) if cohort_id else None
    locked = await session.scalar(
        select(WaitlistEntry)
        .where(WaitlistEntry.id == entry.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if locked is None or locked.status not in {WaitlistStatus.waiting, WaitlistStatus.offered}:
        return False
    was_offered = locked.status == WaitlistStatus.offered
    if was_offered and locked.offered_cohort_id != cohort_id:
        # Offered between the read and the lock: the seat to give back is in another cohort than the one we locked.
        return await end_entry(session, locked, status)
    await _end_entries(session, [locked.id], status)
    emit(
        session,
        WaitlistLeft(entry_id=locked.id, account_id=locked.user_id, status=status, cohort_id=cohort_id),
    )
    if cohort is not None:
        if was_offered:
            await _count(session, cohort.id, held=Cohort.held - 1)
        elif locked.cohort_id is not None:
            await _count(session, cohort.id, waiting=Cohort.waiting - 1)
        await fill_seats(session, cohort.id)
    return True


async def close_queue(session: AsyncSession, cohort: Cohort) -> Sequence[WaitlistEntry]:
    """End every live entry of a locked cohort that will take nobody any more. Returns them."""
    live = WaitlistEntry.status.in_([WaitlistStatus.waiting, WaitlistStatus.offered])
    mine = (WaitlistEntry.cohort_id == cohort.id) | (
        (WaitlistEntry.offered_cohort_id == cohort.id) & (WaitlistEntry.status == WaitlistStatus.offered)
    )
    entries = (
        await session.scalars(select(WaitlistEntry).where(live, mine).order_by(WaitlistEntry.id).with_for_update())
    ).all()
    await _end_entries(session, [entry.id for entry in entries], WaitlistStatus.cancelled)
    await _count(session, cohort.id, held=0, waiting=0)
    for entry in entries:
        emit(
            session,
            WaitlistLeft(
                entry_id=entry.id,
                account_id=entry.user_id,
                status=WaitlistStatus.cancelled,
                cohort_id=cohort.id,
                is_cohort_cancelled=True,
            ),
        )
    return entries


async def _end_entries(
    session: AsyncSession, ids: Sequence[UUID], status: WaitlistStatus, *, enrollment_id: UUID | None = None
) -> None:
    await session.execute(
        update(WaitlistEntry)
        .where(WaitlistEntry.id.in_(ids))
        .values(status=status, enrollment_id=enrollment_id)
        .execution_options(synchronize_session=False)
    )


async def _count(session: AsyncSession, cohort_id: UUID, **counters: Any) -> None:
    await session.execute(
        update(Cohort).where(Cohort.id == cohort_id).values(**counters).execution_options(synchronize_session=False)
    )


# Counters against rows (A-COH-04, rule 64).


@dataclass(frozen=True, slots=True)
class SeatCount:
    """What the counters say and what the rows say."""

    current_enrollment: int
    held: int
    waiting: int
    seated_rows: int
    offered_rows: int
    waiting_rows: int

    @property
    def has_drifted(self) -> bool:
        """Whether a counter disagrees with its rows."""
        said = (self.current_enrollment, self.held, self.waiting)
        return said != (self.seated_rows, self.offered_rows, self.waiting_rows)


async def recount(session: AsyncSession, cohort_id: UUID) -> SeatCount:
    """Count the rows of a cohort under its lock; set counters that had drifted right."""
    cohort = await lock_cohort(session, cohort_id)
    seated = await session.scalar(select(func.count()).where(Enrollment.cohort_id == cohort_id, Enrollment.has_seat))
    queue = (
        await session.execute(
            select(
                func.count(
                    case(
                        (
                            (WaitlistEntry.status == WaitlistStatus.offered)
                            & (WaitlistEntry.offered_cohort_id == cohort_id),
                            1,
                        )
                    )
                ),
                func.count(
                    case(
                        (
                            (WaitlistEntry.status == WaitlistStatus.waiting) & (WaitlistEntry.cohort_id == cohort_id),
                            1,
                        )
                    )
                ),
            ).where((WaitlistEntry.cohort_id == cohort_id) | (WaitlistEntry.offered_cohort_id == cohort_id))
        )
    ).one()
    count = SeatCount(cohort.current_enrollment, cohort.held, cohort.waiting, seated or 0, queue[0], queue[1])
    if count.has_drifted:
        await _count(
            session,
            cohort_id,
            current_enrollment=count.seated_rows,
            held=count.offered_rows,
            waiting=count.waiting_rows,
        )
    return count


async def drifted_cohorts(session: AsyncSession) -> list[UUID]:
    """The cohorts whose counters disagree with their rows, read without locks: candidates for `recount`."""
    return list(await session.scalars(_DRIFTED))


_DRIFTED = text("""
SELECT cohort.id FROM academy.cohorts cohort
LEFT JOIN (SELECT cohort_id, count(*) AS rows FROM academy.enrollments WHERE has_seat GROUP BY 1) seated
       ON seated.cohort_id = cohort.id
LEFT JOIN (SELECT offered_cohort_id, count(*) AS rows FROM academy.waitlist WHERE status = 'offered' GROUP BY 1) offered
       ON offered.offered_cohort_id = cohort.id
LEFT JOIN (SELECT cohort_id, count(*) AS rows FROM academy.waitlist WHERE status = 'waiting' GROUP BY 1) waiting
       ON waiting.cohort_id = cohort.id
WHERE (cohort.current_enrollment, cohort.held, cohort.waiting)
      IS DISTINCT FROM (coalesce(seated.rows, 0), coalesce(offered.rows, 0), coalesce(waiting.rows, 0))
""")
