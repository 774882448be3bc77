"""Evidence in a crowd, on real connections: everything counted, each level reached once, one badge each."""

import asyncio
from collections import Counter

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.academy.evidence import service
from app.academy.evidence.schemas import AcademyEvidenceCreate
from app.academy.models import CompetencyEvidence, Role, SkillBadge, SkillProgress
from app.academy.permissions import AcademyActor
from app.core.outbox.models import OutboxRow
from tests.academy.evidence.conftest import Workshop, open_workshop
from tests.support.client import ApiClient, patiently

pytestmark = pytest.mark.parallel

Sessions = async_sessionmaker[AsyncSession]


async def noted(parallel: Sessions, shop: Workshop) -> SkillProgress:
    async with parallel() as session:
        progress = await shop.progress(session)
        assert progress is not None
        return progress


@pytest.mark.req("A-SKL-06", "A-SKL-08")
async def test_fifty_at_once_count_exactly_and_badge_each_level_once(crowd: ApiClient, parallel: Sessions) -> None:
    async with parallel() as session:
        shop = await open_workshop(session, {}, {})
    kinds = [("project", "instructor"), ("peer_review", "fellow"), ("self_assessment", "learner")]
    callers = {by: await crowd.as_(shop.people[by]) for _, by in kinds}
    sent = [
        (kind, by, number % 2, 100 if number % 5 else 0) for number in range(50) for kind, by in [kinds[number % 3]]
    ]
    answers = await asyncio.gather(
        *(
            patiently(lambda kind=kind, by=by, of=of, score=score: callers[by].post(  # type: ignore[misc]  # bound now
                "/academy/evidence", shop.body(kind, score, of=of)
            ))
            for kind, by, of, score in sent
        )
    )  # fmt: skip
    assert Counter(answer.status_code for answer in answers) == {201: 50}
    progress = await noted(parallel, shop)
    assert (progress.evidence_count, progress.current_level) == (50, "practitioner")
    async with parallel() as session:
        assert await session.scalar(select(func.count()).select_from(CompetencyEvidence)) == 50
        badges = await session.scalars(select(SkillBadge.level).order_by(SkillBadge.level))
        assert badges.all() == ["foundational", "practitioner"]
        told = await session.scalars(
            select(OutboxRow.payload).where(OutboxRow.kind == "academy.skill_level_reached").order_by(OutboxRow.number)
        )
        assert [each["level"] for each in told] == ["foundational", "practitioner"]


@pytest.mark.req("A-SKL-06")
async def test_fifty_transactions_of_their_own_make_one_row_and_lose_nothing(parallel: Sessions) -> None:
    async with parallel() as session:
        shop = await open_workshop(session)
    boss = AcademyActor(shop.people["admin"].id, None, role=Role.platform_admin)

    async def record(number: int) -> None:
        data = AcademyEvidenceCreate.model_validate(shop.body("project", number))
        async with parallel.begin() as session:
            await service.record_evidence(session, boss, data)

    # All below the threshold: nothing but the counting is done.
    await asyncio.gather(*(record(number) for number in range(50)))
    progress = await noted(parallel, shop)
    assert (progress.evidence_count, progress.current_level) == (50, "none")


@pytest.mark.req("A-SKL-09")
async def test_a_badge_by_hand_and_evidence_at_once_do_not_wait_for_each_other_for_ever(
    crowd: ApiClient, parallel: Sessions
) -> None:
    async with parallel() as session:
        shop = await open_workshop(session)
    teacher, boss = await crowd.as_(shop.room.instructor), await crowd.as_(shop.people["admin"])
    order = {"account_id": str(shop.learner.id), "skill_id": str(shop.skill.id), "level": "foundational"}
    answers = await asyncio.gather(
        *(patiently(lambda: teacher.post("/academy/evidence", shop.body("project"))) for _ in range(8)),
        *(patiently(lambda: boss.post("/academy/badges", order)) for _ in range(8)),
    )
    assert {answer.status_code for answer in answers} <= {200, 201}
    progress = await noted(parallel, shop)
    assert (progress.evidence_count, progress.current_level) == (8, "foundational")
    async with parallel() as session:
        assert await session.scalar(select(func.count()).select_from(SkillBadge)) == 1
