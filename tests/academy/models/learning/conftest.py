"""The world that learning's rows live in."""

import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncSession

from tests.academy.models.learning.world import World, create


@pytest_asyncio.fixture
async def world(session: AsyncSession) -> World:
    """A course, a skill, a path and one learner in it all."""
    return await create(session)
