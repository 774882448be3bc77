"""A course that is being held, and its learner at the API."""

import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncSession

from tests.academy.classroom import Classroom, open_classroom
from tests.support.client import ApiClient


@pytest_asyncio.fixture
async def room(session: AsyncSession) -> Classroom:
    """A course that is being held."""
    return await open_classroom(session)


@pytest_asyncio.fixture
async def learner_client(client: ApiClient, room: Classroom) -> ApiClient:
    """Its learner."""
    return await client.as_(room.learner)


@pytest_asyncio.fixture
async def teacher_client(client: ApiClient, room: Classroom) -> ApiClient:
    """Who teaches it."""
    return await client.as_(room.instructor)
