"""Purchases of paths, moved by what Stripe knows.

Each fact is applied under the lock of its purchase and only forward; what follows for the person in the path is
announced. A purchase is written before Stripe hears of it, so Stripe's metadata always name one that is there.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.models import OfferKind, PathPurchase, PaymentState
from app.academy.path_payments import queries, rules
from app.academy.path_payments.errors import PathNothingToRefund
from app.academy.path_payments.rules import PathFact, PathFactKind
from app.academy.permissions import AcademyActor, Permission, allow
from app.core.database.locks import wait_for_lock
from app.core.outbox.emit import emit
from app.domain_events.academy import PathPaymentDisputed, PathPurchaseChanged, PathRefundRequested, PathRenewalFailed
from app.webhooks.inbox import service as intake
from app.webhooks.inbox.rules import STRIPE

UNPAID = {PaymentState.created, PaymentState.open, PaymentState.processing}
MONEY_WAS_HERE = {PaymentState.paid, PaymentState.refund_due, PaymentState.refunded}
# The first period is at most so much longer than the shortest that we assume before Stripe has named its end.
SLACK = timedelta(days=4)


async def apply_fact(session: AsyncSession, actor: AcademyActor, fact: PathFact) -> bool:
    """Move the purchase as far as the fact takes it. False: no such purchase is known (yet)."""
    known = await queries.find_purchase(session, fact)
    if known is None:
        return False
    purchase = await queries.lock_purchase(session, known.id)
    before = _worth(purchase)
    learned = _learn(purchase, fact)
    _STEPS[fact.kind](session, purchase, fact)
    await session.flush()  # times that the database sets are part of what it is worth
    await session.refresh(purchase)
    if _worth(purchase) != before:
        _tell(session, purchase)
    for name in learned:
        await _replay(session, actor, name)
    return True


async def knows(session: AsyncSession, actor: AcademyActor, fact: PathFact) -> bool:
    """Whether the fact is about a purchase of ours."""
    return await queries.find_purchase(session, fact) is not None


async def knows_by_now(session: AsyncSession, actor: AcademyActor, fact: PathFact) -> bool:
    """The same, once whoever is just learning its names has committed.

    Called when an event is parked. The lock is the one under which parked events are replayed, so of the two either we
    see the purchase, or the replay sees the parked event.
    """
    for name in fact.names:
        await wait_for_lock(session, f"academy.path_purchase.{name}")
    return await knows(session, actor, fact)


async def request_refund(session: AsyncSession, actor: AcademyActor, purchase_id: UUID, reason: str) -> PathPurchase:
    """Have the money of a purchase go back, all of it; a subscription ends with it. Raises `PathNothingToRefund`.

    Asks for no right: the web door does.
    """
    purchase = await queries.lock_purchase(session, purchase_id)
    if purchase.state != PaymentState.paid:
        raise PathNothingToRefund
    purchase.state = PaymentState.refund_due
    purchase.refund_reason = reason
    emit(session, PathRefundRequested(purchase_id=purchase.id, reason=reason))
    _tell(session, purchase)
    await session.flush()  # shown to whoever asked for it
    return purchase


async def refund(session: AsyncSession, actor: AcademyActor, purchase_id: UUID, reason: str | None) -> PathPurchase:
    """The same by an admin's word. Raises `PathNothingToRefund`, `NotFound`, `Forbidden`."""
    allow(actor, Permission.PAYMENT_REFUND, await queries.get_purchase(session, actor, purchase_id))
    await request_refund(session, actor, purchase_id, reason or "requested")
    return await queries.get_purchase(session, actor, purchase_id)


async def repeat_refund(session: AsyncSession, actor: AcademyActor, purchase_id: UUID) -> None:
    """Ask again for a refund that is still due: its job has given up, or is gone."""
    purchase = await queries.lock_purchase(session, purchase_id)
    if purchase.state == PaymentState.refund_due:
        purchase.compared_at = func.now()
        emit(session, PathRefundRequested(purchase_id=purchase.id, reason=purchase.refund_reason or "requested"))


async def record_refund(session: AsyncSession, actor: AcademyActor, purchase_id: UUID, refund_id: str) -> None:
    """Write down Stripe's refund."""
    (await queries.lock_purchase(session, purchase_id)).stripe_refund_id = refund_id


async def settle_without_money(session: AsyncSession, actor: AcademyActor, purchase_id: UUID) -> None:
    """A refund of a purchase for which nothing was charged is over at once."""
    purchase = await queries.lock_purchase(session, purchase_id)
    if purchase.state == PaymentState.refund_due:
        purchase.state = PaymentState.refunded
        _tell(session, purchase)


async def attach(session: AsyncSession, actor: AcademyActor, purchase: PathPurchase, path_enrollment_id: UUID) -> None:
    """The path enrollment that a locked purchase pays for."""
    purchase.path_enrollment_id = path_enrollment_id


async def mark_compared(session: AsyncSession, actor: AcademyActor, purchase_ids: Sequence[UUID]) -> None:
    """Stripe was asked about these just now."""
    change = update(PathPurchase).where(PathPurchase.id.in_(purchase_ids)).values(compared_at=func.now())
    await session.execute(change.execution_options(synchronize_session=False))


def _worth(purchase: PathPurchase) -> tuple[object, ...]:
    return purchase.state, rules.entitles_until(purchase)


def _tell(session: AsyncSession, purchase: PathPurchase) -> None:
    names = {"purchase_id": purchase.id, "path_id": purchase.path_id, "account_id": purchase.user_id}
    emit(session, PathPurchaseChanged(**names, state=purchase.state))


async def _replay(session: AsyncSession, actor: AcademyActor, name: str) -> None:
    """What Stripe told under this name before we knew that it is ours. Seats park under the same names."""
    await wait_for_lock(session, f"academy.path_purchase.{name}")
    await wait_for_lock(session, f"academy.payment.{name}")
    await intake.replay_parked(session, actor, STRIPE, name)


def _learn(purchase: PathPurchase, fact: PathFact) -> list[str]:
    """The names by which Stripe knows the purchase; returns the new ones.

    A subscription has an invoice and a payment for every period: the latest that was paid are kept.
    """
    learned: list[str] = []

    def learn(column: str, name: str | None) -> None:
        if name is not None and getattr(purchase, column) is None:
            setattr(purchase, column, name)
            learned.append(name)

    learn("stripe_checkout_session_id", fact.checkout_session_id)
    if purchase.kind != OfferKind.subscription:
        learn("stripe_payment_intent_id", fact.payment_intent_id)
        return learned
    learn("stripe_subscription_id", fact.subscription_id)
    if fact.kind in {PathFactKind.invoice_paid, PathFactKind.paid} and fact.invoice_id is not None:
        is_later = purchase.paid_until is None or (fact.ends_at is not None and fact.ends_at > purchase.paid_until)
        is_latest = purchase.stripe_invoice_id is None or (fact.kind is PathFactKind.invoice_paid and is_later)
        if is_latest and fact.invoice_id != purchase.stripe_invoice_id:
            purchase.stripe_invoice_id, purchase.stripe_payment_intent_id = fact.invoice_id, None
        if fact.invoice_id not in purchase.invoice_ids:
            purchase.invoice_ids = [*purchase.invoice_ids, fact.invoice_id]
            learned.append(fact.invoice_id)
    if fact.kind is PathFactKind.invoice_intent and fact.payment_intent_id is not None:
        if fact.invoice_id == purchase.stripe_invoice_id:
            purchase.stripe_payment_intent_id = fact.payment_intent_id
        if fact.payment_intent_id not in purchase.intent_ids:
            purchase.intent_ids = [*purchase.intent_ids, fact.payment_intent_id]
            learned.append(fact.payment_intent_id)
    return learned


def _processing(session: AsyncSession, purchase: PathPurchase, fact: PathFact) -> None:
    if purchase.state in {PaymentState.created, PaymentState.open}:
        purchase.state = PaymentState.processing


def _failed(session: AsyncSession, purchase: PathPurchase, fact: PathFact) -> None:
    is_settling = purchase.state == PaymentState.processing
    if purchase.state in UNPAID and not (fact.kind is PathFactKind.expired and is_settling):
        purchase.state = PaymentState(fact.kind.value)


def _paid(session: AsyncSession, purchase: PathPurchase, fact: PathFact) -> None:
    if purchase.amount_paid_cents is None:  # a refund may have been told of first
        purchase.amount_paid_cents = purchase.amount_cents if fact.amount_cents is None else fact.amount_cents
        purchase.paid_at = func.now()
    if purchase.state not in MONEY_WAS_HERE:
        purchase.state = PaymentState.paid


def _invoice_paid(session: AsyncSession, purchase: PathPurchase, fact: PathFact) -> None:
    if purchase.kind != OfferKind.subscription:
        return
    _paid(session, purchase, fact)
    if fact.ends_at is not None:
        purchase.paid_until = max(purchase.paid_until or fact.ends_at, fact.ends_at)


def _invoice_failed(session: AsyncSession, purchase: PathPurchase, fact: PathFact) -> None:
    if purchase.state == PaymentState.paid:
        names = {"purchase_id": purchase.id, "path_id": purchase.path_id, "account_id": purchase.user_id}
        emit(session, PathRenewalFailed(**names))


def _refunded(session: AsyncSession, purchase: PathPurchase, fact: PathFact) -> None:
    """Money went back: a part changes nothing, the whole ends access (A-PAY-03).

    Of a subscription it is the money of one period: the latest counts, and the next that is paid counts again, unless
    we ended it ourselves.
    """
    back = purchase.amount_cents if fact.amount_cents is None else fact.amount_cents
    purchase.refunded_cents = max(purchase.refunded_cents, back)
    if not fact.is_whole:
        return
    if purchase.kind == OfferKind.bundle or purchase.state == PaymentState.refund_due:
        purchase.state = PaymentState.refunded
    elif purchase.state == PaymentState.paid and fact.payment_intent_id == purchase.stripe_payment_intent_id:
        until = purchase.paid_until or purchase.period_ends_at
        if until is None:
            until = (rules.entitles_until(purchase) or purchase.created_at) + SLACK
        purchase.withdrawn_until = max(purchase.withdrawn_until or until, until)


def _subscription(session: AsyncSession, purchase: PathPurchase, fact: PathFact) -> None:
    if purchase.kind == OfferKind.subscription and rules.is_newer(purchase, fact):
        purchase.subscription_status = fact.status
        purchase.subscription_seen_at = fact.told_at
        purchase.is_ending = fact.is_ending
        purchase.ended_at = fact.ended_at
        if fact.ends_at is not None:
            purchase.period_ends_at = fact.ends_at


def _disputed(session: AsyncSession, purchase: PathPurchase, fact: PathFact) -> None:
    names = {"purchase_id": purchase.id, "path_id": purchase.path_id, "account_id": purchase.user_id}
    emit(session, PathPaymentDisputed(**names))


def _nothing(session: AsyncSession, purchase: PathPurchase, fact: PathFact) -> None:
    """Its names were all there was to learn."""


_STEPS: dict[PathFactKind, Callable[[AsyncSession, PathPurchase, PathFact], None]] = {
    PathFactKind.processing: _processing,
    PathFactKind.failed: _failed,
    PathFactKind.expired: _failed,
    PathFactKind.paid: _paid,
    PathFactKind.refunded: _refunded,
    PathFactKind.disputed: _disputed,
    PathFactKind.subscription: _subscription,
    PathFactKind.invoice_paid: _invoice_paid,
    PathFactKind.invoice_failed: _invoice_failed,
    PathFactKind.invoice_intent: _nothing,
}
