"""What is taught where, through the door: skills of courses, competencies of lessons, and the outcomes of both."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.academy.models import CourseSkill, LessonCompetency, Skill
from app.core.clock import utc_now
from app.core.ids import new_id
from app.identity.models import Account
from tests.academy.classroom import Classroom, open_classroom
from tests.academy.skills.conftest import save_skill
from tests.factories import learning
from tests.support.client import ApiClient
from tests.support.queries import recorded
from tests.support.worker import WorkerOnDemand


@pytest_asyncio.fixture
async def room(session: AsyncSession) -> Classroom:
    """A course that is being held."""
    return await open_classroom(session)


@pytest_asyncio.fixture
async def author(client: ApiClient, admin: Account) -> ApiClient:
    """Who may edit courses."""
    return await client.as_(admin)


async def teach(session: AsyncSession, room: Classroom, skill: Skill, weight: float = 10, **more: Any) -> None:
    """The course of the room names the skill."""
    values = {"course_id": room.course.id, "skill_id": skill.id, "skill_level": "introduces"}
    session.add(CourseSkill(**values | {"weight": Decimal(str(weight))} | more))
    await session.commit()


# Skills of courses


@pytest.mark.req("A-SKL-11", "A-TAB-30")
async def test_a_course_comes_to_teach_a_skill_says_otherwise_and_teaches_it_no_more(
    author: ApiClient, room: Classroom, worker: WorkerOnDemand
) -> None:
    listed = f"/academy/courses/{room.course.id}/skills"
    one = f"{listed}/{room.skill.id}"
    made = await author.post(listed, {"skill_id": str(room.skill.id), "skill_level": "introduces", "weight": 33.33})
    assert made.status_code == 201
    told = made.json()
    assert (told["course_id"], told["skill_id"]) == (str(room.course.id), str(room.skill.id))
    assert (told["skill_level"], told["weight"]) == ("introduces", 33.33)
    assert (await author.get(one)).json() == told
    assert (await author.get(one, headers={"If-None-Match": made.headers["etag"]})).status_code == 304
    changed = await author.patch(one, {"skill_level": "masters"}, headers={"If-Match": made.headers["etag"]})
    assert (changed.json()["skill_level"], changed.json()["weight"]) == ("masters", 33.33)
    late = await author.patch(one, {"weight": 1}, headers={"If-Match": made.headers["etag"]})
    assert (late.status_code, late.json()["current"]) == (412, changed.json())
    assert (await author.delete(one, headers={"If-Match": made.headers["etag"]})).status_code == 412
    assert [(await author.delete(one)).status_code for _ in range(2)] == [204, 404]
    assert (await author.get(listed)).json()["items"] == []
    events = await worker.announced("academy.course_skills_changed")
    assert [each.payload for each in events] == [{"course_id": str(room.course.id), "skill_id": str(room.skill.id)}] * 3


@pytest.mark.req("A-SKL-11")
async def test_a_course_names_a_skill_once(author: ApiClient, room: Classroom) -> None:
    listed = f"/academy/courses/{room.course.id}/skills"
    first = await author.post(listed, {"skill_id": str(room.skill.id), "skill_level": "introduces", "weight": 5})
    second = await author.post(listed, {"skill_id": str(room.skill.id), "skill_level": "masters", "weight": 6})
    assert (second.status_code, second.json()["code"]) == (409, "academy.course_has_skill")
    assert (await author.get(listed)).json()["items"] == [first.json()]


@pytest.mark.req("A-SKL-11")
@pytest.mark.parametrize("weight", [-0.01, 100.01, "7", None])
async def test_a_weight_is_a_number_from_0_to_100(author: ApiClient, room: Classroom, weight: Any) -> None:
    listed = f"/academy/courses/{room.course.id}/skills"
    body = {"skill_id": str(room.skill.id), "skill_level": "introduces"}
    refused = await author.post(listed, body | {"weight": weight})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/weight")
    for end in (0, 100):
        await author.delete(f"{listed}/{room.skill.id}")
        assert (await author.post(listed, body | {"weight": end})).json()["weight"] == end
    refused = await author.patch(f"{listed}/{room.skill.id}", {"weight": weight})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/weight")


async def test_a_course_begins_to_teach_what_is_there_and_not_archived(
    author: ApiClient, room: Classroom, session: AsyncSession
) -> None:
    archived = await save_skill(session, is_active=False)
    await session.commit()
    listed = f"/academy/courses/{room.course.id}/skills"
    for skill_id, status, code in ((new_id(), 422, "skill_unknown"), (archived.id, 409, "skill_archived")):
        refused = await author.post(listed, {"skill_id": str(skill_id), "skill_level": "introduces", "weight": 5})
        assert (refused.status_code, refused.json()["code"]) == (status, f"academy.{code}")
        assert refused.json()["errors"][0]["pointer"] == "/skill_id"


@pytest.mark.req("A-SKL-11")
async def test_only_who_may_edit_the_course_writes(
    client: ApiClient, room: Classroom, session: AsyncSession, manager: Account
) -> None:
    await teach(session, room, room.skill)
    shown = learning.competency(room.skill)
    session.add(shown)
    await session.flush()
    session.add(LessonCompetency(lesson_id=room.lesson.id, competency_id=shown.id, contribution_level="assesses"))
    await session.commit()
    of_course = f"/academy/courses/{room.course.id}/skills"
    of_lesson = f"/academy/lessons/{room.lesson.id}/competencies"
    skill = {"skill_id": str(room.skill.id), "skill_level": "introduces", "weight": 5}
    competency = {"competency_id": str(shown.id), "contribution_level": "assesses"}
    for person, status in ((None, 401), (room.learner, 403), (room.instructor, 403), (manager, 403)):
        caller = client if person is None else await client.as_(person)
        answers = [
            await caller.post(of_course, skill),
            await caller.patch(f"{of_course}/{room.skill.id}", {"weight": 1}),
            await caller.delete(f"{of_course}/{room.skill.id}"),
            await caller.post(of_lesson, competency),
            await caller.patch(f"{of_lesson}/{shown.id}", {"contribution_level": "introduces"}),
            await caller.delete(f"{of_lesson}/{shown.id}"),
        ]
        assert {each.status_code for each in answers} == {status}


# Competencies of lessons


@pytest.mark.req("A-SKL-11", "A-TAB-31")
async def test_a_lesson_comes_to_work_on_a_competency_and_works_on_it_no_more(
    author: ApiClient, room: Classroom, session: AsyncSession, worker: WorkerOnDemand
) -> None:
    shown = learning.competency(room.skill)
    session.add(shown)
    await session.commit()
    listed = f"/academy/lessons/{room.lesson.id}/competencies"
    one = f"{listed}/{shown.id}"
    body = {"competency_id": str(shown.id), "contribution_level": "introduces"}
    made = await author.post(listed, body)
    assert (made.status_code, made.json()["contribution_level"]) == (201, "introduces")
    again = await author.post(listed, body)
    assert (again.status_code, again.json()["code"]) == (409, "academy.lesson_has_competency")
    assert (await author.get(one)).json() == made.json()
    changed = await author.patch(one, {"contribution_level": "reinforces"}, headers={"If-Match": made.headers["etag"]})
    assert changed.json()["contribution_level"] == "reinforces"
    late = await author.patch(one, {"contribution_level": "assesses"}, headers={"If-Match": made.headers["etag"]})
    assert (late.status_code, late.json()["current"]) == (412, changed.json())
    assert (await author.get(listed)).json()["items"] == [changed.json()]
    assert [(await author.delete(one)).status_code for _ in range(2)] == [204, 404]
    events = await worker.announced("academy.lesson_competencies_changed")
    assert [each.payload for each in events] == [
        {"lesson_id": str(room.lesson.id), "course_id": str(room.course.id), "competency_id": str(shown.id)}
    ] * 3


async def test_a_lesson_begins_with_what_is_there_and_not_archived(
    author: ApiClient, room: Classroom, session: AsyncSession
) -> None:
    archived = learning.competency(room.skill, is_active=False)
    session.add(archived)
    await session.commit()
    listed = f"/academy/lessons/{room.lesson.id}/competencies"
    for wanted, status, code in ((new_id(), 422, "competency_unknown"), (archived.id, 409, "competency_archived")):
        refused = await author.post(listed, {"competency_id": str(wanted), "contribution_level": "assesses"})
        assert (refused.status_code, refused.json()["code"]) == (status, f"academy.{code}")
        assert refused.json()["errors"][0]["pointer"] == "/competency_id"
    wrong = await author.post(listed, {"competency_id": str(archived.id), "contribution_level": "masters"})
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "/contribution_level")


async def test_competencies_of_lessons_are_for_those_who_learn_and_teach(
    client: ApiClient, room: Classroom, session: AsyncSession, learner: Account
) -> None:
    shown = learning.competency(room.skill)
    session.add(shown)
    await session.flush()
    session.add(LessonCompetency(lesson_id=room.lesson.id, competency_id=shown.id, contribution_level="assesses"))
    await session.commit()
    listed = f"/academy/lessons/{room.lesson.id}/competencies"
    for person, status in ((None, 401), (learner, 403), (room.learner, 200), (room.instructor, 200)):
        caller = client if person is None else await client.as_(person)
        assert [(await caller.get(path)).status_code for path in (listed, f"{listed}/{shown.id}")] == [status] * 2


# Outcomes


@pytest.mark.req("A-SKL-02")
async def test_outcomes_tell_what_a_course_gives_and_in_which_lessons(
    client: ApiClient, room: Classroom, session: AsyncSession
) -> None:
    strategy = await save_skill(session, name="AI Strategy", category="strategic", level="practitioner")
    data = await save_skill(session, name="Data Literacy")
    gone = await save_skill(session, is_active=False)
    for skill, weight, level in ((room.skill, 50, "develops"), (strategy, 12.5, "introduces"), (data, 30, "masters")):
        await teach(session, room, skill, weight, skill_level=level)
    await teach(session, room, gone, 99)
    second = learning.lesson(room.item, title="Later", order_in_session=2)
    elsewhere = await open_classroom(session, status="draft")
    prompts, examples = (
        learning.competency(room.skill, name="Prompts"),
        learning.competency(room.skill, name="Examples"),
    )
    prompts.created_at = utc_now() - timedelta(days=1)  # the older of the two comes first
    session.add_all([second, prompts])
    await session.commit()
    session.add_all([examples, learning.competency(room.skill, is_active=False)])
    await session.flush()
    for lesson, level in ((second, "assesses"), (room.lesson, "introduces"), (elsewhere.lesson, "reinforces")):
        session.add(LessonCompetency(lesson_id=lesson.id, competency_id=prompts.id, contribution_level=level))
    await session.commit()
    told = (await client.get(f"/academy/courses/{room.course.id}/outcomes")).json()
    assert (told["course_id"], told["total_skills"], told["total_weight"]) == (str(room.course.id), 3, 92.5)
    assert told["by_category"] == {"technical": 2, "strategic": 1, "leadership": 0, "domain": 0}
    assert [(each["skill"]["name"], each["skill_level"], each["weight"]) for each in told["outcomes"]] == [
        (room.skill.name, "develops", 50),
        ("Data Literacy", "masters", 30),
        ("AI Strategy", "introduces", 12.5),
    ]
    [shown, unshown] = told["outcomes"][0]["competencies"]
    assert (shown["name"], unshown["name"], unshown["lessons"]) == ("Prompts", "Examples", [])
    assert [(each["id"], each["title"], each["contribution_level"]) for each in shown["lessons"]] == [
        (str(room.lesson.id), room.lesson.title, "introduces"),
        (str(second.id), "Later", "assesses"),
    ]
    assert shown["lessons"][0]["session_id"] == str(room.item.id)


@pytest.mark.req("A-SKL-02")
async def test_outcomes_are_public_for_published_courses_and_hidden_with_drafts(
    client: ApiClient, author: ApiClient, session: AsyncSession, learner: Account
) -> None:
    public, draft = await open_classroom(session), await open_classroom(session, status="draft")
    for room, status in ((public, 200), (draft, 404)):
        for path in ("outcomes", "skills", f"skills/{room.skill.id}"):
            await author.post(
                f"/academy/courses/{room.course.id}/skills",
                {"skill_id": str(room.skill.id), "skill_level": "introduces", "weight": 5},
            )
            for caller in (client, await client.as_(learner)):
                assert (await caller.get(f"/academy/courses/{room.course.id}/{path}")).status_code == status
            assert (await author.get(f"/academy/courses/{room.course.id}/{path}")).status_code == 200
    empty = (await author.get(f"/academy/courses/{(await open_classroom(session)).course.id}/outcomes")).json()
    assert (empty["total_skills"], empty["total_weight"], empty["outcomes"]) == (0, 0, [])


@pytest.mark.req("A-SKL-02")
async def test_outcomes_of_much_cost_what_outcomes_of_little_cost(
    client: ApiClient, session: AsyncSession, engine: AsyncEngine
) -> None:
    costs = []
    for many in (1, 6):
        room = await open_classroom(session)
        for _ in range(many):
            skill = await save_skill(session)
            shown = [learning.competency(skill) for _ in range(many)]
            session.add_all(shown)
            await session.flush()
            session.add_all(
                LessonCompetency(lesson_id=room.lesson.id, competency_id=each.id, contribution_level="assesses")
                for each in shown
            )
            await teach(session, room, skill)
        with recorded(engine) as statements:
            told = (await client.get(f"/academy/courses/{room.course.id}/outcomes")).json()
        assert [len(each["competencies"]) for each in told["outcomes"]] == [many] * many
        costs.append(len(statements))
    assert costs[0] == costs[1] <= 4
