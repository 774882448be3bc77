"""The world of two clients, and transactions that begin with nobody, as real ones do."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession, async_sessionmaker
from sqlalchemy.orm import Session

from app.core.database import tickets
from tests.studio.desk import Desk, build_desk
from tests.studio.estates import World, bind, build_world
from tests.studio.house import House, Insight, build_house
from tests.support.client import ApiClient


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


@pytest_asyncio.fixture
async def house(session: AsyncSession) -> House:
    """Two clients with their people, and the staff."""
    return await build_house(session)


@pytest_asyncio.fixture
async def as_author(client: ApiClient, house: House) -> ApiClient:
    """Somebody who writes for our client."""
    return await client.as_(house.author)


@pytest_asyncio.fixture
async def as_staff(client: ApiClient, house: House) -> ApiClient:
    """Somebody who works for the platform."""
    return await client.as_(house.staff)


@pytest_asyncio.fixture
async def as_outsider(client: ApiClient, house: House) -> ApiClient:
    """Somebody who works for the other client alone."""
    return await client.as_(house.outsider)


@pytest.fixture
def insight(sessions: async_sessionmaker[AsyncSession]) -> Insight:
    """Transactions that see every row, for arranging what has no door here and for looking."""

    @asynccontextmanager
    async def look() -> AsyncIterator[AsyncSession]:
        async with sessions.begin() as opened:
            await bind(opened, tickets.for_system())
            yield opened

    return look
