"""Content on real parallel connections: one of each kind, and no edit lost unseen."""

import asyncio
from collections import Counter
from collections.abc import Awaitable
from functools import partial

import httpx
import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.identity.actor import Actor
from app.studio.contents.rules import TABLES
from app.studio.deps import act_as
from app.studio.models import ContentType
from tests.studio.desk import DRAFTS, KINDS, build_desk, put, written
from tests.support.client import ApiClient, patiently

pytestmark = pytest.mark.parallel

Sessions = async_sessionmaker[AsyncSession]


async def together(*asked: Awaitable[httpx.Response]) -> Counter[tuple[int, str | None]]:
    """How often which status and code were answered."""
    answers = await asyncio.gather(*asked)
    return Counter((answer.status_code, answer.json().get("code")) for answer in answers)


@pytest.mark.req("S-HIE-02")
@pytest.mark.parametrize("kind", KINDS)
async def test_of_many_who_write_the_first_draft_at_once_one_has_written_it(
    crowd: ApiClient, parallel: Sessions, kind: str
) -> None:
    async with parallel() as session:
        desk = await build_desk(session)
    author, reviewer = await crowd.as_(desk.author), await crowd.as_(desk.reviewer)
    asked = (partial(caller.post, f"{desk.path}/{kind}", DRAFTS[kind]) for caller in [author, reviewer] * 6)
    told = await together(*(patiently(ask) for ask in asked))
    assert told == {(201, None): 1, (409, "studio.content_exists"): 11}
    async with parallel() as session:
        await act_as(session, Actor.system())
        assert await session.scalar(select(func.count()).select_from(TABLES[ContentType(kind)])) == 1


async def test_of_many_who_edit_one_version_at_once_one_has_edited_it(crowd: ApiClient, parallel: Sessions) -> None:
    async with parallel() as session:
        desk = await build_desk(session)
        await put(session, written("article", desk.session))
    author, path = await crowd.as_(desk.author), f"{desk.path}/article"
    etag = (await author.get(path)).headers["etag"]
    asked = (
        partial(author.patch, path, {"content": f"Text {number}"}, headers={"If-Match": etag}) for number in range(8)
    )
    told = await together(*(patiently(ask) for ask in asked))
    assert told == {(200, None): 1, (412, "core.stale"): 7}
