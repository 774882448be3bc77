"""The door to sessions: their order and numbers, and how they move."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from app.studio.models import Article
from tests.factories import studio as make
from tests.studio.house import House, Insight, ids, listed, made, write_program
from tests.support.client import ApiClient
from tests.support.queries import recorded
from tests.support.worker import WorkerOnDemand

BODY: dict[str, Any] = {
    "title": "A tour of the halls",
    "hook": "Where does a parcel spend its night?",
    "description": "Who works where.",
    "wiifm": "You know whom to ask.",
    "learning_objectives": ["Name the four halls"],
    "estimated_minutes": 12,
}


def sessions_of(chapter_id: str) -> str:
    return f"/studio/chapters/{chapter_id}/sessions"


def order_of(chapter_id: str) -> str:
    return f"/studio/chapters/{chapter_id}/session-order"


async def numbers_in(caller: ApiClient, chapter_id: str) -> list[str]:
    return [each["number"] for each in await listed(caller, sessions_of(chapter_id))]


@pytest.mark.req("Z-198")
async def test_a_session_comes_last_as_a_draft_of_whoever_wrote_it(
    as_author: ApiClient, house: House, worker: WorkerOnDemand
) -> None:
    program = await write_program(as_author, house, (0, 2))
    answer = await as_author.post(sessions_of(program["chapters"][1]["id"]), BODY)
    item = answer.json()
    assert (answer.status_code, answer.headers["etag"]) == (201, '"1"')
    assert BODY.items() <= item.items()
    assert (item["number"], item["status"], item["created_by"]) == ("2.3", "draft", str(house.author.id))
    assert (item["approved_by"], item["approved_at"]) == (None, None)
    assert (await worker.announced("studio.session_created"))[-1].payload["session_id"] == item["id"]


async def test_without_a_number_it_gets_one_that_nobody_has(as_author: ApiClient, house: House) -> None:
    program = await write_program(as_author, house, (2,))
    chapter = program["chapters"][0]["id"]
    await made(as_author.post(sessions_of(chapter), {"title": "Named", "number": " 1.4 "}))
    await made(as_author.post(sessions_of(chapter), {"title": "Next"}))
    assert await numbers_in(as_author, chapter) == ["1.1", "1.2", "1.4", "1.5"]


@pytest.mark.req("S-HIE-03")
async def test_a_taken_number_is_refused_and_free_in_another_chapter(as_author: ApiClient, house: House) -> None:
    program = await write_program(as_author, house, (2, 0))
    first, second = ids(program["chapters"])
    taken = await as_author.post(sessions_of(first), {"title": "Again", "number": "1.1"})
    changed = await as_author.patch(f"/studio/sessions/{program['sessions'][1]['id']}", {"number": "1.1"})
    for answer in (taken, changed):
        assert (answer.status_code, answer.json()["code"]) == (409, "studio.session_number_taken")
    assert (await made(as_author.post(sessions_of(second), {"title": "S", "number": "1.1"})))["number"] == "1.1"


async def test_a_change_is_announced_and_an_old_version_refused(
    as_author: ApiClient, house: House, worker: WorkerOnDemand
) -> None:
    program = await write_program(as_author, house, (1,))
    path = f"/studio/sessions/{program['sessions'][0]['id']}"
    body = {**BODY, "hook": None}
    changed = await as_author.patch(path, body, headers={"If-Match": '"1"'})
    late = await as_author.patch(path, {"title": "Late"}, headers={"If-Match": '"1"'})
    assert body.items() <= changed.json().items()
    assert (changed.headers["etag"], late.status_code, late.json()["current"]) == ('"2"', 412, changed.json())
    assert (await as_author.get(path, headers={"If-None-Match": '"2"'})).status_code == 304
    assert (await as_author.delete(path, headers={"If-Match": '"1"'})).status_code == 412
    told = await worker.announced("studio.session_changed")
    assert [each.payload["fields"] for each in told] == [
        ["description", "estimated_minutes", "learning_objectives", "title", "wiifm"]
    ]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"title": ""}, "/title"),
        ({"title": "T", "number": " "}, "/number"),
        ({"title": "T", "number": "1" * 21}, "/number"),
        ({"title": "T", "estimated_minutes": 0}, "/estimated_minutes"),
        ({"title": "T", "estimated_minutes": 1_441}, "/estimated_minutes"),
        ({"title": "T", "learning_objectives": ["fine", ""]}, "/learning_objectives/1"),
        ({"title": "T", "learning_objectives": ["x"] * 51}, "/learning_objectives"),
        ({"title": "T", "status": "published"}, "/status"),
        ({"title": "T", "approved_by": None}, "/approved_by"),
    ],
)
async def test_a_wrong_field_is_named(as_author: ApiClient, house: House, body: dict[str, Any], pointer: str) -> None:
    program = await write_program(as_author, house, (0,))
    chapter = program["chapters"][0]["id"]
    answer = await as_author.post(sessions_of(chapter), body)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)
    assert await listed(as_author, sessions_of(chapter)) == []


@pytest.mark.req("S-HIE-01")
async def test_with_a_session_go_its_contents(
    as_author: ApiClient, house: House, insight: Insight, worker: WorkerOnDemand
) -> None:
    program = await write_program(as_author, house, (2,))
    gone, kept = ids(program["sessions"])
    async with insight() as arranged:
        arranged.add_all([make.article(UUID(gone)), make.article(UUID(kept))])
    assert (await as_author.delete(f"/studio/sessions/{gone}")).status_code == 204
    async with insight() as left:
        assert [str(each) for each in await left.scalars(select(Article.session_id))] == [kept]
    assert len(await worker.announced("studio.session_deleted")) == 1


# Order


@pytest.mark.req("S-HIE-03", "Z-193")
async def test_sessions_swap_places_and_keep_their_numbers(
    as_author: ApiClient, house: House, worker: WorkerOnDemand
) -> None:
    program = await write_program(as_author, house, (3,))
    chapter, sessions = program["chapters"][0]["id"], ids(program["sessions"])
    seen = await as_author.get(order_of(chapter))
    wanted = {"session_ids": [sessions[2], sessions[0], sessions[1]]}
    answer = await as_author.put(order_of(chapter), wanted, headers={"If-Match": seen.headers["etag"]})
    assert (answer.status_code, answer.json()) == (200, wanted)
    assert await numbers_in(as_author, chapter) == ["1.3", "1.1", "1.2"]
    late = await as_author.put(order_of(chapter), {"session_ids": sessions}, headers={"If-Match": seen.headers["etag"]})
    assert (late.status_code, late.json()["current"], late.headers["etag"]) == (412, wanted, answer.headers["etag"])
    assert len(await worker.announced("studio.sessions_reordered")) == 1


@pytest.mark.req("S-HIE-03")
async def test_a_session_moves_into_another_chapter_with_its_contents(
    as_author: ApiClient, house: House, insight: Insight
) -> None:
    program = await write_program(as_author, house, (2, 2))
    first, second = ids(program["chapters"])
    one, other, at_home, last = ids(program["sessions"])
    async with insight() as arranged:
        arranged.add(make.article(UUID(one)))
    await as_author.patch(f"/studio/sessions/{at_home}", {"number": "1.1"})
    answer = await as_author.put(order_of(second), {"session_ids": [at_home, one, last]})
    assert answer.status_code == 200
    # 1.1 is taken here, so what moves in becomes the next free one of chapter 2.
    assert await numbers_in(as_author, second) == ["1.1", "2.3", "2.2"]
    assert ids(await listed(as_author, sessions_of(first))) == [other]
    tree = (await as_author.get(f"/studio/programs/{program['id']}/tree")).json()
    assert tree["chapters"][1]["sessions"][1]["article"]["content"] == "Three small words"
    moved = (await as_author.get(f"/studio/sessions/{one}")).json()
    assert moved["chapter_id"] == second
    # Where nobody has its number it keeps it, and comes home.
    await as_author.put(order_of(first), {"session_ids": [last, other]})
    assert await numbers_in(as_author, first) == ["2.2", "1.2"]


async def test_moving_out_spoils_the_order_that_somebody_has_of_the_old_chapter(
    as_author: ApiClient, house: House
) -> None:
    program = await write_program(as_author, house, (2, 0))
    first, second = ids(program["chapters"])
    one, other = ids(program["sessions"])
    seen = await as_author.get(order_of(first))
    await as_author.put(order_of(second), {"session_ids": [one]})
    late = await as_author.put(
        order_of(first), {"session_ids": [other, one]}, headers={"If-Match": seen.headers["etag"]}
    )
    assert (late.status_code, late.json()["current"]) == (412, {"session_ids": [other]})


@pytest.mark.req("S-RLS-02")
async def test_an_order_names_every_session_once_and_none_of_another_program(
    as_author: ApiClient, as_outsider: ApiClient, house: House
) -> None:
    program, other = await write_program(as_author, house, (2,)), await write_program(as_author, house, (1,))
    theirs = await made(as_outsider.post(f"/studio/clients/{house.theirs.id}/programs", {"name": "Theirs"}))
    their_chapter = await made(as_outsider.post(f"/studio/programs/{theirs['id']}/chapters", {"title": "Theirs"}))
    their_session = await made(as_outsider.post(sessions_of(their_chapter["id"]), {"title": "Theirs"}))
    chapter, (one, two) = program["chapters"][0]["id"], ids(program["sessions"])
    for wanted, pointer, code in (
        ([one], "/session_ids", "missing"),
        ([one, two, one], "/session_ids/2", "repeated"),
        ([one, two, other["sessions"][0]["id"]], "/session_ids/2", "unknown"),
        ([their_session["id"], one, two], "/session_ids/0", "unknown"),
    ):
        answer = await as_author.put(order_of(chapter), {"session_ids": wanted})
        assert answer.status_code == 422
        assert [(each["pointer"], each["code"]) for each in answer.json()["errors"]] == [(pointer, code)]
    assert ids(await listed(as_author, sessions_of(chapter))) == [one, two]


async def test_twenty_sessions_cost_what_two_cost(as_author: ApiClient, house: House, engine: AsyncEngine) -> None:
    spent = []
    for size in (2, 20):
        program = await write_program(as_author, house, (size,))
        chapter = program["chapters"][0]["id"]
        with recorded(engine) as statements:
            await listed(as_author, sessions_of(chapter))
            await as_author.put(order_of(chapter), {"session_ids": ids(program["sessions"])[::-1]})
        spent.append(len(statements))
    assert spent[0] == spent[1]
