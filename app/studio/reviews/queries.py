"""Reads of comments. Which rows there are for the caller is decided by row-level security, not here."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import NotFound
from app.core.http.pages import Rows, paginate
from app.core.http.sorting import sort_by
from app.studio.models import Chapter, ContentSession, ReviewComment
from app.studio.reviews.schemas import StudioCommentFilter, StudioSessionCommentFilter

_SORTS = {"created_at": ReviewComment.created_at}


@dataclass(frozen=True, slots=True)
class CommentPlace:
    """A comment, and the program that it is below."""

    comment: ReviewComment
    program_id: UUID


async def get_comment(session: AsyncSession, comment_id: UUID, *, lock: bool = False) -> CommentPlace:
    """A comment as it is now; `lock` keeps others from changing it. Raises `NotFound`."""
    rows = (
        select(ReviewComment, func.coalesce(ReviewComment.program_id, Chapter.program_id))
        .outerjoin(ContentSession, ContentSession.id == ReviewComment.session_id)
        .outerjoin(Chapter, Chapter.id == ContentSession.chapter_id)
        .where(ReviewComment.id == comment_id)
    )
    if lock:
        rows = rows.with_for_update(of=ReviewComment)
    found = (await session.execute(rows.execution_options(populate_existing=True))).one_or_none()
    if found is None:
        raise NotFound
    return CommentPlace(*found)


async def list_comments(session: AsyncSession, wanted: StudioCommentFilter, **about: UUID) -> Rows[ReviewComment]:
    """The comments on a program or on a session and its contents: `program_id=` or `session_id=`."""
    rows = select(ReviewComment).filter_by(**about)
    if wanted.is_resolved is not None:
        rows = rows.where(ReviewComment.resolved_at.is_not(None) == wanted.is_resolved)
    if wanted.author_id is not None:
        rows = rows.where(ReviewComment.author_id == wanted.author_id)
    if isinstance(wanted, StudioSessionCommentFilter) and wanted.content_type is not None:
        rows = rows.where(ReviewComment.content_type == wanted.content_type)
    return await paginate(session, rows.execution_options(populate_existing=True), wanted, sort_by(wanted.sort, _SORTS))
