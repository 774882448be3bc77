"""The API calls one by one: parameters checked as Stripe checks them, work done by the ledger."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from app.gateways.stripe.twin import recurring, shapes
from app.gateways.stripe.twin.faults import Faults
from app.gateways.stripe.twin.ledger import Ledger
from app.gateways.stripe.twin.store import Store

Json = dict[str, Any]

LONGEST_SESSION_SECONDS = 86_400
# Stripe's smallest charge, in minor units; 0 is a free order.
SMALLEST_CHARGE = 50
SESSION_PARAMS = frozenset(
    (
        "allow_promotion_codes",
        "automatic_tax",
        "cancel_url",
        "client_reference_id",
        "customer_email",
        "expand",
        "expires_at",
        "line_items",
        "metadata",
        "mode",
        "payment_intent_data",
        "subscription_data",
        "success_url",
    )
)
REASONS = frozenset({"duplicate", "fraudulent", "requested_by_customer"})


class Refusal(Exception):
    """An answer that is an error. `kind` is Stripe's error type."""

    def __init__(
        self,
        status: int,
        message: str,
        code: str | None = None,
        param: str | None = None,
        *,
        kind: str = "invalid_request_error",
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.param = param
        self.kind = kind


@dataclass(frozen=True, slots=True)
class Call:
    """One request, read: `params` from body or query, `path` the ids in the address, `key` the idempotency key."""

    store: Store
    faults: Faults
    params: Json
    path: dict[str, str]
    base_url: str
    key: str | None

    def ledger(self) -> Ledger:
        return Ledger(self.store, self.faults, key=self.key)


# ── checkout sessions ───────────────────────────────────────────────────────────────────────────────────────────────


def create_session(call: Call) -> Json:
    params = call.params
    if unknown := sorted(set(params) - SESSION_PARAMS):
        raise Refusal(400, f"Received unknown parameter: {unknown[0]}", "parameter_unknown", unknown[0])
    mode = params.get("mode")
    if mode not in {"payment", "subscription"}:
        raise Refusal(400, "The local Stripe sells in mode=payment and mode=subscription.", None, "mode")
    amount, currency, title, interval = _line(params)
    if (mode == "subscription") != (interval is not None):
        raise Refusal(400, "A recurring price goes with mode=subscription, and only with it.", None, "line_items")
    about = {"payment": "payment_intent_data", "subscription": "subscription_data"}
    if wrong := [name for kind, name in about.items() if kind != mode and name in params]:
        raise Refusal(400, f"You can not pass `{wrong[0]}` in `{mode}` mode.", None, wrong[0])
    now = int(time.time())
    session = shapes.checkout_session(
        created=now,
        expires_at=_expiry(params, now, call.faults.shortest_session),
        amount=amount,
        currency=currency,
        metadata=_metadata(params.get("metadata"), "metadata"),
        success_url=_text(params, "success_url", 5_000, required=True) or "",
        cancel_url=_text(params, "cancel_url", 5_000),
        client_reference_id=_text(params, "client_reference_id", 200),
        email=_email(params),
        promotion_codes=params.get("allow_promotion_codes") == "true",
        automatic_tax=_group(params, "automatic_tax").get("enabled") == "true",
    )
    if mode == "subscription":
        session |= {"mode": mode, "customer_creation": "always", "invoice_creation": None}
        session |= {"payment_method_collection": "always"}
    session["url"] = f"{call.base_url}/stripe/checkout/{session['id']}"
    detail = about[mode]
    metadata = _metadata(_group(params, detail).get("metadata"), f"{detail}[metadata]")
    notes = {"title": title, "payment_metadata": metadata, "interval": interval}
    call.store.add(session, notes)
    return session


def get_session(call: Call) -> Json:
    session = _get(call, "checkout.session")
    # the clock ends a session, not the timer that looks at the clock
    if session["status"] == "open" and session["expires_at"] <= time.time():
        call.ledger().expire(session)
    return session


def expire_session(call: Call) -> Json:
    session = get_session(call)
    if session["status"] != "open":
        raise Refusal(
            400,
            'Only Checkout Sessions with a status in ["open"] can be expired. '
            f"This Checkout Session has a status of {session['status']}.",
        )
    call.ledger().expire(session)
    return session


def list_sessions(call: Call) -> Json:
    return _list(call, "checkout.session", "/v1/checkout/sessions", ("status", "payment_intent"))


# ── subscriptions ───────────────────────────────────────────────────────────────────────────────────────────────────


def get_subscription(call: Call) -> Json:
    return _get(call, "subscription")


def cancel_subscription(call: Call) -> Json:
    subscription = get_subscription(call)
    recurring.cancel(call.ledger(), subscription)
    return subscription


def list_invoice_payments(call: Call) -> Json:
    return _list(call, "invoice_payment", "/v1/invoice_payments", ("invoice", "status"))


# ── payments ────────────────────────────────────────────────────────────────────────────────────────────────────────


def get_payment_intent(call: Call) -> Json:
    intent = _get(call, "payment_intent")
    if "latest_charge" in (call.params.get("expand") or []) and intent["latest_charge"]:
        intent["latest_charge"] = call.store.find("charge", intent["latest_charge"])
    return intent


def get_charge(call: Call) -> Json:
    return _get(call, "charge")


def create_refund(call: Call) -> Json:
    params = call.params
    intent_id = params.get("payment_intent")
    if not intent_id and (charge_id := params.get("charge")):
        intent_id = _named(call, "charge", str(charge_id), "charge")["payment_intent"]
    if not intent_id:
        raise Refusal(400, "One of the following params should be provided: payment_intent or charge.")
    reason = params.get("reason")
    if reason is not None and reason not in REASONS:
        raise Refusal(400, f"Invalid reason: must be one of {', '.join(sorted(REASONS))}", None, "reason")
    return call.ledger().refund(
        _named(call, "payment_intent", str(intent_id), "payment_intent"),
        amount=_integer(params, "amount"),
        reason=reason,
        metadata=_metadata(params.get("metadata"), "metadata"),
    )


def list_refunds(call: Call) -> Json:
    return _list(call, "refund", "/v1/refunds", ("payment_intent", "charge"))


def get_refund(call: Call) -> Json:
    return _get(call, "refund")


def list_disputes(call: Call) -> Json:
    return _list(call, "dispute", "/v1/disputes", ("payment_intent", "charge"))


def get_dispute(call: Call) -> Json:
    return _get(call, "dispute")


# ── events ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def list_events(call: Call) -> Json:
    kinds = call.params.get("types") or [kind for kind in [call.params.get("type")] if kind]
    if not isinstance(kinds, list) or len(kinds) > 20:
        raise Refusal(400, "types takes a list of at most 20.", None, "types")
    wish = call.params.get("delivery_success")
    return _list(call, "event", "/v1/events", (), types=kinds, delivered=None if wish is None else wish == "true")


def get_event(call: Call) -> Json:
    return _get(call, "event")


# ── reading parameters ──────────────────────────────────────────────────────────────────────────────────────────────


def _get(call: Call, kind: str) -> Json:
    return _named(call, kind, call.path["id"], "id")


def _named(call: Call, kind: str, object_id: str, param: str) -> Json:
    found = call.store.find(kind, object_id)
    if found is None:
        raise Refusal(404, f"No such {kind.replace('.', ' ')}: '{object_id}'", "resource_missing", param)
    return found


def _list(call: Call, kind: str, url: str, filters: tuple[str, ...], **more: Any) -> Json:
    params = call.params
    limit = _integer(params, "limit")
    if limit is not None and not 1 <= limit <= 100:
        raise Refusal(400, "limit is between 1 and 100.", None, "limit")
    created = params.get("created") or {}
    bounds = {"gte": created, "lte": created} if isinstance(created, str) else created
    if not set(bounds) <= {"gt", "gte", "lt", "lte"}:
        raise Refusal(400, "created takes gt, gte, lt, lte.", None, "created")
    items, has_more = call.store.page(
        kind,
        equal={name: params[name] for name in filters if name in params},
        created={sign: _whole(str(value), "created") for sign, value in bounds.items()},
        after=params.get("starting_after"),
        limit=limit or 10,
        **more,
    )
    return {"object": "list", "data": items, "has_more": has_more, "url": url}


def _line(params: Json) -> tuple[int, str, str, str | None]:
    """Amount, currency, title and interval of the order, which has one line with its price in it."""
    lines = params.get("line_items")
    if not isinstance(lines, list) or len(lines) != 1 or not isinstance(lines[0], dict):
        raise Refusal(400, "The local Stripe sells exactly one line item.", None, "line_items")
    price = _group(lines[0], "price_data")
    title = _group(price, "product_data").get("name")
    currency = price.get("currency")
    if not title or not isinstance(currency, str) or len(currency) != 3:
        raise Refusal(400, "price_data needs currency and product_data[name].", "parameter_missing", "line_items")
    amount = _whole(price.get("unit_amount"), "line_items[0][price_data][unit_amount]")
    total = amount * _whole(lines[0].get("quantity"), "line_items[0][quantity]")
    if 0 < total < SMALLEST_CHARGE:
        raise Refusal(400, "The total must be at least 50 in the minor unit, or 0.", "amount_too_small")
    interval = _group(price, "recurring").get("interval")
    if interval not in {None, "month", "year"}:
        raise Refusal(400, f"Invalid interval: {interval}", None, "line_items[0][price_data][recurring][interval]")
    return total, currency.lower(), str(title), interval


def _expiry(params: Json, now: int, shortest: int) -> int:
    wish = _integer(params, "expires_at")
    if wish is None:
        return now + LONGEST_SESSION_SECONDS
    if not now + shortest <= wish <= now + LONGEST_SESSION_SECONDS:
        raise Refusal(
            400,
            f"The `expires_at` timestamp must be between {shortest} and {LONGEST_SESSION_SECONDS} seconds from now.",
            None,
            "expires_at",
        )
    return wish


def _metadata(value: Any, param: str) -> dict[str, str]:
    if value is None or value == "":
        return {}
    if not isinstance(value, dict) or len(value) > 50:
        raise Refusal(400, "Metadata is a group of at most 50 keys.", None, param)
    for key, text in value.items():
        if len(key) > 40 or not isinstance(text, str) or len(text) > 500:
            raise Refusal(400, "Metadata keys have up to 40 characters, values up to 500.", None, f"{param}[{key}]")
    return value


def _group(params: Json, name: str) -> Json:
    value = params.get(name)
    return value if isinstance(value, dict) else {}


def _text(params: Json, name: str, longest: int, *, required: bool = False) -> str | None:
    value = params.get(name)
    if value is None and not required:
        return None
    if not isinstance(value, str) or not value:
        raise Refusal(400, f"Missing required param: {name}.", "parameter_missing", name)
    if len(value) > longest:
        raise Refusal(400, f"{name} has at most {longest} characters.", None, name)
    return value


def _email(params: Json) -> str | None:
    email = _text(params, "customer_email", 512)
    if email is not None and "@" not in email.strip("@"):
        raise Refusal(400, f"Invalid email address: {email}", "email_invalid", "customer_email")
    return email


def _integer(params: Json, name: str) -> int | None:
    return None if params.get(name) is None else _whole(params[name], name)


def _whole(value: Any, param: str) -> int:
    if not isinstance(value, str) or not value.isascii() or not value.isdigit() or len(value) > 15:
        raise Refusal(400, f"Invalid integer: {value}", "parameter_invalid_integer", param)
    return int(value)
