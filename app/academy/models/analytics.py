"""What people do in the product, event by event (A-TAB-18)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, Text, Uuid, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.academy.models.base import Base
from app.core.database.model import Entry, KeptByMonths


class AnalyticsEvent(KeptByMonths, Entry, Base):
    """One event, written once and kept by months (A-TAB-18).

    `session_id` is an anonymous string of the browser's, no class session and no login (Z-02). `timestamp` is when it
    reached us: a month that is over has no room for what a device says about last year.
    """

    __tablename__ = "analytics_events"
    __table_args__ = (
        CheckConstraint("jsonb_typeof(properties) = 'object'", name="properties"),
        Index("ix_analytics_events_event_timestamp", "event", "timestamp"),
        Index("ix_analytics_events_user_id_timestamp", "user_id", "timestamp"),
        Index("ix_analytics_events_session_id", "session_id"),
        {"postgresql_partition_by": "RANGE (timestamp)"},
    )

    user_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("academy.users.id", ondelete="SET NULL"))
    session_id: Mapped[str] = mapped_column(Text)
    event: Mapped[str] = mapped_column(Text)
    properties: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'::jsonb"), default=dict)
    timestamp: Mapped[datetime] = mapped_column(DateTime(timezone=True), primary_key=True, server_default=func.now())
