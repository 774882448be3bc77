"""Comments through the API: remarked, reworded by their author, settled, and taken away."""

import asyncio
from collections import Counter
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from app.core.clock import utc_now
from tests.factories import studio as make
from tests.studio.desk import Desk, build_desk, put
from tests.support.client import ApiClient
from tests.support.queries import recorded
from tests.support.worker import WorkerOnDemand


async def remark(client: ApiClient, desk: Desk, who: str = "author", **fields: Any) -> str:
    """Somebody's comment on the session; its address."""
    caller = await client.as_(getattr(desk, who))
    made = await caller.post(f"{desk.path}/comments", {"body": "Say it shorter.", **fields})
    assert made.status_code == 201, made.text
    return f"/studio/comments/{made.json()['id']}"


@pytest.mark.parametrize("kind", ["article", None])
async def test_a_comment_says_what_it_is_about_and_who_made_it(
    client: ApiClient, session: AsyncSession, desk: Desk, worker: WorkerOnDemand, kind: str | None
) -> None:
    await put(session, make.article(desk.session.id))
    reviewer = await client.as_(desk.reviewer)
    made = await reviewer.post(f"{desk.path}/comments", {"body": " Say it shorter. ", "content_type": kind})
    assert made.status_code == 201
    shown = made.json()
    assert (shown["body"], shown["content_type"]) == ("Say it shorter.", kind)
    assert (shown["session_id"], shown["program_id"]) == (str(desk.session.id), None)
    assert (shown["author_id"], shown["is_resolved"]) == (str(desk.reviewer.id), False)
    read = await reviewer.get(f"/studio/comments/{shown['id']}")
    assert (read.json(), read.headers["etag"]) == (shown, made.headers["etag"])
    (told,) = await worker.announced("studio.comment_created")
    assert (told.payload["program_id"], told.payload["content_type"]) == (str(desk.program.id), kind)


async def test_a_program_has_comments_of_its_own(client: ApiClient, desk: Desk) -> None:
    author = await client.as_(desk.author)
    await remark(client, desk)
    made = await author.post(f"{desk.program_path}/comments", {"body": "The chapters overlap."})
    assert (made.status_code, made.json()["program_id"]) == (201, str(desk.program.id))
    listed = (await author.get(f"{desk.program_path}/comments")).json()["items"]
    assert listed == [made.json()]
    refused = await author.post(f"{desk.program_path}/comments", {"body": "Which?", "content_type": "article"})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/content_type")


async def test_nobody_remarks_on_content_that_there_is_not(client: ApiClient, desk: Desk) -> None:
    author = await client.as_(desk.author)
    refused = await author.post(f"{desk.path}/comments", {"body": "Louder.", "content_type": "video"})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/content_type")


@pytest.mark.parametrize("body", ["", " ", "a" * 10_001, None])
async def test_a_comment_says_something(client: ApiClient, desk: Desk, body: str | None) -> None:
    author = await client.as_(desk.author)
    refused = await author.post(f"{desk.path}/comments", {"body": body})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/body")


async def test_comments_are_filtered_and_sorted(client: ApiClient, session: AsyncSession, desk: Desk) -> None:
    about = {"session_id": desk.session.id}
    first = make.comment(**about, author_id=desk.author.id, body="first")
    second = make.comment(**about, author_id=desk.reviewer.id, body="second", content_type="quiz")
    third = make.comment(**about, author_id=desk.author.id, body="third", resolved_at=utc_now())
    for each in (first, second, third):
        await put(session, each)
    author, path = await client.as_(desk.author), f"{desk.path}/comments"
    for wanted, expected in (
        ({}, ["first", "second", "third"]),
        ({"sort": "-created_at"}, ["third", "second", "first"]),
        ({"is_resolved": "true"}, ["third"]),
        ({"is_resolved": "false"}, ["first", "second"]),
        ({"content_type": "quiz"}, ["second"]),
        ({"content_type": "article"}, []),
        ({"author_id": str(desk.author.id)}, ["first", "third"]),
        ({"author_id": str(desk.author.id), "is_resolved": "false"}, ["first"]),
    ):
        found = (await author.get(path, params=wanted)).json()["items"]
        assert sorted(each["body"] for each in found) == sorted(expected), wanted
    page = (await author.get(path, params={"limit": 2})).json()
    rest = (await author.get(path, params={"limit": 2, "cursor": page["next_cursor"]})).json()
    assert len({each["id"] for each in page["items"] + rest["items"]}) == 3


# By whom


@pytest.mark.parametrize(
    ("who", "edited", "deleted"),
    [
        ("author", 200, 204),
        ("reviewer", 403, 403),
        ("staff", 403, 204),
        ("outsider", 404, 404),
    ],
)
async def test_the_words_are_their_authors_and_staff_may_take_any_away(
    client: ApiClient, desk: Desk, worker: WorkerOnDemand, who: str, edited: int, deleted: int
) -> None:
    path = await remark(client, desk)
    caller = await client.as_(getattr(desk, who))
    assert (await caller.patch(path, {"body": "Shorter, please."})).status_code == edited
    assert (await caller.delete(path)).status_code == deleted
    watcher = await client.as_(desk.author)
    left = await watcher.get(path)
    assert left.status_code == (404 if deleted == 204 else 200)
    if left.status_code == 200:
        assert left.json()["body"] == "Say it shorter."
    assert len(await worker.announced("studio.comment_changed")) == (edited == 200)
    assert len(await worker.announced("studio.comment_deleted")) == (deleted == 204)


@pytest.mark.parametrize("who", ["author", "reviewer", "staff"])
async def test_whoever_works_on_it_settles_a_comment_and_opens_it_again(
    client: ApiClient, desk: Desk, worker: WorkerOnDemand, who: str
) -> None:
    path = await remark(client, desk)
    caller = await client.as_(getattr(desk, who))
    settled = (await caller.put(f"{path}/resolution")).json()
    assert (settled["is_resolved"], settled["resolved_by"]) == (True, str(getattr(desk, who).id))
    again = await (await client.as_(desk.author)).put(f"{path}/resolution")
    assert (again.status_code, again.json()) == (200, settled)
    opened = (await caller.delete(f"{path}/resolution")).json()
    assert (opened["is_resolved"], opened["resolved_by"], opened["resolved_at"]) == (False, None, None)
    assert (await caller.delete(f"{path}/resolution")).json() == opened
    told = await worker.announced("studio.comment_changed")
    assert [each.payload["is_resolved"] for each in told] == [True, False]


@pytest.mark.req("S-RLS-02")
async def test_members_of_another_client_find_no_comment(client: ApiClient, desk: Desk) -> None:
    path = await remark(client, desk)
    outsider = await client.as_(desk.outsider)
    for answer in (
        await outsider.get(f"{desk.path}/comments"),
        await outsider.post(f"{desk.path}/comments", {"body": "Hello?"}),
        await outsider.get(f"{desk.program_path}/comments"),
        await outsider.post(f"{desk.program_path}/comments", {"body": "Hello?"}),
        await outsider.get(path),
        await outsider.put(f"{path}/resolution"),
        await outsider.delete(f"{path}/resolution"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "core.not_found")
    assert (await client.get(path)).status_code == 401


# Versions


async def test_an_older_version_of_a_comment_is_not_edited(client: ApiClient, desk: Desk) -> None:
    path = await remark(client, desk)
    author = await client.as_(desk.author)
    first = (await author.get(path)).headers["etag"]
    assert (await author.patch(path, {"body": "Other words"}, headers={"If-Match": first})).status_code == 200
    for answer in (
        await author.patch(path, {"body": "Late words"}, headers={"If-Match": first}),
        await author.delete(path, headers={"If-Match": first}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (412, "core.stale")
    assert (await author.get(path)).json()["body"] == "Other words"


@pytest.mark.parallel
async def test_of_many_who_settle_a_comment_at_once_one_has_settled_it(
    crowd: ApiClient, parallel: async_sessionmaker[AsyncSession]
) -> None:
    async with parallel() as session:
        desk = await build_desk(session)
    path = await remark(crowd, desk)
    callers = [await crowd.as_(each) for each in (desk.author, desk.reviewer, desk.staff)] * 3
    answers = await asyncio.gather(*(caller.put(f"{path}/resolution") for caller in callers))
    assert Counter(each.status_code for each in answers) == {200: 9}
    assert len({each.json()["resolved_by"] for each in answers}) == 1
    assert len(await WorkerOnDemand(parallel, {}).announced("studio.comment_changed")) == 1


async def test_a_list_of_twenty_costs_what_a_list_of_one_costs(
    client: ApiClient, session: AsyncSession, desk: Desk, engine: AsyncEngine
) -> None:
    author, counts = await client.as_(desk.author), []
    for number in (1, 19):
        await put(session, *(make.comment(session_id=desk.session.id) for _ in range(number)))
        with recorded(engine) as statements:
            await author.get(f"{desk.path}/comments")
        counts.append(len(statements))
    assert counts[0] == counts[1]
