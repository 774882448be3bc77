"""Reads of the money side."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.models import Enrollment, Payment, PaymentState, PaymentStatus
from app.academy.payments.rules import Fact
from app.core.errors import NotFound

UNSETTLED = (PaymentState.created, PaymentState.open, PaymentState.processing)


async def get_payment(session: AsyncSession, payment_id: UUID) -> Payment:
    """The payment. Raises NotFound."""
    payment = await session.get(Payment, payment_id, populate_existing=True)
    if payment is None:
        raise NotFound
    return payment


async def find_payment(session: AsyncSession, fact: Fact) -> Payment | None:
    """The payment that a fact is about, by the surest of the names that it carries."""
    surest = (
        (Payment.id, fact.payment_id),
        (Payment.stripe_checkout_session_id, fact.checkout_session_id),
        (Payment.stripe_payment_intent_id, fact.payment_intent_id),
        (Payment.enrollment_id, fact.enrollment_id),
    )
    for column, value in surest:
        if value is None:
            continue
        found = await session.scalar(
            select(Payment).where(column == value).order_by(Payment.created_at.desc(), Payment.id.desc()).limit(1)
        )
        if found is not None:
            return found
    return None


async def lock_payment(session: AsyncSession, payment_id: UUID) -> Payment:
    """The payment as it is now, locked; take it after its cohort and enrollment."""
    payment = await session.scalar(
        select(Payment).where(Payment.id == payment_id).with_for_update().execution_options(populate_existing=True)
    )
    if payment is None:
        raise NotFound
    return payment


async def find_unsettled(session: AsyncSession, enrollment_id: UUID) -> Payment | None:
    """The payment of an enrollment that is still open or settling."""
    return await session.scalar(
        select(Payment)
        .where(Payment.enrollment_id == enrollment_id, Payment.state.in_(UNSETTLED))
        .order_by(Payment.created_at.desc())
        .limit(1)
    )


async def find_refundable(session: AsyncSession, enrollment_id: UUID) -> Payment | None:
    """The payment of an enrollment that came in and has not gone back."""
    return await session.scalar(
        select(Payment)
        .where(Payment.enrollment_id == enrollment_id, Payment.state == PaymentState.paid)
        .order_by(Payment.created_at.desc())
        .limit(1)
    )


async def has_other_money(session: AsyncSession, payment: Payment) -> bool:
    """Whether another payment of the same enrollment has come in and stays."""
    other = select(Payment.id).where(
        Payment.enrollment_id == payment.enrollment_id, Payment.id != payment.id, Payment.state == PaymentState.paid
    )
    return await session.scalar(other) is not None


async def list_expired_holds(session: AsyncSession, limit: int = 200) -> Sequence[tuple[UUID, UUID]]:
    """Enrollments whose time to pay is over, as (enrollment, payment), longest ago first."""
    rows = await session.execute(
        select(Enrollment.id, Payment.id)
        .join(Payment, Payment.enrollment_id == Enrollment.id)
        .where(
            Enrollment.has_seat,
            Enrollment.payment_status == PaymentStatus.pending,
            Enrollment.hold_expires_at < func.now(),
            Payment.state.in_((PaymentState.created, PaymentState.open)),
        )
        .order_by(Enrollment.hold_expires_at)
        .limit(limit)
    )
    return [(row[0], row[1]) for row in rows]


async def list_stale(
    session: AsyncSession, states: Sequence[PaymentState], older_than: timedelta, limit: int = 500
) -> Sequence[UUID]:
    """Payments that have stood in one of these states for a while: what reconciling looks at."""
    rows = await session.scalars(
        select(Payment.id)
        .where(Payment.state.in_(states), Payment.updated_at < func.now() - older_than)
        .order_by(Payment.updated_at)
        .limit(limit)
    )
    return rows.all()


async def list_recently_paid(session: AsyncSession, within: timedelta, limit: int = 500) -> Sequence[UUID]:
    """Payments that came in lately: money that went back at Stripe without a word to us would be among them."""
    rows = await session.scalars(
        select(Payment.id)
        .where(
            Payment.state == PaymentState.paid,
            Payment.paid_at > func.now() - within,
            Payment.stripe_payment_intent_id.is_not(None),
        )
        .order_by(Payment.paid_at.desc())
        .limit(limit)
    )
    return rows.all()
