"""Competencies through the door."""

from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.academy.models import Competency, LessonCompetency, Skill
from app.core.clock import utc_now
from app.core.ids import new_id
from app.identity.models import Account
from tests.academy.classroom import open_classroom
from tests.academy.conftest import enter
from tests.academy.skills.conftest import save_skill
from tests.factories import learning
from tests.support.client import ApiClient
from tests.support.queries import recorded
from tests.support.worker import WorkerOnDemand

BODY: dict[str, Any] = {
    "name": "System prompts",
    "description": "Says who the model is.",
    "assessment_criteria": "It stays in its role.",
    "evidence_types": ["project", "quiz"],
    "passing_threshold": 70,
}


@pytest_asyncio.fixture
async def author(client: ApiClient, admin: Account) -> ApiClient:
    """A platform admin."""
    return await client.as_(admin)


@pytest_asyncio.fixture
async def skill(session: AsyncSession) -> Skill:
    """A skill from practitioner to advanced."""
    made = await save_skill(session, level="practitioner", max_level="advanced")
    await session.commit()
    return made


@pytest.mark.req("A-TAB-29")
async def test_a_competency_is_made_read_changed_and_announced(
    author: ApiClient, skill: Skill, worker: WorkerOnDemand
) -> None:
    made = await author.post(f"/academy/skills/{skill.id}/competencies", BODY | {"level": "advanced"})
    assert made.status_code == 201
    told = made.json()
    assert {name: told[name] for name in BODY} == BODY | {"evidence_types": ["quiz", "project"]}
    assert (told["skill_id"], told["level"], told["is_active"]) == (str(skill.id), "advanced", True)
    path = f"/academy/competencies/{told['id']}"
    assert (await author.get(path)).json() == told
    assert (await author.get(path, headers={"If-None-Match": made.headers["etag"]})).status_code == 304
    changed = await author.patch(path, {"level": None, "passing_threshold": 82.5})
    assert (changed.json()["level"], changed.json()["passing_threshold"]) == (None, 82.5)
    late = await author.patch(path, {"name": "Late"}, headers={"If-Match": made.headers["etag"]})
    assert (late.status_code, late.json()["current"]) == (412, changed.json())
    events = await worker.announced("academy.competency_changed")
    assert [each.payload["fields"] for each in events][1:] == [["level", "passing_threshold"]]
    assert {each.payload["skill_id"] for each in events} == {str(skill.id)}


@pytest.mark.req("A-TAB-29")
@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"passing_threshold": -0.01}, "/passing_threshold"),
        ({"passing_threshold": 100.01}, "/passing_threshold"),
        ({"evidence_types": []}, "/evidence_types"),
        ({"evidence_types": ["rumour"]}, "/evidence_types/0"),
        ({"name": " "}, "/name"),
    ],
)
async def test_what_does_not_fit_is_refused_where_it_is(
    author: ApiClient, skill: Skill, wrong: dict[str, Any], pointer: str
) -> None:
    path = f"/academy/skills/{skill.id}/competencies"
    made = (await author.post(path, BODY)).json()["id"]
    for refused in (await author.post(path, BODY | wrong), await author.patch(f"/academy/competencies/{made}", wrong)):
        assert refused.status_code == 422
        assert [each["pointer"] for each in refused.json()["errors"]] == [pointer]


@pytest.mark.parametrize("threshold", [0, 100])
async def test_the_ends_of_the_threshold_are_allowed(author: ApiClient, skill: Skill, threshold: int) -> None:
    made = await author.post(f"/academy/skills/{skill.id}/competencies", BODY | {"passing_threshold": threshold})
    assert made.json()["passing_threshold"] == threshold


@pytest.mark.parametrize(
    ("level", "status"), [("foundational", 422), ("practitioner", 200), ("advanced", 200), ("expert", 422), (None, 200)]
)
async def test_a_level_is_one_that_the_skill_has_or_none(
    author: ApiClient, skill: Skill, level: str | None, status: int
) -> None:
    path = f"/academy/skills/{skill.id}/competencies"
    made = await author.post(path, BODY | {"level": level})
    other = (await author.post(path, BODY)).json()["id"]
    changed = await author.patch(f"/academy/competencies/{other}", {"level": level})
    assert (made.status_code, changed.status_code) == (201 if status == 200 else 422, status)
    if status == 422:
        assert {each.json()["code"] for each in (made, changed)} == {"academy.level_outside_skill"}
        assert made.json()["errors"][0]["pointer"] == "/level"


async def test_one_that_comes_back_meets_the_range_of_now(
    author: ApiClient, skill: Skill, session: AsyncSession
) -> None:
    gone = learning.competency(skill, level="expert", is_active=False)
    session.add(gone)
    await session.commit()
    path = f"/academy/competencies/{gone.id}"
    refused = await author.patch(path, {"is_active": True})
    assert (refused.status_code, refused.json()["code"]) == (422, "academy.level_outside_skill")
    assert (await author.patch(path, {"is_active": True, "level": "advanced"})).json()["is_active"]


async def test_what_somebody_has_shown_is_archived_and_what_nobody_has_is_deleted(
    author: ApiClient, skill: Skill, session: AsyncSession, worker: WorkerOnDemand
) -> None:
    room, person = await open_classroom(session), await enter(session)
    shown, unshown = learning.competency(skill), learning.competency(skill)
    session.add_all([shown, unshown])
    await session.flush()
    session.add(learning.evidence(person, shown, passed=False, score=10))
    session.add(LessonCompetency(lesson_id=room.lesson.id, competency_id=unshown.id, contribution_level="assesses"))
    await session.commit()
    for each in (shown, unshown):
        etag = (await author.get(f"/academy/competencies/{each.id}")).headers["etag"]
        assert (await author.delete(f"/academy/competencies/{each.id}", headers={"If-Match": '"9"'})).status_code == 412
        assert (await author.delete(f"/academy/competencies/{each.id}", headers={"If-Match": etag})).status_code == 204
    assert not (await author.get(f"/academy/competencies/{shown.id}")).json()["is_active"]
    assert (await author.get(f"/academy/competencies/{unshown.id}")).status_code == 404
    assert (await session.scalars(select(LessonCompetency))).all() == []
    assert (await author.delete(f"/academy/competencies/{shown.id}")).status_code == 204
    events = await worker.announced("academy.competency_changed")
    assert [(each.payload["competency_id"], each.payload["is_active"]) for each in events] == [
        (str(shown.id), False),
        (str(unshown.id), False),
    ]


async def test_only_platform_admins_write_and_everybody_reads(
    client: ApiClient, skill: Skill, session: AsyncSession, manager: Account
) -> None:
    kept = learning.competency(skill)
    session.add(kept)
    await session.commit()
    listed, one = f"/academy/skills/{skill.id}/competencies", f"/academy/competencies/{kept.id}"
    for person, status in ((None, 401), (manager, 403)):
        caller = client if person is None else await client.as_(person)
        assert (await caller.post(listed, BODY)).status_code == status
        assert (await caller.patch(one, {"name": "Mine"})).status_code == status
        assert (await caller.delete(one)).status_code == status
        assert [each["id"] for each in (await caller.get(listed)).json()["items"]] == [str(kept.id)]
        assert (await caller.get(one)).status_code == 200
    assert (await client.get(f"/academy/competencies/{new_id()}")).status_code == 404
    assert (await client.get(f"/academy/skills/{new_id()}/competencies")).status_code == 404


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({}, ["b", "a"]),
        ({"sort": "name"}, ["a", "b"]),
        ({"is_active": "false"}, ["c"]),
        ({"level": "advanced"}, ["a"]),
        ({"evidence_type": "peer_review"}, ["b"]),
    ],
)
async def test_competencies_of_a_skill_are_found_and_a_long_list_costs_what_a_short_one_costs(
    client: ApiClient,
    skill: Skill,
    session: AsyncSession,
    engine: AsyncEngine,
    query: dict[str, str],
    names: list[str],
) -> None:
    other = await save_skill(session)
    rows: list[Competency] = [
        learning.competency(skill, name="b", evidence_types=["peer_review"]),
        learning.competency(skill, name="a", level="advanced", evidence_types=["quiz"]),
        learning.competency(skill, name="c", is_active=False),
        learning.competency(other, name="d"),
    ]
    for second, each in enumerate(rows):
        each.created_at = utc_now() + timedelta(seconds=second)
    session.add_all(rows)
    await session.commit()
    costs = []
    for limit in (1, 9):
        with recorded(engine) as statements:
            listed = await client.get(f"/academy/skills/{skill.id}/competencies", params=query | {"limit": str(limit)})
        costs.append(len(statements))
    assert [each["name"] for each in listed.json()["items"]] == names
    assert costs[0] == costs[1]
