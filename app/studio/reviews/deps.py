"""The comment that a path names: seen by the caller, or 404."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends

from app.studio.deps import StudioSession
from app.studio.models import ReviewComment
from app.studio.reviews import queries


async def comment_from_path(comment_id: UUID, session: StudioSession) -> ReviewComment:
    """The comment, when the caller may know of it. Raises `NotFound`."""
    return (await queries.get_comment(session, comment_id)).comment


CommentPath = Annotated[ReviewComment, Depends(comment_from_path)]
