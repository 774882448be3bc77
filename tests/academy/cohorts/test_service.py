"""What cohorts promise under pressure: real connections, a committed database."""

import asyncio

import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.academy.cohorts import queries, service
from app.academy.cohorts.errors import CohortTransitionRefused
from app.academy.models import CohortStatus
from app.academy.permissions import AcademyActor
from tests.factories import academy
from tests.support.worker import WorkerOnDemand


@pytest.mark.parallel
@pytest.mark.req("A-COH-02")
async def test_of_ten_who_cancel_at_once_one_does_it(parallel: async_sessionmaker[AsyncSession]) -> None:
    course = academy.course()
    cohort = academy.cohort(course)
    async with parallel.begin() as session:
        session.add(course)
        await session.flush()  # the cohort points at it
        session.add(cohort)

    async def cancel() -> bool:
        async with parallel() as session, session.begin():
            known = await queries.get_cohort(session, AcademyActor.system(), cohort.id)
            try:
                await service.move_cohort(session, AcademyActor.system(), known, CohortStatus.cancelled)
            except CohortTransitionRefused:
                return False
            return True

    assert sum(await asyncio.gather(*(cancel() for _ in range(10)))) == 1
    assert len(await WorkerOnDemand(parallel, {}).announced("academy.cohort_cancelled")) == 1
