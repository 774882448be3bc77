"""Telling people something, and their reading of it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import func, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.ids import new_id
from app.identity.actor import Actor
from app.notifications.mails import service as mails
from app.notifications.mails.schemas import MailOrder
from app.notifications.models import Notification
from app.notifications.notices import queries


async def notify(
    session: AsyncSession,
    actor: Actor,
    *,
    account_id: UUID,
    type: str,  # noqa: A002  (the word of the table and of the API)
    data: Mapping[str, Any],
    actor_name: str | None = None,
    mail: MailOrder | None = None,
) -> Notification:
    """Put a notice into somebody's inbox and, with `mail`, a mail into the queue, both in the caller's transaction.

    `data` must be plain JSON. `actor_name`: how the reader should see whose doing it was. Raises `MailOrderRefused`
    for an order that its template could not be filled from (A-WTL-04).
    """
    notice = Notification(
        id=new_id(),
        account_id=account_id,
        type=type,
        actor_id=None if actor.is_system else actor.account_id,
        actor_name=actor_name,
        data=dict(data),
    )
    session.add(notice)
    if mail is not None:
        mails.queue(session, actor, account_id, mail)
    return notice


async def read(session: AsyncSession, actor: Actor, notice_id: UUID) -> Notification:
    """Mark one of the actor's notices as read; the time of the first reading stays. Raises `NoticeNotFound`."""
    mine = update(Notification).where(Notification.id == notice_id, Notification.account_id == actor.account_id)
    await session.execute(mine.where(Notification.read_at.is_(None)).values(read_at=func.now()))
    return await queries.get_notice(session, actor, notice_id)


async def read_all(session: AsyncSession, actor: Actor) -> int:
    """Mark all of the actor's notices as read. Returns how many are unread now: those that came meanwhile."""
    mine = update(Notification).where(Notification.account_id == actor.account_id, Notification.read_at.is_(None))
    await session.execute(mine.values(read_at=func.now()))
    return await queries.count_unread(session, actor)
