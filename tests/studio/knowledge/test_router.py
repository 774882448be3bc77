"""The door to knowledge: versions that are kept, compared, and never overwritten unseen."""

import asyncio
from collections import Counter
from functools import partial
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from tests.studio.house import House, build_house, listed, write_program
from tests.support.client import ApiClient, patiently
from tests.support.queries import recorded
from tests.support.worker import WorkerOnDemand

FIRST: dict[str, Any] = {"learner": "user", "tone": ["short", "warm"], "is_formal": 1}
SECOND: dict[str, Any] = {"learner": "colleague", "tone": ["short", "clear", "warm"], "is_formal": True}
BRIEF = {"title": "Brief", "content": "For whom?\nFor leaders.\nWhen?", "content_format": "markdown"}


def words_of(house: House, kind: str = "terminology") -> str:
    return f"/studio/clients/{house.ours.id}/knowledge/{kind}"


async def brief_of(caller: ApiClient, house: House) -> str:
    program = await write_program(caller, house, ())
    return f"/studio/programs/{program['id']}/knowledge/brief"


async def save(caller: ApiClient, path: str, content: Any, **more: Any) -> Any:
    """The next version. Fails when it is refused."""
    answer = await caller.put(path, {"content": content, **more})
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.req("S-KNW-01")
async def test_saving_writes_the_first_version_and_then_the_next(
    client: ApiClient, as_author: ApiClient, house: House, worker: WorkerOnDemand
) -> None:
    path = words_of(house)
    assert (await as_author.get(path)).status_code == 404
    first = await as_author.put(path, {"content": FIRST})
    assert (first.status_code, first.headers["etag"], first.json()["version"]) == (200, '"1"', 1)
    as_reviewer = await client.as_(house.reviewer)
    second = await as_reviewer.put(path, {"content": SECOND})
    assert (second.headers["etag"], second.json()["version"], second.json()["content"]) == ('"2"', 2, SECOND)
    assert (await as_author.get(path)).json() == second.json()
    assert second.json()["id"] == first.json()["id"]
    assert (second.json()["created_by"], second.json()["edited_by"]) == (str(house.author.id), str(house.reviewer.id))
    told = await worker.announced("studio.client_knowledge_saved")
    assert [(each.payload["type"], each.payload["version"]) for each in told] == [
        ("terminology", 1),
        ("terminology", 2),
    ]


@pytest.mark.req("S-KNW-01")
async def test_a_wrong_expected_version_is_refused_and_shown_the_current_one(
    as_author: ApiClient, house: House
) -> None:
    path = words_of(house)
    nothing = await as_author.put(path, {"content": FIRST}, headers={"If-Match": '"1"'})
    assert (nothing.status_code, nothing.json()["code"]) == (412, "core.stale")
    assert "current" not in nothing.json()
    assert (await as_author.get(path)).status_code == 404
    first = await as_author.put(path, {"content": FIRST}, headers={"If-Match": '"0"'})
    assert first.status_code == 200
    for expected in ('"0"', '"2"'):
        late = await as_author.put(path, {"content": SECOND}, headers={"If-Match": expected})
        assert (late.status_code, late.json()["current"], late.headers["etag"]) == (412, first.json(), '"1"')
    right = await as_author.put(path, {"content": SECOND}, headers={"If-Match": '"1"'})
    assert right.json()["version"] == 2
    assert (await as_author.get(path, headers={"If-None-Match": '"2"'})).status_code == 304


async def test_true_for_one_is_a_new_content(as_author: ApiClient, house: House) -> None:
    await save(as_author, words_of(house), {"is_formal": 1})
    assert (await save(as_author, words_of(house), {"is_formal": True}))["content"]["is_formal"] is True


@pytest.mark.req("Z-191")
async def test_every_version_is_kept_with_who_wrote_it(client: ApiClient, as_author: ApiClient, house: House) -> None:
    path = words_of(house)
    for number in range(1, 6):
        await save(as_author, path, {"number": number})
    await save(await client.as_(house.reviewer), path, {"number": 6})
    versions = await listed(as_author, f"{path}/versions")
    assert [(each["version"], each["content"]["number"]) for each in versions] == [(n, n) for n in (6, 5, 4, 3, 2, 1)]
    assert [each["edited_by"] for each in versions] == [str(house.reviewer.id)] + [str(house.author.id)] * 5
    assert sorted((each["edited_at"] for each in versions), reverse=True) == [each["edited_at"] for each in versions]
    for number in (1, 3, 6):
        one = await as_author.get(f"{path}/versions/{number}")
        assert one.json() == versions[6 - number]
    assert (await as_author.get(f"{path}/versions/7")).status_code == 404


@pytest.mark.req("Z-191")
@pytest.mark.parametrize("limit", [1, 2, 3, 5])
async def test_versions_are_paged_without_a_gap(as_author: ApiClient, house: House, limit: int) -> None:
    path = words_of(house)
    for number in range(1, 6):
        await save(as_author, path, {"number": number})
    seen, cursor = [], None
    while True:
        asked = {"limit": limit, **({"cursor": cursor} if cursor else {})}
        page = (await as_author.get(f"{path}/versions", params=asked)).json()
        assert len(page["items"]) <= limit
        seen += [each["version"] for each in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == [5, 4, 3, 2, 1]


@pytest.mark.req("Z-191", "S-KNW-01")
async def test_versions_of_a_document_are_compared_by_its_structure(as_author: ApiClient, house: House) -> None:
    path = words_of(house)
    for content in (FIRST, SECOND, {}):
        await save(as_author, path, content)
    diff = (await as_author.get(f"{path}/diff", params={"from": 1, "to": 2})).json()
    assert (diff["from_version"], diff["to_version"]) == (1, 2)
    assert diff["changes"] == [
        {"pointer": "/is_formal", "kind": "replaced", "before": 1, "after": True},
        {"pointer": "/learner", "kind": "replaced", "before": "user", "after": "colleague"},
        {"pointer": "/tone/1", "kind": "added", "before": None, "after": "clear"},
    ]
    last = (await as_author.get(f"{path}/diff")).json()
    assert (last["from_version"], last["to_version"]) == (2, 3)
    assert {each["kind"] for each in last["changes"]} == {"removed"}
    whole = (await as_author.get(f"{path}/diff", params={"from": 0, "to": 1})).json()
    assert [each["pointer"] for each in whole["changes"]] == ["/is_formal", "/learner", "/tone"]
    backwards = (await as_author.get(f"{path}/diff", params={"from": 2, "to": 1})).json()
    assert backwards["changes"][2] == {"pointer": "/tone/1", "kind": "removed", "before": "clear", "after": None}
    assert (await as_author.get(f"{path}/diff", params={"from": 2, "to": 2})).json()["changes"] == []


@pytest.mark.req("Z-191", "S-KNW-01")
async def test_versions_of_a_text_are_compared_line_by_line(
    as_author: ApiClient, house: House, worker: WorkerOnDemand
) -> None:
    path = await brief_of(as_author, house)
    await save(as_author, path, **BRIEF)
    changed = BRIEF["content"].replace("For leaders.", "For those who lead.")
    await save(as_author, path, changed, title="The brief")
    diff = (await as_author.get(f"{path}/diff")).json()
    assert diff["diff"] == "@@ -1,3 +1,3 @@\n For whom?\n-For leaders.\n+For those who lead.\n When?"
    assert diff["changes"] == [{"pointer": "/title", "kind": "replaced", "before": "Brief", "after": "The brief"}]
    whole = (await as_author.get(f"{path}/diff", params={"from": 0, "to": 1})).json()
    assert whole["diff"] == "@@ -0,0 +1,3 @@\n+For whom?\n+For leaders.\n+When?"
    versions = await listed(as_author, f"{path}/versions")
    assert [(each["title"], each["content"]) for each in versions] == [
        ("The brief", changed),
        ("Brief", BRIEF["content"]),
    ]
    assert [each.payload["version"] for each in await worker.announced("studio.program_knowledge_saved")] == [1, 2]


async def test_a_version_that_never_was_is_named(as_author: ApiClient, house: House) -> None:
    path = words_of(house)
    await save(as_author, path, FIRST)
    answer = await as_author.get(f"{path}/diff", params={"from": 3, "to": 2})
    assert answer.status_code == 422
    assert [each["pointer"] for each in answer.json()["errors"]] == ["/query/from", "/query/to"]


@pytest.mark.req("Z-196")
@pytest.mark.parametrize(
    ("owner", "kinds"),
    [
        ("client", ["brand_voice", "business_context", "terminology"]),
        ("program", ["brief", "path_recommendations", "program_matrix", "topic_research"]),
    ],
)
async def test_the_types_are_those_of_the_table(
    as_author: ApiClient, house: House, owner: str, kinds: list[str]
) -> None:
    path = words_of(house) if owner == "client" else await brief_of(as_author, house)
    shelf = path.rpartition("/")[0]
    for kind in kinds[::-1]:
        await save(as_author, f"{shelf}/{kind}", {} if owner == "client" else "")
    assert [each["type"] for each in await listed(as_author, shelf)] == kinds
    for wrong in ("path_recs", "matrix", "terminology" if owner == "program" else "brief"):
        answer = await as_author.put(f"{shelf}/{wrong}", {"content": {} if owner == "client" else ""})
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/path/type")


@pytest.mark.parametrize("body", [{"content": []}, {"content": "text"}, {"content": None}, {}, {"content": {}, "a": 1}])
async def test_a_clients_knowledge_is_a_json_object(as_author: ApiClient, house: House, body: dict[str, Any]) -> None:
    assert (await as_author.put(words_of(house), body)).status_code == 422
    assert (await as_author.get(words_of(house))).status_code == 404


@pytest.mark.parametrize("value", [10**4_000, 0.1, "\U0001f986", {"": {"": []}}, -0.0, [[[]]] * 20])
async def test_what_json_can_hold_comes_back_as_it_was(as_author: ApiClient, house: House, value: Any) -> None:
    assert (await save(as_author, words_of(house), {"value": value}))["content"] == {"value": value}


async def test_a_hundred_versions_cost_what_one_costs(as_author: ApiClient, house: House, engine: AsyncEngine) -> None:
    path, spent = words_of(house), []
    for more in (1, 30):
        for number in range(more):
            await save(as_author, path, {"number": number})
        with recorded(engine) as statements:
            await listed(as_author, f"{path}/versions")
            await as_author.get(f"{path}/diff")
        spent.append(len(statements))
    assert spent[1] - spent[0] == 1  # the first version has no earlier one to be read


# Under pressure

Sessions = async_sessionmaker[AsyncSession]


@pytest.mark.parallel
@pytest.mark.req("S-KNW-01")
async def test_of_twenty_who_write_the_first_version_nobody_is_lost(crowd: ApiClient, parallel: Sessions) -> None:
    async with parallel() as session:
        house = await build_house(session)
    callers = [await crowd.as_(house.author), await crowd.as_(house.reviewer)]
    path = words_of(house)
    answers = await asyncio.gather(
        *(patiently(partial(callers[number % 2].put, path, {"content": {"number": number}})) for number in range(20))
    )
    assert Counter(answer.status_code for answer in answers) == {200: 20}
    assert sorted(answer.json()["version"] for answer in answers) == list(range(1, 21))
    kept = {each["version"]: each["content"]["number"] for each in await listed(callers[0], f"{path}/versions")}
    assert kept == {answer.json()["version"]: answer.json()["content"]["number"] for answer in answers}


@pytest.mark.parallel
@pytest.mark.req("S-KNW-01")
@pytest.mark.parametrize("known", [0, 1])
async def test_of_twenty_who_expect_the_same_version_one_writes(
    crowd: ApiClient, parallel: Sessions, known: int
) -> None:
    async with parallel() as session:
        house = await build_house(session)
    author, path = await crowd.as_(house.author), words_of(house)
    for _ in range(known):
        await save(author, path, FIRST)
    answers = await asyncio.gather(
        *(
            patiently(partial(author.put, path, {"content": {"number": number}}, headers={"If-Match": f'"{known}"'}))
            for number in range(20)
        )
    )
    assert Counter(answer.status_code for answer in answers) == {200: 1, 412: 19}
    won = next(answer.json() for answer in answers if answer.status_code == 200)
    assert all(answer.json()["current"] == won for answer in answers if answer.status_code == 412)
    assert (await author.get(path)).json() == won
