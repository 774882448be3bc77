"""The world of two clients, and transactions that begin with nobody, as real ones do."""

from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession, async_sessionmaker
from sqlalchemy.orm import Session

from tests.studio.desk import Desk, build_desk
from tests.studio.estates import World, build_world


class ForgetfulSession(Session):
    """A ticket goes with its transaction; under the tests' outer one it would last until the end of the test."""


@event.listens_for(ForgetfulSession, "after_begin")
def _forget(_session: Any, transaction: Any, connection: Any) -> None:
    if not transaction.nested:
        connection.execute(text("SELECT set_config('lyceum.ticket', '', true)"))


@pytest.fixture
def sessions(connection: AsyncConnection) -> async_sessionmaker[AsyncSession]:
    """As everywhere, but each transaction begins without a ticket."""
    return async_sessionmaker(
        connection,
        expire_on_commit=False,
        join_transaction_mode="create_savepoint",
        sync_session_class=ForgetfulSession,
    )


@pytest_asyncio.fixture
async def world(sessions: async_sessionmaker[AsyncSession]) -> World:
    """Two clients with a row in every table; nobody acts yet."""
    async with sessions.begin() as session:
        return await build_world(session)


@pytest_asyncio.fixture
async def desk(session: AsyncSession) -> Desk:
    """A program with a chapter and a session, its author and reviewer, staff, and somebody of another client."""
    return await build_desk(session)
