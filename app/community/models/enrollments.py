"""Who takes a course, and how far they are (T-TAB-09, T-TAB-10)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, Index, UniqueConstraint, Uuid, func, text
from sqlalchemy.orm import Mapped, mapped_column

from app.community.models.base import Base
from app.core.database.model import Entry, Row


class Enrollment(Row, Base):
    """`community.enrollments`: a member in a course, once (T-TAB-09).

    `completed_at` is written once; lessons that are added later do not undo it (Z-35).
    """

    __tablename__ = "enrollments"
    __table_args__ = (
        UniqueConstraint("user_id", "course_id"),
        Index("ix_enrollments_course_id", "course_id"),
        Index("ix_enrollments_last_lesson_id", "last_lesson_id", postgresql_where=text("last_lesson_id IS NOT NULL")),
    )

    course_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("community.courses.id", ondelete="RESTRICT"))
    user_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("community.users.id", ondelete="RESTRICT"))
    last_lesson_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("community.lessons.id", ondelete="SET NULL"))
    completed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class LessonProgress(Entry, Base):
    """`community.lesson_progress`: a member has completed a lesson (T-TAB-10)."""

    __tablename__ = "lesson_progress"
    __table_args__ = (
        UniqueConstraint("user_id", "lesson_id"),
        Index("ix_lesson_progress_lesson_id", "lesson_id"),
    )

    lesson_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("community.lessons.id", ondelete="RESTRICT"))
    user_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("community.users.id", ondelete="RESTRICT"))
    completed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
