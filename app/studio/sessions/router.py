"""The door to sessions: whoever works for the client reads and writes them."""

from typing import Annotated

from fastapi import Query, Request, Response

from app.core.errors import Stale
from app.core.http.etags import IfMatch, IfNoneMatch, tag
from app.core.http.idempotency import IdempotencyInFlight, IdempotencyKeyReused
from app.core.http.pages import InvalidCursor, Page, PageQuery, Rows
from app.core.http.problems import refusals
from app.core.http.routing import Router
from app.identity.deps import Idempotent
from app.studio.chapters.deps import ChapterPath
from app.studio.chapters.rules import Order
from app.studio.deps import CurrentStudioActor, StudioSession
from app.studio.models import ContentSession
from app.studio.programs.errors import ProgramPublished, ProgramTooLong
from app.studio.sessions import queries, service
from app.studio.sessions.deps import ContentSessionPath
from app.studio.sessions.errors import SessionNumberTaken, SessionPublished
from app.studio.sessions.schemas import (
    StudioContentSession,
    StudioContentSessionCreate,
    StudioContentSessionUpdate,
    StudioSessionOrder,
    StudioSessionOrderUpdate,
)

router = Router()


@router.get(
    "/chapters/{chapter_id}/sessions", response_model=Page[StudioContentSession], responses=refusals(InvalidCursor)
)
async def list_sessions(
    chapter: ChapterPath, query: Annotated[PageQuery, Query()], session: StudioSession
) -> Rows[ContentSession]:
    """List the sessions of a chapter in their order."""
    return await queries.list_sessions(session, chapter, query)


@router.post(
    "/chapters/{chapter_id}/sessions",
    status_code=201,
    response_model=StudioContentSession,
    responses=refusals(SessionNumberTaken, ProgramPublished, ProgramTooLong, IdempotencyInFlight, IdempotencyKeyReused),
)
async def create_session(
    body: StudioContentSessionCreate,
    chapter: ChapterPath,
    actor: CurrentStudioActor,
    *,
    key: Idempotent,
    session: StudioSession,
    request: Request,
    response: Response,
) -> ContentSession:
    """Add a session behind the others of its chapter. It is a draft without contents."""
    item = await service.create_session(session, actor, chapter, body)
    tag(response, request, item)
    return item


@router.get("/chapters/{chapter_id}/session-order", response_model=StudioSessionOrder)
async def get_session_order(
    chapter: ChapterPath,
    session: StudioSession,
    request: Request,
    response: Response,
    if_none_match: IfNoneMatch = None,
) -> Order:
    """Read which session of a chapter follows which, with the ETag of the order."""
    order = await queries.get_order(session, chapter.id)
    tag(response, request, order)
    return order


@router.put(
    "/chapters/{chapter_id}/session-order",
    response_model=StudioSessionOrder,
    responses=refusals(ProgramPublished, Stale),
)
async def update_session_order(
    body: StudioSessionOrderUpdate,
    chapter: ChapterPath,
    actor: CurrentStudioActor,
    *,
    session: StudioSession,
    request: Request,
    response: Response,
    if_match: IfMatch = None,
) -> Order:
    """Let the sessions of a chapter follow each other in another order, all at once.

    A session of another chapter of the same program that is named here moves in, with its contents. Numbers stay,
    except where one that moves in would meet the same.
    """
    order = await service.order_sessions(session, actor, chapter, body.session_ids, if_match)
    tag(response, request, order)
    return order


@router.get("/sessions/{session_id}", response_model=StudioContentSession)
async def get_session(
    item: ContentSessionPath, request: Request, response: Response, if_none_match: IfNoneMatch = None
) -> ContentSession:
    """Read a session, without its contents."""
    tag(response, request, item)
    return item


@router.patch(
    "/sessions/{session_id}",
    response_model=StudioContentSession,
    responses=refusals(SessionNumberTaken, SessionPublished, ProgramTooLong, Stale),
)
async def update_session(
    body: StudioContentSessionUpdate,
    item: ContentSessionPath,
    actor: CurrentStudioActor,
    *,
    session: StudioSession,
    request: Request,
    response: Response,
    if_match: IfMatch = None,
) -> ContentSession:
    """Change a session, as long as it is not published. Its status and its contents have their own addresses."""
    changed = await service.update_session(session, actor, item, body, if_match)
    tag(response, request, changed)
    return changed


@router.delete("/sessions/{session_id}", status_code=204, responses=refusals(SessionPublished, ProgramPublished, Stale))
async def delete_session(
    item: ContentSessionPath, actor: CurrentStudioActor, session: StudioSession, if_match: IfMatch = None
) -> None:
    """Delete a session with its contents, as long as it is not published."""
    await service.delete_session(session, actor, item, if_match)
