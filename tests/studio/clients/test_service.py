"""How the first of the staff comes in: by the operator's hand."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from unittest.mock import patch

import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.cli import accounts
from app.core.errors import Forbidden
from app.identity.accounts.service import Person
from app.identity.actor import Actor
from app.studio.clients import service
from app.studio.deps import act_as
from app.studio.permissions import StudioActor
from tests.studio.house import House, listed
from tests.support.client import ApiClient
from tests.support.worker import WorkerOnDemand


@pytest.mark.req("S-RLS-02")
async def test_the_operator_puts_people_on_the_staff_and_leaves_those_who_are(
    client: ApiClient, house: House, sessions: async_sessionmaker[AsyncSession], worker: WorkerOnDemand
) -> None:
    @asynccontextmanager
    async def database() -> AsyncIterator[async_sessionmaker[AsyncSession]]:
        yield sessions

    people = [Person(house.staff.email, "Known"), Person("first@example.com", "First")]
    said: list[str] = []
    with patch.object(accounts, "database", database):
        for _ in range(2):
            await accounts.enter(people, None, said.append, lambda _: None, tokens=True, is_staff=True)
    assert len(await worker.announced("studio.staff_added")) == 1
    first = client.with_token(json.loads(said[1])["access_token"])
    assert len(await listed(first, "/studio/clients")) == 2


@pytest.mark.usefixtures("house")
async def test_who_is_entered_without_that_word_is_not_on_the_staff(
    client: ApiClient, sessions: async_sessionmaker[AsyncSession]
) -> None:
    @asynccontextmanager
    async def database() -> AsyncIterator[async_sessionmaker[AsyncSession]]:
        yield sessions

    said: list[str] = []
    with patch.object(accounts, "database", database):
        await accounts.enter([Person("a@example.com", "A")], None, said.append, lambda _: None, tokens=True)
    assert await listed(client.with_token(json.loads(said[0])["access_token"]), "/studio/clients") == []


async def test_nobody_else_puts_anybody_on_the_staff(session: AsyncSession, house: House) -> None:
    await act_as(session, Actor(house.author.id))
    with pytest.raises(Forbidden):
        await service.ensure_staff(session, StudioActor(house.author.id), house.author.id)
