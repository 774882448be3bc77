"""Self-paced courses: modules, lessons, attachments (T-TAB-06, T-TAB-07, T-TAB-08)."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, Text, UniqueConstraint, Uuid, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.community.models.base import Base
from app.community.models.memberships import Visibility
from app.core.database.checks import one_of
from app.core.database.model import Row, Versioned


class CourseStatus(StrEnum):
    """A draft is seen by admins only; a published course by those whom its visibility admits (T-CRS-01)."""

    draft = "draft"
    published = "published"


class Course(Row, Versioned, Base):
    """`community.courses`: a course that members take at their own pace (T-TAB-06)."""

    __tablename__ = "courses"
    __table_args__ = (
        one_of("visibility", Visibility),
        one_of("status", CourseStatus),
        CheckConstraint("(visibility = 'paid') = (required_tier IS NOT NULL)", name="paid_needs_tier"),
        CheckConstraint("enrollment_count >= 0", name="enrollment_count"),
        Index("ix_courses_status_created_at", "status", "created_at", "id"),
        Index("ix_courses_thumbnail", "thumbnail", postgresql_where=text("thumbnail IS NOT NULL")),
        Index("ix_courses_required_tier", "required_tier", postgresql_where=text("required_tier IS NOT NULL")),
    )

    title: Mapped[str] = mapped_column(Text)
    description: Mapped[str | None] = mapped_column(Text)
    thumbnail: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("core.files.id", ondelete="SET NULL"))
    visibility: Mapped[str] = mapped_column(Text, server_default=text("'members'"), default=Visibility.members)
    status: Mapped[str] = mapped_column(Text, server_default=text("'draft'"), default=CourseStatus.draft)
    required_tier: Mapped[str | None] = mapped_column(Text, ForeignKey("community.tiers.code", ondelete="RESTRICT"))
    enrollment_count: Mapped[int] = mapped_column(server_default=text("0"), default=0)
    deleted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class Module(Row, Versioned, Base):
    """A part of a course, with a place of its own in it (T-TAB-07)."""

    __tablename__ = "modules"
    __table_args__ = (
        CheckConstraint('"order" >= 0', name="order"),
        # As in a space: one live module per place, checked after the statement.
        ExcludeConstraint(
            ("course_id", "="),
            ("order", "="),
            name="ex_modules_course_id_order",
            using="btree",
            where=text("deleted_at IS NULL"),
            deferrable=True,
            initially="IMMEDIATE",
        ),
        Index("ix_modules_course_id_order", "course_id", "order"),
    )

    course_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("community.courses.id", ondelete="CASCADE"))
    title: Mapped[str] = mapped_column(Text)
    order: Mapped[int]
    deleted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class Lesson(Row, Versioned, Base):
    """A lesson of a module (T-TAB-08).

    One that is taken out is kept, because progress and points are about it; a course is done when all lessons that are
    there now are done (Z-35).
    """

    __tablename__ = "lessons"
    __table_args__ = (
        CheckConstraint('"order" >= 0', name="order"),
        ExcludeConstraint(
            ("module_id", "="),
            ("order", "="),
            name="ex_lessons_module_id_order",
            using="btree",
            where=text("deleted_at IS NULL"),
            deferrable=True,
            initially="IMMEDIATE",
        ),
        Index("ix_lessons_module_id_order", "module_id", "order"),
    )

    module_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("community.modules.id", ondelete="CASCADE"))
    title: Mapped[str] = mapped_column(Text)
    content: Mapped[str | None] = mapped_column(Text)
    video_url: Mapped[str | None] = mapped_column(Text)
    order: Mapped[int]
    deleted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class LessonAttachment(Base):
    """`community.lesson_attachments`: the files of a lesson, in their order (the seed's `lessons.attachments`)."""

    __tablename__ = "lesson_attachments"
    __table_args__ = (
        CheckConstraint("position >= 0", name="position"),
        UniqueConstraint("lesson_id", "position", deferrable=True, initially="IMMEDIATE"),
        Index("ix_lesson_attachments_file_id", "file_id"),
    )

    lesson_id: Mapped[UUID] = mapped_column(
        Uuid, ForeignKey("community.lessons.id", ondelete="CASCADE"), primary_key=True
    )
    file_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("core.files.id", ondelete="RESTRICT"), primary_key=True)
    position: Mapped[int]
