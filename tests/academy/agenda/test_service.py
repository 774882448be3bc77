"""What agendas promise under pressure: real connections, a committed database."""

import asyncio

import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.academy.agenda import service
from app.academy.agenda.schemas import AcademyClassSessionCreate
from app.academy.models import ClassSessionType
from app.academy.permissions import AcademyActor
from tests.factories import academy

DATA = AcademyClassSessionCreate(
    title="Added", type=ClassSessionType.W, day_number=1, duration_minutes=30, description=""
)


@pytest.mark.parallel
async def test_items_that_are_added_at_once_each_get_the_next_place(
    parallel: async_sessionmaker[AsyncSession],
) -> None:
    async with parallel.begin() as session:
        session.add(course := academy.course())

    async def add() -> int:
        async with parallel.begin() as session:
            return (await service.create_session(session, AcademyActor.system(), course, DATA)).order_in_day

    assert sorted(await asyncio.gather(*(add() for _ in range(10)))) == list(range(1, 11))
