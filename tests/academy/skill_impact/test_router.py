"""The impact of a course on skills, through the door: of each learner for teachers, in sum for managers."""

from decimal import Decimal
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.academy.models import (
    CourseInstructor,
    CourseSkill,
    Organization,
    OrganizationManager,
    Role,
    SkillProgress,
)
from app.identity.models import Account
from tests.academy.classroom import Classroom, open_classroom
from tests.academy.conftest import enter, found
from tests.academy.skills.conftest import save_skill
from tests.factories import academy, learning
from tests.support.client import ApiClient
from tests.support.queries import recorded

NONE = {"current_level": "none", "progress_percent": 0, "evidence_count": 0}


@pytest_asyncio.fixture
async def room(session: AsyncSession) -> Classroom:
    """A course that teaches one skill and names another that is archived. One learner is in it."""
    made = await open_classroom(session)
    gone = await save_skill(session, is_active=False)
    for skill in (made.skill, gone):
        values = {"course_id": made.course.id, "skill_id": skill.id, "skill_level": "masters"}
        session.add(CourseSkill(**values, weight=Decimal(10)))
    await session.commit()
    return made


async def join(session: AsyncSession, room: Classroom, level: str | None = None, **more: Any) -> Account:
    """A new learner of the course, at this level of its skill or without anything shown."""
    organization = more.get("organization_id")
    person = await enter(session)
    if organization is not None:
        more = {"payment_type": "b2b"} | more
    session.add(learning.enrollment(person, room.cohort, **more))
    if level is not None:
        await progress(session, person, room, level)
    await session.commit()
    return person


async def progress(session: AsyncSession, person: Account, room: Classroom, level: str, percent: int = 40) -> None:
    values = {"current_level": level, "progress_percent": percent, "evidence_count": 2}
    session.add(SkillProgress(user_id=person.id, skill_id=room.skill.id, **values))
    await session.commit()


@pytest.mark.req("A-SKL-12")
async def test_teachers_see_how_far_each_who_paid_is_in_each_skill_of_the_course(
    client: ApiClient, session: AsyncSession, room: Classroom
) -> None:
    second = await save_skill(session, name="Second")
    session.add(CourseSkill(course_id=room.course.id, skill_id=second.id, skill_level="introduces", weight=Decimal(5)))
    far = await join(session, room, "advanced")
    for unpaid in ("pending", "failed", "refunded"):
        await join(session, room, "expert", payment_status=unpaid)
    await join(session, await open_classroom(session), "expert")
    teacher = await client.as_(room.instructor)
    told = (await teacher.get(f"/academy/courses/{room.course.id}/learner-skills")).json()
    [first, other] = told["items"]
    assert (first["account_id"], first["enrollment_id"]) == (str(room.learner.id), str(room.enrollment.id))
    assert first["skills"] == [{"skill_id": str(each.id), **NONE} for each in (room.skill, second)]
    assert (other["account_id"], other["name"]) == (str(far.id), far.name)
    assert other["skills"] == [
        {"skill_id": str(room.skill.id), "current_level": "advanced", "progress_percent": 40, "evidence_count": 2},
        {"skill_id": str(second.id), **NONE},
    ]
    assert far.email not in str(told)
    summed = (await teacher.get(f"/academy/courses/{room.course.id}/skill-impact")).json()
    assert (summed["total_enrollments"], summed["total_learners"], summed["skills_targeted"]) == (2, 2, 2)
    assert [(each["skill"]["id"], each["levels"]["none"]) for each in summed["skills"]] == [
        (str(room.skill.id), 1),
        (str(second.id), 2),
    ]
    assert summed["skills"][0]["levels"]["advanced"] == 1
    assert (summed["skills"][0]["learners_with_evidence"], summed["skills"][0]["evidence_count"]) == (1, 2)
    assert not summed["is_anonymous"]


@pytest.mark.req("A-SKL-12")
async def test_who_takes_a_course_twice_is_two_enrollments_and_one_learner(
    client: ApiClient, session: AsyncSession, room: Classroom, admin: Account
) -> None:
    again = academy.cohort(room.course)
    session.add(again)
    await session.flush()
    session.add(learning.enrollment(room.learner, again))
    await progress(session, room.learner, room, "expert")
    told = (await (await client.as_(admin)).get(f"/academy/courses/{room.course.id}/skill-impact")).json()
    assert (told["total_enrollments"], told["total_learners"]) == (2, 1)
    assert told["skills"][0]["levels"] == {
        "none": 0,
        "foundational": 0,
        "practitioner": 0,
        "advanced": 0,
        "expert": 1,
    }


@pytest.mark.req("A-SKL-12")
async def test_teachers_and_platform_admins_see_learners_and_nobody_else_does(
    client: ApiClient, session: AsyncSession, room: Classroom, admin: Account, learner: Account, manager: Account
) -> None:
    author = await enter(session)
    session.add(CourseInstructor(course_id=room.course.id, user_id=author.id))
    elsewhere = (await open_classroom(session)).instructor
    people = {
        room.instructor: (200, 200),
        author: (200, 200),
        admin: (200, 200),
        manager: (200, 403),
        room.learner: (403, 403),
        learner: (403, 403),
        elsewhere: (403, 403),
    }
    for person, expected in people.items():
        caller = await client.as_(person)
        paths = (f"/academy/courses/{room.course.id}/{name}" for name in ("skill-impact", "learner-skills"))
        assert tuple([(await caller.get(path)).status_code for path in paths]) == expected
    assert (await client.get(f"/academy/courses/{room.course.id}/learner-skills")).status_code == 401


@pytest.mark.req("A-SKL-12", "A-PRV-09")
async def test_managers_are_told_of_their_own_people_from_five_on(
    client: ApiClient, session: AsyncSession, room: Classroom, customer: Organization, manager: Account
) -> None:
    theirs = {"organization_id": customer.id}
    for _ in range(4):
        await join(session, room, "practitioner", **theirs)
    stranger = await found(session)
    for _ in range(6):
        await join(session, room, "expert", organization_id=stranger.id)
    caller = await client.as_(manager)
    path = f"/academy/courses/{room.course.id}/skill-impact"
    told = (await caller.get(path)).json()
    assert (told["total_enrollments"], told["is_anonymous"]) == (4, True)
    silent = {"levels": None, "learners_with_evidence": None, "evidence_count": None}
    assert {name: told["skills"][0][name] for name in silent} == silent
    await join(session, room, "practitioner", **theirs)
    told = (await caller.get(path)).json()
    assert told["skills"][0]["levels"] == {
        "none": 0,
        "foundational": 0,
        "practitioner": 5,
        "advanced": 0,
        "expert": 0,
    }
    assert (told["skills"][0]["learners_with_evidence"], told["skills"][0]["evidence_count"]) == (5, 10)
    await join(session, room, "expert", **theirs)
    assert (await caller.get(path)).json()["skills"][0]["levels"] is None


@pytest.mark.req("A-SKL-12", "A-PRV-09")
@pytest.mark.parametrize(
    ("limits", "status"),
    [
        ({}, 200),
        ({"permissions": ["view_progress"]}, 403),
        ({"is_active": False}, 403),
        ({"team_scope": "listed"}, 403),
        ({"department_scope": ["Sales"]}, 403),
    ],
)
async def test_a_manager_needs_the_analytics_of_the_whole_organization(
    client: ApiClient,
    session: AsyncSession,
    room: Classroom,
    customer: Organization,
    limits: dict[str, Any],
    status: int,
) -> None:
    """Who sees a part of it could find out about one person by the difference."""
    person = await enter(session, Role.org_member, customer)
    values = {"role": "viewer", "permissions": ["view_analytics"], "team_scope": "all"} | limits
    session.add(OrganizationManager(user_id=person.id, organization_id=customer.id, **values))
    await session.commit()
    caller = await client.as_(person)
    assert (await caller.get(f"/academy/courses/{room.course.id}/skill-impact")).status_code == status


@pytest.mark.req("A-SKL-12")
async def test_many_learners_cost_what_one_costs_and_pages_follow_each_other(
    client: ApiClient, session: AsyncSession, room: Classroom, engine: AsyncEngine
) -> None:
    for _ in range(7):
        await join(session, room, "foundational")
    caller = await client.as_(room.instructor)
    path = f"/academy/courses/{room.course.id}/learner-skills"
    costs = []
    for limit in (1, 8):
        with recorded(engine) as statements:
            page = (await caller.get(path, params={"limit": limit})).json()
        assert len(page["items"]) == limit
        costs.append(len(statements))
    assert costs[0] == costs[1]
    seen, cursor = [], None
    while True:
        query: dict[str, Any] = {"limit": 3} | ({"cursor": cursor} if cursor else {})
        page = (await caller.get(path, params=query)).json()
        seen += [each["enrollment_id"] for each in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 8
