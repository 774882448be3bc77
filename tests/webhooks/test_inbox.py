"""What becomes of messages in the inbox: marked, parked, replayed, recovered."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.identity.actor import Actor
from app.webhooks.inbox import queries, rules, service
from app.webhooks.inbox.errors import MessageNotFound
from app.webhooks.models import InboxMessage, InboxState
from tests.support.samples import sample, sample_bytes
from tests.support.worker import WorkerOnDemand

HOUSE = Actor.system()
REFUNDED = "stripe/charge.refunded.json"

SUBJECTS = {
    "checkout.session.completed.json": "cs_",
    "checkout.session.expired.json": "cs_",
    "payment_intent.payment_failed.json": "pi_",
    "charge.refunded.json": "pi_",
    "refund.created.json": "pi_",
    "charge.dispute.created.json": "pi_",
    "invoice.paid.json": "in_",
    "customer.subscription.deleted.json": "sub_",
}


def message(**fields: Any) -> InboxMessage:
    """A stored event about a payment intent."""
    return InboxMessage(
        **{
            "source": "stripe",
            "external_id": f"evt_{uuid4().hex}",
            "event_type": "charge.refunded",
            "subject": "pi_1",
            "body": sample_bytes(REFUNDED),
            "sent_at": datetime.now(UTC),
            **fields,
        }
    )


async def announced_ids(worker: WorkerOnDemand) -> list[str]:
    return [each.payload["inbox_id"] for each in await worker.announced("webhooks.stripe_event_received")]


@pytest.mark.parametrize(("name", "prefix"), SUBJECTS.items())
def test_an_event_is_found_again_by_the_name_its_payment_will_have(name: str, prefix: str) -> None:
    event = sample(f"stripe/{name}")
    subject = rules.stripe_subject(event["type"], event["data"]["object"])
    assert subject is not None
    assert subject.startswith(prefix)


def test_a_reference_that_was_expanded_is_the_same_reference() -> None:
    assert rules.stripe_subject("charge.refunded", {"id": "ch_1", "payment_intent": {"id": "pi_1"}}) == "pi_1"


async def test_an_unknown_message_is_not_found(session: AsyncSession) -> None:
    with pytest.raises(MessageNotFound):
        await queries.get_message(session, uuid4())


async def test_what_became_of_a_message_is_written_down(session: AsyncSession) -> None:
    told = message()
    session.add(told)
    await session.flush()
    await service.mark(session, HOUSE, told.id, InboxState.ignored, "not ours")
    await session.refresh(told)
    assert (told.state, told.note, told.processed_at is not None) == ("ignored", "not ours", True)


async def test_parked_messages_are_announced_again_in_the_order_they_were_sent(
    session: AsyncSession, worker: WorkerOnDemand
) -> None:
    now = datetime.now(UTC)
    later = message(state=InboxState.parked, sent_at=now)
    first = message(state=InboxState.parked, sent_at=now - timedelta(minutes=5))
    others = message(state=InboxState.parked, subject="pi_2"), message(state=InboxState.processed)
    session.add_all([later, first, *others])
    await session.flush()
    assert await service.replay_parked(session, HOUSE, "stripe", "pi_1") == 2
    await session.commit()
    assert await announced_ids(worker) == [str(first.id), str(later.id)]
    (event, _) = await worker.announced("webhooks.stripe_event_received")
    assert event.payload["object_id"] == sample(REFUNDED)["data"]["object"]["id"]


@pytest.mark.parallel
async def test_two_replays_at_once_announce_a_message_once(parallel: async_sessionmaker[AsyncSession]) -> None:
    async with parallel.begin() as session:
        session.add(message(state=InboxState.parked))

    async def replay() -> int:
        async with parallel.begin() as session:
            return await service.replay_parked(session, HOUSE, "stripe", "pi_1")

    assert sorted(await asyncio.gather(*(replay() for _ in range(6)))) == [0, 0, 0, 0, 0, 1]


async def test_parked_messages_can_be_listed(session: AsyncSession) -> None:
    parked = message(state=InboxState.parked)
    session.add_all([parked, message()])
    await session.flush()
    assert [each.id for each in await queries.list_parked(session, "stripe", "pi_1")] == [parked.id]


async def made(session: AsyncSession, *, minutes_ago: int, announced: bool = False, state: str = "received") -> UUID:
    told = message(state=state)
    session.add(told)
    await session.flush()
    await session.execute(
        text("UPDATE core.inbox SET created_at = now() - CAST(:age AS interval) WHERE id = :id"),
        {"age": timedelta(minutes=minutes_ago), "id": told.id},
    )
    if announced:
        await session.execute(
            text("INSERT INTO core.outbox (kind, key, payload, relayed_at) VALUES ('tests.before', :id, '{}', now())"),
            {"id": told.id},
        )
    return told.id


async def test_only_messages_that_nobody_works_on_are_recovered(session: AsyncSession, worker: WorkerOnDemand) -> None:
    lost = await made(session, minutes_ago=11)
    await made(session, minutes_ago=1)
    await made(session, minutes_ago=11, announced=True)
    await made(session, minutes_ago=11, state="parked")
    assert await service.recover_lost(session, HOUSE) == 1
    await session.commit()
    assert await announced_ids(worker) == [str(lost)]


async def test_the_schedule_recovers_what_was_lost(session: AsyncSession, worker: WorkerOnDemand) -> None:
    lost = await made(session, minutes_ago=11)
    await session.commit()
    await worker.run_schedule("webhooks.recover_lost_webhooks")
    assert await announced_ids(worker) == [str(lost)]


# Forgetting


async def settled(session: AsyncSession, state: str, *, days_ago: int) -> UUID:
    old = await made(session, minutes_ago=days_ago * 24 * 60, state=state)
    await session.execute(
        text("UPDATE core.inbox SET processed_at = created_at WHERE id = :id AND state <> 'received'"), {"id": old}
    )
    return old


@pytest.mark.parametrize(
    ("became", "days_ago", "forgotten"),
    [
        ("processed", 31, True),
        ("ignored", 31, True),
        ("processed", 29, False),
        ("parked", 31, False),
        ("received", 400, False),
    ],
)
async def test_the_body_of_what_was_settled_a_month_ago_is_forgotten(
    session: AsyncSession, worker: WorkerOnDemand, became: str, days_ago: int, forgotten: bool
) -> None:
    old = await settled(session, became, days_ago=days_ago)
    await session.commit()
    await worker.run_schedule("webhooks.forget_webhook_bodies")
    found = await session.get_one(InboxMessage, old, populate_existing=True)
    assert (found.body == b"") == forgotten
    assert found.state == became


async def test_what_nobody_asked_for_in_ninety_days_is_given_up(session: AsyncSession, worker: WorkerOnDemand) -> None:
    old, young = [await settled(session, "parked", days_ago=days) for days in (91, 89)]
    await session.commit()
    await worker.run_schedule("webhooks.forget_webhook_bodies")
    states = {each.id: each.state for each in await session.scalars(select(InboxMessage))}
    assert states == {old: "ignored", young: "parked"}
    assert (await session.get_one(InboxMessage, old)).body != b""


async def test_bodies_are_forgotten_batch_by_batch(
    session: AsyncSession, worker: WorkerOnDemand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "BATCH", 2)
    for _ in range(5):
        await settled(session, "processed", days_ago=31)
    await session.commit()
    await worker.run_schedule("webhooks.forget_webhook_bodies")
    assert set(await session.scalars(select(InboxMessage.body))) == {b""}
