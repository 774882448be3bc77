"""What programs promise under pressure: real connections, a committed database."""

import asyncio
from collections import Counter
from functools import partial

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.core.database import tickets
from tests.studio.estates import bind
from tests.studio.house import House, build_house, ids, listed, write_program
from tests.support.client import ApiClient, patiently

pytestmark = pytest.mark.parallel

Sessions = async_sessionmaker[AsyncSession]


async def settled(parallel: Sessions) -> House:
    async with parallel() as session:
        return await build_house(session)


@pytest.mark.req("S-SLG-01")
async def test_fifty_programs_of_one_name_at_once_get_fifty_slugs(crowd: ApiClient, parallel: Sessions) -> None:
    house = await settled(parallel)
    author = await crowd.as_(house.author)
    path = f"/studio/clients/{house.ours.id}/programs"
    answers = await asyncio.gather(
        *(patiently(partial(author.post, path, {"name": "One name for all"})) for _ in range(50))
    )
    assert Counter(answer.status_code for answer in answers) == {201: 50}
    slugs = {answer.json()["slug"] for answer in answers}
    assert len(slugs) == 50
    assert all(slug.startswith("one-name-for-all") for slug in slugs)


@pytest.mark.req("S-HIE-03")
async def test_of_twenty_who_edit_the_same_version_one_does_and_the_others_see_what_it_wrote(
    crowd: ApiClient, parallel: Sessions
) -> None:
    house = await settled(parallel)
    author, reviewer = await crowd.as_(house.author), await crowd.as_(house.reviewer)
    program = await write_program(author, house, (1,))
    paths = (
        f"/studio/programs/{program['id']}",
        f"/studio/chapters/{program['chapters'][0]['id']}",
        f"/studio/sessions/{program['sessions'][0]['id']}",
    )
    for path in paths:
        field = "name" if "programs" in path else "title"
        answers = await asyncio.gather(
            *(
                patiently(partial(caller.patch, path, {field: f"Mine is {number}"}, headers={"If-Match": '"1"'}))
                for number, caller in enumerate([author, reviewer] * 10)
            )
        )
        assert Counter(answer.status_code for answer in answers) == {200: 1, 412: 19}
        won = next(answer.json() for answer in answers if answer.status_code == 200)
        lost = [answer.json()["current"] for answer in answers if answer.status_code == 412]
        assert all(current == won for current in lost)
        assert (await author.get(path)).json() == won


@pytest.mark.req("S-CNT-01")
async def test_of_thirty_sessions_written_at_once_each_is_counted(crowd: ApiClient, parallel: Sessions) -> None:
    house = await settled(parallel)
    author = await crowd.as_(house.author)
    program = await write_program(author, house, (0, 0, 0))
    chapters = ids(program["chapters"])
    answers = await asyncio.gather(
        *(
            patiently(
                partial(
                    author.post,
                    f"/studio/chapters/{chapters[number % 3]}/sessions",
                    {"title": f"Session {number}", "estimated_minutes": 6},
                )
            )
            for number in range(30)
        )
    )
    assert Counter(answer.status_code for answer in answers) == {201: 30}
    counted = (await author.get(f"/studio/programs/{program['id']}")).json()
    assert (counted["total_sessions"], counted["estimated_hours"]) == (30, 3.0)
    for number, chapter in enumerate(chapters, start=1):
        numbers = [each["number"] for each in await listed(author, f"/studio/chapters/{chapter}/sessions")]
        assert numbers == [f"{number}.{place}" for place in range(1, 11)]


@pytest.mark.req("S-CNT-01")
async def test_two_transactions_of_plain_sql_count_each_other(parallel: Sessions, crowd: ApiClient) -> None:
    """The trigger locks the program before it counts, so it holds for whoever does not take the service's lock."""
    house = await settled(parallel)
    author = await crowd.as_(house.author)
    program = await write_program(author, house, (0,))
    chapter = ids(program["chapters"])[0]

    async def insert(number: int) -> None:
        async with parallel.begin() as session:
            await bind(session, tickets.for_system())
            await session.execute(
                text(
                    "INSERT INTO studio.sessions (chapter_id, number, title, order_index)"
                    " VALUES (:chapter, :number, 'T', :place)"
                ),
                {"chapter": chapter, "number": str(number), "place": number},
            )
            await asyncio.sleep(0.01)

    await asyncio.gather(*(insert(number) for number in range(10)))
    counted = (await author.get(f"/studio/programs/{program['id']}")).json()
    assert (counted["total_sessions"], counted["estimated_hours"]) == (10, 1.7)


async def test_whoever_changes_a_program_at_once_is_served(crowd: ApiClient, parallel: Sessions) -> None:
    house = await settled(parallel)
    author = await crowd.as_(house.author)
    program = await write_program(author, house, (3, 3))
    first, second = ids(program["chapters"])
    sessions = ids(program["sessions"])
    order = f"/studio/programs/{program['id']}/chapter-order"
    acts = [
        partial(author.put, order, {"chapter_ids": [second, first]}),
        partial(author.put, order, {"chapter_ids": [first, second]}),
        partial(author.patch, f"/studio/sessions/{sessions[0]}", {"estimated_minutes": 30}),
        partial(author.patch, f"/studio/sessions/{sessions[4]}", {"title": "Other"}),
        partial(author.put, f"/studio/chapters/{second}/session-order", {"session_ids": sessions[3:]}),
        partial(author.put, f"/studio/chapters/{second}/session-order", {"session_ids": sessions[:2:-1]}),
        partial(author.post, f"/studio/programs/{program['id']}/renumbering"),
        partial(author.patch, f"/studio/chapters/{first}", {"title": "Other"}),
    ]
    answers = await asyncio.gather(*(patiently(act) for act in acts * 4))
    assert Counter(answer.status_code for answer in answers) == {200: len(acts) * 4}
