"""The inbox: every webhook as it came, once (reliability rules 29 to 31)."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, DateTime, Index, LargeBinary, Text, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database.model import Row
from app.webhooks.models.base import Base


class InboxState(StrEnum):
    """`parked`: names something we do not know (yet); looked at again when it may have come to exist."""

    received = "received"
    processed = "processed"
    ignored = "ignored"
    parked = "parked"


class InboxMessage(Row, Base):
    """One webhook: raw bytes, the sender's id, and what became of it. `subject` is the sender's object it tells of.

    `body` is empty once the message was settled for a month.
    """

    __tablename__ = "inbox"
    __table_args__ = (
        UniqueConstraint("source", "external_id", name="uq_inbox_source_external_id"),
        CheckConstraint("state IN ('received', 'processed', 'ignored', 'parked')", name="state"),
        Index("ix_inbox_waiting", "created_at", postgresql_where=text("state IN ('received', 'parked')")),
        Index("ix_inbox_subject", "source", "subject"),
        Index(
            "ix_inbox_bodies",
            "processed_at",
            postgresql_where=text("state IN ('processed', 'ignored') AND body <> ''::bytea"),
        ),
    )

    source: Mapped[str] = mapped_column(Text)
    external_id: Mapped[str] = mapped_column(Text)
    event_type: Mapped[str] = mapped_column(Text)
    subject: Mapped[str | None] = mapped_column(Text)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    sent_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    state: Mapped[str] = mapped_column(Text, server_default=text("'received'"), default=InboxState.received)
    processed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    note: Mapped[str | None] = mapped_column(Text)
