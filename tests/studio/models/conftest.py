"""A client with a program, a chapter and a session, made by the house itself."""

from dataclasses import dataclass

import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncSession

from app.identity.actor import Actor
from app.identity.models import Account
from app.studio.deps import act_as
from app.studio.models import Chapter, Client, ContentSession, Program
from tests.factories import identity
from tests.factories import studio as make


@dataclass(frozen=True, slots=True)
class Shelf:
    """One row of each table that others stand on."""

    account: Account
    client: Client
    program: Program
    chapter: Chapter
    content: ContentSession


@pytest_asyncio.fixture
async def shelf(session: AsyncSession) -> Shelf:
    """The rows, flushed; the session goes on acting as the house."""
    await act_as(session, Actor.system())
    account, client = identity.account(), make.client()
    program = make.program(client.id)
    chapter = make.chapter(program.id)
    content = make.content_session(chapter.id)
    for row in (account, client, program, chapter, content):
        session.add(row)
        await session.flush()  # without relationships the session does not know what stands on what
    return Shelf(account, client, program, chapter, content)
