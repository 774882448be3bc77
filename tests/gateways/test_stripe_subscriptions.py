"""Subscriptions at the local Stripe: shaped like the real ones, and as our own client sees them."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from app.core.ids import new_id
from app.gateways.stripe.client import StripeGateway
from app.gateways.stripe.twin.recurring import next_end
from app.gateways.stripe.types import CheckoutOrder, CheckoutSession
from tests.support.samples import sample
from tests.support.twins import Twins


def order(**more: Any) -> CheckoutOrder:
    values: dict[str, Any] = {
        "enrollment_id": None,
        "title": "AI Leadership Track",
        "amount_cents": 4_900,
        "currency": "usd",
        "success_url": "https://academy.example/done",
        "cancel_url": "https://academy.example/paths",
        "expires_at": datetime.now(UTC) + timedelta(minutes=32),
        "metadata": {"path_purchase_id": "0199f0c4-3333-7c3e-9b1d-000000000003"},
        "reference": "0199f0c4-3333-7c3e-9b1d-000000000003",
        "interval": "month",
    }
    return CheckoutOrder(**values | more)


async def opened(stripe_gateway: StripeGateway, **more: Any) -> CheckoutSession:
    return await stripe_gateway.create_checkout_session(order(**more), idempotency_key=str(new_id()))


@pytest.mark.parametrize(
    ("outcomes", "kind", "recorded"),
    [
        (["paid"], "checkout.session.completed", "checkout.session.completed.subscription"),
        (["paid"], "customer.subscription.created", "customer.subscription.created"),
        (["paid"], "invoice.paid", "invoice.paid.subscription_create"),
        (["paid"], "invoice_payment.paid", "invoice_payment.paid"),
        (["paid", "renewal_failed"], "customer.subscription.updated", "customer.subscription.updated.past_due"),
        (["paid", "renewal_failed"], "invoice.payment_failed", "invoice.payment_failed"),
        (["paid", "ended"], "customer.subscription.deleted", "customer.subscription.deleted"),
    ],
)
async def test_an_event_has_the_fields_of_the_recorded_one(
    stripe_gateway: StripeGateway, twins: Twins, outcomes: list[str], kind: str, recorded: str
) -> None:
    page = await opened(stripe_gateway)
    for outcome in outcomes:
        twins.outcome(page.id, outcome)
    sent = next(json.loads(webhook.body) for webhook in twins.take_webhooks() if webhook.type == kind)
    wanted = sample(f"stripe/{recorded}.json")["data"]["object"]
    assert sorted(sent["data"]["object"]) == sorted(wanted)


async def test_the_client_sees_a_subscription_begin_go_on_and_end(stripe_gateway: StripeGateway, twins: Twins) -> None:
    page = await opened(stripe_gateway)
    assert (page.mode, page.subscription_id) == ("subscription", None)
    twins.outcome(page.id, "paid")
    page = await stripe_gateway.get_checkout_session(page.id)
    assert page.is_paid
    begun = await stripe_gateway.get_subscription(page.subscription_id or "")
    assert (begun.status, begun.metadata) == ("active", {"path_purchase_id": page.client_reference_id})
    intent_id = await stripe_gateway.find_invoice_intent(begun.latest_invoice_id or "")
    assert (await stripe_gateway.get_payment_intent(intent_id or "")).amount_received == 4_900
    twins.outcome(page.id, "renewed")
    renewed = await stripe_gateway.get_subscription(begun.id)
    assert begun.period_ends_at is not None
    assert renewed.period_ends_at is not None
    assert renewed.period_ends_at > begun.period_ends_at
    assert (await stripe_gateway.cancel_subscription(begun.id)).status == "canceled"
    again = await stripe_gateway.cancel_subscription(begun.id)
    assert (again.status, again.ended_at is None) == ("canceled", False)


async def test_an_invoice_that_nobody_paid_has_no_payment(stripe_gateway: StripeGateway, twins: Twins) -> None:
    page = await opened(stripe_gateway)
    twins.outcome(page.id, "paid")
    twins.outcome(page.id, "renewal_failed")
    found = await stripe_gateway.get_subscription(
        (await stripe_gateway.get_checkout_session(page.id)).subscription_id or ""
    )
    assert found.status == "past_due"
    assert await stripe_gateway.find_invoice_intent(found.latest_invoice_id or "") is None


async def test_what_has_ended_is_not_renewed(stripe_gateway: StripeGateway, twins: Twins) -> None:
    page = await opened(stripe_gateway)
    with pytest.raises(httpx.HTTPStatusError):
        twins.outcome(page.id, "renewed")
    twins.outcome(page.id, "paid")
    twins.outcome(page.id, "ended")
    for late in ("renewed", "renewal_failed", "cancelled_later", "ended"):
        with pytest.raises(httpx.HTTPStatusError):
            twins.outcome(page.id, late)


@pytest.mark.parametrize(
    ("start", "interval", "end"),
    [
        (datetime(2027, 1, 31, tzinfo=UTC), "month", datetime(2027, 2, 28, tzinfo=UTC)),
        (datetime(2026, 12, 15, tzinfo=UTC), "month", datetime(2027, 1, 15, tzinfo=UTC)),
        (datetime(2028, 2, 29, tzinfo=UTC), "year", datetime(2029, 2, 28, tzinfo=UTC)),
        (datetime(2026, 12, 1, tzinfo=UTC), "year", datetime(2027, 12, 1, tzinfo=UTC)),
    ],
)
def test_a_period_ends_on_the_same_day(start: datetime, interval: str, end: datetime) -> None:
    assert next_end(int(start.timestamp()), interval) == int(end.timestamp())
