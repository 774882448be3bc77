"""Reads of notices, always the caller's own."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.http.pages import Rows, SortBy, paginate
from app.identity.actor import Actor
from app.notifications.models import Notification
from app.notifications.notices.errors import NoticeNotFound
from app.notifications.notices.schemas import NotificationsNoticeFilter

NEWEST_FIRST = SortBy("-created_at", Notification.created_at, descending=True)


async def list_notices(session: AsyncSession, actor: Actor, wanted: NotificationsNoticeFilter) -> Rows[Notification]:
    """The actor's notices, newest first."""
    own = select(Notification).where(Notification.account_id == actor.account_id)
    if wanted.unread is not None:
        own = own.where(Notification.read_at.is_(None) if wanted.unread else Notification.read_at.is_not(None))
    return await paginate(session, own, wanted, NEWEST_FIRST)


async def get_notice(session: AsyncSession, actor: Actor, notice_id: UUID) -> Notification:
    """The actor's notice with this id. Raises `NoticeNotFound`."""
    own = select(Notification).where(Notification.id == notice_id, Notification.account_id == actor.account_id)
    # It may have been changed by a statement in this very transaction.
    found = (await session.scalars(own.execution_options(populate_existing=True))).one_or_none()
    if found is None:
        raise NoticeNotFound
    return found


async def count_unread(session: AsyncSession, actor: Actor) -> int:
    """How many notices the actor has not read."""
    own = select(func.count()).where(Notification.account_id == actor.account_id, Notification.read_at.is_(None))
    return await session.scalar(own) or 0
