"""The door for Stripe: what is stored, what is announced, what is refused."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from httpx import Response
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from app.core.outbox.models import OutboxRow
from app.domain_events.webhooks import StripeEventReceived
from app.gateways.stripe.client import StripeGateway
from app.gateways.stripe.signatures import TOLERANCE_SECONDS, sign
from app.webhooks.models import InboxMessage, InboxState
from tests.support.client import ApiClient
from tests.support.queries import recorded
from tests.support.samples import SAMPLES, sample, sample_bytes
from tests.support.worker import WorkerOnDemand

SECRET = "whsec_test_secret"
EVENTS = sorted(path.name for path in (SAMPLES / "stripe").glob("[!_]*.json"))
COMPLETED = "checkout.session.completed.json"


async def deliver(client: ApiClient, body: bytes, signature: str | None = None, **headers: str) -> Response:
    """As Stripe sends it."""
    sent = {"Content-Type": "application/json; charset=utf-8", "Stripe-Signature": signature or sign(body, SECRET)}
    return await client.post("/webhooks/stripe", content=body, headers={**sent, **headers})


async def inbox(session: AsyncSession) -> list[InboxMessage]:
    return list(await session.scalars(select(InboxMessage).order_by(InboxMessage.created_at)))


async def events(session: AsyncSession) -> list[OutboxRow]:
    return list(await session.scalars(select(OutboxRow).where(OutboxRow.kind == StripeEventReceived.kind)))


@pytest.mark.req("A-PAY-02")
@pytest.mark.req("D-08")
async def test_an_event_is_stored_byte_for_byte_and_announced(client: ApiClient, session: AsyncSession) -> None:
    body = sample_bytes(f"stripe/{COMPLETED}")
    answer = await deliver(client, body)
    assert (answer.status_code, answer.json()) == (200, {"received": True})
    (message,), (announced,) = await inbox(session), await events(session)
    told = sample(f"stripe/{COMPLETED}")
    assert (message.body, message.external_id, message.event_type) == (body, told["id"], told["type"])
    assert announced.payload == {
        "inbox_id": str(message.id),
        "event_type": told["type"],
        "object_id": told["data"]["object"]["id"],
    }


@pytest.mark.req("A-PAY-02")
async def test_a_repeated_delivery_gets_the_same_answer_and_changes_nothing(
    client: ApiClient, session: AsyncSession
) -> None:
    body = sample_bytes(f"stripe/{COMPLETED}")
    answers = [await deliver(client, body) for _ in range(3)]
    assert [(each.status_code, each.json()) for each in answers] == [(200, {"received": True})] * 3
    assert (len(await inbox(session)), len(await events(session))) == (1, 1)


@pytest.mark.parallel
@pytest.mark.req("A-PAY-02")
async def test_deliveries_at_the_same_time_are_stored_once(
    crowd: ApiClient, parallel: async_sessionmaker[AsyncSession]
) -> None:
    body = sample_bytes(f"stripe/{COMPLETED}")
    answers = await asyncio.gather(*(deliver(crowd, body) for _ in range(50)))
    assert {each.status_code for each in answers} == {200}
    async with parallel() as session:
        assert (len(await inbox(session)), len(await events(session))) == (1, 1)


@pytest.mark.req("D-08")
async def test_an_event_is_worked_on_by_one_job_however_often_it_came(
    client: ApiClient, session: AsyncSession, worker: WorkerOnDemand
) -> None:
    """Its payment is not ours, so it is parked; that somebody looked is what matters here."""
    body = sample_bytes(f"stripe/{COMPLETED}")
    await deliver(client, body)
    await worker.drain()
    await deliver(client, body)
    await worker.drain()
    (message,) = await inbox(session)
    assert (message.state, len(await events(session))) == (InboxState.parked, 1)


@pytest.mark.parametrize("name", EVENTS)
async def test_every_kind_of_event_is_taken(client: ApiClient, session: AsyncSession, name: str) -> None:
    assert (await deliver(client, sample_bytes(f"stripe/{name}"))).status_code == 200
    assert [message.event_type for message in await inbox(session)] == [sample(f"stripe/{name}")["type"]]


BAD = {
    "no signature": {"signature": " "},
    "another secret": {"signature": sign(b"{}", "whsec_other")},
    "another body": {"signature": sign(b'{"id":"evt_x"}', SECRET)},
    "too old": {"signature": sign(sample_bytes(f"stripe/{COMPLETED}"), SECRET, now=1_700_000_000 - TOLERANCE_SECONDS)},
}


@pytest.mark.req("A-PAY-02")
@pytest.mark.parametrize("signature", [each["signature"] for each in BAD.values()], ids=list(BAD))
@pytest.mark.req("D-08")
async def test_a_bad_signature_is_refused_before_the_database_is_asked(
    client: ApiClient, session: AsyncSession, engine: AsyncEngine, signature: str
) -> None:
    with recorded(engine) as statements:
        answer = await deliver(client, sample_bytes(f"stripe/{COMPLETED}"), signature)
    assert (answer.status_code, answer.json()["code"], statements) == (400, "core.signature_refused", [])
    assert await inbox(session) == []


async def test_a_signed_body_that_is_no_event_is_refused(client: ApiClient, session: AsyncSession) -> None:
    assert (await deliver(client, b'["signed", "but", "no", "event"]')).status_code == 400
    assert await inbox(session) == []


async def test_a_body_of_more_than_a_mebibyte_is_refused(client: ApiClient) -> None:
    assert (await deliver(client, b" " * ((1 << 20) + 1))).status_code == 413


async def test_a_body_of_just_a_mebibyte_is_taken(client: ApiClient) -> None:
    body = sample_bytes(f"stripe/{COMPLETED}")
    assert (await deliver(client, body + b" " * ((1 << 20) - len(body)))).status_code == 200


async def test_without_a_secret_the_door_is_closed_for_now(client: ApiClient, request_state: dict[str, Any]) -> None:
    """503, so that Stripe keeps the event and tries again."""
    keyless = StripeGateway("sk_test_x", webhook_secrets=())
    request_state["gateways"] = replace(request_state["gateways"], stripe=keyless)
    answer = await deliver(client, sample_bytes(f"stripe/{COMPLETED}"))
    assert (answer.status_code, answer.json()["code"]) == (503, "webhooks.not_configured")
    assert int(answer.headers["Retry-After"]) > 60


async def test_taking_an_event_in_is_one_statement(client: ApiClient, engine: AsyncEngine) -> None:
    with recorded(engine) as statements:
        await deliver(client, sample_bytes(f"stripe/{COMPLETED}"))
    assert len(statements) == 1


async def test_the_bell_is_rung_for_a_new_event_and_not_for_a_repeated_one(
    client: ApiClient, request_state: dict[str, Any]
) -> None:
    body = sample_bytes(f"stripe/{COMPLETED}")
    await deliver(client, body)
    await deliver(client, body)
    assert request_state["doorbell"].rings == 1


def test_the_contract_names_the_signature_as_the_credential(client: ApiClient) -> None:
    document = client.contract.document
    operation = document["paths"]["/api/v1/webhooks/stripe"]["post"]
    scheme = document["components"]["securitySchemes"]["stripeSignature"]
    assert (operation["security"], scheme["in"], scheme["name"]) == (
        [{"stripeSignature": []}],
        "header",
        "Stripe-Signature",
    )
    assert not {"401", "403"} & set(operation["responses"])
