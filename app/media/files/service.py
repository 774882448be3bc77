"""Keeping files."""

import asyncio
from datetime import timedelta
from hashlib import sha256
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.ids import new_id
from app.core.storage import file_store, new_key
from app.identity.actor import Actor
from app.media.files import queries
from app.media.models import FileState, StoredFile

ABANDONED = timedelta(days=1)


def announce(session: AsyncSession, actor: Actor, *, name: str, media_type: str, account_id: UUID) -> StoredFile:
    """A file that is about to be made for somebody. Commit before its bytes are written to `storage_key`."""
    file = StoredFile(
        id=new_id(),
        storage_key=new_key(),
        name=name,
        media_type=media_type,
        account_id=account_id,
        state=FileState.pending,
    )
    session.add(file)
    return file


async def settle(session: AsyncSession, actor: Actor, file_id: UUID, content: bytes) -> None:
    """Say that the bytes of an announced file are there."""
    announced = update(StoredFile).where(StoredFile.id == file_id, StoredFile.state == FileState.pending)
    values = {"state": FileState.stored, "size_bytes": len(content), "sha256": sha256(content).digest()}
    await session.execute(announced.values(values))


async def sweep_abandoned(session: AsyncSession, actor: Actor) -> int:
    """Remove what was announced a day ago and never settled, bytes first. Returns how many."""
    abandoned = await queries.lock_abandoned(session, ABANDONED)
    store = file_store()
    for file in abandoned:
        await asyncio.to_thread(store.remove, file.storage_key)
        await session.delete(file)
    return len(abandoned)
