"""Declarative base of the tables of `tracker`, and who made and changed a row."""

from uuid import UUID

from sqlalchemy import ForeignKey, Uuid
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

import app.identity.models
import app.media.models  # noqa: F401  (foreign keys lead to tables of both: whoever knows ours has to know theirs)
from app.core.database.model import Table, metadata


class Base(Table, DeclarativeBase):
    """Tables of PostgreSQL schema `tracker`."""

    metadata = metadata
    __schema__ = "tracker"


class Audited:
    """The seed's audit columns: the accounts that made the row and changed it last.

    Null for what the sync did, or somebody by hand. What was changed is in `tracker.audit_log`.
    """

    created_by: Mapped[UUID | None] = mapped_column(
        Uuid, ForeignKey("core.accounts.id", ondelete="SET NULL"), index=True, sort_order=1010
    )
    updated_by: Mapped[UUID | None] = mapped_column(
        Uuid, ForeignKey("core.accounts.id", ondelete="SET NULL"), index=True, sort_order=1011
    )
