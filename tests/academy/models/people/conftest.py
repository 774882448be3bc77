"""The scene that the rows of people, managers and the library are set in."""

import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncSession

from tests.academy.models.people.scene import Scene, create


@pytest_asyncio.fixture
async def scene(session: AsyncSession) -> Scene:
    """Two customers, their people, a course that one of them takes, and a library."""
    return await create(session)
