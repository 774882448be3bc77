"""The door to chapters: their order, their numbers, and who may change them."""

import itertools
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.core.ids import new_id
from tests.studio.house import House, Insight, ids, listed, made, write_program
from tests.support.client import ApiClient
from tests.support.queries import recorded
from tests.support.worker import WorkerOnDemand


def chapters_of(program: dict[str, Any]) -> str:
    return f"/studio/programs/{program['id']}/chapters"


def order_of(program: dict[str, Any]) -> str:
    return f"/studio/programs/{program['id']}/chapter-order"


async def test_a_chapter_comes_last_with_the_next_number(
    as_author: ApiClient, house: House, worker: WorkerOnDemand
) -> None:
    program = await write_program(as_author, house, (0, 0))
    body = {"title": "Third", "subtitle": "And last", "description": "For now."}
    answer = await as_author.post(chapters_of(program), body)
    chapter = answer.json()
    assert (answer.status_code, answer.headers["etag"]) == (201, '"1"')
    assert body.items() <= chapter.items()
    assert (chapter["number"], chapter["created_by"]) == (3, str(house.author.id))
    assert ids(await listed(as_author, chapters_of(program)))[-1] == chapter["id"]
    assert (await worker.announced("studio.chapter_created"))[-1].payload["chapter_id"] == chapter["id"]


async def test_a_number_is_a_label_and_not_the_order(as_author: ApiClient, house: House) -> None:
    program = await write_program(as_author, house, ())
    for number in (7, 0, None):
        await made(as_author.post(chapters_of(program), {"title": "Chapter", "number": number}))
    assert [each["number"] for each in await listed(as_author, chapters_of(program))] == [7, 0, 8]


@pytest.mark.req("S-HIE-03")
async def test_a_taken_number_is_refused_and_free_in_another_program(as_author: ApiClient, house: House) -> None:
    program, other = await write_program(as_author, house, (0, 0)), await write_program(as_author, house, ())
    taken = await as_author.post(chapters_of(program), {"title": "Again", "number": 1})
    changed = await as_author.patch(f"/studio/chapters/{program['chapters'][1]['id']}", {"number": 1})
    for answer in (taken, changed):
        assert (answer.status_code, answer.json()["code"]) == (409, "studio.chapter_number_taken")
    assert (await made(as_author.post(chapters_of(other), {"title": "First", "number": 1})))["number"] == 1


async def test_a_change_is_announced_and_an_old_version_refused(
    as_author: ApiClient, house: House, worker: WorkerOnDemand
) -> None:
    program = await write_program(as_author, house, (0,))
    path = f"/studio/chapters/{program['chapters'][0]['id']}"
    changed = await as_author.patch(path, {"title": "Other", "subtitle": "New"}, headers={"If-Match": '"1"'})
    late = await as_author.patch(path, {"title": "Late"}, headers={"If-Match": '"1"'})
    assert (changed.headers["etag"], late.status_code, late.json()["current"]) == ('"2"', 412, changed.json())
    assert (await as_author.get(path, headers={"If-None-Match": '"2"'})).status_code == 304
    assert (await as_author.delete(path, headers={"If-Match": '"1"'})).status_code == 412
    told = await worker.announced("studio.chapter_changed")
    assert [each.payload["fields"] for each in told] == [["subtitle", "title"]]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"title": ""}, "/title"),
        ({"title": "T", "number": -1}, "/number"),
        ({"title": "T", "number": "1"}, "/number"),
        ({"title": "T", "number": 10_000}, "/number"),
        ({"title": "T", "order_index": 1}, "/order_index"),
    ],
)
async def test_a_wrong_field_is_named(as_author: ApiClient, house: House, body: dict[str, Any], pointer: str) -> None:
    program = await write_program(as_author, house, ())
    answer = await as_author.post(chapters_of(program), body)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)
    assert await listed(as_author, chapters_of(program)) == []


@pytest.mark.req("S-HIE-01")
async def test_with_a_chapter_go_its_sessions(as_author: ApiClient, house: House, worker: WorkerOnDemand) -> None:
    program = await write_program(as_author, house, (2, 1))
    gone, kept = ids(program["chapters"])
    assert (await as_author.delete(f"/studio/chapters/{gone}")).status_code == 204
    seen = [(await as_author.get(f"/studio/sessions/{each}")).status_code for each in ids(program["sessions"])]
    assert seen == [404, 404, 200]
    assert ids(await listed(as_author, chapters_of(program))) == [kept]
    assert len(await worker.announced("studio.chapter_deleted")) == 1


# Order


@pytest.mark.req("S-HIE-03", "Z-193")
async def test_every_order_of_four_is_possible_and_leaves_the_numbers(as_author: ApiClient, house: House) -> None:
    """Each of 24 permutations in one statement, through places that others still have."""
    program = await write_program(as_author, house, (0,) * 4)
    numbers = {each["id"]: each["number"] for each in program["chapters"]}
    for wanted in itertools.permutations(ids(program["chapters"])):
        answer = await as_author.put(order_of(program), {"chapter_ids": list(wanted)})
        assert (answer.status_code, answer.json()) == (200, {"chapter_ids": list(wanted)})
        shown = await listed(as_author, chapters_of(program))
        assert ids(shown) == list(wanted)
        assert {each["id"]: each["number"] for each in shown} == numbers
        assert [each["order_index"] for each in shown] == [1, 2, 3, 4]


@pytest.mark.req("S-HIE-03")
async def test_an_order_has_a_version_of_its_own(as_author: ApiClient, house: House, worker: WorkerOnDemand) -> None:
    program = await write_program(as_author, house, (0, 0))
    first, second = ids(program["chapters"])
    seen = await as_author.get(order_of(program))
    renamed = await as_author.patch(f"/studio/chapters/{first}", {"title": "A name is not the order"})
    assert renamed.status_code == 200
    again = await as_author.get(order_of(program), headers={"If-None-Match": seen.headers["etag"]})
    assert again.status_code == 304
    mine = {"If-Match": seen.headers["etag"]}
    moved = await as_author.put(order_of(program), {"chapter_ids": [second, first]}, headers=mine)
    late = await as_author.put(order_of(program), {"chapter_ids": [first, second]}, headers=mine)
    assert (moved.status_code, late.status_code, late.json()["code"]) == (200, 412, "core.stale")
    assert late.json()["current"] == {"chapter_ids": [second, first]}
    assert late.headers["etag"] == moved.headers["etag"]
    assert len(await worker.announced("studio.chapters_reordered")) == 1


@pytest.mark.req("S-HIE-03")
async def test_an_order_that_somebody_added_to_meanwhile_is_refused(as_author: ApiClient, house: House) -> None:
    program = await write_program(as_author, house, (0, 0))
    seen = await as_author.get(order_of(program))
    more = await made(as_author.post(chapters_of(program), {"title": "More"}))
    wanted = {"chapter_ids": ids(program["chapters"])[::-1]}
    late = await as_author.put(order_of(program), wanted, headers={"If-Match": seen.headers["etag"]})
    assert (late.status_code, late.json()["current"]["chapter_ids"][-1]) == (412, more["id"])


async def test_the_same_order_again_changes_and_announces_nothing(
    as_author: ApiClient, house: House, worker: WorkerOnDemand
) -> None:
    program = await write_program(as_author, house, (0, 0))
    answer = await as_author.put(order_of(program), {"chapter_ids": ids(program["chapters"])})
    assert answer.status_code == 200
    assert not await worker.announced("studio.chapters_reordered")


async def test_an_order_names_every_chapter_once_and_no_other(as_author: ApiClient, house: House) -> None:
    program, other = await write_program(as_author, house, (0, 0)), await write_program(as_author, house, (0,))
    first, second = ids(program["chapters"])
    elsewhere = other["chapters"][0]["id"]
    for wanted, errors in (
        ([first], [("/chapter_ids", "missing")]),
        ([], [("/chapter_ids", "missing")]),
        ([first, first, second], [("/chapter_ids/1", "repeated")]),
        ([first, second, elsewhere], [("/chapter_ids/2", "unknown")]),
        ([str(new_id()), first], [("/chapter_ids/0", "unknown"), ("/chapter_ids", "missing")]),
    ):
        answer = await as_author.put(order_of(program), {"chapter_ids": wanted})
        assert answer.status_code == 422
        assert [(each["pointer"], each["code"]) for each in answer.json()["errors"]] == errors
    assert ids(await listed(as_author, chapters_of(program))) == [first, second]


async def test_twenty_chapters_cost_what_two_cost(as_author: ApiClient, house: House, engine: AsyncEngine) -> None:
    spent: list[list[int]] = []
    for size in (2, 20):
        program = await write_program(as_author, house, (0,) * size)
        wanted = ids(program["chapters"])[::-1]
        costs = []
        for act in (
            lambda: listed(as_author, chapters_of(program)),  # noqa: B023  (called in its own round)
            lambda: as_author.put(order_of(program), {"chapter_ids": wanted}),  # noqa: B023
            lambda: as_author.post(f"/studio/programs/{program['id']}/renumbering"),  # noqa: B023
        ):
            with recorded(engine) as statements:
                await act()
            costs.append(len(statements))
        spent.append(costs)
    assert spent[0] == spent[1]


# Numbers


@pytest.mark.req("S-HIE-03", "Z-193")
async def test_renumbering_gives_everything_the_number_of_its_place(
    as_author: ApiClient, house: House, worker: WorkerOnDemand
) -> None:
    program = await write_program(as_author, house, (2, 3, 0))
    path = f"/studio/programs/{program['id']}"
    chapters = ids(program["chapters"])
    await as_author.put(order_of(program), {"chapter_ids": [chapters[1], chapters[2], chapters[0]]})
    moved = ids(program["sessions"])[2:][::-1]
    await as_author.put(f"/studio/chapters/{chapters[1]}/session-order", {"session_ids": moved})
    answer = await as_author.post(f"{path}/renumbering")
    assert (answer.status_code, answer.json()) == (200, {"chapters_changed": 3, "sessions_changed": 5})
    tree = (await as_author.get(f"{path}/tree")).json()
    numbers = [(each["number"], [one["number"] for one in each["sessions"]]) for each in tree["chapters"]]
    assert numbers == [(1, ["1.1", "1.2", "1.3"]), (2, []), (3, ["3.1", "3.2"])]
    assert ids(tree["chapters"][0]["sessions"]) == moved
    again = await as_author.post(f"{path}/renumbering")
    assert again.json() == {"chapters_changed": 0, "sessions_changed": 0}
    assert len(await worker.announced("studio.program_renumbered")) == 1


@pytest.mark.req("S-HIE-03")
async def test_numbers_are_unique_even_for_hand_written_sql_that_swaps_them(
    as_author: ApiClient, house: House, insight: Insight
) -> None:
    """One statement may swap two, and what it leaves behind is looked at at once, not at the commit."""
    await write_program(as_author, house, (0, 0))
    async with insight() as written:
        await written.execute(text("UPDATE studio.chapters SET number = 3 - number"))
        with pytest.raises(Exception, match="uq_chapters_program_id_number"):
            await written.execute(text("UPDATE studio.chapters SET number = 1"))
        await written.rollback()
