"""Recordings of a cohort's class sessions (A-TAB-10)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, Text, Uuid, func
from sqlalchemy.orm import Mapped, mapped_column

from app.academy.models.base import Base
from app.core.database.model import Row


class SessionRecording(Row, Base):
    """A class session of a cohort on film, `duration` in seconds: for that cohort alone (A-TAB-10, A-REC-01)."""

    __tablename__ = "session_recordings"
    __table_args__ = (
        CheckConstraint("duration > 0", name="duration"),
        Index("ix_session_recordings_cohort_id", "cohort_id"),
        Index("ix_session_recordings_session_id", "session_id"),
    )

    cohort_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.cohorts.id", ondelete="CASCADE"))
    # An agenda can be edited while it is taught; what was recorded of an item keeps the item.
    session_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.sessions.id", ondelete="RESTRICT"))
    video_url: Mapped[str] = mapped_column(Text)
    duration: Mapped[int]
    uploaded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
