"""The closing account: what the database holds, what Stripe (its twin) holds, and what the buyers were told.

Each equation is printed with its two sides. One that does not hold makes the demo fail.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.flows.invariants.queries import look

_SEATS = text("""
SELECT max_capacity, current_enrollment, held, waiting,
       (SELECT count(*) FROM academy.enrollments e WHERE e.cohort_id = c.id AND e.has_seat) AS seated,
       (SELECT count(*) FROM academy.enrollments e
        WHERE e.cohort_id = c.id AND e.has_seat AND e.payment_status = 'completed') AS paid_seats,
       (SELECT count(*) FROM academy.enrollments e
        WHERE e.cohort_id = c.id AND e.has_seat AND e.payment_status = 'pending') AS pending_seats,
       (SELECT count(DISTINCT e.user_id) FROM academy.enrollments e WHERE e.cohort_id = c.id AND e.has_seat) AS people,
       (SELECT count(*) FROM academy.waitlist w WHERE w.offered_cohort_id = c.id AND w.status = 'offered') AS offered,
       (SELECT count(*) FROM academy.waitlist w WHERE w.cohort_id = c.id AND w.status = 'waiting') AS in_line,
       (SELECT count(*) FROM academy.waitlist w WHERE w.cohort_id = c.id) AS joined,
       (SELECT count(*) FROM academy.waitlist w
        WHERE w.cohort_id = c.id AND w.status IN ('enrolled', 'expired', 'cancelled')) AS answered
FROM academy.cohorts c WHERE c.id = :cohort_id
""")

_MONEY = text("""
SELECT coalesce(sum(amount_paid_cents) FILTER (WHERE paid_at IS NOT NULL), 0) AS received,
       coalesce(sum(refunded_cents), 0) AS given_back,
       coalesce(sum(amount_paid_cents - refunded_cents)
                FILTER (WHERE paid_at IS NOT NULL AND e.payment_status = 'completed'), 0) AS kept_for_seats,
       count(*) FILTER (WHERE p.state IN ('created', 'open', 'processing')) AS unsettled
FROM academy.payments p JOIN academy.enrollments e ON e.id = p.enrollment_id WHERE e.cohort_id = :cohort_id
""")

_INTENTS = text("""
SELECT p.stripe_payment_intent_id FROM academy.payments p JOIN academy.enrollments e ON e.id = p.enrollment_id
WHERE e.cohort_id = :cohort_id AND p.stripe_payment_intent_id IS NOT NULL
""")

_UNFINISHED = text("""
SELECT count(*) FROM core.jobs WHERE state IN ('queued', 'running') AND run_at <= now() + interval '1 minute'
   AND event_id IS NOT NULL
""")


@dataclass(frozen=True, slots=True)
class Equation:
    """Two numbers that have to be the same."""

    group: str
    says: str
    left: int
    right: int

    @property
    def holds(self) -> bool:
        return self.left == self.right


@dataclass(frozen=True, slots=True)
class StripeAccount:
    """What Stripe's side says of the cohort's payments, in cents."""

    received: int
    given_back: int


async def unsettled_payments(session: AsyncSession, cohort_id: UUID) -> int:
    """Payments of the cohort that are neither paid nor over."""
    return int((await session.execute(_MONEY, {"cohort_id": cohort_id})).one().unsettled)


async def payment_intents(session: AsyncSession, cohort_id: UUID) -> list[str]:
    """The names by which Stripe knows the cohort's payments."""
    return list(await session.scalars(_INTENTS, {"cohort_id": cohort_id}))


async def close_account(
    session: AsyncSession, cohort_id: UUID, stripe: StripeAccount, told: Mapping[str, int]
) -> list[Equation]:
    """All equations of one cohort, and two promises that are kept for all of them. `session` must be new.

    `told` is what the API answered: buyers `holding` a seat, told `full`, that `joined` the queue; seats `free`.
    """
    # What could not be looked at equals nothing.
    broken = {each.invariant.name: -1 if each.violations is None else each.violations for each in await look(session)}
    seats = (await session.execute(_SEATS, {"cohort_id": cohort_id})).one()
    money = (await session.execute(_MONEY, {"cohort_id": cohort_id})).one()
    taken = seats.current_enrollment + seats.held
    return [
        Equation("seats", "buyers told yes = seats there were", told["holding"], seats.max_capacity),
        Equation("seats", "buyers told no = the others", told["full"], told["buyers"] - seats.max_capacity),
        Equation("seats", "enrolled + held + free in the API = capacity", taken + told["free"], seats.max_capacity),
        Equation("seats", "sold beyond capacity", broken["academy.capacity_kept"], 0),
        Equation("seats", "counter = enrollments with a seat", seats.current_enrollment, seats.seated),
        Equation("seats", "seats = people in them", seats.seated, seats.people),
        Equation("seats", "paid + pending = with a seat", seats.paid_seats + seats.pending_seats, seats.seated),
        Equation("money", "received here = received at Stripe (cents)", money.received, stripe.received),
        Equation("money", "given back here = given back at Stripe", money.given_back, stripe.given_back),
        Equation(
            "money", "received − given back = paid seats", money.received - money.given_back, money.kept_for_seats
        ),
        Equation("money", "paid seats × price", money.kept_for_seats, seats.paid_seats * told["price"]),
        Equation(
            "queue",
            "joined = waiting + offered + answered",
            seats.in_line + seats.offered + seats.answered,
            seats.joined,
        ),
        Equation("queue", "told they wait = rows in the queue", told["joined"], seats.joined),
        Equation("queue", "counter = people waiting", seats.waiting, seats.in_line),
        Equation("queue", "held seats = live offers", seats.held, seats.offered),
        Equation("queue", "overtaken in the queue", broken["academy.nobody_overtaken"], 0),
        Equation("work", "jobs left undone", int(await session.scalar(_UNFINISHED) or 0), 0),
    ]
