"""Taking webhooks in, and saying what became of them."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import func, update
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.ids import new_id
from app.core.outbox.emit import emit, emit_with
from app.domain_events.webhooks import StripeEventReceived
from app.gateways.stripe.types import StripeEvent
from app.identity.actor import Actor
from app.webhooks.inbox import queries, rules
from app.webhooks.models import InboxMessage, InboxState

log = structlog.get_logger(__name__)

LOST_AFTER = timedelta(minutes=10)
BATCH = 500
# Bodies hold people's data; what became of a message stays known, and by its id that it was here before.
BODIES_KEPT = timedelta(days=30)
PARKED_FOR = timedelta(days=90)


async def receive_stripe(session: AsyncSession, actor: Actor, event: StripeEvent, body: bytes) -> bool:
    """Store a verified event with its raw bytes and announce it, in one statement (A-PAY-02).

    False: it was here before, and nothing was written.
    """
    inbox_id = new_id()
    announcement = StripeEventReceived(inbox_id=inbox_id, event_type=event.type, object_id=event.object_id)
    return await emit_with(session, stored_once(rules.stripe_message(inbox_id, event, body)), announcement)


def stored_once(message: Mapping[str, Any]) -> Insert:
    """A message that is stored unless it is here already: its columns, as values or as bind parameters (rule 31)."""
    return insert(InboxMessage).values(**message).on_conflict_do_nothing(index_elements=["source", "external_id"])


async def mark(
    session: AsyncSession, actor: Actor, inbox_id: UUID, state: InboxState | str, note: str | None = None
) -> None:
    """Write down what became of a message. `note`: why, for whoever looks at it later."""
    settled = None if state == InboxState.received else func.now()
    change = update(InboxMessage).where(InboxMessage.id == inbox_id)
    await session.execute(change.values(state=InboxState(state), processed_at=settled, note=note))


async def replay_parked(session: AsyncSession, actor: Actor, source: str, subject: str) -> int:
    """Announce again what was parked for `subject`, now that it is known. Returns how many messages.

    Each message is taken by one conditional UPDATE: two replays at once announce it once.
    """
    change = (
        update(InboxMessage)
        .where(InboxMessage.source == source, InboxMessage.subject == subject, InboxMessage.state == InboxState.parked)
        .values(state=InboxState.received, processed_at=None, note=None)
        .returning(InboxMessage)
    )
    taken = (await session.scalars(change, execution_options={"populate_existing": True})).all()
    for message in sorted(taken, key=lambda each: (each.sent_at, each.id)):
        _announce(session, message)
    return len(taken)


async def recover_lost(session: AsyncSession, actor: Actor) -> int:
    """Announce messages whose work was lost. Returns how many; a full batch is followed by the next run's."""
    lost = await queries.list_lost(session, LOST_AFTER, BATCH)
    for message in lost:
        _announce(session, message)
    if lost:
        log.warning("webhooks_recovered", count=len(lost))
    return len(lost)


async def forget_bodies(session: AsyncSession, actor: Actor) -> int:
    """Empty the bodies of messages that were settled long ago. Returns how many: at most one batch."""
    old = queries.settled_bodies(BODIES_KEPT, BATCH)
    emptied = update(InboxMessage).where(InboxMessage.id.in_(old)).values(body=b"").returning(InboxMessage.id)
    return len((await session.scalars(emptied)).all())


async def give_up_parked(session: AsyncSession, actor: Actor) -> int:
    """Settle messages that nobody came to ask for. Returns how many: at most one batch."""
    given_up = (
        update(InboxMessage)
        .where(InboxMessage.id.in_(queries.long_parked(PARKED_FOR, BATCH)), InboxMessage.state == InboxState.parked)
        .values(state=InboxState.ignored, processed_at=func.now(), note="nobody came to ask for it")
        .returning(InboxMessage.id)
    )
    return len((await session.scalars(given_up)).all())


def _announce(session: AsyncSession, message: InboxMessage) -> None:
    object_id = rules.stripe_object_id(message.body)
    emit(session, StripeEventReceived(inbox_id=message.id, event_type=message.event_type, object_id=object_id))
