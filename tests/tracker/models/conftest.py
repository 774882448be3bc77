"""A church to change."""

import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncSession

from tests.tracker.models.church import Church, build


@pytest_asyncio.fixture
async def church(session: AsyncSession) -> Church:
    """One row in each table, in the test's own transaction."""
    return await build(session)
