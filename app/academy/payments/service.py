"""Payments: opening one, and moving it forward by what Stripe knows.

Every fact is applied under the locks of the seat (cohort, then enrollment, then payment), so an expiry, a payment and
a cancellation that meet each other take turns, and each of them sees what the one before has done.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.cohorts import seats
from app.academy.models import (
    Cohort,
    Enrollment,
    EnrollmentStatus,
    Payment,
    PaymentState,
    PaymentStatus,
)
from app.academy.payments import queries
from app.academy.payments.errors import NothingToRefund
from app.academy.payments.rules import Fact, FactKind
from app.academy.permissions import AcademyActor
from app.core.outbox.emit import emit
from app.domain_events.academy import (
    DisputeOpened,
    EnrollmentConfirmed,
    EnrollmentRefunded,
    PaymentFailed,
    RefundRequested,
)
from app.gateways.stripe.types import CheckoutSession
from app.webhooks.inbox import service as intake

UNPAID = {PaymentState.created, PaymentState.open, PaymentState.processing}
MONEY_WAS_HERE = {PaymentState.paid, PaymentState.refund_due, PaymentState.refunded}


async def open_payment(
    session: AsyncSession,
    actor: AcademyActor,
    enrollment_id: UUID,
    *,
    amount_cents: int,
    currency: str,
    success_url: str,
    cancel_url: str,
    expires_at: datetime,
) -> Payment:
    """The intent to be paid, written with the seat and before Stripe hears of it (rule 17)."""
    payment = Payment(
        enrollment_id=enrollment_id,
        amount_cents=amount_cents,
        currency=currency,
        success_url=success_url,
        cancel_url=cancel_url,
        expires_at=expires_at,
    )
    session.add(payment)
    await session.flush()  # its id is Stripe's idempotency key
    return payment


async def record_page(session: AsyncSession, actor: AcademyActor, payment_id: UUID, page: CheckoutSession) -> Payment:
    """Keep the address of Stripe's page and the session's id, unless the payment has moved on already."""
    known = await queries.get_payment(session, payment_id)
    enrollment, _ = await seats.lock_enrollment(session, known.enrollment_id)
    payment = await queries.lock_payment(session, payment_id)
    payment.checkout_url = page.url
    payment.stripe_checkout_session_id = page.id
    enrollment.stripe_checkout_session_id = page.id
    if payment.state == PaymentState.created:
        payment.state = PaymentState.open
    await intake.replay_parked(session, actor, intake.STRIPE, page.id)
    return payment


async def apply_fact(session: AsyncSession, actor: AcademyActor, fact: Fact) -> bool:
    """Move the payment, and the seat with it, as far as the fact takes them. False: no such payment is known (yet)."""
    known = await queries.find_payment(session, fact)
    if known is None:
        return False
    enrollment, cohort = await seats.lock_enrollment(session, known.enrollment_id)
    payment = await queries.lock_payment(session, known.id)
    if fact.payment_intent_id and payment.stripe_payment_intent_id is None:
        payment.stripe_payment_intent_id = fact.payment_intent_id
        enrollment.stripe_payment_intent_id = enrollment.stripe_payment_intent_id or fact.payment_intent_id
        # What Stripe told of this payment before we knew that it is ours (A-PAY-01).
        await intake.replay_parked(session, actor, intake.STRIPE, fact.payment_intent_id)
    await _STEPS[fact.kind](session, fact, payment, enrollment, cohort)
    return True


async def _processing(
    session: AsyncSession, fact: Fact, payment: Payment, enrollment: Enrollment, cohort: Cohort
) -> None:
    """A delayed method: the bank takes days, and the seat waits for it (rule 17)."""
    if payment.state in {PaymentState.created, PaymentState.open}:
        payment.state = PaymentState.processing
        enrollment.hold_expires_at = None


async def _failed(session: AsyncSession, fact: Fact, payment: Payment, enrollment: Enrollment, cohort: Cohort) -> None:
    if payment.state not in UNPAID or (fact.kind is FactKind.expired and payment.state == PaymentState.processing):
        return
    payment.state = PaymentState(fact.kind.value)
    if enrollment.payment_status == PaymentStatus.pending:
        enrollment.payment_status = PaymentStatus.failed
        await seats.give_back(session, enrollment, cohort, fact.kind.value)
        emit(
            session,
            PaymentFailed(
                enrollment_id=enrollment.id,
                payment_id=payment.id,
                account_id=enrollment.user_id,
                has_expired=fact.kind is FactKind.expired,
            ),
        )


async def _paid(session: AsyncSession, fact: Fact, payment: Payment, enrollment: Enrollment, cohort: Cohort) -> None:
    if payment.state in MONEY_WAS_HERE:
        return
    payment.state = PaymentState.paid
    payment.paid_at = func.now()
    payment.amount_paid_cents = payment.amount_cents if fact.amount_cents is None else fact.amount_cents
    if enrollment.payment_status in {PaymentStatus.completed, PaymentStatus.refunded}:
        await request_refund(session, AcademyActor.system(), payment, "paid_twice")
    elif enrollment.enrollment_status != EnrollmentStatus.active:
        await request_refund(session, AcademyActor.system(), payment, "cancelled")
    elif enrollment.has_seat or await seats.take_again(session, enrollment, cohort):
        enrollment.payment_status = PaymentStatus.completed
        enrollment.hold_expires_at = None
        emit(
            session,
            EnrollmentConfirmed(
                enrollment_id=enrollment.id,
                cohort_id=enrollment.cohort_id,
                course_id=enrollment.course_id,
                account_id=enrollment.user_id,
            ),
        )
    else:
        await request_refund(session, AcademyActor.system(), payment, "no_seat")


async def _refunded(
    session: AsyncSession, fact: Fact, payment: Payment, enrollment: Enrollment, cohort: Cohort
) -> None:
    """Money went back: a part changes nothing, the whole ends access at once (A-PAY-03)."""
    back = payment.amount_cents if fact.amount_cents is None else fact.amount_cents
    payment.refunded_cents = max(payment.refunded_cents, back)
    if not fact.is_whole or payment.state == PaymentState.refunded:
        return
    payment.state = PaymentState.refunded
    if await queries.has_other_money(session, payment) or enrollment.payment_status == PaymentStatus.refunded:
        return
    enrollment.payment_status = PaymentStatus.refunded
    enrollment.hold_expires_at = None
    if not await seats.has_started(session, cohort.id):
        await seats.give_back(session, enrollment, cohort, "refunded")
    emit(
        session,
        EnrollmentRefunded(enrollment_id=enrollment.id, cohort_id=cohort.id, account_id=enrollment.user_id),
    )


async def _dispute_opened(
    session: AsyncSession, fact: Fact, payment: Payment, enrollment: Enrollment, cohort: Cohort
) -> None:
    emit(session, DisputeOpened(payment_id=payment.id, enrollment_id=enrollment.id, account_id=enrollment.user_id))


async def _dispute_lost(
    session: AsyncSession, fact: Fact, payment: Payment, enrollment: Enrollment, cohort: Cohort
) -> None:
    """The bank took the money: the same as a refund of it (Z-66)."""
    whole = fact.amount_cents is None or fact.amount_cents >= (payment.amount_paid_cents or payment.amount_cents)
    taken = Fact(FactKind.refunded, amount_cents=fact.amount_cents, is_whole=whole)
    await _refunded(session, taken, payment, enrollment, cohort)


_STEPS: dict[FactKind, Callable[[AsyncSession, Fact, Payment, Enrollment, Cohort], Awaitable[None]]] = {
    FactKind.processing: _processing,
    FactKind.failed: _failed,
    FactKind.expired: _failed,
    FactKind.paid: _paid,
    FactKind.refunded: _refunded,
    FactKind.dispute_opened: _dispute_opened,
    FactKind.dispute_lost: _dispute_lost,
}


async def request_refund(
    session: AsyncSession, actor: AcademyActor, payment: Payment, reason: str, amount_cents: int | None = None
) -> None:
    """Have money of a locked, paid payment go back: all of it, or `amount_cents`. Raises NothingToRefund."""
    left = (payment.amount_paid_cents or payment.amount_cents) - payment.refunded_cents
    if payment.state != PaymentState.paid or (amount_cents is not None and amount_cents > left):
        raise NothingToRefund
    whole = amount_cents is None or amount_cents == left
    if whole:
        payment.state = PaymentState.refund_due
    payment.refund_reason = reason
    emit(
        session,
        RefundRequested(payment_id=payment.id, reason=reason, amount_cents=None if whole else amount_cents),
    )


async def repeat_refund(session: AsyncSession, actor: AcademyActor, payment_id: UUID) -> None:
    """Ask again for a refund that is still due: its job has given up, or is gone."""
    payment = await queries.lock_payment(session, payment_id)
    if payment.state == PaymentState.refund_due:
        emit(session, RefundRequested(payment_id=payment.id, reason=payment.refund_reason or "requested"))


async def carry_over(session: AsyncSession, actor: AcademyActor, former_id: UUID, enrollment_id: UUID) -> None:
    """The money goes along when somebody moves to another cohort: payments, and the names Stripe knows them by."""
    former = await session.get_one(Enrollment, former_id)
    moved = await session.get_one(Enrollment, enrollment_id)
    page, intent = former.stripe_checkout_session_id, former.stripe_payment_intent_id
    former.stripe_checkout_session_id = former.stripe_payment_intent_id = None
    await session.flush()  # a session belongs to one enrollment at a time
    moved.stripe_checkout_session_id, moved.stripe_payment_intent_id = page, intent
    await session.execute(update(Payment).where(Payment.enrollment_id == former_id).values(enrollment_id=enrollment_id))
