"""Links under parallel writes, on real connections: changes that are harmless apart do not break the taxonomy together.

Without the taxonomy's lock each of two transactions would look at what was there before the other.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from functools import partial

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.academy.competencies import service as competencies
from app.academy.models import Competency, EvidenceType, Role, Skill, SkillPrerequisite
from app.academy.permissions import AcademyActor
from app.academy.skills import service
from app.academy.skills.schemas import AcademySkillUpdate
from app.core.errors import AppError
from tests.academy.conftest import enter
from tests.academy.skills.conftest import save_skill
from tests.factories import learning
from tests.support.client import ApiClient, patiently

pytestmark = pytest.mark.parallel

Sessions = async_sessionmaker[AsyncSession]
HOUSE = AcademyActor.system()
Change = Callable[[Skill, Skill], AcademySkillUpdate]


async def change(session: AsyncSession, skill: Skill, data: AcademySkillUpdate) -> None:
    await service.update_skill(session, HOUSE, skill, data)


async def attempt(parallel: Sessions, skill: Skill, data: AcademySkillUpdate) -> str:
    """One transaction on a connection of its own: "done", or the code of the refusal."""
    try:
        async with parallel.begin() as session:
            await change(session, skill, data)
    except AppError as refused:
        return refused.code
    return "done"


def requires(_: Skill, other: Skill) -> AcademySkillUpdate:
    return AcademySkillUpdate(prerequisite_ids=[other.id])


def belongs(_: Skill, other: Skill) -> AcademySkillUpdate:
    return AcademySkillUpdate(parent_skill_id=other.id)


def leaves(_: Skill, __: Skill) -> AcademySkillUpdate:
    return AcademySkillUpdate(is_active=False)


@pytest.mark.req("A-SKL-10")
@pytest.mark.parametrize(
    ("first", "second", "refused"),
    [
        (requires, requires, "academy.skill_cycle"),
        (belongs, belongs, "academy.skill_cycle"),
        (requires, leaves, "academy.skill_still_required"),
        (leaves, requires, "academy.prerequisite_archived"),
    ],
)
async def test_the_second_of_two_changes_sees_the_first(
    parallel: Sessions, first: Change, second: Change, refused: str
) -> None:
    async with parallel.begin() as session:
        one, other = await save_skill(session), await save_skill(session)
    async with parallel.begin() as session:
        await change(session, one, first(one, other))
        waiting = asyncio.create_task(attempt(parallel, other, second(other, one)))
        done, _ = await asyncio.wait([waiting], timeout=0.3)
        assert not done, "the second change did not wait for the first"
    assert await waiting == refused


@pytest.mark.req("A-SKL-10")
async def test_of_twelve_links_that_would_close_a_ring_one_is_refused(crowd: ApiClient, parallel: Sessions) -> None:
    async with parallel.begin() as session:
        ring = [await save_skill(session) for _ in range(12)]
        admin = await enter(session, Role.platform_admin)
    client = await crowd.as_(admin)
    answers = await asyncio.gather(
        *(
            patiently(
                partial(client.patch, f"/academy/skills/{each.id}", {"prerequisite_ids": [str(ring[place - 1].id)]})
            )
            for place, each in enumerate(ring)
        )
    )
    assert Counter(answer.status_code for answer in answers) == {200: 11, 409: 1}
    async with parallel() as session:
        assert len((await session.scalars(select(SkillPrerequisite))).all()) == 11


async def test_evidence_that_arrives_while_its_competency_is_taken_away_is_not_lost(parallel: Sessions) -> None:
    """Either it came before, and the competency is archived; or there is nothing left that it could be of."""
    async with parallel.begin() as session:
        skill = await save_skill(session)
        competency = learning.competency(skill)
        person = await enter(session)
        session.add(competency)

    async def remove() -> None:
        async with parallel.begin() as session:
            await competencies.remove_competency(session, HOUSE, competency)

    async with parallel.begin() as session:
        session.add(learning.evidence(person, competency, evidence_type=EvidenceType.quiz))
        await session.flush()
        removal = asyncio.create_task(remove())
        done, _ = await asyncio.wait([removal], timeout=0.3)
        assert not done, "it was taken away although somebody is showing evidence of it"
    await removal
    async with parallel() as session:
        kept = await session.scalar(select(Competency.is_active).where(Competency.id == competency.id))
    assert kept is False
