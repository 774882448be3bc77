"""The trail that a row has left, and changes without any service: what SQL by hand does."""

from typing import Any

from sqlalchemy import delete, inspect, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.tracker.models import AuditEntry
from app.tracker.models.base import Base

Trace = tuple[str, dict[str, Any] | None, dict[str, Any] | None]
"""What an entry says, without when and by whom: action, old and new values."""


async def entries(session: AsyncSession, row: Base) -> list[AuditEntry]:
    """All that the log has of a row, in its order."""
    record = "/".join(str(part) for part in inspect(row).identity or ())
    found = await session.scalars(
        select(AuditEntry)
        .where(AuditEntry.table_name == _table(row).name, AuditEntry.record_id == record)
        .order_by(AuditEntry.changed_at)
    )
    return list(found)


async def traces(session: AsyncSession, row: Base) -> list[Trace]:
    """What has happened to a row since it was made."""
    found = await entries(session, row)
    return [(each.action, each.old_values, each.new_values) for each in found if each.action != "insert"]


async def change(session: AsyncSession, row: Base, **values: Any) -> None:
    """One plain UPDATE."""
    await session.execute(update(_table(row)).where(*_is(row)).values(values))


async def remove(session: AsyncSession, row: Base) -> None:
    """One plain DELETE."""
    await session.execute(delete(_table(row)).where(*_is(row)))


def _table(row: Base) -> Any:
    return inspect(type(row)).local_table


def _is(row: Base) -> list[Any]:
    keys = zip(inspect(type(row)).primary_key, inspect(row).identity or (), strict=True)
    return [key == part for key, part in keys]
