"""Courses, their content, and who does what in them (C-TAB-04 to C-TAB-06, C-TAB-11)."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Text, UniqueConstraint, Uuid, func, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database.checks import one_of
from app.core.database.model import Row, Versioned
from app.tracker.models.base import Audited, Base


class CourseRoleType(StrEnum):
    """A teacher or assistant sees and marks their course, an observer reads it, a student sees only themselves."""

    teacher = "teacher"
    student = "student"
    assistant = "assistant"
    observer = "observer"


class Course(Row, Versioned, Audited, Base):
    """A course (C-TAB-04), held as an event in Planning Center, which is the master of dates and capacity (Z-179).

    Further events of the same course are its instances. Its prerequisites are rows of `course_prerequisite`.
    """

    __tablename__ = "course"
    __table_args__ = (
        CheckConstraint("duration_weeks > 0", name="duration_weeks"),
        CheckConstraint("max_capacity >= 0 AND current_registrations >= 0", name="counts"),
        CheckConstraint("event_end_date >= event_start_date", name="dates"),
        Index("uq_course_planning_center_event_id", "planning_center_event_id", unique=True),
        Index("ix_course_name", "name", "id"),
    )

    name: Mapped[str] = mapped_column(Text)
    description: Mapped[str | None] = mapped_column(Text)
    duration_weeks: Mapped[int | None]
    planning_center_event_id: Mapped[str | None] = mapped_column(Text)
    planning_center_event_name: Mapped[str | None] = mapped_column(Text)
    event_start_date: Mapped[date | None] = mapped_column(Date)
    event_end_date: Mapped[date | None] = mapped_column(Date)
    max_capacity: Mapped[int | None]
    current_registrations: Mapped[int | None]
    is_active: Mapped[bool] = mapped_column(server_default=text("true"), default=True)


class CoursePrerequisite(Base):
    """One of a course's `prerequisites`: to be completed before (Z-176). A course that others ask for stays."""

    __tablename__ = "course_prerequisite"
    __table_args__ = (
        CheckConstraint("prerequisite_id <> course_id", name="not_itself"),
        Index("ix_course_prerequisite_prerequisite_id", "prerequisite_id"),
    )

    course_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("tracker.course.id", ondelete="CASCADE"), primary_key=True)
    prerequisite_id: Mapped[UUID] = mapped_column(
        Uuid, ForeignKey("tracker.course.id", ondelete="RESTRICT"), primary_key=True
    )


class CourseInstance(Row, Audited, Base):
    """A further run of a course: an event of Planning Center beside the one that the course itself names (Z-182)."""

    __tablename__ = "course_instance"
    __table_args__ = (
        CheckConstraint("max_capacity >= 0 AND current_registrations >= 0", name="counts"),
        CheckConstraint("event_end_date >= event_start_date", name="dates"),
        UniqueConstraint("planning_center_event_id"),
        # So that an enrollment can only name an instance of its own course.
        UniqueConstraint("id", "course_id"),
        Index("ix_course_instance_course_id", "course_id"),
    )

    course_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("tracker.course.id", ondelete="CASCADE"))
    planning_center_event_id: Mapped[str] = mapped_column(Text)
    planning_center_event_name: Mapped[str | None] = mapped_column(Text)
    event_start_date: Mapped[date | None] = mapped_column(Date)
    event_end_date: Mapped[date | None] = mapped_column(Date)
    max_capacity: Mapped[int | None]
    current_registrations: Mapped[int | None]
    is_active: Mapped[bool] = mapped_column(server_default=text("true"), default=True)


class ContentType(Row, Versioned, Audited, Base):
    """A kind of content (C-TAB-06). Three come with the migration; a new one is a row and nothing else (C-CRS-03)."""

    __tablename__ = "content_type"
    __table_args__ = (Index("uq_content_type_name", func.lower(text("name")), unique=True),)

    name: Mapped[str] = mapped_column(Text)
    description: Mapped[str | None] = mapped_column(Text)
    icon_class: Mapped[str | None] = mapped_column(Text)
    is_active: Mapped[bool] = mapped_column(server_default=text("true"), default=True)


class Content(Row, Versioned, Audited, Base):
    """An item of a course (C-TAB-05), in the order of `order_sequence`.

    What it is made of lies in one place at most: a stored file, a path on the church's own storage, or an address.
    A printed book lies in none.
    """

    __tablename__ = "content"
    __table_args__ = (
        CheckConstraint("order_sequence >= 0", name="order_sequence"),
        CheckConstraint("duration_minutes > 0", name="duration_minutes"),
        CheckConstraint("num_nonnulls(file_id, file_path, url) <= 1", name="one_place"),
        Index("ix_content_course_id_order_sequence", "course_id", "order_sequence"),
        Index("ix_content_content_type_id", "content_type_id"),
        Index("ix_content_file_id", "file_id"),
    )

    course_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("tracker.course.id", ondelete="CASCADE"))
    title: Mapped[str] = mapped_column(Text)
    content_type_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("tracker.content_type.id", ondelete="RESTRICT"))
    order_sequence: Mapped[int]
    file_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("core.files.id", ondelete="SET NULL"))
    file_path: Mapped[str | None] = mapped_column(Text)
    url: Mapped[str | None] = mapped_column(Text)
    duration_minutes: Mapped[int | None]
    is_required: Mapped[bool] = mapped_column(server_default=text("true"), default=True)
    is_active: Mapped[bool] = mapped_column(server_default=text("true"), default=True)


class CourseRole(Row, Base):
    """What a person does in one course (C-TAB-11). Taken away it is inactive, given again the same row."""

    __tablename__ = "course_role"
    __table_args__ = (
        one_of("role_type", CourseRoleType),
        Index("uq_course_role_people_id_course_id_role_type", "people_id", "course_id", "role_type", unique=True),
        Index("ix_course_role_course_id", "course_id"),
        Index("ix_course_role_assigned_by", "assigned_by"),
    )

    people_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("tracker.people.id", ondelete="CASCADE"))
    course_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("tracker.course.id", ondelete="CASCADE"))
    role_type: Mapped[str] = mapped_column(Text)
    assigned_date: Mapped[date | None] = mapped_column(Date)
    assigned_by: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("core.accounts.id", ondelete="SET NULL"))
    is_active: Mapped[bool] = mapped_column(server_default=text("true"), default=True)
