"""What we say to Stripe and what we keep of its answers: frozen, typed, free of the SDK.

Money is in the currency's minor unit, times are aware UTC. Metadata is set on the session and on the payment
intent, because Stripe copies it to neither (a refund's webhook must still name the enrollment).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class CheckoutOrder:
    """One thing to be paid: a seat, or by `reference` whatever else. With an `interval` it is a subscription.

    `expires_at` must lie 30 minutes to 24 hours ahead when the call arrives at Stripe. The metadata are set on the
    session and on the payment intent or subscription, because Stripe does not copy them.
    """

    enrollment_id: str | None
    title: str
    amount_cents: int
    currency: str
    success_url: str
    cancel_url: str
    expires_at: datetime
    customer_email: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    reference: str | None = None
    interval: Literal["month", "year"] | None = None


@dataclass(frozen=True, slots=True)
class CheckoutSession:
    """Stripe's checkout session. Fulfil by `payment_status`, never by `status` alone.

    `status`: open, complete, expired. `payment_status`: paid, unpaid, no_payment_required.
    `url` is None once the session is no longer open; `payment_intent_id` is None until somebody tried to pay.
    """

    id: str
    url: str | None
    expires_at: datetime
    created: datetime
    status: str
    payment_status: str
    payment_intent_id: str | None
    amount_total: int | None
    currency: str | None
    metadata: Mapping[str, str]
    client_reference_id: str | None
    mode: str = "payment"
    subscription_id: str | None = None

    @property
    def is_paid(self) -> bool:
        """True when nothing more has to come in: paid, or nothing to pay."""
        return self.payment_status in {"paid", "no_payment_required"}


@dataclass(frozen=True, slots=True)
class Subscription:
    """`status`: incomplete, incomplete_expired, trialing, active, past_due, canceled, unpaid, paused.

    `period_ends_at` is when the period that runs ends, paid or not. `cancel_at_period_end`: it will not be renewed.
    """

    id: str
    status: str
    period_ends_at: datetime | None
    cancel_at_period_end: bool
    ended_at: datetime | None
    latest_invoice_id: str | None
    metadata: Mapping[str, str]
    created: datetime


@dataclass(frozen=True, slots=True)
class PaymentIntent:
    """A payment with the facts of its latest charge.

    `status`: requires_payment_method, requires_confirmation, requires_action, processing, requires_capture, canceled,
    succeeded. `disputed` stays true after a dispute is closed: ask `list_disputes` how it ended.
    """

    id: str
    status: str
    amount: int
    amount_received: int
    amount_refunded: int
    currency: str
    latest_charge_id: str | None
    refunded: bool
    disputed: bool
    error_code: str | None
    metadata: Mapping[str, str]
    created: datetime


@dataclass(frozen=True, slots=True)
class Refund:
    """`status`: pending, requires_action, succeeded, failed, canceled. A refund can fail days later."""

    id: str
    status: str
    amount: int
    currency: str
    payment_intent_id: str | None
    charge_id: str | None
    reason: str | None
    metadata: Mapping[str, str]
    created: datetime


@dataclass(frozen=True, slots=True)
class Dispute:
    """`status`: needs_response, under_review, won, lost, and the warning_… and prevented forms."""

    id: str
    status: str
    amount: int
    currency: str
    payment_intent_id: str | None
    charge_id: str | None
    reason: str
    created: datetime


@dataclass(frozen=True, slots=True)
class StripeEvent:
    """A verified webhook. A hint, in any order, any number of times: fetch the object for its current state.

    `data` is the event's own `data` member: `object`, and `previous_attributes` on updates.
    """

    id: str
    type: str
    created: datetime
    api_version: str | None
    object_id: str | None
    data: Mapping[str, Any]

    @property
    def object(self) -> Mapping[str, Any]:
        """The object as it was when the event was made."""
        value = self.data.get("object")
        return value if isinstance(value, Mapping) else {}
