"""Publishing: all below is approved or nothing is published, and what was published is kept (S-FLW-04, Z-192)."""

from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.core.clock import utc_now
from app.identity.actor import Actor
from app.studio.deps import act_as
from app.studio.models import ContentSession, Program
from tests.factories import studio as make
from tests.studio.desk import KINDS, Desk, put, written
from tests.support.client import ApiClient
from tests.support.queries import recorded
from tests.support.worker import WorkerOnDemand

PUBLISH = {"to": "published"}
REOPEN = {"to": "draft", "reason": "new figures"}


def approved(**more: Any) -> dict[str, Any]:
    return {"status": "approved", "approved_at": utc_now(), **more}


async def approved_session(session: AsyncSession, desk: Desk, *kinds: str, **fields: Any) -> ContentSession:
    """A session, approved with contents of these kinds."""
    made = make.content_session(desk.chapter.id, **approved(**fields))
    await put(session, made, *(written(kind, made, **approved()) for kind in kinds))
    return made


async def program_in_review(session: AsyncSession, desk: Desk) -> None:
    """The desk's program is in review, and its first session approved without content."""
    await act_as(session, Actor.system())
    await session.execute(update(Program).where(Program.id == desk.program.id).values(status="review"))
    mine = update(ContentSession).where(ContentSession.id == desk.session.id)
    await session.execute(mine.values(status="approved", approved_at=utc_now()))
    await session.commit()


# A session


@pytest.mark.req("S-FLW-04")
@pytest.mark.parametrize("status", ["draft", "review"])
@pytest.mark.parametrize("kind", KINDS)
async def test_a_session_waits_for_each_of_its_contents(
    client: ApiClient, session: AsyncSession, desk: Desk, worker: WorkerOnDemand, kind: str, status: str
) -> None:
    waiting = await approved_session(session, desk, *(each for each in KINDS if each != kind), title="Feedback")
    row = written(kind, waiting, status=status)
    await put(session, row)
    reviewer, path = await client.as_(desk.reviewer), f"/studio/sessions/{waiting.id}"
    item = {"id": str(row.id), "kind": kind, "title": "Feedback", "status": status}
    if kind == "exercise":
        item["title"] = "Look back"
    refused = await reviewer.post(f"{path}/status-changes", PUBLISH)
    assert (refused.status_code, refused.json()["code"]) == (409, "studio.publication_blocked")
    assert refused.json()["blocking"] == [item]
    shown = (await reviewer.get(f"{path}/status")).json()
    forward = next(each for each in shown["next_steps"] if each["to"] == "published")
    assert (shown["status"], forward["blocked_by"]) == ("approved", [item])
    assert await worker.announced() == []
    assert (await reviewer.get(f"{path}/revisions")).json()["items"] == []


@pytest.mark.req("S-FLW-04", "Z-192")
async def test_a_session_is_published_with_its_contents_and_keeps_them_as_a_revision(
    client: ApiClient, session: AsyncSession, desk: Desk, worker: WorkerOnDemand
) -> None:
    ready = await approved_session(session, desk, *KINDS, title="Feedback", learning_objectives=["Say what you saw"])
    reviewer, path = await client.as_(desk.reviewer), f"/studio/sessions/{ready.id}"
    shown = {kind: (await reviewer.get(f"{path}/{kind}")).json() for kind in KINDS}
    assert (await reviewer.post(f"{path}/status-changes", PUBLISH)).status_code == 201
    (line,) = (await reviewer.get(f"{path}/revisions")).json()["items"]
    assert (line["revision"], line["published_by"]) == (1, str(desk.reviewer.id))
    kept = (await reviewer.get(f"{path}/revisions/{line['id']}")).json()["content"]
    assert (kept["title"], kept["learning_objectives"]) == ("Feedback", ["Say what you saw"])
    assert (kept["article"], kept["script"]) == (shown["article"]["content"], shown["video"]["script"])
    assert kept["questions"] == shown["quiz"]["questions"]
    assert {name: shown["exercise"][name] for name in ("exercise_type", "title", "ai_mentor", "evaluation")} == {
        name: kept["exercise"][name] for name in ("exercise_type", "title", "ai_mentor", "evaluation")
    }
    kinds = [each.kind for each in await worker.announced()]
    assert sorted(kinds) == ["studio.session_published", "studio.session_status_changed"]


async def test_a_session_without_content_has_nothing_to_wait_for(
    client: ApiClient, session: AsyncSession, desk: Desk
) -> None:
    bare = await approved_session(session, desk)
    staff = await client.as_(desk.staff)
    assert (await staff.post(f"/studio/sessions/{bare.id}/status-changes", PUBLISH)).status_code == 201


@pytest.mark.req("Z-192", "S-FLW-02")
async def test_taking_back_a_published_session_begins_the_next_revision_and_keeps_the_last(
    client: ApiClient, session: AsyncSession, desk: Desk
) -> None:
    ready = await approved_session(session, desk, "article")
    reviewer, path = await client.as_(desk.reviewer), f"/studio/sessions/{ready.id}"
    await reviewer.post(f"{path}/status-changes", PUBLISH)
    assert (await reviewer.post(f"{path}/status-changes", REOPEN)).status_code == 201
    shown = (await reviewer.get(f"{path}/status")).json()
    assert (shown["status"], shown["revision"], shown["approved_by"]) == ("draft", 2, None)
    assert (await reviewer.get(f"{path}/article")).json()["status"] == "approved"
    await reviewer.patch(f"{path}/article", {"content": "New figures"})
    for kind, to in (("/article", "review"), ("/article", "approved"), ("", "content_created"), ("", "approved")):
        assert (await reviewer.post(f"{path}{kind}/status-changes", {"to": to})).status_code == 201
    assert (await reviewer.post(f"{path}/status-changes", PUBLISH)).status_code == 201
    revisions = (await reviewer.get(f"{path}/revisions")).json()["items"]
    assert [each["revision"] for each in revisions] == [2, 1]
    texts = [(await reviewer.get(f"{path}/revisions/{each['id']}")).json()["content"]["article"] for each in revisions]
    assert texts == ["New figures", "Three small words"]
    history = (await reviewer.get(f"{path}/status-changes")).json()["items"]
    assert [(each["to_status"], each["revision"]) for each in history] == [
        ("published", 2),
        ("approved", 2),
        ("content_created", 2),
        ("draft", 1),
        ("published", 1),
    ]


# A program


@pytest.mark.req("S-FLW-04")
async def test_a_program_waits_for_its_sessions_and_for_their_contents(
    client: ApiClient, session: AsyncSession, desk: Desk, worker: WorkerOnDemand
) -> None:
    await program_in_review(session, desk)
    created = make.content_session(desk.chapter.id, status="content_created", title="Not yet")
    half = await approved_session(session, desk, "video", title="Half")
    done = make.content_session(desk.chapter.id, status="published")
    article, quiz = make.article(half.id, status="review"), make.quiz(created.id)
    await put(session, created, done, article, quiz)
    reviewer = await client.as_(desk.reviewer)
    refused = await reviewer.post(f"{desk.program_path}/status-changes", PUBLISH)
    assert (refused.status_code, refused.json()["code"]) == (409, "studio.publication_blocked")
    items = {(each["id"], each["kind"], each["title"], each["status"]) for each in refused.json()["blocking"]}
    assert items == {
        (str(created.id), "session", "Not yet", "content_created"),
        (str(quiz.id), "quiz", "Not yet", "draft"),
        (str(article.id), "article", "Half", "review"),
    }
    shown = (await reviewer.get(f"{desk.program_path}/status")).json()
    assert shown["next_steps"][0]["blocked_by"] == refused.json()["blocking"]
    for each, status in ((desk.session, "approved"), (half, "approved"), (created, "content_created")):
        assert (await reviewer.get(f"/studio/sessions/{each.id}/status")).json()["status"] == status
    assert await worker.announced() == []
    assert (await reviewer.get(f"{desk.program_path}/revisions")).json()["items"] == []


@pytest.mark.req("S-FLW-04", "Z-192")
async def test_a_program_is_published_together_with_its_sessions(
    client: ApiClient, session: AsyncSession, desk: Desk, worker: WorkerOnDemand
) -> None:
    await program_in_review(session, desk)
    second = make.chapter(desk.program.id, title="Second")
    await put(session, second)
    late = make.content_session(second.id, **approved(title="Late", order_index=9_002))
    early = make.content_session(second.id, **approved(title="Early", order_index=9_001))
    done = make.content_session(desk.chapter.id, status="published", revision=3)
    await put(session, late, early, done, *(written(kind, early, **approved()) for kind in KINDS))
    reviewer = await client.as_(desk.reviewer)
    assert (await reviewer.post(f"{desk.program_path}/status-changes", PUBLISH)).status_code == 201
    fresh = [desk.session, late, early]
    for each in fresh:
        path = f"/studio/sessions/{each.id}"
        assert (await reviewer.get(f"{path}/status")).json()["status"] == "published"
        assert [line["revision"] for line in (await reviewer.get(f"{path}/revisions")).json()["items"]] == [1]
        (step,) = (await reviewer.get(f"{path}/status-changes")).json()["items"]
        assert (step["from_status"], step["to_status"]) == ("approved", "published")
    assert (await reviewer.get(f"/studio/sessions/{done.id}/status-changes")).json()["items"] == []
    (line,) = (await reviewer.get(f"{desk.program_path}/revisions")).json()["items"]
    kept = (await reviewer.get(f"{desk.program_path}/revisions/{line['id']}")).json()["content"]
    assert kept["name"] == desk.program.name
    assert [
        [(each["session_id"], each["revision"]) for each in chapter["sessions"]] for chapter in kept["chapters"]
    ] == [
        [(str(desk.session.id), 1), (str(done.id), 3)],
        [(str(early.id), 1), (str(late.id), 1)],
    ]
    told = [each for each in await worker.announced() if each.kind == "studio.session_published"]
    assert {each.payload["session_id"] for each in told} == {str(each.id) for each in fresh}
    assert len(await worker.announced("studio.program_published")) == 1


async def test_a_program_without_sessions_has_nothing_to_wait_for(
    client: ApiClient, session: AsyncSession, desk: Desk
) -> None:
    bare = make.program(desk.program.client_id, status="review")
    await put(session, bare)
    staff = await client.as_(desk.staff)
    assert (await staff.post(f"/studio/programs/{bare.id}/status-changes", PUBLISH)).status_code == 201


@pytest.mark.req("Z-192", "S-FLW-01")
async def test_taking_back_a_published_program_begins_its_next_revision_and_leaves_its_sessions_public(
    client: ApiClient, session: AsyncSession, desk: Desk
) -> None:
    await program_in_review(session, desk)
    reviewer, path = await client.as_(desk.reviewer), desk.program_path
    await reviewer.post(f"{path}/status-changes", PUBLISH)
    (first,) = (await reviewer.get(f"{path}/revisions")).json()["items"]
    before = (await reviewer.get(f"{path}/revisions/{first['id']}")).json()
    assert (await reviewer.post(f"{path}/status-changes", REOPEN)).status_code == 201
    shown = (await reviewer.get(f"{path}/status")).json()
    assert (shown["status"], shown["revision"]) == ("draft", 2)
    assert (await reviewer.get(f"{desk.path}/status")).json()["status"] == "published"
    for to in ("in_progress", "review", "published"):
        assert (await reviewer.post(f"{path}/status-changes", {"to": to})).status_code == 201
    assert [each["revision"] for each in (await reviewer.get(f"{path}/revisions")).json()["items"]] == [2, 1]
    assert (await reviewer.get(f"{path}/revisions/{first['id']}")).json() == before


async def test_publishing_many_sessions_costs_as_many_statements_as_publishing_two(
    client: ApiClient, session: AsyncSession, desk: Desk, engine: AsyncEngine
) -> None:
    reviewer, counts = await client.as_(desk.reviewer), []
    for number in (2, 12):
        program = make.program(desk.program.client_id, status="review")
        chapter = make.chapter(program.id)
        rows = [make.content_session(chapter.id, **approved()) for _ in range(number)]
        await put(session, program, chapter, *rows, *(make.article(row.id, **approved()) for row in rows))
        with recorded(engine) as statements:
            answer = await reviewer.post(f"/studio/programs/{program.id}/status-changes", PUBLISH)
        assert answer.status_code == 201
        counts.append(len(statements))
    assert counts[0] == counts[1]


# What a review needs


@pytest.mark.req("Z-197")
@pytest.mark.parametrize(
    ("kind", "fields", "pointers"),
    [
        ("article", {"content": ""}, ["/content"]),
        ("article", {"content": " \n"}, ["/content"]),
        ("article", {"content": "\u200b"}, []),
        ("video", {"script": ""}, ["/script"]),
        ("quiz", {"questions": []}, ["/questions"]),
        ("quiz", {"questions": [make.question(prompt="")]}, ["/questions/0/prompt"]),
        ("quiz", {"questions": [make.question(), make.question(options=())]}, ["/questions/1/options"]),
        ("exercise", {"title": "", "description": " "}, ["/title", "/description"]),
    ],
)
async def test_what_goes_to_review_is_complete(
    client: ApiClient, session: AsyncSession, desk: Desk, kind: str, fields: dict[str, Any], pointers: list[str]
) -> None:
    await put(session, written(kind, desk.session, **fields))
    author, path = await client.as_(desk.author), f"{desk.path}/{kind}"
    shown = (await author.get(f"{path}/status")).json()
    assert [each["pointer"] for each in shown["next_steps"][0]["missing"]] == pointers
    answer = await author.post(f"{path}/status-changes", {"to": "review"})
    if pointers:
        assert (answer.status_code, answer.json()["code"]) == (409, "studio.content_incomplete")
        assert [each["pointer"] for each in answer.json()["errors"]] == pointers
    else:
        assert answer.status_code == 201


async def test_content_that_there_is_not_takes_no_steps(client: ApiClient, desk: Desk) -> None:
    author = await client.as_(desk.author)
    assert (await author.post(f"{desk.path}/video/status-changes", {"to": "review"})).status_code == 404
    assert (await author.get(f"{desk.path}/video/status")).status_code == 404
    assert (await author.get(f"{desk.path}/video/status-changes")).json()["items"] == []


# Who


@pytest.mark.req("S-RLS-02")
async def test_members_of_another_client_find_nothing(client: ApiClient, session: AsyncSession, desk: Desk) -> None:
    ours, theirs = make.program_revision(desk.program.id), make.session_revision(desk.session.id)
    await put(session, ours, theirs)
    outsider = await client.as_(desk.outsider)
    for path in (
        f"{desk.program_path}/status",
        f"{desk.program_path}/status-changes",
        f"{desk.program_path}/revisions",
        f"{desk.program_path}/revisions/{ours.id}",
        f"{desk.path}/status",
        f"{desk.path}/status-changes",
        f"{desk.path}/revisions",
        f"{desk.path}/revisions/{theirs.id}",
    ):
        answer = await outsider.get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "core.not_found"), path
        assert (await client.get(path)).status_code == 401
    for path in (desk.program_path, desk.path):
        answer = await outsider.post(f"{path}/status-changes", {"to": "draft"})
        assert (answer.status_code, answer.json()["code"]) == (404, "core.not_found")


async def test_a_revision_of_something_else_is_not_found(client: ApiClient, session: AsyncSession, desk: Desk) -> None:
    other = make.program(desk.program.client_id)
    strange = make.program_revision(other.id)
    await put(session, other, strange)
    author = await client.as_(desk.author)
    assert (await author.get(f"{desk.program_path}/revisions/{strange.id}")).status_code == 404
    assert (await author.get(f"{desk.path}/revisions/{strange.id}")).status_code == 404
