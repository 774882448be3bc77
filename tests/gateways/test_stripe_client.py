"""The gateway over a real socket: what it asks for, what it makes of the answers, how it bears bad days."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

import pytest

from app.gateways.errors import GatewayRefused, GatewayUnavailable
from app.gateways.stripe.client import StripeGateway
from app.gateways.stripe.types import CheckoutOrder, CheckoutSession
from tests.support.recorder import Recorder, Says, recording
from tests.support.samples import sample
from tests.support.twins import Twins

AN_HOUR_AGO = datetime.now(UTC) - timedelta(hours=1)


@asynccontextmanager
async def gateway_to(recorder: Recorder, *, automatic_tax: bool = False) -> AsyncIterator[StripeGateway]:
    gateway = StripeGateway("sk_test_any", base_url=recorder.url, automatic_tax=automatic_tax)
    try:
        yield gateway
    finally:
        await gateway.aclose()


def session_answer() -> bytes:
    return json.dumps(sample("stripe/checkout.session.completed.json")["data"]["object"]).encode()


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pauses between attempts are the SDK's and ours; here they last no time."""
    monkeypatch.setattr("stripe.HTTPClient.INITIAL_DELAY", 0.001)
    monkeypatch.setattr("stripe.HTTPClient.MAX_DELAY", 0.001)
    monkeypatch.setattr("app.gateways.stripe.client.FIRST_PAUSE_SECONDS", 0.001)


async def asked_form(order: CheckoutOrder, *, automatic_tax: bool = False) -> dict[str, str]:
    """The form that creating a session sends."""
    with recording(Says(body=session_answer())) as recorder:
        async with gateway_to(recorder, automatic_tax=automatic_tax) as gateway:
            await gateway.create_checkout_session(order, idempotency_key="payment-1")
        return {name: values[0] for name, values in parse_qs(recorder.asked[0].body.decode()).items()}


async def test_the_enrollment_is_named_on_session_and_payment(order: CheckoutOrder) -> None:
    form = await asked_form(order)
    named = ("client_reference_id", "metadata[enrollment_id]", "payment_intent_data[metadata][enrollment_id]")
    assert {form[name] for name in named} == {order.enrollment_id}


async def test_other_metadata_goes_to_both_as_well(order: CheckoutOrder) -> None:
    form = await asked_form(order)
    assert (
        form["metadata[cohort_id]"] == form["payment_intent_data[metadata][cohort_id]"] == order.metadata["cohort_id"]
    )


async def test_promotion_codes_are_allowed(order: CheckoutOrder) -> None:
    assert (await asked_form(order))["allow_promotion_codes"] == "true"


@pytest.mark.parametrize("wanted", [True, False])
async def test_tax_is_computed_when_the_setting_says_so(order: CheckoutOrder, wanted: bool) -> None:
    form = await asked_form(order, automatic_tax=wanted)
    assert form["automatic_tax[enabled]"] == str(wanted).lower()


async def test_price_title_and_expiry_are_the_orders(order: CheckoutOrder) -> None:
    form = await asked_form(order)
    price = "line_items[0][price_data]"
    assert (form[f"{price}[unit_amount]"], form[f"{price}[product_data][name]"], form["expires_at"]) == (
        "99700",
        order.title,
        str(int(order.expires_at.timestamp())),
    )


async def test_the_idempotency_key_and_the_version_travel_in_headers(order: CheckoutOrder) -> None:
    with recording(Says(body=session_answer())) as recorder:
        async with gateway_to(recorder) as gateway:
            await gateway.create_checkout_session(order, idempotency_key="payment-1")
        headers = recorder.asked[0].headers
    assert (headers["Idempotency-Key"], headers["Stripe-Version"]) == ("payment-1", "2026-10-28.endive")


async def test_a_recorded_session_is_read() -> None:
    with recording(Says(body=session_answer())) as recorder:
        async with gateway_to(recorder) as gateway:
            session = await gateway.get_checkout_session("cs_1")
    assert session == CheckoutSession(
        id="cs_test_a1AcademyCheckoutSession0000000000000000000000000001",
        url=None,
        expires_at=datetime.fromtimestamp(1_793_620_800, UTC),
        created=datetime.fromtimestamp(1_793_534_400, UTC),
        status="complete",
        payment_status="paid",
        payment_intent_id="pi_3SAcademyPay00000000001",
        amount_total=99_700,
        currency="usd",
        metadata={
            "enrollment_id": "0199f0c4-7a52-7c3e-9b1d-5a2f0c9e1a01",
            "cohort_id": "0199f0c4-1111-7c3e-9b1d-000000000001",
            "user_id": "0199f0c4-2222-7c3e-9b1d-000000000002",
        },
        client_reference_id="0199f0c4-7a52-7c3e-9b1d-5a2f0c9e1a01",
    )


async def test_the_same_key_gives_the_same_session(stripe_gateway: StripeGateway, order: CheckoutOrder) -> None:
    first = await stripe_gateway.create_checkout_session(order, idempotency_key="same-key")
    assert await stripe_gateway.create_checkout_session(order, idempotency_key="same-key") == first


async def test_the_same_key_for_another_order_is_refused(stripe_gateway: StripeGateway, order: CheckoutOrder) -> None:
    await stripe_gateway.create_checkout_session(order, idempotency_key="other-order")
    with pytest.raises(GatewayRefused, match="idempotency_error"):
        await stripe_gateway.create_checkout_session(replace(order, amount_cents=5_000), idempotency_key="other-order")


async def test_a_lost_answer_is_found_again_with_its_key(
    stripe_gateway: StripeGateway, twins: Twins, order: CheckoutOrder
) -> None:
    twins.faults(lost_answer=1)
    with pytest.raises(GatewayUnavailable):
        await stripe_gateway.create_checkout_session(order, idempotency_key="lost")
    twins.faults(lost_answer=0)
    session = await stripe_gateway.create_checkout_session(order, idempotency_key="lost")
    made = [s async for s in stripe_gateway.list_checkout_sessions(AN_HOUR_AGO)]
    assert [s.id for s in made][:1] == [session.id]


async def test_a_hiccup_of_the_server_is_repeated() -> None:
    with recording(Says(503), Says(body=session_answer())) as recorder:
        async with gateway_to(recorder) as gateway:
            assert (await gateway.get_checkout_session("cs_1")).is_paid


@pytest.mark.parametrize(
    "says", [Says(500), Says(503), Says(409), Says(cut=True), Says(429), Says(body=b"<html>")], ids=str
)
async def test_what_stays_open_is_unavailable(says: Says) -> None:
    with recording(says) as recorder:
        async with gateway_to(recorder) as gateway:
            with pytest.raises(GatewayUnavailable):
                await gateway.get_checkout_session("cs_1")


async def test_nobody_there_is_unavailable() -> None:
    gateway = StripeGateway("sk_test_any", base_url="http://127.0.0.1:9")
    with pytest.raises(GatewayUnavailable):
        await gateway.get_checkout_session("cs_1")
    await gateway.aclose()


async def test_too_many_requests_are_repeated_after_a_pause() -> None:
    with recording(Says(429), Says(429), Says(body=session_answer())) as recorder:
        async with gateway_to(recorder) as gateway:
            await gateway.get_checkout_session("cs_1")
        assert len(recorder.asked) == 3


async def test_a_long_wait_is_handed_to_the_caller() -> None:
    body = b'{"error": {"type": "invalid_request_error", "code": "rate_limit"}}'
    with recording(Says(429, body, {"Retry-After": "90"})) as recorder:
        async with gateway_to(recorder) as gateway:
            with pytest.raises(GatewayUnavailable) as refused:
                await gateway.get_checkout_session("cs_1")
    assert refused.value.retry_after == 90


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (401, b'{"error": {"type": "invalid_request_error", "message": "Invalid API Key"}}', "invalid_request_error"),
        (402, b'{"error": {"type": "card_error", "code": "card_declined", "message": "No"}}', "card_declined"),
        (404, b'{"error": {"type": "invalid_request_error", "code": "resource_missing"}}', "resource_missing"),
    ],
)
async def test_a_no_is_a_refusal_with_stripes_own_code(status: int, body: bytes, reason: str) -> None:
    with recording(Says(status, body)) as recorder:
        async with gateway_to(recorder) as gateway:
            with pytest.raises(GatewayRefused) as refused:
                await gateway.get_checkout_session("cs_1")
    assert refused.value.reason == reason


async def test_a_session_can_be_ended_early(stripe_gateway: StripeGateway, order: CheckoutOrder) -> None:
    session = await stripe_gateway.create_checkout_session(order, idempotency_key="end-early")
    assert (await stripe_gateway.expire_checkout_session(session.id)).status == "expired"


@pytest.mark.parametrize(("outcome", "status"), [("paid", "complete"), ("expired", "expired")])
async def test_ending_a_session_too_late_tells_its_state(
    stripe_gateway: StripeGateway, twins: Twins, order: CheckoutOrder, outcome: str, status: str
) -> None:
    session = await stripe_gateway.create_checkout_session(order, idempotency_key=f"late-{outcome}")
    twins.outcome(session.id, outcome)
    assert (await stripe_gateway.expire_checkout_session(session.id)).status == status


async def paid(gateway: StripeGateway, twins: Twins, order: CheckoutOrder, key: str) -> str:
    """The payment intent of an order that was paid."""
    session = await gateway.create_checkout_session(order, idempotency_key=key)
    twins.outcome(session.id, "paid")
    intent = (await gateway.get_checkout_session(session.id)).payment_intent_id
    assert intent is not None
    return intent


async def test_a_payment_knows_what_came_in(stripe_gateway: StripeGateway, twins: Twins, order: CheckoutOrder) -> None:
    intent = await stripe_gateway.get_payment_intent(await paid(stripe_gateway, twins, order, "came-in"))
    assert (intent.status, intent.amount_received, intent.amount_refunded) == ("succeeded", 99_700, 0)


async def test_a_payment_carries_the_enrollment(
    stripe_gateway: StripeGateway, twins: Twins, order: CheckoutOrder
) -> None:
    intent = await stripe_gateway.get_payment_intent(await paid(stripe_gateway, twins, order, "carries"))
    assert intent.metadata["enrollment_id"] == order.enrollment_id


async def test_a_part_can_be_refunded(stripe_gateway: StripeGateway, twins: Twins, order: CheckoutOrder) -> None:
    intent_id = await paid(stripe_gateway, twins, order, "part")
    await stripe_gateway.create_refund(intent_id, amount_cents=10_000, idempotency_key="part-refund")
    intent = await stripe_gateway.get_payment_intent(intent_id)
    assert (intent.amount_refunded, intent.refunded) == (10_000, False)


async def test_a_refund_without_amount_gives_back_the_rest(
    stripe_gateway: StripeGateway, twins: Twins, order: CheckoutOrder
) -> None:
    intent_id = await paid(stripe_gateway, twins, order, "rest")
    await stripe_gateway.create_refund(intent_id, amount_cents=10_000, idempotency_key="rest-1")
    assert (await stripe_gateway.create_refund(intent_id, idempotency_key="rest-2")).amount == 89_700


async def test_nothing_is_refunded_twice_under_one_key(
    stripe_gateway: StripeGateway, twins: Twins, order: CheckoutOrder
) -> None:
    intent_id = await paid(stripe_gateway, twins, order, "once")
    for _ in range(2):
        await stripe_gateway.create_refund(intent_id, amount_cents=10_000, idempotency_key="once-refund")
    assert len(await stripe_gateway.list_refunds(intent_id)) == 1


async def test_a_refund_of_nothing_left_is_refused(
    stripe_gateway: StripeGateway, twins: Twins, order: CheckoutOrder
) -> None:
    intent_id = await paid(stripe_gateway, twins, order, "nothing-left")
    await stripe_gateway.create_refund(intent_id, idempotency_key="nothing-left-1")
    with pytest.raises(GatewayRefused) as refused:
        await stripe_gateway.create_refund(intent_id, idempotency_key="nothing-left-2")
    assert refused.value.reason == "charge_already_refunded"


async def test_a_dispute_is_found_with_its_end(
    stripe_gateway: StripeGateway, twins: Twins, order: CheckoutOrder
) -> None:
    session = await stripe_gateway.create_checkout_session(order, idempotency_key="dispute")
    for outcome in ("paid", "disputed", "dispute_lost"):
        twins.outcome(session.id, outcome)
    intent_id = (await stripe_gateway.get_checkout_session(session.id)).payment_intent_id or ""
    assert [dispute.status for dispute in await stripe_gateway.list_disputes(intent_id)] == ["lost"]


async def test_lists_go_on_past_the_first_page(
    stripe_gateway: StripeGateway, order: CheckoutOrder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.gateways.stripe.client.PAGE", 2)
    made = [(await stripe_gateway.create_checkout_session(order, idempotency_key=f"page-{n}")).id for n in range(5)]
    listed = [session.id async for session in stripe_gateway.list_checkout_sessions(AN_HOUR_AGO)]
    assert listed[:5] == made[::-1]


async def test_events_can_be_asked_for_by_type(
    stripe_gateway: StripeGateway, twins: Twins, order: CheckoutOrder
) -> None:
    intent_id = await paid(stripe_gateway, twins, order, "by-type")
    events = stripe_gateway.list_events(AN_HOUR_AGO, ["payment_intent.succeeded"])
    assert (await anext(events)).object_id == intent_id


async def test_undelivered_events_can_be_asked_for(
    stripe_gateway: StripeGateway, twins: Twins, order: CheckoutOrder
) -> None:
    await paid(stripe_gateway, twins, order, "undelivered")
    waiting = {event.id async for event in stripe_gateway.list_events(AN_HOUR_AGO, undelivered_only=True)}
    assert waiting == {webhook.event_id for webhook in twins.take_webhooks()}
