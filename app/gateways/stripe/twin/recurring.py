"""Subscriptions: what is bought on a page in mode `subscription`, how it is renewed, and how it ends.

The twin has no clock of its own for them: a period ends when somebody says so (`renewed`, `renewal_failed`, `ended`).
"""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from app.gateways.stripe.twin import shapes
from app.gateways.stripe.twin.ledger import Ledger, Unlawful
from app.gateways.stripe.twin.shapes import new_id, nulls

Json = dict[str, Any]

OVER = frozenset({"canceled", "incomplete_expired"})


def next_end(start: int, interval: str) -> int:
    """The same day of the next month or year; the last of a month that is too short."""
    begins = datetime.fromtimestamp(start, UTC)
    months = begins.month if interval == "month" else begins.month + 11
    year, month = begins.year + months // 12, months % 12 + 1
    day = min(begins.day, calendar.monthrange(year, month)[1])
    return int(begins.replace(year=year, month=month, day=day).timestamp())


# ── what happens ────────────────────────────────────────────────────────────────────────────────────────────────────


def begin(ledger: Ledger, session: Json) -> None:
    """Paid at the page: a subscription with its first invoice. The session comes last, as it often does."""
    notes = ledger.notes(session)
    subscription = shape(
        created=ledger.now,
        amount=session["amount_total"],
        currency=session["currency"],
        interval=notes["interval"],
        metadata=notes.get("payment_metadata", {}),
    )
    ledger.add(subscription)
    ledger.announce("customer.subscription.created", subscription)
    bill(ledger, session, subscription, "subscription_create")
    session |= {"subscription": subscription["id"], "invoice": subscription["latest_invoice"]}
    ledger.complete(session, "paid")
    ledger.announce("checkout.session.completed", session)


def renew(ledger: Ledger, session: Json) -> None:
    """`renewed`: the next period begins, and its invoice is paid."""
    subscription = of(ledger, session)
    _next_period(ledger, subscription, "active")
    bill(ledger, session, subscription, "subscription_cycle")


def fail_renewal(ledger: Ledger, session: Json) -> None:
    """`renewal_failed`: the next period begins, and nobody pays for it."""
    subscription = of(ledger, session)
    _next_period(ledger, subscription, "past_due")
    failed = invoice(subscription, created=ledger.now, reason="subscription_cycle", is_paid=False)
    subscription["latest_invoice"] = failed["id"]
    ledger.add(failed)
    ledger.save(subscription)
    ledger.announce("invoice.payment_failed", failed)


def cancel_later(ledger: Ledger, session: Json) -> None:
    """`cancelled_later`: it will not be renewed."""
    subscription = of(ledger, session)
    subscription |= {"cancel_at_period_end": True, "canceled_at": ledger.now}
    ledger.save(subscription)
    ledger.announce("customer.subscription.updated", subscription, {"cancel_at_period_end": False})


def end(ledger: Ledger, session: Json) -> None:
    """`ended`: its time is over."""
    cancel(ledger, of(ledger, session))


def cancel(ledger: Ledger, subscription: Json) -> None:
    """End it now, by the API or the clock."""
    if subscription["status"] in OVER:
        raise Unlawful(f"No such subscription: '{subscription['id']}'", "resource_missing", "id")
    subscription |= {"status": "canceled", "canceled_at": ledger.now, "ended_at": ledger.now}
    ledger.save(subscription)
    ledger.announce("customer.subscription.deleted", subscription)


def refund_latest(ledger: Ledger, session: Json) -> None:
    """All that is left of what the latest paid invoice brought in; the subscription goes on."""
    if not session["subscription"]:
        raise Unlawful("Nobody has subscribed yet.")
    latest = ledger.found("subscription", session["subscription"])["latest_invoice"]
    payment = ledger.latest("invoice_payment", invoice=latest)
    if payment is None:
        raise Unlawful("The latest invoice is not paid.")
    intent = ledger.found("payment_intent", payment["payment"]["payment_intent"])
    ledger.refund(intent, reason="requested_by_customer")


def of(ledger: Ledger, session: Json) -> Json:
    """The living subscription that was bought on a page."""
    if not session["subscription"]:
        raise Unlawful("Nobody has subscribed yet.")
    subscription = ledger.found("subscription", session["subscription"])
    if subscription["status"] in OVER:
        raise Unlawful("The subscription has ended.")
    return subscription


def bill(ledger: Ledger, session: Json, subscription: Json, reason: str) -> None:
    """An invoice for the period that runs, charged at once."""
    paid = invoice(subscription, created=ledger.now, reason=reason, is_paid=True)
    subscription["latest_invoice"] = paid["id"]
    ledger.add(paid)
    ledger.save(subscription)
    intent = shapes.payment_intent(created=ledger.now, amount=paid["total"], currency=paid["currency"], metadata={})
    ledger.add(intent)
    ledger.charge(intent, session)
    payment = invoice_payment(paid, intent)
    ledger.add(payment)
    ledger.announce("invoice.paid", paid)
    ledger.announce("invoice_payment.paid", payment)


def _next_period(ledger: Ledger, subscription: Json, status: str) -> None:
    item = subscription["items"]["data"][0]
    start = item["current_period_end"]
    ends = next_end(start, item["plan"]["interval"])
    before = {"items": {"data": [dict(item)]}, "status": subscription["status"]}
    item |= {"current_period_start": start, "current_period_end": ends}
    subscription["status"] = status
    ledger.save(subscription)
    ledger.announce("customer.subscription.updated", subscription, before)


# ── shapes ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def shape(*, created: int, amount: int, currency: str, interval: str, metadata: Mapping[str, str]) -> Json:
    """A subscription of one item whose first period begins now."""
    subscription_id, price_id = new_id("sub_1"), new_id("price_1")
    recurring = {"interval": interval, "interval_count": 1, "meter": None, "trial_period_days": None}
    plan = {
        **recurring,
        **nulls("nickname tiers_mode transform_usage"),
        "id": price_id,
        "object": "plan",
        "active": True,
        "amount": amount,
        "amount_decimal": str(amount),
        "billing_scheme": "per_unit",
        "created": created,
        "currency": currency,
        "livemode": False,
        "metadata": {},
        "product": "prod_LyceumTwin",
        "usage_type": "licensed",
    }
    price = {
        **nulls("custom_unit_amount lookup_key nickname tiers_mode transform_quantity"),
        "id": price_id,
        "object": "price",
        "active": True,
        "billing_scheme": "per_unit",
        "created": created,
        "currency": currency,
        "livemode": False,
        "metadata": {},
        "product": "prod_LyceumTwin",
        "recurring": {**recurring, "usage_type": "licensed"},
        "tax_behavior": "unspecified",
        "type": "recurring",
        "unit_amount": amount,
        "unit_amount_decimal": str(amount),
    }
    item = {
        **nulls("billed_until billing_thresholds current_trial"),
        "id": new_id("si_", 14),
        "object": "subscription_item",
        "created": created,
        "current_period_end": next_end(created, interval),
        "current_period_start": created,
        "discounts": [],
        "metadata": {},
        "plan": plan,
        "price": price,
        "quantity": 1,
        "subscription": subscription_id,
        "tax_rates": [],
    }
    return {
        **nulls(
            "application application_fee_percent billing_cycle_anchor_config billing_thresholds cancel_at canceled_at"
            " customer_account days_until_due default_payment_method default_source description ended_at"
            " latest_invoice next_pending_invoice_item_invoice on_behalf_of pause_collection"
            " pending_invoice_item_interval pending_setup_intent pending_update schedule status_details test_clock"
            " transfer_data trial_end trial_start"
        ),
        "id": subscription_id,
        "object": "subscription",
        "automatic_tax": {"disabled_reason": None, "enabled": False, "liability": None},
        "billing_cycle_anchor": created,
        "billing_mode": {"flexible": {"proration_discounts": "included"}, "type": "flexible"},
        "cancel_at_period_end": False,
        "cancellation_details": nulls("comment feedback feedback_option reason"),
        "collection_method": "charge_automatically",
        "created": created,
        "currency": currency,
        "customer": "cus_LyceumTwin",
        "default_tax_rates": [],
        "discounts": [],
        "invoice_settings": {
            **nulls("account_tax_ids custom_fields description footer"),
            "issuer": {"type": "self"},
        },
        "items": {
            "object": "list",
            "data": [item],
            "has_more": False,
            "url": f"/v1/subscription_items?subscription={subscription_id}",
        },
        "livemode": False,
        "managed_payments": {"enabled": False},
        "metadata": dict(metadata),
        "payment_settings": {
            "payment_method_options": {"card": {"network": None, "request_three_d_secure": "automatic"}},
            "payment_method_types": None,
            "save_default_payment_method": "off",
        },
        "start_date": created,
        "status": "active",
        "trial_settings": {"end_behavior": {"missing_payment_method": "create_invoice"}},
    }


def invoice(subscription: Json, *, created: int, reason: str, is_paid: bool) -> Json:
    """The invoice for the period that runs."""
    item = subscription["items"]["data"][0]
    amount, invoice_id = item["plan"]["amount"], new_id("in_1")
    line = {
        "id": new_id("il_1"),
        "object": "line_item",
        "amount": amount,
        "currency": subscription["currency"],
        "description": "1 × subscription",
        "discount_amounts": [],
        "discountable": True,
        "discounts": [],
        "invoice": invoice_id,
        "livemode": False,
        "metadata": {},
        "parent": {
            "invoice_item_details": None,
            "subscription_item_details": {
                "invoice_item": None,
                "proration": False,
                "proration_details": {"credited_items": None},
                "subscription": subscription["id"],
                "subscription_item": item["id"],
            },
            "type": "subscription_item_details",
        },
        "period": {"end": item["current_period_end"], "start": item["current_period_start"]},
        "pretax_credit_amounts": [],
        "pricing": {
            "price_details": {"price": item["price"]["id"], "product": "prod_LyceumTwin"},
            "type": "price_details",
            "unit_amount_decimal": str(amount),
        },
        "quantity": 1,
        "quantity_decimal": "1",
        "subscription": None,
        "subtotal": amount,
        "taxes": [],
    }
    return {
        **nulls(
            "account_tax_ids application automatically_finalizes_at custom_fields customer_account customer_address"
            " customer_email customer_name customer_phone customer_shipping default_payment_method default_source"
            " description due_date footer from_invoice last_finalization_error latest_revision next_payment_attempt"
            " on_behalf_of receipt_number rendering shipping_cost shipping_details statement_descriptor"
            " status_details test_clock webhooks_delivered_at"
        ),
        "id": invoice_id,
        "object": "invoice",
        "account_country": "US",
        "account_name": "Lyceum twin",
        "amount_due": amount,
        "amount_overpaid": 0,
        "amount_paid": amount if is_paid else 0,
        "amount_remaining": 0 if is_paid else amount,
        "amount_shipping": 0,
        "attempt_count": 1,
        "attempted": True,
        "auto_advance": not is_paid,
        "automatic_tax": {**nulls("disabled_reason liability provider status"), "enabled": False},
        "billing_reason": reason,
        "collection_method": "charge_automatically",
        "created": created,
        "currency": subscription["currency"],
        "customer": subscription["customer"],
        "customer_tax_exempt": "none",
        "customer_tax_ids": [],
        "default_tax_rates": [],
        "discounts": [],
        "effective_at": created,
        "ending_balance": 0,
        "hosted_invoice_url": f"https://invoice.stripe.com/i/twin/{invoice_id}",
        "invoice_pdf": f"https://pay.stripe.com/invoice/twin/{invoice_id}/pdf",
        "issuer": {"type": "self"},
        "lines": {"object": "list", "data": [line], "has_more": False, "url": f"/v1/invoices/{invoice_id}/lines"},
        "livemode": False,
        "metadata": {},
        "number": f"TWIN-{invoice_id[-8:].upper()}",
        "parent": {
            "quote_details": None,
            "subscription_details": {
                "metadata": dict(subscription["metadata"]),
                "subscription": subscription["id"],
            },
            "type": "subscription_details",
        },
        "payment_settings": nulls("default_mandate payment_method_options payment_method_types"),
        "period_end": created,
        "period_start": created,
        "post_payment_credit_notes_amount": 0,
        "pre_payment_credit_notes_amount": 0,
        "starting_balance": 0,
        "status": "paid" if is_paid else "open",
        "status_transitions": {
            **nulls("marked_uncollectible_at voided_at"),
            "finalized_at": created,
            "paid_at": created if is_paid else None,
        },
        "subtotal": amount,
        "subtotal_excluding_tax": amount,
        "total": amount,
        "total_discount_amounts": [],
        "total_excluding_tax": amount,
        "total_pretax_credit_amounts": [],
        "total_taxes": [],
    }


def invoice_payment(paid: Json, intent: Json) -> Json:
    """What names an invoice and its payment intent together: nothing else does."""
    return {
        "id": new_id("inpay_1"),
        "object": "invoice_payment",
        "amount_paid": paid["total"],
        "amount_requested": paid["total"],
        "created": paid["created"],
        "currency": paid["currency"],
        "invoice": paid["id"],
        "is_default": True,
        "livemode": False,
        "payment": {"payment_intent": intent["id"], "type": "payment_intent"},
        "status": "paid",
        "status_transitions": {"canceled_at": None, "paid_at": paid["created"]},
    }
