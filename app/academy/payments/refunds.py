"""Money on its way back: asked for here, sent by a job, and gone when Stripe says so."""

from uuid import UUID

from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.models import Payment, PaymentState
from app.academy.payments import queries
from app.academy.payments.errors import NothingToRefund
from app.academy.permissions import AcademyActor
from app.core.outbox.emit import emit
from app.domain_events.academy import RefundRequested


def came_in(payment: Payment) -> int:
    """What was paid, in cents; what was to be paid, while Stripe has not said."""
    return payment.amount_cents if payment.amount_paid_cents is None else payment.amount_paid_cents


async def request_refund(
    session: AsyncSession, actor: AcademyActor, payment: Payment, reason: str, amount_cents: int | None = None
) -> None:
    """Have money of a locked, paid payment go back: all of it, or `amount_cents`. Raises NothingToRefund."""
    left = came_in(payment) - max(payment.refunded_cents, payment.refund_requested_cents)
    if payment.state != PaymentState.paid or (amount_cents is not None and amount_cents > left):
        raise NothingToRefund
    whole = amount_cents is None or amount_cents == left
    if whole:
        payment.state = PaymentState.refund_due
    payment.refund_requested_cents += left if amount_cents is None else amount_cents
    payment.refund_reason = reason
    emit(
        session,
        RefundRequested(payment_id=payment.id, reason=reason, amount_cents=None if whole else amount_cents),
    )


async def record_refund(
    session: AsyncSession, actor: AcademyActor, payment_id: UUID, refund_id: str | None, amount_cents: int | None
) -> None:
    """Write down Stripe's refund; None: it refused, and a part that was asked for is not on its way any more."""
    payment = await queries.lock_payment(session, payment_id)
    if refund_id is not None:
        payment.stripe_refund_id = refund_id
    elif amount_cents is not None:
        payment.refund_requested_cents = max(payment.refund_requested_cents - amount_cents, 0)


async def repeat_refund(session: AsyncSession, actor: AcademyActor, payment_id: UUID) -> None:
    """Ask again for a refund that is still due: its job has given up, or is gone."""
    payment = await queries.lock_payment(session, payment_id)
    if payment.state == PaymentState.refund_due:
        payment.compared_at = func.now()
        emit(session, RefundRequested(payment_id=payment.id, reason=payment.refund_reason or "requested"))
