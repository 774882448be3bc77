"""PostgreSQL: engine, base rows, partial updates, locks, roles."""

from sqlalchemy.ext.asyncio import AsyncSession

__all__ = ["AsyncSession"]
