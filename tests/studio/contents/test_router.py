"""The four kinds of content through the API: one each, edited by version, counted, and a draft again when edited."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.core.clock import utc_now
from app.identity.actor import Actor
from app.studio.deps import act_as
from app.studio.models import Article, StatusChange
from tests.factories import studio as make
from tests.studio.desk import DRAFTS, KINDS, Desk, put, written
from tests.support.client import ApiClient
from tests.support.queries import recorded
from tests.support.worker import WorkerOnDemand

EDITS: dict[str, dict[str, Any]] = {
    "article": {"content": "Other words"},
    "video": {"script": "Another script"},
    "quiz": {"metadata": {"shuffles": True}},
    "exercise": {"complexity": "advanced", "scenario": {"situation": "Late again"}},
}


@pytest.mark.req("S-HIE-02", "Z-198")
@pytest.mark.parametrize("kind", KINDS)
async def test_a_session_has_one_of_each_kind(client: ApiClient, desk: Desk, worker: WorkerOnDemand, kind: str) -> None:
    author, path = await client.as_(desk.author), f"{desk.path}/{kind}"
    made = await author.post(path, DRAFTS[kind])
    assert made.status_code == 201
    assert (made.json()["status"], made.json()["created_by"]) == ("draft", str(desk.author.id))
    for name, value in DRAFTS[kind].items():
        if name in {"content", "script", "title", "exercise_type"}:
            assert made.json()[name] == value
    again = await author.post(path, DRAFTS[kind])
    assert (again.status_code, again.json()["code"]) == (409, "studio.content_exists")
    shown = await author.get(path)
    assert (shown.json(), shown.headers["etag"]) == (made.json(), made.headers["etag"])
    assert (await author.get(path, headers={"If-None-Match": shown.headers["etag"]})).status_code == 304
    told = await worker.announced("studio.content_created")
    assert [each.payload["content_type"] for each in told] == [kind]


@pytest.mark.req("S-HIE-02")
async def test_the_same_request_twice_by_its_key_makes_one(client: ApiClient, desk: Desk) -> None:
    author = await client.as_(desk.author)
    answers = [await author.post(f"{desk.path}/article", DRAFTS["article"], key="once") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()


@pytest.mark.parametrize("kind", KINDS)
async def test_an_edit_by_an_older_version_is_refused(client: ApiClient, desk: Desk, kind: str) -> None:
    author, path = await client.as_(desk.author), f"{desk.path}/{kind}"
    first = (await author.post(path, DRAFTS[kind])).headers["etag"]
    edited = await author.patch(path, EDITS[kind], headers={"If-Match": first})
    assert edited.status_code == 200
    assert edited.headers["etag"] != first
    for name, value in EDITS[kind].items():
        shown = edited.json()[name]
        assert value.items() <= shown.items() if isinstance(value, dict) else shown == value
    for answer in (
        await author.patch(path, EDITS[kind], headers={"If-Match": first}),
        await author.delete(path, headers={"If-Match": first}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (412, "core.stale")
    assert (await author.get(path)).json() == edited.json()


@pytest.mark.parametrize("kind", KINDS)
async def test_an_edit_that_changes_nothing_is_no_new_version_and_announces_nothing(
    client: ApiClient, desk: Desk, worker: WorkerOnDemand, kind: str
) -> None:
    author, path = await client.as_(desk.author), f"{desk.path}/{kind}"
    await author.post(path, DRAFTS[kind])
    once = await author.patch(path, EDITS[kind])
    twice = await author.patch(path, EDITS[kind])
    assert (twice.status_code, twice.headers["etag"]) == (200, once.headers["etag"])
    assert len(await worker.announced("studio.content_changed")) == 1


@pytest.mark.parametrize("kind", KINDS)
async def test_what_was_deleted_is_gone_and_can_be_written_anew(
    client: ApiClient, desk: Desk, worker: WorkerOnDemand, kind: str
) -> None:
    author, path = await client.as_(desk.author), f"{desk.path}/{kind}"
    assert (await author.delete(path)).status_code == 404
    await author.post(path, DRAFTS[kind])
    assert (await author.delete(path)).status_code == 204
    assert (await author.get(path)).status_code == 404
    assert (await author.patch(path, EDITS[kind])).status_code == 404
    assert (await author.post(path, DRAFTS[kind])).status_code == 201
    assert len(await worker.announced("studio.content_deleted")) == 1


# What is computed


@pytest.mark.req("S-CNT-01", "Z-194")
@pytest.mark.parametrize(
    ("text", "words"),
    [("", 0), ("One", 1), ("  two\n\twords ", 2), ("well-known don't — fin.", 4), ("word " * 301, 301)],
)
async def test_words_are_counted_at_every_saving(client: ApiClient, desk: Desk, text: str, words: int) -> None:
    author = await client.as_(desk.author)
    assert (await author.post(f"{desk.path}/article", {"content": text})).json()["word_count"] == words
    assert (await author.patch(f"{desk.path}/article", {"content": f"{text} more"})).json()["word_count"] == words + 1
    assert (await author.post(f"{desk.path}/video", {"script": text})).json()["word_count"] == words
    assert (await author.patch(f"{desk.path}/video", {"script": f"{text} more"})).json()["word_count"] == words + 1


@pytest.mark.req("S-CNT-01", "Z-194")
@pytest.mark.parametrize(
    ("words", "duration"),
    [(0, "0:00"), (1, "0:00"), (2, "0:01"), (75, "0:30"), (150, "1:00"), (500, "3:20"), (9_300, "62:00")],
)
async def test_a_video_lasts_a_minute_for_150_words(client: ApiClient, desk: Desk, words: int, duration: str) -> None:
    author, path = await client.as_(desk.author), f"{desk.path}/video"
    made = await author.post(path, {"script": "word " * words})
    assert made.json()["estimated_duration"] == duration
    assert (await author.patch(path, {"script": "word " * 300})).json()["estimated_duration"] == "2:00"


async def test_nobody_writes_what_is_computed(client: ApiClient, desk: Desk) -> None:
    author = await client.as_(desk.author)
    for name in ("word_count", "status", "approved_by", "created_by"):
        answer = await author.post(f"{desk.path}/article", {"content": "Words", name: None})
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, f"/{name}")


# Documents


def question(**fields: Any) -> dict[str, Any]:
    options = [{"text": "Yes", "is_correct": True}, {"text": "No", "is_correct": False}]
    return {"kind": "single_choice", "prompt": "Is it?", "options": options, **fields}


@pytest.mark.req("S-CNT-02")
@pytest.mark.parametrize(
    ("questions", "pointer"),
    [
        ([question(), question(), question(options=["Yes"])], "/questions/2/options/0"),
        ([question(options=[{"text": "Yes"}])], "/questions/0/options/0/is_correct"),
        ([question(options=[{"text": "Yes", "is_correct": "true"}])], "/questions/0/options/0/is_correct"),
        ([question(kind="matching")], "/questions/0/kind"),
        ([question(points="1")], "/questions/0/points"),
        ([question(), question(hint="?")], "/questions/1/hint"),
        ({"0": question()}, "/questions"),
        ([question()] * 201, "/questions"),
    ],
)
async def test_a_bad_question_is_refused_where_it_is(
    client: ApiClient, desk: Desk, questions: Any, pointer: str
) -> None:
    author = await client.as_(desk.author)
    answer = await author.post(f"{desk.path}/quiz", {"questions": questions})
    assert answer.status_code == 422
    assert pointer in {each["pointer"] for each in answer.json()["errors"]}
    assert (await author.get(f"{desk.path}/quiz")).status_code == 404


@pytest.mark.req("S-CNT-02", "Z-195")
@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"ai_mentor": {"persona": "Kim"}}, "/ai_mentor/instructions"),
        ({"ai_mentor": {"persona": "Kim", "instructions": "Ask", "hints": [1]}}, "/ai_mentor/hints/0"),
        ({"scenario": {"situation": "Late", "characters": [{"name": None}]}}, "/scenario/characters/0/name"),
        ({"success_criteria": [{"criterion": "Asks", "weight": -1}]}, "/success_criteria/0/weight"),
        ({"evaluation": {"instructions": "Judge", "passing_percentage": 101}}, "/evaluation/passing_percentage"),
        ({"learning_anchor": []}, "/learning_anchor"),
        ({"complexity": "hard"}, "/complexity"),
        ({"estimated_minutes": 0}, "/estimated_minutes"),
    ],
)
async def test_a_bad_document_of_an_exercise_is_refused_where_it_is(
    client: ApiClient, desk: Desk, fields: dict[str, Any], pointer: str
) -> None:
    author, path = await client.as_(desk.author), f"{desk.path}/exercise"
    made = await author.post(path, {**DRAFTS["exercise"], **fields})
    assert (made.status_code, [each["pointer"] for each in made.json()["errors"]]) == (422, [pointer])
    await author.post(path, DRAFTS["exercise"])
    edited = await author.patch(path, fields)
    assert (edited.status_code, [each["pointer"] for each in edited.json()["errors"]]) == (422, [pointer])


@pytest.mark.req("S-CNT-03")
@pytest.mark.parametrize("kind", ["ESSAY", "roleplay", "", None, 1])
async def test_an_exercise_is_of_one_of_three_types(client: ApiClient, desk: Desk, kind: Any) -> None:
    author, path = await client.as_(desk.author), f"{desk.path}/exercise"
    refused = await author.post(path, {**DRAFTS["exercise"], "exercise_type": kind})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/exercise_type")
    assert (await author.get(path)).status_code == 404


@pytest.mark.req("S-CNT-03")
@pytest.mark.parametrize("kind", ["CASE_ANALYSIS", "ROLEPLAY", "REFLECTION"])
async def test_each_of_the_three_types_is_taken(client: ApiClient, desk: Desk, kind: str) -> None:
    author = await client.as_(desk.author)
    made = await author.post(f"{desk.path}/exercise", {**DRAFTS["exercise"], "exercise_type": kind})
    assert (made.status_code, made.json()["exercise_type"]) == (201, kind)


async def test_what_may_be_missing_can_be_taken_away_again(client: ApiClient, desk: Desk) -> None:
    author, path = await client.as_(desk.author), f"{desk.path}/exercise"
    await author.post(path, {**DRAFTS["exercise"], "scenario": {"situation": "Late"}})
    assert (await author.patch(path, {"scenario": None})).json()["scenario"] is None
    refused = await author.patch(path, {"ai_mentor": None})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/ai_mentor")


# Empty, in review, approved, published


EMPTY: dict[str, dict[str, Any]] = {
    "article": {"content": ""},
    "video": {"script": ""},
    "quiz": {"questions": []},
    "exercise": {**DRAFTS["exercise"], "title": "", "description": ""},
}


@pytest.mark.req("Z-197")
@pytest.mark.parametrize("kind", KINDS)
async def test_a_draft_may_be_empty(client: ApiClient, desk: Desk, kind: str) -> None:
    author, path = await client.as_(desk.author), f"{desk.path}/{kind}"
    assert (await author.post(path, EMPTY[kind])).status_code == 201
    assert (await author.patch(path, DRAFTS[kind])).status_code == 200
    assert (await author.patch(path, EMPTY[kind])).status_code == 200


@pytest.mark.req("Z-197")
@pytest.mark.parametrize("kind", KINDS)
async def test_what_is_in_review_is_edited_and_not_emptied(
    client: ApiClient, session: AsyncSession, desk: Desk, kind: str
) -> None:
    await put(session, written(kind, desk.session, status="review"))
    author, path = await client.as_(desk.author), f"{desk.path}/{kind}"
    before = (await author.get(path)).json()
    refused = await author.patch(path, EMPTY[kind])
    assert (refused.status_code, refused.json()["code"]) == (409, "studio.content_incomplete")
    assert {each["pointer"] for each in refused.json()["errors"]} <= {f"/{name}" for name in EMPTY[kind]}
    assert (await author.get(path)).json() == before
    assert (await author.patch(path, EDITS[kind])).json()["status"] == "review"


@pytest.mark.req("S-FLW-03", "Z-192", "Z-198")
@pytest.mark.parametrize("kind", KINDS)
async def test_editing_what_was_approved_makes_it_a_draft_again_and_says_so(
    client: ApiClient, session: AsyncSession, desk: Desk, worker: WorkerOnDemand, kind: str
) -> None:
    approved = {"status": "approved", "approved_by": desk.reviewer.id, "approved_at": utc_now()}
    await put(session, written(kind, desk.session, **approved))
    author, path = await client.as_(desk.author), f"{desk.path}/{kind}"
    current = {name: value for name, value in DRAFTS[kind].items() if name in {"content", "script"}}
    unchanged = await author.patch(path, current)
    assert (unchanged.json()["status"], unchanged.json()["approved_by"]) == ("approved", str(desk.reviewer.id))
    edited = (await author.patch(path, EDITS[kind])).json()
    assert (edited["status"], edited["approved_by"], edited["approved_at"]) == ("draft", None, None)
    history = (await author.get(f"{path}/status-changes")).json()["items"]
    assert [(each["from_status"], each["to_status"], each["reason"], each["changed_by"]) for each in history] == [
        ("approved", "draft", "Edited after it was approved", str(desk.author.id))
    ]
    told = await worker.announced("studio.content_status_changed")
    assert [(each.payload["before"], each.payload["after"]) for each in told] == [("approved", "draft")]


@pytest.mark.req("S-FLW-04")
@pytest.mark.parametrize("kind", KINDS)
async def test_nothing_of_a_published_session_changes(
    client: ApiClient, session: AsyncSession, desk: Desk, worker: WorkerOnDemand, kind: str
) -> None:
    published = make.content_session(desk.chapter.id, status="published")
    others = [each for each in KINDS if each != kind]
    await put(session, published, *(written(each, published, status="approved") for each in [*others[:1], kind]))
    staff, path = await client.as_(desk.staff), f"/studio/sessions/{published.id}"
    before = (await staff.get(f"{path}/{kind}")).json()
    for answer in (
        await staff.patch(f"{path}/{kind}", EDITS[kind]),
        await staff.delete(f"{path}/{kind}"),
        await staff.post(f"{path}/{others[1]}", DRAFTS[others[1]]),
        await staff.post(f"{path}/{kind}/status-changes", {"to": "review", "reason": "because"}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "studio.session_published")
    assert (await staff.get(f"{path}/{kind}")).json() == before
    assert await worker.announced() == []


# Who


@pytest.mark.req("S-RLS-02")
@pytest.mark.parametrize("kind", KINDS)
async def test_members_of_another_client_can_not_tell_whether_there_is_such_a_session(
    client: ApiClient, session: AsyncSession, desk: Desk, kind: str
) -> None:
    await put(session, written(kind, desk.session))
    outsider, path = await client.as_(desk.outsider), f"{desk.path}/{kind}"
    for answer in (
        await outsider.get(path),
        await outsider.post(path, DRAFTS[kind]),
        await outsider.patch(path, EDITS[kind]),
        await outsider.delete(path),
        await outsider.get(f"{path}/status"),
        await outsider.get(f"{path}/status-changes"),
        await outsider.post(f"{path}/status-changes", {"to": "review"}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "core.not_found")
    for method in ("get", "delete"):
        assert (await getattr(client, method)(path)).status_code == 401


async def test_what_a_refusal_leaves_behind_is_nothing(client: ApiClient, session: AsyncSession, desk: Desk) -> None:
    author = await client.as_(desk.author)
    await author.post(f"{desk.path}/article", DRAFTS["article"])
    await author.post(f"{desk.path}/article", {"content": "Another"})
    await act_as(session, Actor.system())
    assert (await session.scalars(select(Article.content))).all() == ["Three small words"]
    assert (await session.scalars(select(StatusChange))).all() == []


async def test_reading_content_costs_as_many_statements_whatever_it_holds(
    client: ApiClient, session: AsyncSession, desk: Desk, engine: AsyncEngine
) -> None:
    full = make.content_session(desk.chapter.id)
    await put(session, make.quiz(desk.session.id), full, make.quiz(full.id, questions=[make.question()] * 50))
    author, counts = await client.as_(desk.author), []
    for each in (desk.session, full):
        with recorded(engine) as statements:
            assert (await author.get(f"/studio/sessions/{each.id}/quiz")).status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 5
