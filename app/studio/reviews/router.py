"""The doors to comments."""

from typing import Annotated

from fastapi import Query, Request, Response

from app.core.errors import Stale
from app.core.http.etags import IfMatch, IfNoneMatch, tag
from app.core.http.idempotency import IdempotencyInFlight, IdempotencyKeyReused
from app.core.http.pages import InvalidCursor, Page, Rows
from app.core.http.problems import refusals
from app.core.http.routing import Router
from app.identity.deps import Idempotent
from app.studio.contents.deps import SessionPath
from app.studio.deps import CurrentStudioActor, StudioSession
from app.studio.models import ReviewComment
from app.studio.publishing.deps import ProgramPath
from app.studio.reviews import queries, service
from app.studio.reviews.deps import CommentPath
from app.studio.reviews.schemas import (
    StudioComment,
    StudioCommentFilter,
    StudioCommentUpdate,
    StudioProgramCommentCreate,
    StudioSessionCommentCreate,
    StudioSessionCommentFilter,
)

router = Router()


@router.get("/programs/{program_id}/comments", response_model=Page[StudioComment], responses=refusals(InvalidCursor))
async def list_program_comments(
    wanted: Annotated[StudioCommentFilter, Query()], place: ProgramPath, session: StudioSession
) -> Rows[ReviewComment]:
    """The comments on a program, oldest first. Those on its sessions are with the sessions."""
    return await queries.list_comments(session, wanted, program_id=place.program.id)


@router.post(
    "/programs/{program_id}/comments",
    status_code=201,
    response_model=StudioComment,
    responses=refusals(IdempotencyInFlight, IdempotencyKeyReused),
)
async def create_program_comment(
    actor: CurrentStudioActor,
    place: ProgramPath,
    body: StudioProgramCommentCreate,
    *,
    key: Idempotent,
    session: StudioSession,
    request: Request,
    response: Response,
) -> ReviewComment:
    """Remark on a program."""
    comment = await service.comment_on_program(session, actor, place.program, body)
    tag(response, request, comment)
    return comment


@router.get("/sessions/{session_id}/comments", response_model=Page[StudioComment], responses=refusals(InvalidCursor))
async def list_session_comments(
    wanted: Annotated[StudioSessionCommentFilter, Query()], place: SessionPath, session: StudioSession
) -> Rows[ReviewComment]:
    """The comments on a session and on its contents, oldest first."""
    return await queries.list_comments(session, wanted, session_id=place.session.id)


@router.post(
    "/sessions/{session_id}/comments",
    status_code=201,
    response_model=StudioComment,
    responses=refusals(IdempotencyInFlight, IdempotencyKeyReused),
)
async def create_session_comment(
    actor: CurrentStudioActor,
    place: SessionPath,
    body: StudioSessionCommentCreate,
    *,
    key: Idempotent,
    session: StudioSession,
    request: Request,
    response: Response,
) -> ReviewComment:
    """Remark on a session, or with `content_type` on a content that it has."""
    comment = await service.comment_on_session(session, actor, place, body)
    tag(response, request, comment)
    return comment


@router.get("/comments/{comment_id}", response_model=StudioComment)
async def get_comment(
    comment: CommentPath, request: Request, response: Response, if_none_match: IfNoneMatch = None
) -> ReviewComment:
    """Read a comment."""
    tag(response, request, comment)
    return comment


@router.patch("/comments/{comment_id}", response_model=StudioComment, responses=refusals(Stale))
async def update_comment(
    actor: CurrentStudioActor,
    comment: CommentPath,
    body: StudioCommentUpdate,
    *,
    session: StudioSession,
    request: Request,
    response: Response,
    if_match: IfMatch = None,
) -> ReviewComment:
    """Say one's own comment in other words."""
    changed = await service.update_comment(session, actor, comment.id, body, if_match=if_match)
    tag(response, request, changed)
    return changed


@router.delete("/comments/{comment_id}", status_code=204, responses=refusals(Stale))
async def delete_comment(
    actor: CurrentStudioActor, comment: CommentPath, session: StudioSession, if_match: IfMatch = None
) -> None:
    """Take one's own comment away; staff may take away any."""
    await service.delete_comment(session, actor, comment.id, if_match)


@router.put("/comments/{comment_id}/resolution", response_model=StudioComment)
async def resolve_comment(actor: CurrentStudioActor, comment: CommentPath, session: StudioSession) -> ReviewComment:
    """Settle a comment. A second time changes nothing."""
    return await service.resolve_comment(session, actor, comment.id)


@router.delete("/comments/{comment_id}/resolution", response_model=StudioComment)
async def reopen_comment(actor: CurrentStudioActor, comment: CommentPath, session: StudioSession) -> ReviewComment:
    """Open a settled comment again."""
    return await service.reopen_comment(session, actor, comment.id)
