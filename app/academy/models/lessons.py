"""Lessons, who was there, and who has finished what (A-TAB-35, Z-67)."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, Text, Uuid, func
from sqlalchemy.orm import Mapped, mapped_column

from app.academy.models.base import Base
from app.core.database.checks import one_of
from app.core.database.model import Entry, Row, Versioned


class AttendanceStatus(StrEnum):
    """Whether somebody was there; `partial` counts as attended, its minutes say how much."""

    attended = "attended"
    partial = "partial"
    absent = "absent"


class Lesson(Row, Versioned, Base):
    """A part of a class session (A-TAB-35)."""

    __tablename__ = "lessons"
    __table_args__ = (
        CheckConstraint("order_in_session >= 1", name="order_in_session"),
        CheckConstraint("duration_minutes > 0", name="duration_minutes"),
        Index("ix_lessons_session_id", "session_id", "order_in_session"),
        Index("ix_lessons_worksheet_id", "worksheet_id"),
    )

    session_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.sessions.id", ondelete="CASCADE"))
    title: Mapped[str] = mapped_column(Text)
    description: Mapped[str] = mapped_column(Text)
    order_in_session: Mapped[int]
    duration_minutes: Mapped[int]
    slides_url: Mapped[str | None] = mapped_column(Text)
    worksheet_id: Mapped[UUID | None] = mapped_column(
        Uuid, ForeignKey("academy.enablement_kit_items.id", ondelete="SET NULL")
    )


class SessionAttendance(Row, Base):
    """Whether a learner was in a class session of their cohort (Z-67). No row: nobody has said."""

    __tablename__ = "session_attendance"
    __table_args__ = (
        one_of("status", AttendanceStatus),
        CheckConstraint("minutes_attended >= 0", name="minutes_attended"),
        CheckConstraint("status <> 'absent' OR minutes_attended = 0", name="absent"),
        Index("uq_session_attendance_enrollment_id_session_id", "enrollment_id", "session_id", unique=True),
        Index("ix_session_attendance_session_id", "session_id"),
        Index("ix_session_attendance_recorded_by_id", "recorded_by_id"),
    )

    enrollment_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.enrollments.id", ondelete="RESTRICT"))
    session_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.sessions.id", ondelete="RESTRICT"))
    status: Mapped[str] = mapped_column(Text)
    minutes_attended: Mapped[int]
    recorded_by_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("academy.users.id", ondelete="SET NULL"))


class LessonProgress(Entry, Base):
    """A lesson that a learner has finished, in this enrollment (Z-67)."""

    __tablename__ = "lesson_progress"
    __table_args__ = (
        Index("uq_lesson_progress_enrollment_id_lesson_id", "enrollment_id", "lesson_id", unique=True),
        Index("ix_lesson_progress_lesson_id", "lesson_id"),
    )

    enrollment_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.enrollments.id", ondelete="RESTRICT"))
    lesson_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.lessons.id", ondelete="RESTRICT"))
    completed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
