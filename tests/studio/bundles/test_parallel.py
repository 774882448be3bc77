"""What imports promise under pressure: real connections, a committed database."""

import asyncio
from collections import Counter
from functools import partial

import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from tests.studio.bundles.examples import BUNDLE
from tests.studio.house import build_house
from tests.support.client import ApiClient, patiently

pytestmark = pytest.mark.parallel


@pytest.mark.req("S-SLG-01")
async def test_twenty_imports_of_one_bundle_at_once_are_twenty_programs(
    crowd: ApiClient, parallel: async_sessionmaker[AsyncSession]
) -> None:
    async with parallel() as session:
        house = await build_house(session)
    author = await crowd.as_(house.author)
    path = f"/studio/clients/{house.ours.id}/imports"
    answers = await asyncio.gather(*(patiently(partial(author.post, path, BUNDLE)) for _ in range(20)))
    assert Counter(answer.status_code for answer in answers) == {201: 20}
    programs = [answer.json() for answer in answers]
    assert len({program["slug"] for program in programs}) == 20
    assert {(program["total_sessions"], program["estimated_hours"]) for program in programs} == {(2, 0.6)}
    taken_out = {(await author.get(f"/studio/programs/{program['id']}/export")).content for program in programs}
    assert len(taken_out) == 1
