"""Courses and their agenda (A-TAB-04, A-TAB-05)."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, column_property, mapped_column, query_expression

from app.academy.models.base import Base
from app.core.database.checks import one_of
from app.core.database.model import Row, Versioned


class SessionType(StrEnum):
    """How a course is held (A-CRS-04)."""

    cohort = "cohort"
    webinar = "webinar"
    hackathon = "hackathon"


class ImpactLevel(StrEnum):
    """Whom a course changes: L1 the individual, L2 the team, L3 the organization."""

    L1 = "L1"
    L2 = "L2"
    L3 = "L3"


class CapabilityLevel(StrEnum):
    """What a course asks of its learners."""

    fundamentals = "fundamentals"
    intermediate = "intermediate"
    advanced = "advanced"


class CourseStatus(StrEnum):
    """Who sees a course: admins only, everybody, its learners (A-CRS-03)."""

    draft = "draft"
    published = "published"
    archived = "archived"


class ClassSessionType(StrEnum):
    """Spark, Workshop, Mini-Masterclass, Capability session, Implementation Office (A-CRS-05)."""

    S = "S"
    W = "W"
    MM = "MM"
    CAP = "CAP"
    IO = "IO"


class Course(Row, Versioned, Base):
    """What can be learned; its cohorts are when. `waitlist_last_position` numbers the course-level queue (Z-78).

    Who completes it has attended `required_attendance_percent` of its sessions; null asks for none (Z-67).
    """

    __tablename__ = "courses"
    __table_args__ = (
        one_of("session_type", SessionType),
        one_of("impact_level", ImpactLevel),
        one_of("capability_level", CapabilityLevel),
        one_of("status", CourseStatus),
        CheckConstraint("price_b2c >= 0 AND price_b2b >= 0", name="prices"),
        CheckConstraint("max_participants > 0", name="max_participants"),
        CheckConstraint("required_attendance_percent BETWEEN 1 AND 100", name="required_attendance_percent"),
        Index("uq_courses_slug", "slug", unique=True),
        Index("ix_courses_status", "status"),
        Index("ix_courses_session_type", "session_type"),
        Index("ix_courses_catalogue", "status", "created_at", "id"),
    )

    title: Mapped[str] = mapped_column(Text)
    description: Mapped[str] = mapped_column(Text)
    slug: Mapped[str] = mapped_column(Text)
    session_type: Mapped[str] = mapped_column(Text)
    price_b2c: Mapped[int]
    price_b2b: Mapped[int]
    currency: Mapped[str] = mapped_column(Text, server_default=text("'usd'"), default="usd")
    max_participants: Mapped[int]
    impact_level: Mapped[str] = mapped_column(Text)
    capability_level: Mapped[str] = mapped_column(Text)
    required_attendance_percent: Mapped[int | None]
    status: Mapped[str] = mapped_column(Text, server_default=text("'draft'"), default=CourseStatus.draft)
    waitlist_last_position: Mapped[int] = mapped_column(server_default=text("0"), default=0)

    # Which one it is depends on who asks: filled by `courses/queries.py`, null when a query does not ask for it.
    next_cohort: Mapped[dict[str, Any] | None] = query_expression()


class CourseInstructor(Base):
    """Somebody who teaches a course, beside the instructors that its cohorts name (Z-46)."""

    __tablename__ = "course_instructors"
    __table_args__ = (Index("ix_course_instructors_user_id", "user_id"),)

    course_id: Mapped[UUID] = mapped_column(
        Uuid, ForeignKey("academy.courses.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.users.id", ondelete="CASCADE"), primary_key=True)


class ClassSession(Row, Versioned, Base):
    """`academy.sessions`: one item of a course's agenda; it has no cohort and no date."""

    __tablename__ = "sessions"
    __table_args__ = (
        one_of("type", ClassSessionType),
        CheckConstraint("day_number >= 1 AND order_in_day BETWEEN 1 AND 9999", name="place"),
        CheckConstraint("duration_minutes > 0", name="duration_minutes"),
        Index("ix_sessions_course_id", "course_id"),
        # Deferrable, so that it is checked after a statement and not after each row: one statement may then reorder an
        # agenda through places that were taken before (A-CRS-06).
        UniqueConstraint(
            "course_id",
            "day_number",
            "order_in_day",
            name="uq_sessions_course_id_day_number_order_in_day",
            deferrable=True,
            initially="IMMEDIATE",
        ),
    )

    course_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.courses.id"))
    title: Mapped[str] = mapped_column(Text)
    type: Mapped[str] = mapped_column(Text)
    day_number: Mapped[int] = mapped_column()
    order_in_day: Mapped[int] = mapped_column()
    duration_minutes: Mapped[int]
    description: Mapped[str] = mapped_column(Text)
    outcomes: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"), default=list)

    # Day and order in one number, to sort and page by; `order_in_day` has four digits at most.
    place: Mapped[int] = column_property(day_number * 10_000 + order_in_day)
