"""What the database refuses, by the name of the constraint."""

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.constraints import constraint_of


async def refused(session: AsyncSession, *rows: object) -> str | None:
    """The constraint that these rows break; the session goes on as if nothing had been tried."""

    async def put() -> None:
        async with session.begin_nested():
            session.add_all(rows)
            await session.flush()

    with pytest.raises(IntegrityError) as failed:
        await put()
    return constraint_of(failed.value)


async def refused_statement(session: AsyncSession, statement: str, **values: Any) -> str | None:
    """The constraint that hand-written SQL breaks; the session goes on."""
    with pytest.raises(IntegrityError) as failed:
        async with session.begin_nested():
            await session.execute(text(statement), values)
    return constraint_of(failed.value)
