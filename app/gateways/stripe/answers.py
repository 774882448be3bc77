"""Stripe's JSON into our frozen types, in one place, so that no `StripeObject` leaves this room."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from app.gateways.stripe.types import CheckoutSession, Dispute, PaymentIntent, Refund, StripeEvent, Subscription

Json = Mapping[str, Any]


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _id(value: Any) -> str | None:
    """The id, whether the field came expanded or not."""
    found = value["id"] if isinstance(value, Mapping) else value
    return found if isinstance(found, str) else None


def checkout_session(body: Json) -> CheckoutSession:
    return CheckoutSession(
        id=body["id"],
        url=body["url"],
        expires_at=_moment(body["expires_at"]),
        created=_moment(body["created"]),
        status=body["status"],
        payment_status=body["payment_status"],
        payment_intent_id=_id(body["payment_intent"]),
        amount_total=body["amount_total"],
        currency=body["currency"],
        metadata=dict(body["metadata"] or {}),
        client_reference_id=body["client_reference_id"],
        mode=body["mode"],
        subscription_id=_id(body["subscription"]),
    )


def subscription(body: Json) -> Subscription:
    """The period stands on its items, of which ours has one."""
    ends = [item["current_period_end"] for item in body["items"]["data"]]
    return Subscription(
        id=body["id"],
        status=body["status"],
        period_ends_at=_moment(max(ends)) if ends else None,
        cancel_at_period_end=body["cancel_at_period_end"],
        ended_at=_moment(body["ended_at"]) if body["ended_at"] else None,
        latest_invoice_id=_id(body["latest_invoice"]),
        metadata=dict(body["metadata"] or {}),
        created=_moment(body["created"]),
    )


def payment_intent(body: Json) -> PaymentIntent:
    """Expects `latest_charge` expanded (null when nothing was tried)."""
    charge = body["latest_charge"] if isinstance(body["latest_charge"], Mapping) else {}
    problem = body["last_payment_error"] or {}
    return PaymentIntent(
        id=body["id"],
        status=body["status"],
        amount=body["amount"],
        amount_received=body["amount_received"],
        amount_refunded=charge.get("amount_refunded", 0),
        currency=body["currency"],
        latest_charge_id=_id(body["latest_charge"]),
        refunded=charge.get("refunded", False),
        disputed=charge.get("disputed", False),
        error_code=problem.get("decline_code") or problem.get("code"),
        metadata=dict(body["metadata"] or {}),
        created=_moment(body["created"]),
    )


def refund(body: Json) -> Refund:
    return Refund(
        id=body["id"],
        status=body["status"],
        amount=body["amount"],
        currency=body["currency"],
        payment_intent_id=_id(body["payment_intent"]),
        charge_id=_id(body["charge"]),
        reason=body["reason"],
        metadata=dict(body["metadata"] or {}),
        created=_moment(body["created"]),
    )


def dispute(body: Json) -> Dispute:
    return Dispute(
        id=body["id"],
        status=body["status"],
        amount=body["amount"],
        currency=body["currency"],
        payment_intent_id=_id(body["payment_intent"]),
        charge_id=_id(body["charge"]),
        reason=body["reason"],
        created=_moment(body["created"]),
    )


def event(body: Json) -> StripeEvent:
    subject = body["data"]["object"]
    return StripeEvent(
        id=body["id"],
        type=body["type"],
        created=_moment(body["created"]),
        api_version=body["api_version"],
        object_id=subject.get("id"),
        data=body["data"],
    )
