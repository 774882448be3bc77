"""How far people are in a course (C-TAB-10, C-TAB-13)."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Numeric,
    Text,
    Uuid,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database.checks import one_of
from app.core.database.model import Row, Versioned
from app.tracker.models.base import Audited, Base


class CourseEnrollmentStatus(StrEnum):
    """enrolled → in_progress → completed, by progress; dropped from any, by hand or a cancelled registration."""

    enrolled = "enrolled"
    in_progress = "in_progress"
    completed = "completed"
    dropped = "dropped"


class RegistrationStatus(StrEnum):
    """What Planning Center says: registered has a seat, waitlisted not yet, cancelled no more (Z-177)."""

    registered = "registered"
    cancelled = "cancelled"
    waitlisted = "waitlisted"


class CourseEnrollment(Row, Versioned, Audited, Base):
    """A person in a course (C-TAB-10): once per run of it; null in `course_instance_id` is the course's own event.

    `planning_center_synced` is false while progress waits to be pushed. `registration_notes` are Planning Center's,
    `notes` ours.
    """

    __tablename__ = "course_enrollment"
    __table_args__ = (
        one_of("status", CourseEnrollmentStatus),
        one_of("registration_status", RegistrationStatus),
        CheckConstraint("progress_percentage BETWEEN 0 AND 100", name="progress_percentage"),
        CheckConstraint("status <> 'completed' OR completion_date IS NOT NULL", name="completion_date"),
        CheckConstraint("dependency_override OR dependency_override_by IS NULL", name="dependency_override_by"),
        CheckConstraint(
            "coalesce(registration_status, 'registered') = 'registered' OR status NOT IN ('enrolled', 'in_progress')",
            name="active_has_a_seat",
        ),
        ForeignKeyConstraint(
            ["course_instance_id", "course_id"],
            ["tracker.course_instance.id", "tracker.course_instance.course_id"],
            ondelete="RESTRICT",
        ),
        Index(
            "uq_course_enrollment_run",
            "people_id",
            "course_id",
            "course_instance_id",
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
        Index("uq_course_enrollment_registration", "planning_center_registration_id", unique=True),
        Index("ix_course_enrollment_course_id_status", "course_id", "status"),
        Index("ix_course_enrollment_course_instance_id", "course_instance_id"),
        Index("ix_course_enrollment_dependency_override_by", "dependency_override_by"),
        Index("ix_course_enrollment_unsynced", "updated_at", postgresql_where=text("NOT planning_center_synced")),
    )

    people_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("tracker.people.id", ondelete="RESTRICT"))
    course_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("tracker.course.id", ondelete="RESTRICT"))
    course_instance_id: Mapped[UUID | None] = mapped_column(Uuid)
    planning_center_registration_id: Mapped[str | None] = mapped_column(Text)
    enrollment_date: Mapped[date] = mapped_column(Date, server_default=func.current_date())
    status: Mapped[str] = mapped_column(
        Text, server_default=text("'enrolled'"), default=CourseEnrollmentStatus.enrolled
    )
    progress_percentage: Mapped[Decimal] = mapped_column(Numeric(5, 2), server_default=text("0"), default=Decimal(0))
    completion_date: Mapped[date | None] = mapped_column(Date)
    notes: Mapped[str | None] = mapped_column(Text)
    dependency_override: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    dependency_override_by: Mapped[UUID | None] = mapped_column(
        Uuid, ForeignKey("core.accounts.id", ondelete="SET NULL")
    )
    planning_center_synced: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    registration_status: Mapped[str | None] = mapped_column(Text)
    registration_notes: Mapped[str | None] = mapped_column(Text)


class ContentCompletion(Row, Base):
    """A finished item of an enrollment, once (C-TAB-13). `score` is in percent, so that a course has an average."""

    __tablename__ = "content_completion"
    __table_args__ = (
        CheckConstraint("time_spent_minutes >= 0", name="time_spent_minutes"),
        CheckConstraint("score BETWEEN 0 AND 100", name="score"),
        Index("uq_content_completion_item", "course_enrollment_id", "content_id", unique=True),
        Index("ix_content_completion_content_id", "content_id"),
    )

    course_enrollment_id: Mapped[UUID] = mapped_column(
        Uuid, ForeignKey("tracker.course_enrollment.id", ondelete="RESTRICT")
    )
    content_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("tracker.content.id", ondelete="RESTRICT"))
    completed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    time_spent_minutes: Mapped[int | None]
    score: Mapped[Decimal | None] = mapped_column(Numeric(5, 2))
    notes: Mapped[str | None] = mapped_column(Text)
