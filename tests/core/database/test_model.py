"""Versions of rows: of two who edit the same version at once, the second is refused, even without an If-Match."""

import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlalchemy.orm.exc import StaleDataError

from app.core.http.faults import refusal_for
from app.identity.models import Account
from tests.factories import identity

pytestmark = pytest.mark.parallel


async def test_the_second_of_two_edits_of_one_version_is_refused_as_stale(
    parallel: async_sessionmaker[AsyncSession],
) -> None:
    account = identity.account()
    async with parallel.begin() as session:
        session.add(account)
    async with parallel() as late:
        mine = await late.get_one(Account, account.id)
        async with parallel.begin() as first:
            theirs = await first.get_one(Account, account.id)
            theirs.name, theirs.version = "Theirs", theirs.version + 1
        mine.name, mine.version = "Mine", mine.version + 1
        with pytest.raises(StaleDataError) as lost:
            await late.commit()
    refusal = refusal_for(lost.value)
    assert refusal is not None
    assert (refusal.status, refusal.code) == (412, "core.stale")
