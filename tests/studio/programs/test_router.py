"""The door to programs: whoever works for the client reads and writes them."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from app.studio.models import ContentSession, Program
from tests.factories import studio as make
from tests.studio.house import House, Insight, ids, listed, made, write_program
from tests.support.client import ApiClient
from tests.support.queries import recorded
from tests.support.worker import WorkerOnDemand

BODY = {"name": "Leading a shift", "description": "For those who lead for the first time.", "language": "pt-BR"}


def programs_of(house: House) -> str:
    return f"/studio/clients/{house.ours.id}/programs"


async def totals(caller: ApiClient, program: dict[str, Any]) -> tuple[int, float]:
    """What the program says of itself."""
    seen = (await caller.get(f"/studio/programs/{program['id']}")).json()
    return seen["total_sessions"], seen["estimated_hours"]


@pytest.mark.req("Z-198")
async def test_a_program_begins_as_a_draft_of_whoever_began_it(
    as_author: ApiClient, house: House, worker: WorkerOnDemand
) -> None:
    answer = await as_author.post(programs_of(house), BODY)
    program = answer.json()
    assert (answer.status_code, answer.headers["etag"]) == (201, '"1"')
    assert BODY.items() <= program.items()
    assert (program["slug"], program["status"], program["revision"]) == ("leading-a-shift", "draft", 1)
    assert (program["total_sessions"], program["estimated_hours"]) == (0, 0)
    assert program["created_by"] == str(house.author.id)
    told = await worker.announced("studio.program_created")
    assert [(each.payload["program_id"], each.payload["client_id"]) for each in told] == [
        (program["id"], str(house.ours.id))
    ]


@pytest.mark.req("S-SLG-01")
async def test_a_slug_is_unique_in_its_client_and_free_in_every_other(
    as_author: ApiClient, as_outsider: ApiClient, house: House
) -> None:
    first, second = [await made(as_author.post(programs_of(house), {"name": "Same"})) for _ in range(2)]
    other = await made(as_outsider.post(f"/studio/clients/{house.theirs.id}/programs", {"name": "Same"}))
    assert (first["slug"], other["slug"]) == ("same", "same")
    assert second["slug"].startswith("same-")
    renamed = await as_author.patch(f"/studio/programs/{second['id']}", {"name": "Different"})
    assert renamed.json()["slug"] == second["slug"]


async def test_a_name_without_a_letter_gives_a_slug_all_the_same(as_author: ApiClient, house: House) -> None:
    assert (await made(as_author.post(programs_of(house), {"name": "\u2603"})))["slug"] == "program"


async def test_the_list_is_filtered_sorted_and_paged(as_author: ApiClient, house: House, insight: Insight) -> None:
    for name in ("Zeta", "Alpha", "Beta"):
        await made(as_author.post(programs_of(house), {"name": name}))
    async with insight() as arranged:
        await arranged.execute(update(Program).where(Program.name == "Beta").values(status="review"))

    async def names(**filters: str) -> list[str]:
        return [each["name"] for each in await listed(as_author, programs_of(house), **filters)]

    assert await names() == ["Beta", "Alpha", "Zeta"]
    assert await names(sort="name") == ["Alpha", "Beta", "Zeta"]
    assert await names(status="review") == ["Beta"]
    assert await names(q="ET", sort="-name") == ["Zeta", "Beta"]
    first = (await as_author.get(programs_of(house), params={"limit": 2})).json()
    rest = (await as_author.get(programs_of(house), params={"cursor": first["next_cursor"]})).json()
    assert [each["name"] for each in rest["items"]] == ["Zeta"]


async def test_twenty_programs_cost_what_one_costs(as_author: ApiClient, house: House, engine: AsyncEngine) -> None:
    spent = []
    for more in (1, 19):
        for _ in range(more):
            await made(as_author.post(programs_of(house), {"name": "Program"}))
        with recorded(engine) as statements:
            await listed(as_author, programs_of(house))
        spent.append(len(statements))
    assert spent[0] == spent[1]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"name": ""}, "/name"),
        ({"name": "P", "language": "English"}, "/language"),
        ({"name": "P", "language": "e"}, "/language"),
        ({"name": "P", "status": "published"}, "/status"),
        ({"name": "P", "total_sessions": 3}, "/total_sessions"),
        ({"name": "P", "slug": "mine"}, "/slug"),
    ],
)
async def test_a_wrong_field_is_named_and_nothing_is_begun(
    as_author: ApiClient, house: House, body: dict[str, Any], pointer: str
) -> None:
    answer = await as_author.post(programs_of(house), body)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)
    assert await listed(as_author, programs_of(house)) == []


async def test_a_change_is_announced_with_its_fields(
    as_author: ApiClient, house: House, worker: WorkerOnDemand
) -> None:
    program = await made(as_author.post(programs_of(house), BODY))
    path = f"/studio/programs/{program['id']}"
    answer = await as_author.patch(path, {"description": None, "language": "pt-BR"})
    assert (answer.json()["description"], answer.headers["etag"]) == (None, '"2"')
    assert [each.payload["fields"] for each in await worker.announced("studio.program_changed")] == [["description"]]


async def test_who_edits_an_old_version_is_refused_and_shown_the_current_one(
    as_author: ApiClient, house: House
) -> None:
    program = await made(as_author.post(programs_of(house), BODY))
    path = f"/studio/programs/{program['id']}"
    first = await as_author.patch(path, {"name": "First"}, headers={"If-Match": '"1"'})
    late = await as_author.patch(path, {"name": "Second"}, headers={"If-Match": '"1"'})
    assert (late.status_code, late.json()["current"], late.headers["etag"]) == (412, first.json(), '"2"')
    gone = await as_author.delete(path, headers={"If-Match": '"1"'})
    assert (gone.status_code, gone.json()["current"]["name"]) == (412, "First")


# Totals


@pytest.mark.req("S-CNT-01", "Z-194")
async def test_the_totals_follow_every_change_of_the_sessions(as_author: ApiClient, house: House) -> None:
    program = await write_program(as_author, house, (2, 1))
    assert await totals(as_author, program) == (3, 0.5)
    one, _, last = ids(program["sessions"])
    await as_author.patch(f"/studio/sessions/{one}", {"estimated_minutes": 100})
    assert await totals(as_author, program) == (3, 2.0)
    await as_author.delete(f"/studio/sessions/{one}")
    assert await totals(as_author, program) == (2, 0.3)
    first, second = ids(program["chapters"])
    await as_author.put(
        f"/studio/chapters/{first}/session-order",
        {"session_ids": [last, *ids(await listed(as_author, f"/studio/chapters/{first}/sessions"))]},
    )
    assert await totals(as_author, program) == (2, 0.3)
    await as_author.delete(f"/studio/chapters/{first}")
    assert await totals(as_author, program) == (0, 0.0)
    await made(as_author.post(f"/studio/chapters/{second}/sessions", {"title": "New", "estimated_minutes": 45}))
    assert await totals(as_author, program) == (1, 0.8)


@pytest.mark.req("S-CNT-01")
async def test_the_totals_follow_hand_written_sql_too(as_author: ApiClient, house: House, insight: Insight) -> None:
    """A chapter that moves to another program takes its sessions out of one total into the other."""
    one, other = await write_program(as_author, house, (2, 1)), await write_program(as_author, house, ())
    async with insight() as written:
        await written.execute(text("UPDATE studio.sessions SET estimated_minutes = 60"))
    assert await totals(as_author, one) == (3, 3.0)
    async with insight() as written:
        await written.execute(
            text("UPDATE studio.chapters SET program_id = :other WHERE id = :id"),
            {"other": other["id"], "id": one["chapters"][0]["id"]},
        )
    assert (await totals(as_author, one), await totals(as_author, other)) == ((1, 1.0), (2, 2.0))


async def test_the_totals_are_no_edit_of_the_program(as_author: ApiClient, house: House) -> None:
    """Whoever renames the program is not refused because somebody wrote a session meanwhile."""
    program = await write_program(as_author, house)
    answer = await as_author.patch(
        f"/studio/programs/{program['id']}", {"name": "Renamed"}, headers={"If-Match": '"1"'}
    )
    assert answer.status_code == 200


async def test_a_program_does_not_grow_beyond_what_can_be_told(as_author: ApiClient, house: House) -> None:
    program = await write_program(as_author, house, (1,))
    path = f"/studio/chapters/{program['chapters'][0]['id']}/sessions"
    for number in range(41):
        await made(as_author.post(path, {"title": f"Day {number}", "estimated_minutes": 1_440}))
    refused = await as_author.post(path, {"title": "One more", "estimated_minutes": 1_440})
    assert (refused.status_code, refused.json()["code"]) == (409, "studio.program_too_long")
    assert await totals(as_author, program) == (42, 984.2)


# What is published stays


@pytest.mark.req("Z-192")
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", "/studio/programs/{program}", {"name": "Other"}),
        ("DELETE", "/studio/programs/{program}", None),
        ("POST", "/studio/programs/{program}/chapters", {"title": "One more"}),
        ("PUT", "/studio/programs/{program}/chapter-order", {"chapter_ids": ["{chapter}"]}),
        ("POST", "/studio/programs/{program}/renumbering", None),
        ("PATCH", "/studio/chapters/{chapter}", {"title": "Other"}),
        ("DELETE", "/studio/chapters/{chapter}", None),
        ("POST", "/studio/chapters/{chapter}/sessions", {"title": "One more"}),
        ("PUT", "/studio/chapters/{chapter}/session-order", {"session_ids": ["{session}"]}),
        ("DELETE", "/studio/sessions/{session}", None),
    ],
)
async def test_a_published_program_is_not_changed(
    as_author: ApiClient, house: House, insight: Insight, method: str, path: str, body: dict[str, Any] | None
) -> None:
    program = await write_program(as_author, house, (1,))
    names = {"program": program["id"], "chapter": ids(program["chapters"])[0], "session": ids(program["sessions"])[0]}
    async with insight() as arranged:
        await arranged.execute(update(Program).values(status="published"))
    filled = {
        key: [names[each.strip("{}")] for each in value] if isinstance(value, list) else value
        for key, value in (body or {}).items()
    }
    more = {} if body is None else {"json": filled}
    before = (await as_author.get(f"/studio/programs/{program['id']}/tree")).json()
    answer = await as_author.request(method, path.format(**names), **more)
    assert (answer.status_code, answer.json()["code"]) == (409, "studio.program_published")
    assert (await as_author.get(f"/studio/programs/{program['id']}/tree")).json() == before


@pytest.mark.req("Z-192")
async def test_a_published_session_is_neither_changed_nor_deleted_nor_taken_along(
    as_author: ApiClient, house: House, insight: Insight
) -> None:
    program = await write_program(as_author, house, (2,))
    session_id, _ = ids(program["sessions"])
    async with insight() as arranged:
        await arranged.execute(update(ContentSession).where(ContentSession.id == session_id).values(status="published"))
    told = [
        await as_author.patch(f"/studio/sessions/{session_id}", {"title": "Other"}),
        await as_author.delete(f"/studio/sessions/{session_id}"),
        await as_author.delete(f"/studio/chapters/{program['chapters'][0]['id']}"),
        await as_author.delete(f"/studio/programs/{program['id']}"),
    ]
    assert [(each.status_code, each.json()["code"]) for each in told] == [
        (409, "studio.session_published"),
        (409, "studio.session_published"),
        (409, "studio.chapter_published"),
        (409, "studio.program_published"),
    ]


# Deleting


@pytest.mark.req("S-HIE-01")
async def test_with_a_program_goes_all_that_is_in_it_and_nothing_else(
    as_author: ApiClient, house: House, insight: Insight, worker: WorkerOnDemand
) -> None:
    gone, kept = await write_program(as_author, house, (2, 1)), await write_program(as_author, house, (1,))
    async with insight() as arranged:
        for session_id in map(UUID, ids(gone["sessions"])):
            arranged.add_all([each(session_id) for each in (make.article, make.video, make.quiz, make.exercise)])
    assert (await as_author.delete(f"/studio/programs/{gone['id']}")).status_code == 204
    tables = "programs chapters sessions articles videos quizzes exercises"
    counts = ", ".join(f"(SELECT count(*) FROM studio.{table})" for table in tables.split())  # noqa: S608  (our own names)
    async with insight() as left:
        assert tuple((await left.execute(text(f"SELECT {counts}"))).one()) == (1, 1, 1, 0, 0, 0, 0)
    assert ids(await listed(as_author, programs_of(house))) == [kept["id"]]
    told = await worker.announced("studio.program_deleted")
    assert [each.payload["program_id"] for each in told] == [gone["id"]]
