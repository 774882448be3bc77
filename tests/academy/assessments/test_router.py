"""Writing and publishing assessments through the door."""

from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.academy.models import AssessmentType
from app.core.ids import new_id
from app.identity.models import Account
from tests.academy.classroom import Classroom, ask, choice, name_skill, truth
from tests.factories import learning
from tests.support.client import ApiClient
from tests.support.queries import recorded
from tests.support.worker import WorkerOnDemand

BODY: dict[str, Any] = {"title": "How sure are you?", "type": "self_assessment", "passing_score": 0}


@pytest_asyncio.fixture
async def author(client: ApiClient, admin: Account) -> ApiClient:
    """Who writes assessments."""
    return await client.as_(admin)


def scoped(room: Classroom, kind: str) -> dict[str, Any]:
    """A body that is right for its type."""
    scope: dict[str, dict[str, Any]] = {
        "pre_course": {"course_id": str(room.course.id)},
        "post_course": {"course_id": str(room.course.id)},
        "knowledge_check": {"lesson_id": str(room.lesson.id)},
        "skill_assessment": {"skill_ids": [str(room.skill.id)]},
    }
    return BODY | {"type": kind} | scope.get(kind, {})


@pytest.mark.req("A-ASM-01")
@pytest.mark.parametrize("kind", list(AssessmentType))
async def test_each_type_is_made_within_its_scope(
    author: ApiClient, room: Classroom, worker: WorkerOnDemand, kind: str
) -> None:
    made = await author.post("/academy/assessments", scoped(room, kind))
    assert made.status_code == 201, made.text
    assert (made.json()["type"], made.json()["is_active"]) == (kind, False)
    if kind == "knowledge_check":
        assert made.json()["course_id"] == str(room.course.id)
    assert len(await worker.announced("academy.assessment_changed")) == 1


@pytest.mark.req("A-ASM-01")
@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"type": "pre_course"}, "/course_id"),
        ({"type": "post_course"}, "/course_id"),
        ({"type": "knowledge_check"}, "/lesson_id"),
        ({"type": "skill_assessment"}, "/skill_ids"),
        ({"type": "pre_course", "course_id": str(new_id())}, "/course_id"),
        ({"type": "knowledge_check", "lesson_id": str(new_id())}, "/lesson_id"),
        ({"is_required": True}, "/is_required"),
    ],
)
async def test_a_scope_that_does_not_fit_is_refused_where_it_does_not(
    author: ApiClient, change: dict[str, Any], pointer: str
) -> None:
    refused = await author.post("/academy/assessments", BODY | change)
    assert (refused.status_code, refused.json()["code"]) == (422, "academy.assessment_scope")
    assert pointer in [each["pointer"] for each in refused.json()["errors"]]


async def test_a_knowledge_check_is_of_the_course_of_its_lesson(author: ApiClient, room: Classroom) -> None:
    body = scoped(room, "knowledge_check") | {"course_id": str(new_id())}
    refused = await author.post("/academy/assessments", body)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/course_id")


async def test_an_unknown_skill_is_refused(author: ApiClient) -> None:
    refused = await author.post("/academy/assessments", BODY | {"skill_ids": [str(new_id())]})
    assert (refused.status_code, refused.json()["code"]) == (422, "academy.skill_unknown")


@pytest.mark.req("A-ASM-14")
async def test_an_assessment_is_published_once_its_checks_pass(
    author: ApiClient, session: AsyncSession, room: Classroom, worker: WorkerOnDemand
) -> None:
    test = await room.test(session, is_active=False)
    path = f"/academy/assessments/{test.id}/publication"
    refused = await author.put(path)
    assert (refused.status_code, refused.json()["code"]) == (409, "academy.assessment_not_publishable")
    assert refused.json()["errors"][0]["code"] == "no_questions"
    await ask(session, test, **choice())
    await session.commit()
    report = (await author.get(path)).json()
    assert (report["is_publishable"], [each["check"] for each in report["warnings"]]) == (
        True,
        ["question_without_skill"],
    )
    for _ in range(2):
        published = await author.put(path)
        assert published.json()["is_active"] is True
    assert len(await worker.announced("academy.assessment_published")) == 1
    for _ in range(2):
        assert (await author.delete(path)).json()["is_active"] is False


@pytest.mark.req("A-ASM-14")
async def test_before_and_after_have_to_test_the_same_skills(
    author: ApiClient, session: AsyncSession, room: Classroom
) -> None:
    await room.test(session, choice(), type=AssessmentType.pre_course, passing_score=0)
    post = await room.test(session, choice(), is_active=False)
    other = learning.skill()
    session.add(other)
    await session.flush()
    await ask(session, post, skills=(other,), **truth())
    await session.commit()
    refused = await author.put(f"/academy/assessments/{post.id}/publication")
    assert [each["code"] for each in refused.json()["errors"]] == ["pair_skills_differ"]
    [question] = [
        each
        for each in (await author.get(f"/academy/assessments/{post.id}/questions")).json()["items"]
        if each["question_type"] == "true_false"
    ]
    assert (await author.delete(f"/academy/questions/{question['id']}")).status_code == 204
    assert (await author.put(f"/academy/assessments/{post.id}/publication")).status_code == 200


@pytest.mark.req("A-ASM-14")
async def test_an_edit_may_not_leave_something_that_can_be_taken_unfit(
    author: ApiClient, session: AsyncSession, room: Classroom
) -> None:
    test = await room.test(session, choice())
    [question] = (await author.get(f"/academy/assessments/{test.id}/questions")).json()["items"]
    refused = await author.delete(f"/academy/questions/{question['id']}")
    assert (refused.status_code, refused.json()["code"]) == (409, "academy.assessment_not_publishable")
    assert (await author.get(f"/academy/questions/{question['id']}")).json()["is_active"] is True
    worthless = await author.patch(f"/academy/questions/{question['id']}", {"points": 0})
    assert (worthless.status_code, worthless.json()["errors"][0]["code"]) == (409, "nothing_to_earn")


async def test_an_edit_changes_what_was_sent_and_an_older_one_is_refused(
    author: ApiClient, session: AsyncSession, room: Classroom
) -> None:
    test = await room.test(session, choice())
    path = f"/academy/assessments/{test.id}"
    etag = (await author.get(path)).headers["etag"]
    change = {"time_limit": 45, "skill_ids": [str(room.skill.id)], "passing_score": 66.67}
    changed = await author.patch(path, change, headers={"If-Match": etag})
    assert {name: changed.json()[name] for name in change} == change
    assert (await author.patch(path, {"time_limit": None}, headers={"If-Match": etag})).status_code == 412
    same = await author.patch(path, change)
    assert same.headers["etag"] == changed.headers["etag"]


async def test_everybody_sees_what_concerns_them(
    client: ApiClient, author: ApiClient, session: AsyncSession, room: Classroom, learner: Account
) -> None:
    open_one = await room.test(session, choice())
    hidden = await room.test(session, choice(), is_active=False)
    free = await room.test(session, choice(), type=AssessmentType.certification, course_id=None)
    sees = {
        "author": {open_one.id, hidden.id, free.id},
        "teacher": {open_one.id, hidden.id, free.id},
        "learner": {open_one.id, free.id},
        "stranger": {free.id},
    }
    who = {
        "author": author,
        "teacher": await client.as_(room.instructor),
        "learner": await client.as_(room.learner),
        "stranger": await client.as_(learner),
    }
    for name, reader in who.items():
        listed = (await reader.get("/academy/assessments")).json()["items"]
        assert {each["id"] for each in listed} == {str(each) for each in sees[name]}, name
    filtered = await author.get("/academy/assessments", params={"type": "certification", "is_active": True})
    assert [each["id"] for each in filtered.json()["items"]] == [str(free.id)]


async def test_a_list_of_many_costs_what_a_list_of_one_costs(
    author: ApiClient, session: AsyncSession, room: Classroom, engine: AsyncEngine
) -> None:
    costs = []
    for count in (1, 8):
        while len((await author.get("/academy/assessments")).json()["items"]) < count:
            await name_skill(session, await room.test(session, choice()), room.skill)
        with recorded(engine) as statements:
            await author.get("/academy/assessments")
        costs.append(len(statements))
    assert costs[0] == costs[1]
