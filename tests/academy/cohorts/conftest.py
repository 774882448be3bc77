"""A course to hold cohorts of, and a way to save them."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.models import Cohort, Course
from tests.factories import academy

SaveCohort = Callable[..., Awaitable[Cohort]]


@pytest_asyncio.fixture
async def course(session: AsyncSession) -> Course:
    """A published course."""
    made = academy.course(max_participants=12)
    session.add(made)
    await session.commit()
    return made


@pytest.fixture
def save(session: AsyncSession, course: Course) -> SaveCohort:
    """Saves a cohort of the course, made by the factory."""

    async def saved(of: Course | None = None, **more: Any) -> Cohort:
        cohort = academy.cohort(of or course, **more)
        session.add(cohort)
        await session.commit()
        return cohort

    return saved
