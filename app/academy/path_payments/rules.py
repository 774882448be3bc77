"""From Stripe's events to facts about one purchase, and what a purchase entitles to: pure (A-LPA-12, Z-124)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from app.academy.models import BillingInterval, OfferKind, PathPurchase, PaymentState, SubscriptionStatus
from app.gateways.stripe.types import CheckoutSession, PaymentIntent, StripeEvent, Subscription

PURCHASE = "path_purchase_id"
"""The key of our name in Stripe's metadata."""

LIVE = frozenset({SubscriptionStatus.active, SubscriptionStatus.trialing, SubscriptionStatus.past_due})
"""A subscription that entitles: `past_due` does while Stripe still tries to collect."""

OVER = frozenset({SubscriptionStatus.canceled, SubscriptionStatus.incomplete_expired})
"""What no subscription comes back from."""

_RANK = {status: place for place, status in enumerate(SubscriptionStatus)}
# Until Stripe has named the end of the first period: the shortest that it can be.
_AT_LEAST = {BillingInterval.month: timedelta(days=28), BillingInterval.year: timedelta(days=365)}


class PathFactKind(StrEnum):
    """What can be known of a purchase."""

    processing = "processing"
    failed = "failed"
    expired = "expired"
    paid = "paid"
    refunded = "refunded"
    disputed = "disputed"
    subscription = "subscription"
    invoice_paid = "invoice_paid"
    invoice_failed = "invoice_failed"
    invoice_intent = "invoice_intent"


@dataclass(frozen=True, slots=True)
class PathFact:
    """One thing Stripe knows, with every name by which we might recognise the purchase. Money in cents.

    `ends_at` is the end of a period: the one that runs (of a subscription), or the one that was paid (of an invoice).
    """

    kind: PathFactKind
    told_at: datetime
    purchase_id: UUID | None = None
    checkout_session_id: str | None = None
    payment_intent_id: str | None = None
    subscription_id: str | None = None
    invoice_id: str | None = None
    amount_cents: int | None = None
    is_whole: bool = False
    status: SubscriptionStatus | None = None
    ends_at: datetime | None = None
    is_ending: bool = False
    ended_at: datetime | None = None

    @property
    def is_worth_parking(self) -> bool:
        """Whether a purchase may still turn out to be meant: it is named, or only its invoice is.

        Other subscriptions and their invoices are none of our business.
        """
        return self.purchase_id is not None or self.kind is PathFactKind.invoice_intent

    @property
    def names(self) -> tuple[str, ...]:
        """Stripe's own names in it, under which events are parked and found again."""
        told = (self.checkout_session_id, self.subscription_id, self.payment_intent_id, self.invoice_id)
        return tuple(name for name in told if name is not None)


# Reading events


def _moment(seconds: object) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if isinstance(seconds, int) and not isinstance(seconds, bool) else None


def _id(value: object) -> str | None:
    if isinstance(value, Mapping):  # an expanded object instead of its id
        value = value.get("id")
    return value if isinstance(value, str) and value else None


def _named(metadata: object) -> UUID | None:
    try:
        return UUID(str(metadata[PURCHASE])) if isinstance(metadata, Mapping) else None
    except (KeyError, ValueError):
        return None


def _session(kind: PathFactKind) -> Callable[[PathFact, Mapping[str, Any]], PathFact | None]:
    def read(blank: PathFact, found: Mapping[str, Any]) -> PathFact | None:
        return replace(
            blank,
            kind=kind,
            checkout_session_id=_id(found.get("id")),
            payment_intent_id=_id(found.get("payment_intent")),
            subscription_id=_id(found.get("subscription")),
            invoice_id=_id(found.get("invoice")) if found.get("mode") == "subscription" else None,
            amount_cents=found.get("amount_total"),
        )

    return read


def _session_completed(blank: PathFact, found: Mapping[str, Any]) -> PathFact | None:
    paid = found.get("payment_status") in {"paid", "no_payment_required"}
    return _session(PathFactKind.paid if paid else PathFactKind.processing)(blank, found)


def _intent_succeeded(blank: PathFact, found: Mapping[str, Any]) -> PathFact | None:
    if blank.purchase_id is None:
        return None  # an invoice's, or a seat's
    intent_id, amount = _id(found.get("id")), found.get("amount_received")
    return replace(blank, kind=PathFactKind.paid, payment_intent_id=intent_id, amount_cents=amount)


def _charge_refunded(blank: PathFact, found: Mapping[str, Any]) -> PathFact | None:
    amount, back = found.get("amount") or 0, found.get("amount_refunded") or 0
    return replace(
        blank,
        kind=PathFactKind.refunded,
        payment_intent_id=_id(found.get("payment_intent")),
        amount_cents=back,
        is_whole=bool(found.get("refunded")) or back >= amount > 0,
    )


def _dispute_opened(blank: PathFact, found: Mapping[str, Any]) -> PathFact | None:
    return replace(blank, kind=PathFactKind.disputed, payment_intent_id=_id(found.get("payment_intent")))


def _dispute_closed(blank: PathFact, found: Mapping[str, Any]) -> PathFact | None:
    """The bank took the money: as good as a refund of it (Z-66)."""
    if found.get("status") != "lost":
        return None
    intent_id, amount = _id(found.get("payment_intent")), found.get("amount")
    return replace(blank, kind=PathFactKind.refunded, payment_intent_id=intent_id, amount_cents=amount, is_whole=True)


def _subscription(blank: PathFact, found: Mapping[str, Any]) -> PathFact | None:
    status = found.get("status")
    if status not in set(SubscriptionStatus):
        return None  # a word that Stripe has added since: nothing is concluded from it
    items = (found.get("items") or {}).get("data") or []
    ends = [item["current_period_end"] for item in items if isinstance(item.get("current_period_end"), int)]
    return replace(
        blank,
        kind=PathFactKind.subscription,
        subscription_id=_id(found.get("id")),
        status=SubscriptionStatus(str(status)),
        ends_at=_moment(max(ends)) if ends else None,
        is_ending=bool(found.get("cancel_at_period_end")),
        ended_at=_moment(found.get("ended_at")),
    )


def _invoice(kind: PathFactKind) -> Callable[[PathFact, Mapping[str, Any]], PathFact | None]:
    def read(blank: PathFact, found: Mapping[str, Any]) -> PathFact | None:
        about = (found.get("parent") or {}).get("subscription_details") or {}
        subscription_id = _id(about.get("subscription"))
        if subscription_id is None:
            return None  # an invoice of another kind
        lines = (found.get("lines") or {}).get("data") or []
        ends = [line["period"]["end"] for line in lines if isinstance((line.get("period") or {}).get("end"), int)]
        return replace(
            blank,
            kind=kind,
            purchase_id=_named(about.get("metadata")),
            subscription_id=subscription_id,
            invoice_id=_id(found.get("id")),
            amount_cents=found.get("amount_paid"),
            ends_at=_moment(max(ends)) if ends else None,
        )

    return read


def _invoice_intent(blank: PathFact, found: Mapping[str, Any]) -> PathFact | None:
    invoice_id = _id(found.get("invoice"))
    intent_id = _id((found.get("payment") or {}).get("payment_intent"))
    if invoice_id is None or intent_id is None:
        return None
    return replace(blank, kind=PathFactKind.invoice_intent, invoice_id=invoice_id, payment_intent_id=intent_id)


READERS: dict[str, Callable[[PathFact, Mapping[str, Any]], PathFact | None]] = {
    "checkout.session.completed": _session_completed,
    "checkout.session.async_payment_succeeded": _session(PathFactKind.paid),
    "checkout.session.async_payment_failed": _session(PathFactKind.failed),
    "checkout.session.expired": _session(PathFactKind.expired),
    "payment_intent.succeeded": _intent_succeeded,
    "charge.refunded": _charge_refunded,
    "charge.dispute.created": _dispute_opened,
    "charge.dispute.closed": _dispute_closed,
    "customer.subscription.created": _subscription,
    "customer.subscription.updated": _subscription,
    "customer.subscription.deleted": _subscription,
    "invoice.paid": _invoice(PathFactKind.invoice_paid),
    "invoice.payment_failed": _invoice(PathFactKind.invoice_failed),
    "invoice_payment.paid": _invoice_intent,
}
"""The event types that can say something about a purchase."""


def fact_of(event: StripeEvent) -> PathFact | None:
    """What the event says, if it is about a purchase of ours; None when it can say nothing about one."""
    read = READERS.get(event.type)
    if read is None:
        return None
    purchase_id = _named(event.object.get("metadata"))
    return read(PathFact(PathFactKind.processing, event.created, purchase_id=purchase_id), event.object)


def fact_of_session(page: CheckoutSession, now: datetime) -> PathFact | None:
    """What Stripe's own record of a page says now; None while the buyer still has it open."""
    if page.status == "open":
        return None
    if page.status == "expired":
        kind = PathFactKind.expired
    else:
        kind = PathFactKind.paid if page.is_paid else PathFactKind.processing
    return PathFact(
        kind,
        now,
        purchase_id=_named(page.metadata),
        checkout_session_id=page.id,
        payment_intent_id=page.payment_intent_id,
        subscription_id=page.subscription_id,
        amount_cents=page.amount_total,
    )


def fact_of_subscription(found: Subscription, now: datetime) -> PathFact | None:
    """What Stripe's own record of a subscription says now."""
    if found.status not in set(SubscriptionStatus):
        return None
    return PathFact(
        PathFactKind.subscription,
        now,
        purchase_id=_named(found.metadata),
        subscription_id=found.id,
        invoice_id=found.latest_invoice_id,
        status=SubscriptionStatus(found.status),
        ends_at=found.period_ends_at,
        is_ending=found.cancel_at_period_end,
        ended_at=found.ended_at,
    )


def fact_of_intent(intent: PaymentIntent, now: datetime, *, purchase_id: UUID) -> PathFact | None:
    """What Stripe's own record of a purchase's payment says about money that went back, or a debit that bounced."""
    if intent.amount_refunded:
        return PathFact(
            PathFactKind.refunded,
            now,
            purchase_id=purchase_id,
            payment_intent_id=intent.id,
            amount_cents=intent.amount_refunded,
            is_whole=intent.refunded or intent.amount_refunded >= intent.amount_received,
        )
    if intent.status in {"canceled", "requires_payment_method"}:
        return PathFact(PathFactKind.failed, now, purchase_id=purchase_id, payment_intent_id=intent.id)
    return None


# What a purchase says


def is_newer(purchase: PathPurchase, fact: PathFact) -> bool:
    """Whether a word about a subscription is newer than the one we have, whichever came first.

    What is over stays over. Else Stripe's clock decides; within one second the longer period, the later status,
    the resolve to end.
    """
    if purchase.subscription_status is None or purchase.subscription_seen_at is None or fact.status is None:
        return fact.status is not None
    known = SubscriptionStatus(purchase.subscription_status)
    if (known in OVER) != (fact.status in OVER):
        return fact.status in OVER
    never = datetime.min.replace(tzinfo=UTC)
    mine = (purchase.subscription_seen_at, purchase.period_ends_at or never, _RANK[known], purchase.is_ending)
    theirs = (fact.told_at, fact.ends_at or never, _RANK[fact.status], fact.is_ending)
    return theirs > mine


def entitles_until(purchase: PathPurchase) -> datetime | None:
    """Until when a subscription that was paid entitles; None when it does not, or does not any more.

    While it lives, to the end of the period that runs; once it has ended, to the end of what was paid. A period whose
    money went back counts for nothing, nor does what follows it before that is paid.
    """
    if purchase.kind != OfferKind.subscription or purchase.state != PaymentState.paid:
        return None
    is_live = purchase.subscription_status in LIVE or purchase.subscription_status is None
    paid_until = purchase.paid_until
    if purchase.withdrawn_until is not None:
        return paid_until if paid_until is not None and paid_until > purchase.withdrawn_until else None
    if is_live and purchase.period_ends_at is not None:
        return max(purchase.period_ends_at, paid_until or purchase.period_ends_at)
    if paid_until is not None:
        return paid_until
    if not is_live:
        return purchase.ended_at or purchase.period_ends_at
    begun = purchase.paid_at or purchase.created_at
    return begun + _AT_LEAST[BillingInterval(str(purchase.billing_interval))]


def entitles(purchase: PathPurchase) -> bool:
    """Whether a purchase gives a right to the path now or, of a subscription, until a time that may have passed."""
    if purchase.state != PaymentState.paid:
        return False
    return purchase.kind == OfferKind.bundle or entitles_until(purchase) is not None
