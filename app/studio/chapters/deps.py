"""The chapter that a path names: seen by the caller, or 404."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends

from app.studio.chapters import queries
from app.studio.deps import StudioSession
from app.studio.models import Chapter


async def chapter_from_path(chapter_id: UUID, session: StudioSession) -> Chapter:
    """The chapter, when the caller works for its client or is staff. Raises `NotFound`."""
    return await queries.get_chapter(session, chapter_id)


ChapterPath = Annotated[Chapter, Depends(chapter_from_path)]
