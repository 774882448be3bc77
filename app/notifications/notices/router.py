"""One's own inbox over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from app.core.http.pages import Page, Rows
from app.core.http.problems import refusals
from app.core.http.routing import Router
from app.core.http.session import Session
from app.identity.deps import CurrentActor
from app.notifications.models import Notification
from app.notifications.notices import queries, service
from app.notifications.notices.errors import NoticeNotFound
from app.notifications.notices.schemas import NotificationsNotice, NotificationsNoticeFilter, NotificationsUnread

router = Router()


@router.get("", response_model=Page[NotificationsNotice])
async def list_notices(
    wanted: Annotated[NotificationsNoticeFilter, Query()], actor: CurrentActor, session: Session
) -> Rows[Notification]:
    """List the caller's notices, newest first."""
    return await queries.list_notices(session, actor, wanted)


@router.get("/unread-count", response_model=NotificationsUnread)
async def get_unread_count(actor: CurrentActor, session: Session) -> dict[str, int]:
    """Count the caller's unread notices."""
    return {"unread": await queries.count_unread(session, actor)}


@router.put("/read", response_model=NotificationsUnread)
async def read_all_notices(actor: CurrentActor, session: Session) -> dict[str, int]:
    """Mark all of the caller's notices as read; the answer counts those that came meanwhile."""
    return {"unread": await service.read_all(session, actor)}


@router.put("/{notice_id}/read", response_model=NotificationsNotice, responses=refusals(NoticeNotFound))
async def read_notice(notice_id: UUID, actor: CurrentActor, session: Session) -> Notification:
    """Mark a notice as read.

    Reading it again changes nothing.
    """
    return await service.read(session, actor, notice_id)
