"""What courses promise under pressure: real connections, a committed database."""

import asyncio

import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.academy.courses import service
from app.academy.courses.schemas import AcademyCourseCreate
from app.academy.models import CapabilityLevel, ImpactLevel, SessionType
from app.academy.permissions import AcademyActor
from tests.factories import academy
from tests.support.worker import WorkerOnDemand

DATA = AcademyCourseCreate(
    title="One title for all",
    description="",
    session_type=SessionType.cohort,
    price_b2c=100,
    price_b2b=100,
    max_participants=10,
    impact_level=ImpactLevel.L1,
    capability_level=CapabilityLevel.fundamentals,
)


@pytest.mark.parallel
@pytest.mark.req("A-CRS-02")
async def test_fifty_who_use_one_title_at_once_get_fifty_slugs(parallel: async_sessionmaker[AsyncSession]) -> None:
    async def create() -> str:
        async with parallel.begin() as session:
            return (await service.create_course(session, AcademyActor.system(), DATA)).slug

    slugs = await asyncio.gather(*(create() for _ in range(50)))
    assert len(set(slugs)) == 50
    assert all(slug.startswith("one-title-for-all") for slug in slugs)


@pytest.mark.parallel
async def test_of_ten_who_publish_at_once_one_announces_it(parallel: async_sessionmaker[AsyncSession]) -> None:
    async with parallel.begin() as session:
        session.add(course := academy.course(status="draft"))

    async def publish() -> None:
        async with parallel.begin() as session:
            await service.publish_course(session, AcademyActor.system(), course)

    await asyncio.gather(*(publish() for _ in range(10)))
    assert len(await WorkerOnDemand(parallel, {}).announced("academy.course_published")) == 1
