"""The house, measuring."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.gain import service
from app.academy.models import AssessmentAttempt, Enrollment, LearningGain
from app.academy.permissions import AcademyActor
from app.core.outbox.emit import emit
from app.domain_events.academy import AttemptGraded
from tests.academy.gain.world import World, create
from tests.support.worker import WorkerOnDemand

HOUSE = AcademyActor.system()
Measure = Callable[[Enrollment], Awaitable[LearningGain | None]]


@pytest_asyncio.fixture
async def world(session: AsyncSession) -> World:
    """Four questions of five points, two skills."""
    return await create(session)


@pytest.fixture
def measure(session: AsyncSession) -> Measure:
    """Measures an enrollment as the job does, and gives its row."""

    async def measured(enrollment: Enrollment) -> LearningGain | None:
        await service.measure(session, HOUSE, enrollment.id)
        return await row_of(session, enrollment)

    return measured


async def row_of(session: AsyncSession, enrollment: Enrollment) -> LearningGain | None:
    """What is kept for an enrollment."""
    wanted = select(LearningGain).where(LearningGain.enrollment_id == enrollment.id)
    return await session.scalar(wanted.execution_options(populate_existing=True))


def graded(attempt: AssessmentAttempt, **more: Any) -> AttemptGraded:
    """That an attempt has its score."""
    return AttemptGraded(
        attempt_id=attempt.id,
        assessment_id=attempt.assessment_id,
        account_id=attempt.user_id,
        enrollment_id=attempt.enrollment_id,
        **more,
    )


async def tell(session: AsyncSession, worker: WorkerOnDemand, *attempts: AssessmentAttempt, **more: Any) -> None:
    """Announce that they were graded, and let the worker hear it."""
    for attempt in attempts:
        emit(session, graded(attempt, **more))
    await session.commit()
    await worker.drain()
