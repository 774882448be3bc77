"""The day's budget on real parallel connections: no more tokens are set aside than there are."""

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.academy.ai_grading import service


@pytest.mark.parallel
async def test_many_who_ask_at_once_get_no_more_tokens_than_there_are(
    parallel: async_sessionmaker[AsyncSession],
) -> None:
    async def reserve() -> bool:
        async with parallel.begin() as session:
            return await service._reserve(session, 100, 550) is not None

    assert sum(await asyncio.gather(*(reserve() for _ in range(30)))) == 5
    async with parallel() as session:
        assert await session.scalar(text("SELECT tokens FROM academy.grading_budgets")) == 500
