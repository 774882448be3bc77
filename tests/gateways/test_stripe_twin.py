"""The local Stripe: shaped like the real one, lawful like the real one, and as forgetful as a file on disk."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.gateways.stripe.client import StripeGateway
from app.gateways.stripe.signatures import verify_event
from app.gateways.stripe.twin.delivery import pause_after
from app.gateways.stripe.types import CheckoutOrder
from tests.support.recorder import Says, recording
from tests.support.samples import sample
from tests.support.twins import Twins, start_twins

SECRET = "whsec_test_secret"
AUTH = {"Authorization": "Bearer sk_test_any"}
OUTCOMES = ("paid", "processing", "settled", "failed", "expired", "refunded")


@pytest.fixture
def http(twins: Twins) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{twins.url}/stripe", headers=AUTH, trust_env=False) as client:
        yield client


def form(**more: str) -> dict[str, str]:
    """A checkout session's parameters, as the wire has them."""
    return {
        "mode": "payment",
        "line_items[0][quantity]": "1",
        "line_items[0][price_data][currency]": "usd",
        "line_items[0][price_data][unit_amount]": "99700",
        "line_items[0][price_data][product_data][name]": "AI in two days",
        "success_url": "https://academy.example/done",
        **more,
    }


def create(http: httpx.Client, **more: str) -> dict[str, Any]:
    answer: dict[str, Any] = http.post("/v1/checkout/sessions", data=form(**more)).raise_for_status().json()
    return answer


def after(http: httpx.Client, *outcomes: str) -> dict[str, Any]:
    """A session to which all this has happened."""
    session = create(http)
    for outcome in outcomes:
        http.post(f"/checkout/{session['id']}/outcome", json={"outcome": outcome}).raise_for_status()
    found: dict[str, Any] = http.get(f"/v1/checkout/sessions/{session['id']}").json()
    return found


def shape(body: Any) -> Any:
    """The names of all fields, however deep."""
    if isinstance(body, dict):
        return {name: shape(value) for name, value in body.items()}
    return type(body).__name__ if isinstance(body, list) else None


# ── shapes ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("outcomes", "kind", "recorded"),
    [
        (["paid"], "checkout.session.completed", "checkout.session.completed"),
        (["processing"], "checkout.session.completed", "checkout.session.completed.unpaid-delayed-method"),
        (["paid"], "payment_intent.succeeded", "payment_intent.succeeded"),
        (["paid", "refunded"], "charge.refunded", "charge.refunded"),
        (["paid", "refunded"], "refund.created", "refund.created"),
        (["paid", "disputed"], "charge.dispute.created", "charge.dispute.created"),
    ],
)
def test_an_event_has_the_fields_of_the_recorded_one(
    http: httpx.Client, twins: Twins, outcomes: list[str], kind: str, recorded: str
) -> None:
    after(http, *outcomes)
    sent = next(json.loads(webhook.body) for webhook in twins.take_webhooks() if webhook.type == kind)
    wanted = sample(f"stripe/{recorded}.json")
    assert (sorted(sent), sorted(sent["data"]["object"])) == (sorted(wanted), sorted(wanted["data"]["object"]))


def test_a_completed_session_has_the_inner_fields_too(http: httpx.Client, twins: Twins) -> None:
    after(http, "paid")
    sent = json.loads(twins.take_webhooks()[-1].body)["data"]["object"]
    wanted = sample("stripe/checkout.session.completed.json")["data"]["object"]
    assert shape({**sent, "metadata": {}}) == shape({**wanted, "metadata": {}})


# ── what can happen ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("before", "lawful"),
    [
        ([], {"paid", "processing", "failed", "expired"}),
        (["failed"], {"paid", "processing", "failed", "expired"}),
        (["paid"], {"refunded"}),
        (["processing"], {"settled", "failed"}),
        (["processing", "settled"], {"refunded"}),
        (["processing", "failed"], set()),
        (["expired"], set()),
        (["paid", "refunded"], set()),
    ],
    # sets print in another order in every process, and parallel workers must agree on names
    ids=lambda value: "+".join(sorted(value)) or "nothing",
)
def test_only_the_possible_happens(http: httpx.Client, before: list[str], lawful: set[str]) -> None:
    possible = set()
    for outcome in OUTCOMES:
        session = after(http, *before)
        answer = http.post(f"/checkout/{session['id']}/outcome", json={"outcome": outcome})
        assert answer.status_code in {200, 409}
        if answer.status_code == 200:
            possible.add(outcome)
    assert possible == lawful


@pytest.mark.parametrize(
    ("outcomes", "told"),
    [
        (["paid"], ["charge.succeeded", "payment_intent.succeeded", "checkout.session.completed"]),
        (["processing"], ["payment_intent.processing", "checkout.session.completed"]),
        (
            ["processing", "settled"],
            [
                "payment_intent.processing",
                "checkout.session.completed",
                "charge.succeeded",
                "payment_intent.succeeded",
                "checkout.session.async_payment_succeeded",
            ],
        ),
        (["failed"], ["charge.failed", "payment_intent.payment_failed"]),
        (["expired"], ["checkout.session.expired"]),
        (
            ["failed", "expired"],
            [
                "charge.failed",
                "payment_intent.payment_failed",
                "payment_intent.canceled",
                "checkout.session.expired",
            ],
        ),
    ],
    ids=str,
)
def test_what_happens_is_told(http: httpx.Client, twins: Twins, outcomes: list[str], told: list[str]) -> None:
    after(http, *outcomes)
    assert [webhook.type for webhook in twins.take_webhooks()] == told


@pytest.mark.parametrize(
    ("outcomes", "state"),
    [
        ([], ("open", "unpaid")),
        (["failed"], ("open", "unpaid")),
        (["paid"], ("complete", "paid")),
        (["processing"], ("complete", "unpaid")),
        (["processing", "settled"], ("complete", "paid")),
        (["processing", "failed"], ("complete", "unpaid")),
        (["expired"], ("expired", "unpaid")),
    ],
    ids=str,
)
def test_the_session_shows_what_happened(http: httpx.Client, outcomes: list[str], state: tuple[str, str]) -> None:
    session = after(http, *outcomes)
    assert (session["status"], session["payment_status"]) == state


def test_a_free_order_needs_no_payment(http: httpx.Client) -> None:
    session = create(http, **{"line_items[0][price_data][unit_amount]": "0"})
    http.post(f"/checkout/{session['id']}/outcome", json={"outcome": "paid"}).raise_for_status()
    found = http.get(f"/v1/checkout/sessions/{session['id']}").json()
    assert (found["payment_status"], found["payment_intent"]) == ("no_payment_required", None)


def test_a_refund_that_fails_counts_no_more(http: httpx.Client) -> None:
    intent = after(http, "paid", "refunded", "refund_failed")["payment_intent"]
    charge = http.get(f"/v1/payment_intents/{intent}", params={"expand[]": "latest_charge"}).json()["latest_charge"]
    assert (charge["amount_refunded"], charge["refunded"]) == (0, False)


def test_a_session_ends_when_its_time_is_over(http: httpx.Client, twins: Twins) -> None:
    twins.faults(shortest_session=0)
    session = create(http, expires_at=str(int(time.time())))
    deadline = time.monotonic() + 10
    while not (told := [webhook.type for webhook in twins.take_webhooks()]) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert told == ["checkout.session.expired"], session["id"]


@pytest.mark.parametrize("outcome", ["paid", "processing", "failed"])
def test_nothing_is_paid_after_the_time_is_over(http: httpx.Client, twins: Twins, outcome: str) -> None:
    twins.faults(shortest_session=0)
    session = create(http, expires_at=str(int(time.time())))
    assert http.post(f"/checkout/{session['id']}/outcome", json={"outcome": outcome}).status_code == 409


# ── the API's manners ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "wrong",
    [
        {"payment_method_types[0]": "card"},
        {"mode": "subscription"},
        {"expires_at": "{soon}"},
        {"expires_at": "{late}"},
        {"line_items[0][price_data][unit_amount]": "12.5"},
        {"line_items[0][price_data][unit_amount]": "49"},
        {"client_reference_id": "x" * 201},
        {"metadata[a]": "x" * 501},
        {"customer_email": "nobody"},
        {"success_url": ""},
        {"a[b": "1"},
    ],
    ids=str,
)
def test_what_stripe_would_refuse_is_refused(http: httpx.Client, wrong: dict[str, str]) -> None:
    now = int(time.time())
    times = {"{soon}": str(now + 1_700), "{late}": str(now + 90_000)}
    body = form(**{name: times.get(value, value) for name, value in wrong.items()})
    answer = http.post("/v1/checkout/sessions", data=body)
    assert (answer.status_code, answer.json()["error"]["type"]) == (400, "invalid_request_error")


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer sk_live_1", "Basic !!!"])
def test_without_a_test_key_nobody_gets_in(twins: Twins, header: str) -> None:
    answer = httpx.get(f"{twins.url}/stripe/v1/events", headers={"Authorization": header}, trust_env=False)
    assert answer.status_code == 401


def test_a_key_replays_its_first_answer(http: httpx.Client) -> None:
    headers = {"Idempotency-Key": "replayed"}
    first, second = (http.post("/v1/checkout/sessions", data=form(), headers=headers) for _ in range(2))
    assert (first.content, second.headers["Idempotent-Replayed"]) == (second.content, "true")


def test_a_key_is_bound_to_its_parameters(http: httpx.Client) -> None:
    headers = {"Idempotency-Key": "bound"}
    http.post("/v1/checkout/sessions", data=form(), headers=headers)
    answer = http.post("/v1/checkout/sessions", data=form(client_reference_id="other"), headers=headers)
    assert (answer.status_code, answer.json()["error"]["type"]) == (400, "idempotency_error")


def test_a_malformed_call_does_not_use_up_its_key(http: httpx.Client) -> None:
    headers = {"Idempotency-Key": "malformed"}
    http.post("/v1/checkout/sessions", data=form(mode="setup"), headers=headers)
    assert http.post("/v1/checkout/sessions", data=form(), headers=headers).status_code == 200


def test_a_failed_call_is_kept_under_its_key(http: httpx.Client) -> None:
    intent = after(http, "paid", "refunded")["payment_intent"]
    headers = {"Idempotency-Key": "failed"}
    answers = [http.post("/v1/refunds", data={"payment_intent": intent}, headers=headers) for _ in range(2)]
    assert [(a.status_code, a.headers.get("Idempotent-Replayed")) for a in answers] == [(400, None), (400, "true")]


async def test_two_calls_at_once_with_one_key_do_the_work_once(twins: Twins) -> None:
    twins.faults(answer_delay_ms=300)
    headers = {**AUTH, "Idempotency-Key": "at-once"}
    async with httpx.AsyncClient(base_url=f"{twins.url}/stripe", headers=headers, trust_env=False) as client:
        calls = [client.post("/v1/checkout/sessions", data=form()) for _ in range(2)]
        answers = await asyncio.gather(*calls)
    assert sorted(answer.status_code for answer in answers) == [200, 409]


# ── the page ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_page_shows_course_and_price(http: httpx.Client) -> None:
    page = http.get(create(http)["url"]).text
    assert "AI in two days" in page
    assert "997.00 USD" in page


def test_the_page_escapes_what_it_shows(http: httpx.Client) -> None:
    title = {"line_items[0][price_data][product_data][name]": "<script>alert(1)</script>"}
    assert "<script>" not in http.get(create(http, **title)["url"]).text


def test_a_button_leads_the_browser_back(http: httpx.Client) -> None:
    session = create(http, success_url="https://academy.example/done?s={CHECKOUT_SESSION_ID}")
    answer = http.post(f"{session['url']}/outcome", data={"outcome": "paid"}, headers={"Accept": "text/html"})
    assert answer.headers["location"] == f"https://academy.example/done?s={session['id']}"


def test_a_form_without_a_browser_gets_json(http: httpx.Client) -> None:
    session = create(http)
    answer = http.post(f"{session['url']}/outcome", data={"outcome": "expired", "repeat": "2"})
    assert len(answer.json()["events"]) == 1


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{}", b'{"outcome":["paid"]}', b'{"outcome":"paid","repeat":0}', b'{"outcome":"paid","repeat":null}'],
)
def test_a_wish_that_cannot_be_read_is_refused(http: httpx.Client, body: bytes) -> None:
    url = f"{create(http)['url']}/outcome"
    assert http.post(url, content=body, headers={"Content-Type": "application/json"}).status_code == 400


# ── webhooks ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def sending(twin_folder: Path) -> Iterator[Any]:
    """Twins that deliver to a receiver with this script."""
    started: list[Twins] = []

    def start(url: str) -> tuple[Twins, httpx.Client]:
        twins = start_twins(twin_folder, url, SECRET, hold=False)
        started.append(twins)
        return twins, httpx.Client(base_url=f"{twins.url}/stripe", headers=AUTH, trust_env=False)

    yield start
    for twins in started:
        twins.stop()


def test_webhooks_arrive_signed_at_the_applications_door(sending: Any) -> None:
    with recording(Says(200)) as api:
        twins, http = sending(api.url)
        with http:
            events = twins.outcome(create(http)["id"], "paid")
        asked = api.wait_for(3)
    read = {verify_event(one.body, one.headers["Stripe-Signature"], [SECRET]).id for one in asked}
    assert (read, {one.path for one in asked}) == (set(events), {"/api/v1/webhooks/stripe"})


def test_a_webhook_is_repeated_until_it_is_taken(sending: Any) -> None:
    with recording(Says(503), Says(cut=True, status=500), Says(200)) as api:
        twins, http = sending(api.url)
        with http:
            events = twins.outcome(create(http)["id"], "expired")
        asked = api.wait_for(3)
    assert [one.json["id"] for one in asked] == events * 3


def test_each_event_is_sent_as_often_as_wished(sending: Any) -> None:
    with recording(Says(200)) as api:
        twins, http = sending(api.url)
        with http:
            events = twins.outcome(create(http)["id"], "expired", repeat=4)
        asked = api.wait_for(4)
    assert [one.json["id"] for one in asked] == events * 4


def test_a_wished_delay_is_kept(sending: Any) -> None:
    with recording(Says(200)) as api:
        twins, http = sending(api.url)
        with http:
            began = time.monotonic()
            twins.outcome(create(http)["id"], "expired", delay_ms=400)
        api.wait_for(1)
    assert time.monotonic() - began >= 0.4


def test_a_restart_loses_no_webhook(twin_folder: Path) -> None:
    first = start_twins(twin_folder, webhook_secret=SECRET)
    with httpx.Client(base_url=f"{first.url}/stripe", headers=AUTH, trust_env=False) as http:
        events = first.outcome(create(http)["id"], "paid")
    first.stop()
    with recording(Says(200)) as api:
        second = start_twins(twin_folder, api.url, SECRET, hold=False)
        asked = api.wait_for(3)
        second.stop()
    assert {one.json["id"] for one in asked} == set(events)


async def test_a_restart_knows_its_keys(twin_folder: Path, order: CheckoutOrder) -> None:
    made = []
    for _ in range(2):
        twins = start_twins(twin_folder, webhook_secret=SECRET)
        gateway = StripeGateway("sk_test_any", base_url=f"{twins.url}/stripe")
        made.append((await gateway.create_checkout_session(order, idempotency_key="survives")).id)
        await gateway.aclose()
        twins.stop()
    assert made[0] == made[1]


def test_pauses_grow_and_stay_bearable() -> None:
    assert [pause_after(n) for n in (1, 2, 3, 7, 100)] == [0.25, 0.5, 1.0, 15.0, 15.0]


# ── moods ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_duplicates_can_be_asked_for(http: httpx.Client, twins: Twins) -> None:
    twins.faults(duplicate=1)
    events = twins.outcome(create(http)["id"], "expired")
    assert [webhook.event_id for webhook in twins.take_webhooks()] == events * 2


@pytest.mark.parametrize(("mood", "status"), [("server_error", 500), ("rate_limited", 429)])
def test_errors_can_be_asked_for(http: httpx.Client, twins: Twins, mood: str, status: int) -> None:
    twins.faults(**{mood: 1})
    assert http.post("/v1/checkout/sessions", data=form()).status_code == status


def test_a_lost_answer_leaves_the_work_done(http: httpx.Client, twins: Twins) -> None:
    twins.faults(lost_answer=1)
    marked = form(**{"metadata[mark]": "lost"})
    with pytest.raises(httpx.RemoteProtocolError):
        http.post("/v1/checkout/sessions", data=marked)
    twins.faults(lost_answer=0)
    assert http.get("/v1/checkout/sessions").json()["data"][0]["metadata"] == {"mark": "lost"}


@pytest.mark.parametrize(
    "wrong", [{"nonsense": 1}, {"duplicate": 2}, {"hold": 1}, {"reorder_ms": -1}, {"seed": "a"}], ids=str
)
def test_an_unknown_mood_is_refused(http: httpx.Client, wrong: dict[str, Any]) -> None:
    assert http.post("/_faults", json=wrong).status_code == 400


def test_a_session_made_now_may_live_thirty_one_minutes(http: httpx.Client) -> None:
    wish = int((datetime.now(UTC) + timedelta(minutes=31)).timestamp())
    assert create(http, expires_at=str(wish))["expires_at"] == wish
