"""Declarative base of the tables of `studio`, and what most of them share."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, Uuid
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from app.core.database.model import Table, metadata


class Base(Table, DeclarativeBase):
    """Tables of PostgreSQL schema `studio`. Row-level security is on and forced for each: `app/studio/rls.py`."""

    metadata = metadata
    __schema__ = "studio"


class Authored:
    """Who made a row (Z-198). Null when it was the house itself, or an account that is gone."""

    created_by: Mapped[UUID | None] = mapped_column(
        Uuid, ForeignKey("core.accounts.id", ondelete="SET NULL"), index=True, sort_order=900
    )


class Approved:
    """Who approved what a row says, and when (Z-198); taken back with the approval."""

    approved_by: Mapped[UUID | None] = mapped_column(
        Uuid, ForeignKey("core.accounts.id", ondelete="SET NULL"), index=True, sort_order=910
    )
    approved_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), sort_order=911)
