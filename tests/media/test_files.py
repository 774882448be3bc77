"""Files that the house makes: announced, settled, swept when they never come."""

from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import NotFound
from app.core.storage import FileStore, file_store, new_key
from app.identity.actor import Actor
from app.identity.models import Account
from app.media.files import queries, service
from app.media.models import StoredFile
from tests.factories import identity
from tests.support.worker import WorkerOnDemand

HOUSE = Actor.system()


async def announced(session: AsyncSession) -> StoredFile:
    account: Account = identity.account()
    session.add(account)
    await session.flush()
    file = service.announce(session, HOUSE, name="a.pdf", media_type="application/pdf", account_id=account.id)
    await session.flush()
    return file


async def test_a_file_is_there_once_it_is_settled(session: AsyncSession) -> None:
    file = await announced(session)
    with pytest.raises(NotFound):
        await queries.get_file(session, file.id)
    await service.settle(session, HOUSE, file.id, b"bytes")
    found = await queries.get_file(session, file.id)
    await session.refresh(found)
    assert (found.size_bytes, found.state) == (5, "stored")


async def test_what_never_came_is_swept_with_its_bytes_after_a_day(
    session: AsyncSession, worker: WorkerOnDemand
) -> None:
    lost, fresh, good = [await announced(session) for _ in range(3)]
    await service.settle(session, HOUSE, good.id, b"x")
    store = file_store()
    store.put(lost.storage_key, b"half")
    await session.execute(
        text("UPDATE core.files SET created_at = now() - interval '25 hours' WHERE id <> :id"), {"id": fresh.id}
    )
    await session.commit()
    await worker.run_schedule("media.sweep_abandoned_files")
    kept = set(await session.scalars(select(StoredFile.id)))
    assert kept == {fresh.id, good.id}
    with pytest.raises(FileNotFoundError):
        store.get(lost.storage_key)


def test_bytes_are_kept_whole_under_keys_that_lead_nowhere_else(tmp_path: Path) -> None:
    store, key = FileStore(tmp_path), new_key()
    store.put(key, b"one")
    store.put(key, b"two")
    assert store.get(key) == b"two"
    assert [file.name for file in tmp_path.rglob("*") if file.is_file()] == [key]
    store.remove(key)
    store.remove(key)
    for wrong in ("../../etc/passwd", "", key + "x", key.upper() + "/"):
        with pytest.raises(ValueError, match="not a storage key"):
            store.get(wrong)
