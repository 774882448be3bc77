"""A course that is being held, a skill that its learner shows, and who assesses."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest_asyncio
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.models import Competency, Role, Skill, SkillProgress
from app.identity.models import Account
from tests.academy.classroom import Classroom, open_classroom
from tests.academy.conftest import enter
from tests.factories import learning
from tests.support.client import ApiClient


@dataclass(frozen=True)
class Workshop:
    """A classroom with a skill, its competencies, and everybody who may have a say."""

    room: Classroom
    skill: Skill
    competencies: tuple[Competency, ...]
    people: dict[str, Account]

    @property
    def learner(self) -> Account:
        """Who shows the skill."""
        return self.room.learner

    def body(
        self, kind: str = "instructor_assessment", score: float = 80, *, of: int = 0, **more: Any
    ) -> dict[str, Any]:
        """Evidence of the learner."""
        usual = {"account_id": str(self.learner.id), "competency_id": str(self.competencies[of].id)}
        return usual | {"evidence_type": kind, "score": score} | more

    async def progress(self, session: AsyncSession) -> SkillProgress | None:
        """What is noted of the learner."""
        rows = select(SkillProgress).where(
            SkillProgress.user_id == self.learner.id, SkillProgress.skill_id == self.skill.id
        )
        return await session.scalar(rows.execution_options(populate_existing=True))


async def open_workshop(session: AsyncSession, *competencies: dict[str, Any], **skill: Any) -> Workshop:
    """A workshop with a skill of one competency, unless others are given; committed."""
    room = await open_classroom(session)
    people = {
        "learner": room.learner,
        "instructor": room.instructor,
        "fellow": await room.colleague(session),
        "stranger": await enter(session),
        "admin": await enter(session, Role.platform_admin),
    }
    learned = learning.skill(**skill)
    session.add(learned)
    await session.flush()  # competencies point at it
    usual = {"passing_threshold": Decimal(70)}
    made = tuple(learning.competency(learned, **usual | each) for each in competencies or ({},))
    session.add_all(made)
    await session.commit()
    return Workshop(room, learned, made, people)


async def show(client: ApiClient, shop: Workshop, *args: Any, by: str = "instructor", **more: Any) -> dict[str, Any]:
    """Recorded evidence."""
    answer = await (await client.as_(shop.people[by])).post("/academy/evidence", shop.body(*args, **more))
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


@pytest_asyncio.fixture
async def shop(session: AsyncSession) -> Workshop:
    """A workshop with one competency that everything may show, passed from 70 on."""
    return await open_workshop(session)
