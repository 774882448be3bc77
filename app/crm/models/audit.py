"""Who did what to programs, participations and events (P-PRG-09, P-PRV-02)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, Text, Uuid, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database.checks import one_of
from app.core.ids import new_id
from app.crm.models.base import Base

SUBJECTS = ("program", "participation", "event")


class AuditEntry(Base):
    """One change, written in its transaction and never edited: the runtime role can only add. Kept by months.

    `changes` says what it was before and after, by field; of free text and of people's notes only that it changed.
    `actor_id` is null for what the house does by itself.
    """

    __tablename__ = "audit_entries"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id, server_default=text("gen_random_uuid()"))
    organization_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("core.organizations.id", ondelete="RESTRICT"))
    action: Mapped[str] = mapped_column(Text)
    subject_type: Mapped[str] = mapped_column(Text)
    subject_id: Mapped[UUID] = mapped_column(Uuid)
    changes: Mapped[dict[str, Any]] = mapped_column(JSONB)
    actor_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("core.accounts.id", ondelete="RESTRICT"))
    request_id: Mapped[str | None] = mapped_column(Text)
    # The clock's time and not the transaction's: what waited for a lock comes after what it waited for.
    created_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), primary_key=True, server_default=func.clock_timestamp()
    )

    __table_args__ = (
        one_of("subject_type", SUBJECTS),
        CheckConstraint("jsonb_typeof(changes) = 'object'", name="changes"),
        Index("ix_audit_entries_organization_id", "organization_id", "created_at", "id"),
        Index("ix_audit_entries_subject_id", "subject_id", "created_at"),
        Index("ix_audit_entries_actor_id", "actor_id", "created_at"),
        {"postgresql_partition_by": "RANGE (created_at)"},
    )
    __mapper_args__ = {"primary_key": [id]}  # noqa: A003, RUF012  (the column above; read once)
