"""Who writes the taxonomy, and a short way to a skill."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.models import Skill, SkillPrerequisite
from app.identity.models import Account
from tests.factories import learning
from tests.support.client import ApiClient

BODY = {
    "name": "Prompt Engineering",
    "description": "To ask so that the answer helps.",
    "category": "technical",
    "level": "foundational",
}

MakeSkill = Callable[..., Awaitable[Skill]]


async def save_skill(session: AsyncSession, *requires: Skill, **more: Any) -> Skill:
    """A saved skill that requires the others."""
    skill = learning.skill(**more)
    session.add(skill)
    await session.flush()
    session.add_all(SkillPrerequisite(skill_id=skill.id, prerequisite_id=each.id) for each in requires)
    await session.flush()
    return skill


@pytest_asyncio.fixture
async def author(client: ApiClient, admin: Account) -> ApiClient:
    """A platform admin."""
    return await client.as_(admin)


@pytest.fixture
def make(session: AsyncSession) -> MakeSkill:
    """A committed skill that requires the others."""

    async def made(*requires: Skill, **more: Any) -> Skill:
        skill = await save_skill(session, *requires, **more)
        await session.commit()
        return skill

    return made
