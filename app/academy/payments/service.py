"""Payments: opening one, and moving it forward by what Stripe knows.

Every fact is applied under the locks of the seat (cohort, then enrollment, then payment), so an expiry, a payment and
a cancellation that meet each other take turns, and each of them sees what the one before has done.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.cohorts import counters, seats
from app.academy.models import (
    Cohort,
    Enrollment,
    EnrollmentStatus,
    Payment,
    PaymentState,
    PaymentStatus,
)
from app.academy.payments import queries, refunds
from app.academy.payments.rules import Fact, FactKind
from app.academy.permissions import AcademyActor
from app.core.database.locks import wait_for_lock
from app.core.outbox.emit import emit
from app.domain_events.academy import (
    DisputeOpened,
    EnrollmentConfirmed,
    EnrollmentRefunded,
    PaymentFailed,
    PaymentReturned,
)
from app.webhooks.inbox import service as intake
from app.webhooks.inbox.rules import STRIPE

UNPAID = {PaymentState.created, PaymentState.open, PaymentState.processing}
MONEY_MOVED = {FactKind.paid, FactKind.refunded, FactKind.dispute_lost}
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


async def lock(session: AsyncSession, actor: AcademyActor, payment: Payment) -> tuple[Payment, Enrollment, Cohort]:
    """The payment and its seat, locked in the house's order, wherever a transfer has carried it in the meantime."""
    while True:
        enrollment, cohort = await seats.lock_enrollment(session, payment.enrollment_id)
        payment = await queries.lock_payment(session, payment.id)
        if payment.enrollment_id == enrollment.id:
            return payment, enrollment, cohort


async def apply_fact(session: AsyncSession, actor: AcademyActor, fact: Fact) -> bool:
    """Move the payment, and the seat with it, as far as the fact takes them. False: no such payment is known (yet)."""
    known = await queries.find_payment(session, fact)
    if known is None:
        return False
    payment, enrollment, cohort = await lock(session, actor, known)
    if _is_of_another(payment, fact):
        other = await _second_payment(session, actor, payment, fact)
        if other is not None:
            await _STEPS[fact.kind](session, fact, other, enrollment, cohort)
        return True
    learned = _recognise(fact, payment, enrollment)
    await _STEPS[fact.kind](session, fact, payment, enrollment, cohort)
    for name in learned:
        await replay(session, actor, name)
    return True


async def knows(session: AsyncSession, actor: AcademyActor, fact: Fact) -> bool:
    """Whether the payment is known after all, once whoever is just learning its names has committed.

    Called before an event is parked. The lock is the one under which parked events are replayed, so of the two either
    we see the payment, or the replay sees the parked event.
    """
    for name in (fact.payment_intent_id, fact.checkout_session_id):
        if name is not None:
            await wait_for_lock(session, f"academy.payment.{name}")
    return await queries.find_payment(session, fact) is not None


async def replay(session: AsyncSession, actor: AcademyActor, name: str) -> None:
    """What Stripe told of this payment before we knew that it is ours (A-PAY-01)."""
    await session.flush()  # whoever waits for the lock below must find the payment by its new name
    await wait_for_lock(session, f"academy.payment.{name}")
    await intake.replay_parked(session, actor, STRIPE, name)


def _recognise(fact: Fact, payment: Payment, enrollment: Enrollment) -> list[str]:
    """Learn the names by which Stripe knows the payment; returns the new ones."""
    learned = []
    if fact.checkout_session_id and payment.stripe_checkout_session_id is None:
        payment.stripe_checkout_session_id = enrollment.stripe_checkout_session_id = fact.checkout_session_id
        learned.append(fact.checkout_session_id)
    if fact.payment_intent_id and payment.stripe_payment_intent_id is None:
        payment.stripe_payment_intent_id = enrollment.stripe_payment_intent_id = fact.payment_intent_id
        learned.append(fact.payment_intent_id)
    return learned


def _is_of_another(payment: Payment, fact: Fact) -> bool:
    """Whether the fact is about money that came in beside this payment, under its name."""
    names = (
        (payment.stripe_payment_intent_id, fact.payment_intent_id),
        (payment.stripe_checkout_session_id, fact.checkout_session_id),
    )
    return any(ours is not None and theirs is not None and ours != theirs for ours, theirs in names)


async def _second_payment(session: AsyncSession, actor: AcademyActor, payment: Payment, fact: Fact) -> Payment | None:
    """A row of its own for such money, so that it can go back; None when nothing has come in."""
    known = await queries.find_payment(session, replace(fact, payment_id=None, enrollment_id=None))
    if known is not None and known.id != payment.id:
        return await queries.lock_payment(session, known.id)
    if fact.kind not in MONEY_MOVED or fact.payment_intent_id in {None, payment.stripe_payment_intent_id}:
        return None
    second = await open_payment(
        session,
        actor,
        payment.enrollment_id,
        amount_cents=payment.amount_cents,
        currency=payment.currency,
        success_url=payment.success_url,
        cancel_url=payment.cancel_url,
        expires_at=payment.expires_at,
    )
    second.stripe_payment_intent_id = fact.payment_intent_id
    if fact.checkout_session_id != payment.stripe_checkout_session_id:
        second.stripe_checkout_session_id = fact.checkout_session_id
    return second


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
    if payment.amount_paid_cents is None:  # a refund may have been told of first
        payment.amount_paid_cents = payment.amount_cents if fact.amount_cents is None else fact.amount_cents
        payment.paid_at = func.now()
    if payment.state in MONEY_WAS_HERE:
        return
    payment.state = PaymentState.paid
    if enrollment.payment_status in {PaymentStatus.completed, PaymentStatus.refunded}:
        await refunds.request_refund(session, AcademyActor.system(), payment, "paid_twice")
    elif enrollment.enrollment_status != EnrollmentStatus.active:
        await refunds.request_refund(session, AcademyActor.system(), payment, "cancelled")
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
        await refunds.request_refund(session, AcademyActor.system(), payment, "no_seat")


async def _refunded(
    session: AsyncSession, fact: Fact, payment: Payment, enrollment: Enrollment, cohort: Cohort
) -> None:
    """Money went back: a part changes nothing, the whole ends access at once (A-PAY-03)."""
    back = payment.amount_cents if fact.amount_cents is None else fact.amount_cents
    payment.refunded_cents = max(payment.refunded_cents, back)
    if not fact.is_whole or payment.state == PaymentState.refunded:
        return
    payment.state = PaymentState.refunded
    if enrollment.payment_status == PaymentStatus.refunded or await queries.has_other_money(session, payment):
        emit(
            session,
            PaymentReturned(enrollment_id=enrollment.id, payment_id=payment.id, account_id=enrollment.user_id),
        )
        return
    enrollment.payment_status = PaymentStatus.refunded
    enrollment.hold_expires_at = None
    if not await counters.has_started(session, cohort.id):
        await seats.give_back(session, enrollment, cohort, "refunded")
    emit(
        session,
        EnrollmentRefunded(
            enrollment_id=enrollment.id, payment_id=payment.id, cohort_id=cohort.id, account_id=enrollment.user_id
        ),
    )


async def _dispute_opened(
    session: AsyncSession, fact: Fact, payment: Payment, enrollment: Enrollment, cohort: Cohort
) -> None:
    if payment.disputed_at is not None:
        return
    payment.disputed_at = func.now()
    emit(session, DisputeOpened(payment_id=payment.id, enrollment_id=enrollment.id, account_id=enrollment.user_id))


async def _dispute_lost(
    session: AsyncSession, fact: Fact, payment: Payment, enrollment: Enrollment, cohort: Cohort
) -> None:
    """The bank took the money: the same as a refund of it (Z-66)."""
    whole = fact.amount_cents is None or fact.amount_cents >= refunds.came_in(payment)
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


async def mark_compared(session: AsyncSession, actor: AcademyActor, payment_ids: Sequence[UUID]) -> None:
    """Stripe was asked about these just now. That is no change of theirs, so `updated_at` stays."""
    await session.execute(
        update(Payment)
        .where(Payment.id.in_(payment_ids))
        .values(compared_at=func.now())
        .execution_options(synchronize_session=False)
    )


async def carry_over(session: AsyncSession, actor: AcademyActor, former_id: UUID, enrollment_id: UUID) -> None:
    """The money goes along when somebody moves to another cohort: payments, and the names Stripe knows them by."""
    former = await session.get_one(Enrollment, former_id)
    moved = await session.get_one(Enrollment, enrollment_id)
    page, intent = former.stripe_checkout_session_id, former.stripe_payment_intent_id
    former.stripe_checkout_session_id = former.stripe_payment_intent_id = None
    await session.flush()  # a session belongs to one enrollment at a time
    moved.stripe_checkout_session_id, moved.stripe_payment_intent_id = page, intent
    await session.execute(update(Payment).where(Payment.enrollment_id == former_id).values(enrollment_id=enrollment_id))
