"""Reads of stored files, for those whose business a file is: they have asked for the right before."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import NotFound
from app.media.models import FileState, StoredFile


async def get_file(session: AsyncSession, file_id: UUID) -> StoredFile:
    """What is known of a stored file. Raises `NotFound`, also for one whose bytes are not there."""
    found = await session.scalar(
        select(StoredFile).where(StoredFile.id == file_id, StoredFile.state == FileState.stored)
    )
    if found is None:
        raise NotFound
    return found


async def lock_abandoned(session: AsyncSession, older_than: timedelta, limit: int = 500) -> Sequence[StoredFile]:
    """Files that were announced and never came, locked for their removal."""
    rows = await session.scalars(
        select(StoredFile)
        .where(StoredFile.state == FileState.pending, StoredFile.created_at < func.now() - older_than)
        .order_by(StoredFile.created_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return rows.all()
