"""Who changed what, in every table of `tracker` (C-TAB-18)."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, Text, Uuid, func, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database.checks import one_of
from app.core.database.model import KeptByMonths
from app.tracker.models.base import Base


class AuditAction(StrEnum):
    """What happened to the row."""

    insert = "insert"
    update = "update"
    delete = "delete"


class AuditEntry(KeptByMonths, Base):
    """`tracker.audit_log` (C-TAB-18): one change of one row. Written by the trigger `tracker.write_audit` and nothing
    else, edited by nobody, kept by months.

    The values are those of the fields that changed. `record_id` is the row's key, with `/` between the parts of one
    that has several. `changed_by`, `ip_address` and `user_agent` are what the transaction said of itself
    (`app.core.database.acting`): null for the sync, and for SQL by hand.
    """

    __tablename__ = "audit_log"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, server_default=text("gen_random_uuid()"))
    table_name: Mapped[str] = mapped_column(Text)
    record_id: Mapped[str] = mapped_column(Text)
    action: Mapped[str] = mapped_column(Text)
    old_values: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    new_values: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    changed_by: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("core.accounts.id", ondelete="RESTRICT"))
    # The clock's time and not the transaction's, so that the changes of one row keep their order within it.
    changed_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), primary_key=True, server_default=func.clock_timestamp()
    )
    ip_address: Mapped[str | None] = mapped_column(Text)
    user_agent: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (
        one_of("action", AuditAction),
        CheckConstraint("(action = 'insert') = (old_values IS NULL)", name="old_values"),
        CheckConstraint("(action = 'delete') = (new_values IS NULL)", name="new_values"),
        Index("ix_audit_log_table_name_record_id", "table_name", "record_id", "changed_at"),
        Index("ix_audit_log_changed_by", "changed_by", "changed_at"),
        Index("ix_audit_log_changed_at", "changed_at"),
        {"postgresql_partition_by": "RANGE (changed_at)"},
    )


class AuditMask(Base):
    """The columns of one table whose values the audit must not keep (Z-180): it says that they changed, not to what.

    The one list of them. The trigger reads it at each change; migrations write it.
    """

    __tablename__ = "audit_mask"

    table_name: Mapped[str] = mapped_column(Text, primary_key=True)
    columns: Mapped[list[str]] = mapped_column(ARRAY(Text))
