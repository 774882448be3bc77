"""From Stripe's events to facts about one payment: pure, and the same whatever order events come in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any
from uuid import UUID

from app.academy.models import Course
from app.gateways.stripe.types import CheckoutSession, PaymentIntent, StripeEvent


class FactKind(StrEnum):
    """What can be known of a payment. Later ones win: money that came in beats an attempt that failed."""

    processing = "processing"
    failed = "failed"
    expired = "expired"
    paid = "paid"
    refunded = "refunded"
    dispute_opened = "dispute_opened"
    dispute_lost = "dispute_lost"


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing Stripe knows, with every name by which we might recognise the payment. Money in cents."""

    kind: FactKind
    payment_id: UUID | None = None
    enrollment_id: UUID | None = None
    checkout_session_id: str | None = None
    payment_intent_id: str | None = None
    amount_cents: int | None = None
    is_whole: bool = False


def price_for_person(course: Course) -> int:
    """What one seat costs a person, in cents. Always computed here, never taken from a client (A-PAY-06)."""
    return course.price_b2c


def _uuid(value: object) -> UUID | None:
    try:
        return UUID(str(value))
    except ValueError:
        return None


def _text(value: object) -> str | None:
    if isinstance(value, Mapping):  # an expanded object instead of its id
        value = value.get("id")
    return value if isinstance(value, str) else None


def _named(found: Mapping[str, Any], kind: FactKind) -> Fact:
    metadata = found.get("metadata") or {}
    return Fact(
        kind,
        payment_id=_uuid(metadata.get("payment_id")),
        enrollment_id=_uuid(metadata.get("enrollment_id") or found.get("client_reference_id")),
        payment_intent_id=_text(found.get("payment_intent")),
    )


def _session_paid_or_processing(found: Mapping[str, Any]) -> Fact | None:
    if found.get("mode") not in {None, "payment"}:
        return None  # subscriptions are another feature's
    paid = found.get("payment_status") in {"paid", "no_payment_required"}
    return _session(FactKind.paid if paid else FactKind.processing)(found)


def _session(kind: FactKind) -> Callable[[Mapping[str, Any]], Fact | None]:
    def read(found: Mapping[str, Any]) -> Fact | None:
        if found.get("mode") not in {None, "payment"}:
            return None
        fact = _named(found, kind)
        return replace(fact, checkout_session_id=_text(found.get("id")), amount_cents=found.get("amount_total"))

    return read


def _intent_succeeded(found: Mapping[str, Any]) -> Fact | None:
    fact = _named(found, FactKind.paid)
    if fact.payment_id is None and fact.enrollment_id is None:
        return None  # a payment of another kind (an invoice): not ours to judge
    return replace(fact, payment_intent_id=_text(found.get("id")), amount_cents=found.get("amount_received"))


def _charge_refunded(found: Mapping[str, Any]) -> Fact | None:
    amount, back = found.get("amount") or 0, found.get("amount_refunded") or 0
    whole = bool(found.get("refunded")) or back >= amount > 0
    return replace(_named(found, FactKind.refunded), amount_cents=back, is_whole=whole)


def _dispute_opened(found: Mapping[str, Any]) -> Fact | None:
    return replace(_named(found, FactKind.dispute_opened), amount_cents=found.get("amount"))


def _dispute_closed(found: Mapping[str, Any]) -> Fact | None:
    if found.get("status") != "lost":
        return None
    return replace(_named(found, FactKind.dispute_lost), amount_cents=found.get("amount"))


READERS: dict[str, Callable[[Mapping[str, Any]], Fact | None]] = {
    "checkout.session.completed": _session_paid_or_processing,
    "checkout.session.async_payment_succeeded": _session(FactKind.paid),
    "checkout.session.async_payment_failed": _session(FactKind.failed),
    "checkout.session.expired": _session(FactKind.expired),
    "payment_intent.succeeded": _intent_succeeded,
    "charge.refunded": _charge_refunded,
    "charge.dispute.created": _dispute_opened,
    "charge.dispute.closed": _dispute_closed,
}
"""The event types that say something about a seat's payment.

`payment_intent.payment_failed` is not among them: inside a checkout the buyer simply tries again.
"""

MONEY_BACK = ("charge.refunded", "charge.dispute.created", "charge.dispute.closed")
"""Of those, what can be told of a payment long after it came in."""

FINAL_REFUSALS = frozenset({"charge_already_refunded", "charge_disputed"})
"""Stripe's words for: this refund will never be, because the money is gone or in the bank's hands already."""


def fact_of(event: StripeEvent) -> Fact | None:
    """What the event says about a seat's payment; None when it says nothing."""
    read = READERS.get(event.type)
    return read(event.object) if read else None


def fact_of_session(page: CheckoutSession) -> Fact | None:
    """What Stripe's own record of a checkout says now; None while the buyer still has the page open."""
    if page.is_paid and page.status == "complete":
        kind = FactKind.paid
    elif page.status == "complete":
        kind = FactKind.processing
    elif page.status == "expired":
        kind = FactKind.expired
    else:
        return None
    return Fact(
        kind,
        payment_id=_uuid(page.metadata.get("payment_id")),
        enrollment_id=_uuid(page.client_reference_id),
        checkout_session_id=page.id,
        payment_intent_id=page.payment_intent_id,
        amount_cents=page.amount_total,
    )


def fact_of_intent(intent: PaymentIntent) -> Fact | None:
    """What Stripe's own record of a payment says about money that went back or a try that ended."""
    if intent.amount_refunded:
        return Fact(
            FactKind.refunded,
            payment_intent_id=intent.id,
            amount_cents=intent.amount_refunded,
            is_whole=intent.refunded or intent.amount_refunded >= intent.amount_received,
        )
    if intent.status in {"canceled", "requires_payment_method"}:
        return Fact(FactKind.failed, payment_intent_id=intent.id)
    return None
