"""Every table of people, managers and the library takes its plain row and gives it back."""

from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.models import Enrollment
from tests.academy.models.people.scene import PLAIN, Scene
from tests.support.refusals import refused


def named(table: type[Any]) -> str:
    return str(table.__tablename__)


@pytest.mark.parametrize("table", [table for table in PLAIN if table is not Enrollment], ids=named)
async def test_a_plain_row_is_taken_and_read_again(session: AsyncSession, scene: Scene, table: type[Any]) -> None:
    before = await session.scalar(select(func.count()).select_from(table)) or 0
    assert await refused(session, scene.of(table)) is None
    session.expire_all()
    assert len((await session.scalars(select(table))).all()) == before + 1
