"""Selling a seat: hold it, open Stripe's page, write the page down. Nothing stays open across the network.

First transaction: idempotency key, seat, enrollment, payment and domain event, together. Then Stripe is called with
the payment's id as its own idempotency key. Second transaction: the page's address. A process that dies in between
leaves a hold that ends by itself; the same Idempotency-Key goes on where it stopped and finds the same page.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.cohorts import queries as cohorts
from app.academy.cohorts import seats
from app.academy.enrollments import queries
from app.academy.enrollments.schemas import AcademyCheckoutCreate
from app.academy.enrollments.service import announce_enrollment
from app.academy.models import Cohort, Enrollment, Learner, Payment, PaymentState, PaymentStatus
from app.academy.payments import queries as payments_read
from app.academy.payments import rules as money
from app.academy.payments import service as payments
from app.academy.payments import stripe_pages
from app.academy.people import service as people
from app.academy.permissions import AcademyActor, Permission, allow
from app.gateways.stripe.types import CheckoutOrder, CheckoutSession


@dataclass(frozen=True, slots=True)
class Checkout:
    """An enrollment and, while it has to be paid, where and until when."""

    enrollment: Enrollment
    checkout_url: str | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class BegunCheckout:
    """What the first transaction leaves: the enrollment, its payment unless it is free, and what Stripe has to be
    asked for unless its page is known already.
    """

    enrollment: Enrollment
    payment_id: UUID | None = None
    order: CheckoutOrder | None = None


async def begin_checkout(
    session: AsyncSession,
    actor: AcademyActor,
    cohort_id: UUID,
    body: AcademyCheckoutCreate,
    *,
    entry_id: UUID | None = None,
) -> BegunCheckout:
    """Take the seat for the actor and say what Stripe has to be asked. `entry_id`: the offer whose seat it is.

    Raises what `seats.take` raises; Forbidden, NotFound.
    """
    cohort = await cohorts.get_cohort(session, actor, cohort_id)
    allow(actor, Permission.SEAT_BUY, cohort)
    learner = await people.ensure_learner(session, actor)
    price = money.price_for_person(cohort.course)
    enrollment_id = await seats.take(
        session,
        seats.SeatOrder(
            cohort_id=cohort.id,
            user_id=learner.id,
            payment_status=PaymentStatus.pending if price else PaymentStatus.completed,
            hold=seats.HOLD if price else None,
            entry_id=entry_id,
        ),
    )
    enrollment = await queries.get_enrollment(session, actor, enrollment_id)
    announce_enrollment(session, enrollment)
    if not price:
        return BegunCheckout(enrollment)
    payment = await payments.open_payment(
        session,
        actor,
        enrollment.id,
        amount_cents=price,
        currency=cohort.course.currency,
        success_url=str(body.success_url),
        cancel_url=str(body.cancel_url),
        expires_at=enrollment.hold_expires_at or enrollment.created_at + seats.HOLD,
    )
    return BegunCheckout(enrollment, payment.id, order_of(payment, enrollment, cohort, learner))


async def resume_checkout(session: AsyncSession, actor: AcademyActor, enrollment_id: UUID) -> BegunCheckout | None:
    """The checkout that an interrupted request with the same Idempotency-Key had begun; None when it has ended."""
    enrollment = await queries.get_enrollment(session, actor, enrollment_id)
    payment = await payments_read.find_unsettled(session, enrollment_id)
    if payment is None:
        return BegunCheckout(enrollment) if enrollment.payment_status == PaymentStatus.completed else None
    if payment.stripe_checkout_session_id is not None:
        return BegunCheckout(enrollment, payment.id)
    return await _with_order(session, actor, enrollment, payment)


async def renew_checkout(session: AsyncSession, actor: AcademyActor, begun: BegunCheckout) -> BegunCheckout:
    """The same checkout with a hold that begins now, when Stripe did not take what an earlier request had begun."""
    renewed = None if begun.payment_id is None else await stripe_pages.renew(session, actor, begun.payment_id)
    return begun if renewed is None else await _with_order(session, actor, begun.enrollment, renewed)


async def _with_order(
    session: AsyncSession, actor: AcademyActor, enrollment: Enrollment, payment: Payment
) -> BegunCheckout:
    cohort = await cohorts.get_cohort(session, actor, enrollment.cohort_id)
    learner = await people.ensure_learner(session, actor)
    return BegunCheckout(enrollment, payment.id, order_of(payment, enrollment, cohort, learner))


async def abandon_checkout(session: AsyncSession, actor: AcademyActor, begun: BegunCheckout) -> None:
    """Stripe refused to open a page: the seat is given back."""
    if begun.payment_id is not None:
        await stripe_pages.give_up(session, actor, begun.payment_id)


async def finish_checkout(
    session: AsyncSession, actor: AcademyActor, begun: BegunCheckout, page: CheckoutSession | None
) -> Checkout:
    """Write the page down, unless it is known already, and answer with it."""
    if begun.payment_id is None:
        return Checkout(begun.enrollment)
    if page is not None:
        await stripe_pages.record_page(session, actor, begun.payment_id, page)
        await session.flush()  # both are read back below, with the page
    payment = await payments_read.get_payment(session, begun.payment_id)
    enrollment = await queries.get_enrollment(session, actor, begun.enrollment.id)
    is_open = payment.state == PaymentState.open
    return Checkout(enrollment, payment.checkout_url if is_open else None, payment.expires_at if is_open else None)


def order_of(payment: Payment, enrollment: Enrollment, cohort: Cohort, learner: Learner) -> CheckoutOrder:
    """What Stripe is asked for. Built from the stored payment, so that a repetition asks for exactly the same."""
    return CheckoutOrder(
        enrollment_id=str(enrollment.id),
        title=f"{cohort.course.title}: {cohort.name}",
        amount_cents=payment.amount_cents,
        currency=payment.currency,
        success_url=payment.success_url,
        cancel_url=payment.cancel_url,
        expires_at=payment.expires_at,
        customer_email=learner.email,
        metadata={"payment_id": str(payment.id)},
    )
