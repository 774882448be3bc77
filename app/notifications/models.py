"""What people are told: in the application, and by mail."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, Text, Uuid, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from app.core.database.model import KeptByMonths, Row, Table, metadata


class Base(Table, DeclarativeBase):
    """Declarative base of the notifications' tables."""

    metadata = metadata
    __schema__ = "core"


class MailState(StrEnum):
    """`suppressed`: optional, and the person does not want optional mail, or the address bounced."""

    queued = "queued"
    sent = "sent"
    refused = "refused"
    suppressed = "suppressed"


class Notification(KeptByMonths, Row, Base):
    """A notice in somebody's inbox. `data` holds the values its `type` needs; texts are made by the front end."""

    __tablename__ = "notifications"
    __table_args__ = (
        Index("ix_notifications_account_id", "account_id", "created_at", "id"),
        Index("ix_notifications_unread", "account_id", postgresql_where=text("read_at IS NULL")),
        Index("ix_notifications_actor_id", "actor_id"),
        {"postgresql_partition_by": "RANGE (created_at)"},
    )

    account_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("core.accounts.id"))
    type: Mapped[str] = mapped_column(Text)
    actor_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("core.accounts.id"))
    actor_name: Mapped[str | None] = mapped_column(Text)
    data: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'::jsonb"), default=dict)
    read_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    created_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), primary_key=True, server_default=func.now(), sort_order=1000
    )


class Mail(Row, Base):
    """A mail on its way. Its text is made when it is sent, from `template` and `data`; its id is the provider's key."""

    __tablename__ = "mails"
    __table_args__ = (
        CheckConstraint("state IN ('queued', 'sent', 'refused', 'suppressed')", name="state"),
        CheckConstraint("category IN ('transactional', 'optional')", name="category"),
        Index("ix_mails_account_id", "account_id"),
        Index("ix_mails_queued", "created_at", postgresql_where=text("state = 'queued'")),
    )

    account_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("core.accounts.id"))
    template: Mapped[str] = mapped_column(Text)
    category: Mapped[str] = mapped_column(Text)
    data: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'::jsonb"), default=dict)
    state: Mapped[str] = mapped_column(Text, server_default=text("'queued'"), default=MailState.queued)
    provider: Mapped[str | None] = mapped_column(Text)
    provider_message_id: Mapped[str | None] = mapped_column(Text)
    sent_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    note: Mapped[str | None] = mapped_column(Text)
