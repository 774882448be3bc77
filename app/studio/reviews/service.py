"""Verbs on comments: remark, reword, settle, take away."""

from uuid import UUID

from sqlalchemy import delete, func
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.database.patch import patch
from app.core.errors import FieldError, Invalid
from app.core.http.etags import require_match
from app.core.ids import new_id
from app.core.outbox.emit import emit
from app.domain_events.studio import CommentChanged, CommentCreated, CommentDeleted
from app.studio.contents.queries import SessionPlace, find_content
from app.studio.models import Program, ReviewComment
from app.studio.permissions import Permission, StudioActor, allow
from app.studio.reviews import queries
from app.studio.reviews.schemas import StudioCommentUpdate, StudioProgramCommentCreate, StudioSessionCommentCreate


async def comment_on_program(
    session: AsyncSession, actor: StudioActor, program: Program, data: StudioProgramCommentCreate
) -> ReviewComment:
    """Remark on a program."""
    comment = ReviewComment(id=new_id(), program_id=program.id, body=data.body, author_id=actor.named)
    return await _add(session, program.id, comment)


async def comment_on_session(
    session: AsyncSession, actor: StudioActor, place: SessionPlace, data: StudioSessionCommentCreate
) -> ReviewComment:
    """Remark on a session, or on a content that it has."""
    kind = data.content_type
    if kind is not None and await find_content(session, kind, place.session.id) is None:
        raise Invalid(errors=(FieldError("/content_type", "unknown", f"The session has no {kind}"),))
    comment = ReviewComment(
        id=new_id(), session_id=place.session.id, content_type=kind, body=data.body, author_id=actor.named
    )
    return await _add(session, place.program_id, comment)


async def update_comment(
    session: AsyncSession,
    actor: StudioActor,
    comment_id: UUID,
    data: StudioCommentUpdate,
    *,
    if_match: str | None = None,
) -> ReviewComment:
    """Say it in other words. Raises `Forbidden` for somebody else's, and `Stale`."""
    place = await queries.get_comment(session, comment_id, lock=True)
    allow(actor, Permission.COMMENT_EDIT, place.comment)
    require_match(place.comment, if_match)
    if patch(place.comment, data):
        _tell_change(session, place)
    return await _settled(session, comment_id)


async def resolve_comment(session: AsyncSession, actor: StudioActor, comment_id: UUID) -> ReviewComment:
    """Settle a comment. Who did it first stays; a second time changes nothing."""
    place = await queries.get_comment(session, comment_id, lock=True)
    comment = place.comment
    if not comment.is_resolved:
        comment.resolved_by, comment.resolved_at = actor.named, func.now()
        comment.version += 1
        _tell_change(session, place, is_resolved=True)
    return await _settled(session, comment_id)


async def reopen_comment(session: AsyncSession, actor: StudioActor, comment_id: UUID) -> ReviewComment:
    """Open a settled comment again. Of an open one it changes nothing."""
    place = await queries.get_comment(session, comment_id, lock=True)
    comment = place.comment
    if comment.is_resolved:
        comment.resolved_by = comment.resolved_at = None
        comment.version += 1
        _tell_change(session, place, is_resolved=False)
    return await _settled(session, comment_id)


async def delete_comment(
    session: AsyncSession, actor: StudioActor, comment_id: UUID, if_match: str | None = None
) -> None:
    """Take one's own comment away; staff any. Raises `Forbidden` and `Stale`."""
    place = await queries.get_comment(session, comment_id, lock=True)
    allow(actor, Permission.COMMENT_DELETE, place.comment)
    require_match(place.comment, if_match)
    await session.execute(delete(ReviewComment).where(ReviewComment.id == comment_id))
    emit(session, CommentDeleted(program_id=place.program_id, comment_id=comment_id))


async def _add(session: AsyncSession, program_id: UUID, comment: ReviewComment) -> ReviewComment:
    session.add(comment)
    emit(
        session,
        CommentCreated(
            program_id=program_id,
            comment_id=comment.id,
            session_id=comment.session_id,
            content_type=comment.content_type,
        ),
    )
    return await _settled(session, comment.id)


async def _settled(session: AsyncSession, comment_id: UUID) -> ReviewComment:
    return (await queries.get_comment(session, comment_id)).comment


def _tell_change(session: AsyncSession, place: queries.CommentPlace, *, is_resolved: bool | None = None) -> None:
    known = place.comment.is_resolved if is_resolved is None else is_resolved
    emit(session, CommentChanged(program_id=place.program_id, comment_id=place.comment.id, is_resolved=known))
