"""Reads of the inbox."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import Select, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.outbox.models import OutboxRow
from app.webhooks.inbox.errors import MessageNotFound
from app.webhooks.models import InboxMessage, InboxState


async def get_message(session: AsyncSession, inbox_id: UUID) -> InboxMessage:
    """The message with this id. Raises `MessageNotFound`."""
    found = await session.get(InboxMessage, inbox_id)
    if found is None:
        raise MessageNotFound
    return found


async def list_parked(session: AsyncSession, source: str, subject: str) -> Sequence[InboxMessage]:
    """What `source` told of `subject` before we knew it, in the order in which it was sent."""
    wanted = select(InboxMessage).where(
        InboxMessage.source == source, InboxMessage.subject == subject, InboxMessage.state == InboxState.parked
    )
    return (await session.scalars(wanted.order_by(InboxMessage.sent_at, InboxMessage.id))).all()


async def list_lost(session: AsyncSession, older_than: timedelta, limit: int) -> Sequence[InboxMessage]:
    """Messages nobody works on: still `received`, and no announcement of them is left in the outbox.

    One whose job waits, failed or gave up still has its announcement, and is not lost.
    """
    announced = select(OutboxRow.number).where(OutboxRow.key == InboxMessage.id)
    wanted = select(InboxMessage).where(
        InboxMessage.state == InboxState.received,
        InboxMessage.created_at < func.now() - older_than,
        ~announced.exists(),
    )
    return (await session.scalars(wanted.order_by(InboxMessage.created_at).limit(limit))).all()


def settled_bodies(older_than: timedelta, limit: int) -> Select[UUID]:
    """The ids of messages that were settled so long ago, and still have their body."""
    wanted = select(InboxMessage.id).where(
        text("state IN ('processed', 'ignored') AND body <> ''::bytea"),  # the words of ix_inbox_bodies
        InboxMessage.processed_at < func.now() - older_than,
    )
    return wanted.order_by(InboxMessage.processed_at).limit(limit)


def long_parked(older_than: timedelta, limit: int) -> Select[UUID]:
    """The ids of messages that came so long ago and are still parked."""
    wanted = select(InboxMessage.id).where(
        InboxMessage.state == InboxState.parked, InboxMessage.created_at < func.now() - older_than
    )
    return wanted.order_by(InboxMessage.created_at).limit(limit)
