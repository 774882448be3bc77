"""What the database refuses, by the name of the constraint; the session goes on as if nothing had been tried."""

from typing import Any

from sqlalchemy import delete, inspect, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.constraints import constraint_of


async def refused(session: AsyncSession, *rows: Any) -> str | None:
    """The constraint that refuses the last of these rows (a missing value has no name); None when all are taken."""
    *before, last = rows
    for row in before:
        session.add(row)
        await session.flush()
    try:
        async with session.begin_nested():
            session.add(last)
            await session.flush()
    except IntegrityError as error:
        return constraint_of(error) or "not null"
    return None


async def refused_statement(session: AsyncSession, statement: str, **values: Any) -> str | None:
    """The constraint that hand-written SQL breaks; None when it is done."""
    try:
        async with session.begin_nested():
            await session.execute(text(statement), values)
    except IntegrityError as error:
        return constraint_of(error) or "not null"
    return None


async def kept(session: AsyncSession, row: Any) -> str | None:
    """The constraint that keeps this row from being deleted by hand; None when it is gone."""
    table = type(row)
    try:
        async with session.begin_nested():
            await session.execute(delete(table).where(table.id == row.id))
    except IntegrityError as error:
        return constraint_of(error)
    return None


async def is_there(session: AsyncSession, row: Any) -> bool:
    """Whether the database still has this row."""
    key = inspect(row).identity
    return await session.get(type(row), key, populate_existing=True) is not None
