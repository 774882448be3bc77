"""What somebody could begin next, through the door."""

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.academy.models import Course, CourseSkill, Skill, SkillProgress
from app.identity.models import Account
from tests.academy.skills.conftest import save_skill
from tests.factories import academy, identity
from tests.support.client import ApiClient
from tests.support.queries import recorded

PATH = "/academy/me/skill-suggestions"


async def teach(session: AsyncSession, *skills: Skill, weight: int = 10, **more: Any) -> Course:
    """A course that teaches these."""
    course = academy.course(**more)
    session.add(course)
    await session.flush()
    values = {"course_id": course.id, "skill_level": "introduces", "weight": Decimal(weight)}
    session.add_all(CourseSkill(skill_id=skill.id, **values) for skill in skills)
    await session.commit()
    return course


async def reach(session: AsyncSession, person: Account, skill: Skill, level: str) -> None:
    """Somebody gets this far in a skill."""
    session.add(SkillProgress(user_id=person.id, skill_id=skill.id, current_level=level, evidence_count=1))
    await session.commit()


async def names(client: ApiClient) -> list[str]:
    return [each["skill"]["name"] for each in (await client.get(PATH)).json()["suggestions"]]


@pytest.mark.req("A-SKL-04", "Z-119")
async def test_a_beginner_is_given_what_begins_at_the_beginning(client: ApiClient, session: AsyncSession) -> None:
    """Also before they have a profile in the academy."""
    person = identity.account()
    session.add(person)
    first = await save_skill(session, name="First", max_level="advanced")
    taught = [first, await save_skill(session, name="Expert", level="expert")]
    taught.append(await save_skill(session, name="Practitioner", level="practitioner"))
    archived, untaught = await save_skill(session, is_active=False), await save_skill(session)
    course = await teach(session, *taught, archived)
    await teach(session, untaught, first, status="draft")
    await teach(session, untaught, status="archived")
    told = (await (await client.as_(person)).get(PATH)).json()
    assert told["user_skill_count"] == 0
    [only] = told["suggestions"]
    assert (only["skill"]["name"], only["current_level"], only["next_level"]) == ("First", "none", "foundational")
    assert (only["skill"]["max_level"], only["course_count"]) == ("advanced", 1)
    assert only["courses"] == [
        {"id": str(course.id), "title": course.title, "slug": course.slug, "skill_level": "introduces"}
    ]


@pytest.mark.req("A-SKL-04")
async def test_prerequisites_have_to_be_begun_all_of_them(
    client: ApiClient, session: AsyncSession, learner: Account
) -> None:
    one, other = await save_skill(session, name="One"), await save_skill(session, name="Other")
    both = await save_skill(session, one, other, name="Both")
    await teach(session, both)
    caller = await client.as_(learner)
    assert await names(caller) == []
    await reach(session, learner, one, "foundational")
    assert await names(caller) == []
    await reach(session, learner, other, "none")  # only failed so far: not begun
    assert await names(caller) == []
    risen = update(SkillProgress).where(SkillProgress.skill_id == other.id)
    await session.execute(risen.values(current_level="expert"))
    await session.commit()
    assert await names(caller) == ["Both"]
    assert (await caller.get(PATH)).json()["user_skill_count"] == 2


@pytest.mark.req("A-SKL-04", "Z-119")
async def test_what_is_begun_is_suggested_one_level_up_and_after_what_is_not(
    client: ApiClient, session: AsyncSession, learner: Account
) -> None:
    new = await save_skill(session, name="New")
    further = await save_skill(session, name="Further")
    done = await save_skill(session, name="Done", max_level="practitioner")
    failed = await save_skill(session, name="Failed", sort_order=1)
    await teach(session, new, further, done, failed)
    await teach(session, further)
    for skill, level in ((further, "advanced"), (done, "practitioner"), (failed, "none")):
        await reach(session, learner, skill, level)
    told = (await (await client.as_(learner)).get(PATH)).json()
    assert told["user_skill_count"] == 3
    assert [(each["skill"]["name"], each["current_level"], each["next_level"]) for each in told["suggestions"]] == [
        ("New", "none", "foundational"),
        ("Failed", "none", "foundational"),
        ("Further", "advanced", "expert"),
    ]


@pytest.mark.req("A-SKL-04")
async def test_five_are_suggested_those_first_that_more_published_courses_teach(
    client: ApiClient, session: AsyncSession, learner: Account
) -> None:
    skills = [await save_skill(session, name=str(number)) for number in range(7)]
    for number in range(7):
        await teach(session, *skills[: number + 1])
    await teach(session, *skills[6:], status="draft")
    assert await names(await client.as_(learner)) == ["0", "1", "2", "3", "4"]


async def test_of_many_courses_the_ten_are_shown_that_are_most_about_it(
    client: ApiClient, session: AsyncSession, learner: Account
) -> None:
    skill = await save_skill(session)
    for weight in range(12):
        await teach(session, skill, weight=weight, title=f"Weight {weight:02}")
    [told] = (await (await client.as_(learner)).get(PATH)).json()["suggestions"]
    assert told["course_count"] == 12
    assert [each["title"] for each in told["courses"]] == [f"Weight {weight:02}" for weight in range(11, 1, -1)]


@pytest.mark.req("A-SKL-04")
async def test_only_platform_admins_ask_for_another(
    client: ApiClient, session: AsyncSession, learner: Account, admin: Account, member: Account, manager: Account
) -> None:
    skill = await save_skill(session)
    await teach(session, skill)
    await reach(session, learner, skill, "practitioner")
    path = f"/academy/learners/{learner.id}/skill-suggestions"
    assert (await client.get(path)).status_code == (await client.get(PATH)).status_code == 401
    for person, status in ((learner, 200), (admin, 200), (member, 404), (manager, 404)):
        answer = await (await client.as_(person)).get(path)
        assert answer.status_code == status
        if status == 200:
            assert answer.json()["suggestions"][0]["next_level"] == "advanced"


@pytest.mark.req("A-SKL-04")
async def test_a_long_taxonomy_costs_what_a_short_one_costs(
    client: ApiClient, session: AsyncSession, learner: Account, engine: AsyncEngine
) -> None:
    caller = await client.as_(learner)
    costs = []
    for many in (1, 5):
        base = await save_skill(session)
        skills = [await save_skill(session, base) for _ in range(many)]
        await teach(session, *skills)
        await reach(session, learner, base, "foundational")
        with recorded(engine) as statements:
            assert (await caller.get(PATH)).json()["suggestions"]
        costs.append(len(statements))
    assert costs[0] == costs[1]
