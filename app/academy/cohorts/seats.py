"""The one owner of seats: who has one, and how many are left (reliability rules 11 to 16).

`enrollments.has_seat` and `organizations.seats_used` are written here and nowhere else, each counter in the same
transaction as the row that it counts; `queue.py` is the other half, for those who wait. A seat is taken by one
conditional statement, never by read, compare, write. Whoever needs several rows locks them in this order:
organization, cohort, then enrollments and entries by id.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from app.academy.cohorts import counters, queue
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
    Course,
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
from app.core.errors import NotFound
from app.core.ids import new_id
from app.core.outbox.emit import emit
from app.domain_events.academy import SeatReleased

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
    SET current_enrollment = current_enrollment + 1, held = held - CAST(:from_offer AS integer)
    WHERE id = :cohort_id AND status = 'open' AND start_date > now()
      AND EXISTS (SELECT FROM academy.courses course WHERE course.id = course_id AND course.status = 'published')
      AND (:from_offer = 1 OR current_enrollment + held < max_capacity AND (waiting = 0 OR :past_queue))
    RETURNING course_id, end_date, waiting + held + :from_offer > 0 AS has_queue
), enrollment AS (
    INSERT INTO academy.enrollments (
        id, user_id, cohort_id, course_id, payment_status, payment_type, organization_id, hold_expires_at,
        stripe_checkout_session_id, path_enrollment_id,
        office_hours_eligible_until, materials_access_until, chatbot_access_until
    )
    SELECT :id, :user_id, :cohort_id, course_id, :payment_status, :payment_type, CAST(:organization_id AS uuid),
           now() + CAST(:hold AS interval), CAST(:checkout_session_id AS text), CAST(:path_enrollment_id AS uuid),
           end_date + :office_hours, end_date + :materials, end_date + :chatbot
    FROM seat RETURNING id
)
SELECT enrollment.id, seat.has_queue FROM enrollment, seat
""")


@dataclass(frozen=True, slots=True)
class SeatOrder:
    """A seat that somebody is to have. `hold` is how long an unpaid seat is kept; None: paid, or nothing to pay.

    `path_enrollment_id` is the path that entitles to it. `entry_id` is the waitlist entry whose offered seat it is;
    `past_queue` lets an operator put somebody in while others wait, which never takes a seat that is held for one.
    """

    cohort_id: UUID
    user_id: UUID
    payment_status: PaymentStatus = PaymentStatus.completed
    payment_type: PaymentType = PaymentType.b2c
    organization_id: UUID | None = None
    hold: timedelta | None = None
    checkout_session_id: str | None = None
    path_enrollment_id: UUID | None = None
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
    await _refuse_at_a_glance(session, order)
    taken = await _insert(session, order)
    if taken is None:
        refusal = await _reason(session, order)
        order = await _with_own_offer(session, order, refusal)
        taken = await _insert(session, order)
    if taken is None:
        raise await _reason(session, order)
    if taken.has_queue:
        await queue.leave_queue(session, order.user_id, order.cohort_id, taken.id, order.entry_id)
    enrollment_id: UUID = taken.id
    return enrollment_id


async def _insert(session: AsyncSession, order: SeatOrder) -> Any:
    values = {
        "id": new_id(),
        "cohort_id": order.cohort_id,
        "user_id": order.user_id,
        "payment_status": order.payment_status,
        "payment_type": order.payment_type,
        "organization_id": order.organization_id,
        "hold": order.hold,
        "checkout_session_id": order.checkout_session_id,
        "path_enrollment_id": order.path_enrollment_id,
        "from_offer": 1 if order.entry_id else 0,
        "past_queue": order.past_queue,
        "office_hours": OFFICE_HOURS,
        "materials": MATERIALS,
        "chatbot": CHATBOT,
    }
    return (await session.execute(_TAKE, values)).one_or_none()


async def _with_own_offer(session: AsyncSession, order: SeatOrder, refusal: Exception) -> SeatOrder:
    """The order for the seat that is held for this very person, or the refusal raised (A-WTL-06).

    So whoever has an offer can use it at any door that gives seats, an organization's too.
    """
    if order.entry_id or not isinstance(refusal, ReservedForWaitlist):
        raise refusal
    live = select(WaitlistEntry.id).where(
        WaitlistEntry.user_id == order.user_id,
        WaitlistEntry.offered_cohort_id == order.cohort_id,
        WaitlistEntry.status == WaitlistStatus.offered,
        WaitlistEntry.offer_expires_at > func.now(),
    )
    if await session.scalar(live) is None:
        raise refusal
    await counters.lock_cohort(session, order.cohort_id)
    entry_id = await session.scalar(live)
    if entry_id is None:
        raise refusal
    return replace(order, entry_id=entry_id)


async def _refuse_at_a_glance(session: AsyncSession, order: SeatOrder) -> None:
    """Answer the two common refusals without waiting for the cohort's lock.

    Both were true at a moment of this request; the statement below and the partial unique index decide the rest.
    """
    seat = select(Enrollment.id).where(
        Enrollment.user_id == order.user_id, Enrollment.cohort_id == order.cohort_id, Enrollment.has_seat
    )
    sold_out = select(Cohort.id).where(
        Cohort.id == order.cohort_id,
        Cohort.status == CohortStatus.open,
        Cohort.start_date > func.now(),
        Cohort.current_enrollment >= Cohort.max_capacity,
        Cohort.course_id.in_(select(Course.id).where(Course.status == CourseStatus.published)),
    )
    has_seat, is_sold_out = (await session.execute(select(seat.exists(), sold_out.exists()))).one()
    if has_seat:
        raise AlreadyEnrolled
    if is_sold_out and order.entry_id is None:
        raise CohortFull


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
    cohort = await counters.lock_cohort(session, known.cohort_id)
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
    await counters.change(session, cohort.id, current_enrollment=Cohort.current_enrollment - 1)
    if enrollment.organization_id is not None and not is_move and not await counters.has_started(session, cohort.id):
        await session.execute(
            update(Organization)
            .where(Organization.id == enrollment.organization_id)
            .values(seats_used=Organization.seats_used - 1)
        )
    emit(
        session,
        SeatReleased(enrollment_id=enrollment.id, cohort_id=cohort.id, account_id=enrollment.user_id, reason=reason),
    )
    await queue.fill_seats(session, cohort.id)
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
    await queue.leave_queue(session, enrollment.user_id, cohort.id, enrollment.id)
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


async def move(session: AsyncSession, enrollment: Enrollment, target_id: UUID) -> UUID | None:
    """Take a seat for the same person in another cohort and free the old one, in one transaction (A-ENR-16).

    `enrollment` need not be locked: both cohorts are, in the order of their ids. Returns the new enrollment's id; None
    when under the locks there is no paid seat to move any more.
    """
    if enrollment.organization_id is not None:
        await session.execute(
            select(Organization.id).where(Organization.id == enrollment.organization_id).with_for_update()
        )
    for cohort_id in sorted([enrollment.cohort_id, target_id]):
        await counters.lock_cohort(session, cohort_id)
    locked, cohort = await lock_enrollment(session, enrollment.id)
    is_active = locked.enrollment_status == EnrollmentStatus.active
    if not (is_active and locked.has_seat and locked.payment_status == PaymentStatus.completed):
        return None
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
    if locked.path_enrollment_id is not None:  # only now: a path has one seat in a course at a time
        change = update(Enrollment).where(Enrollment.id == moved)
        await session.execute(change.values(path_enrollment_id=locked.path_enrollment_id))
    return moved


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
    await queue.fill_seats(session, cohort_id)


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
    """Count the rows of a cohort under its lock; set counters that had drifted right, and offer what that freed.

    Rows are the truth: should there be more of them than seats, the capacity grows to what was promised, or the
    cohort would go on selling.
    """
    cohort = await counters.lock_cohort(session, cohort_id)
    seated = await session.scalar(select(func.count()).where(Enrollment.cohort_id == cohort_id, Enrollment.has_seat))
    waiting = await session.execute(
        select(WaitlistEntry.status, func.count()).where(queue.is_live_in(cohort_id)).group_by(WaitlistEntry.status)
    )
    rows = dict(waiting.all())
    count = SeatCount(
        cohort.current_enrollment,
        cohort.held,
        cohort.waiting,
        seated or 0,
        rows.get(WaitlistStatus.offered, 0),
        rows.get(WaitlistStatus.waiting, 0),
    )
    if count.has_drifted:
        await counters.change(
            session,
            cohort_id,
            current_enrollment=count.seated_rows,
            held=count.offered_rows,
            waiting=count.waiting_rows,
            max_capacity=func.greatest(Cohort.max_capacity, count.seated_rows + count.offered_rows),
        )
        await queue.fill_seats(session, cohort_id)
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
