"""Reads of the money side."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, case, func, or_, select
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
    """The payment that a fact is about, by the surest of the names that it carries.

    Stripe's own ids come first: two payments can carry the same metadata, never the same id. An enrollment names its
    latest payment only when nothing better was said; a payment id that we do not know is not guessed at.
    """
    surest = (
        (Payment.stripe_payment_intent_id, fact.payment_intent_id),
        (Payment.stripe_checkout_session_id, fact.checkout_session_id),
        (Payment.id, fact.payment_id),
        (Payment.enrollment_id, fact.enrollment_id if fact.payment_id is None else None),
    )
    named = [column == value for column, value in surest if value is not None]
    if not named:
        return None
    rank = case(*((name, place) for place, name in enumerate(named)))
    latest = (Payment.created_at.desc(), Payment.id.desc())
    return await session.scalar(select(Payment).where(or_(*named)).order_by(rank, *latest).limit(1))


async def lock_payment(session: AsyncSession, payment_id: UUID) -> Payment:
    """The payment as it is now, locked; take it after its cohort and enrollment."""
    payment = await session.scalar(
        select(Payment).where(Payment.id == payment_id).with_for_update().execution_options(populate_existing=True)
    )
    if payment is None:
        raise NotFound
    return payment


async def get_now(session: AsyncSession) -> datetime:
    """The database's clock."""
    return (await session.scalars(select(func.now()))).one()


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


@dataclass(frozen=True, slots=True)
class ExpiredHold:
    """A checkout whose time is over. `is_overdue`: for so long that Stripe's own clock has closed its page too."""

    payment_id: UUID
    checkout_session_id: str | None
    is_overdue: bool


async def list_expired_holds(session: AsyncSession, grace: timedelta, limit: int = 200) -> Sequence[ExpiredHold]:
    """Checkouts whose time to pay is over, longest ago first."""
    rows = await session.execute(
        select(Payment.id, Payment.stripe_checkout_session_id, Enrollment.hold_expires_at < func.now() - grace)
        .join(Enrollment, Enrollment.id == Payment.enrollment_id)
        .where(
            Enrollment.has_seat,
            Enrollment.payment_status == PaymentStatus.pending,
            Enrollment.hold_expires_at < func.now(),
            Payment.state.in_((PaymentState.created, PaymentState.open)),
        )
        .order_by(Enrollment.hold_expires_at, Payment.id)
        .limit(limit)
    )
    return [ExpiredHold(*row) for row in rows]


# What reconciling looks at. Whatever was asked about steps back in line, so that nobody waits behind the same few.


def _stands_still(since: timedelta) -> ColumnElement[bool]:
    return func.greatest(Payment.updated_at, Payment.compared_at) < func.now() - since


def _is_unasked() -> ColumnElement[bool]:
    """It has ended here without money, and Stripe was not asked since its page closed for good."""
    asked_too_early = Payment.compared_at.is_(None) | (Payment.compared_at < Payment.expires_at)
    return (Payment.state == PaymentState.expired) & (Payment.expires_at < func.now()) & asked_too_early


async def list_to_compare(session: AsyncSession, since: timedelta, limit: int = 500) -> Sequence[Payment]:
    """Payments that Stripe may know more of than we: unsettled ones, and those that ended here without its word."""
    rows = await session.scalars(
        select(Payment)
        .where(
            Payment.stripe_checkout_session_id.is_not(None),
            Payment.state.in_(UNSETTLED) | _is_unasked(),
            _stands_still(since),
        )
        .order_by(func.coalesce(Payment.compared_at, Payment.created_at))
        .limit(limit)
    )
    return rows.all()


async def list_orphans(session: AsyncSession, since: timedelta, back: timedelta) -> Sequence[Payment]:
    """Payments whose page we never learned of, because the process died while Stripe made it; oldest first."""
    rows = await session.scalars(
        select(Payment)
        .where(
            Payment.stripe_checkout_session_id.is_(None),
            (Payment.state == PaymentState.created) | _is_unasked(),
            Payment.created_at > func.now() - back,
            _stands_still(since),
        )
        .order_by(Payment.created_at)
    )
    return rows.all()


async def list_stuck_refunds(session: AsyncSession, since: timedelta, limit: int = 500) -> Sequence[UUID]:
    """Refunds that have been due for long: their job gave up, or the money was in the hands of a bank."""
    rows = await session.scalars(
        select(Payment.id)
        .where(Payment.state == PaymentState.refund_due, _stands_still(since))
        .order_by(Payment.id)
        .limit(limit)
    )
    return rows.all()
