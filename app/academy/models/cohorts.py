"""Cohorts: when a course runs, and how many seats it has (A-TAB-06)."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, Text, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column, query_expression, relationship

from app.academy.models.base import Base
from app.academy.models.courses import Course
from app.core.database.checks import one_of
from app.core.database.model import Row, Versioned


class CohortStatus(StrEnum):
    """scheduled → open → in_progress → completed; cancelled from any but completed (A-COH-02)."""

    scheduled = "scheduled"
    open = "open"
    in_progress = "in_progress"
    completed = "completed"
    cancelled = "cancelled"


class Cohort(Row, Versioned, Base):
    """A run of a course.

    Invariant, held by the database: 0 ≤ current_enrollment + held ≤ max_capacity. `current_enrollment` counts the
    enrollments that have a seat, `held` the live waitlist offers, `waiting` the people queueing for this cohort;
    `cohorts/seats.py` and `cohorts/queue.py` alone write them.
    """

    __tablename__ = "cohorts"
    __table_args__ = (
        one_of("status", CohortStatus),
        CheckConstraint(
            "current_enrollment >= 0 AND held >= 0 AND current_enrollment + held <= max_capacity AND waiting >= 0",
            name="seats",
        ),
        CheckConstraint("end_date > start_date", name="dates"),
        CheckConstraint("NOT is_b2b OR organization_id IS NOT NULL", name="b2b_needs_organization"),
        Index("ix_cohorts_course_id", "course_id"),
        Index("ix_cohorts_status", "status"),
        Index("ix_cohorts_start_date", "start_date"),
        Index("ix_cohorts_organization_id", "organization_id"),
        Index("ix_cohorts_instructor_id", "instructor_id"),
        Index("ix_cohorts_available", "course_id", "start_date", "id", postgresql_where=text("status = 'open'")),
    )

    course_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.courses.id"))
    name: Mapped[str] = mapped_column(Text)
    start_date: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    end_date: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    max_capacity: Mapped[int]
    current_enrollment: Mapped[int] = mapped_column(server_default=text("0"), default=0)
    held: Mapped[int] = mapped_column(server_default=text("0"), default=0)
    waiting: Mapped[int] = mapped_column(server_default=text("0"), default=0)
    waitlist_last_position: Mapped[int] = mapped_column(server_default=text("0"), default=0)
    status: Mapped[str] = mapped_column(Text, server_default=text("'scheduled'"), default=CohortStatus.scheduled)
    zoom_link: Mapped[str | None] = mapped_column(Text)
    instructor_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("academy.users.id"))
    is_b2b: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    organization_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("academy.organizations.id"))

    course: Mapped[Course] = relationship(lazy="raise")

    # The meeting link for who may read it (A-COH-05): filled by `cohorts/queries.py`, null when a query does not ask.
    visible_zoom_link: Mapped[str | None] = query_expression()

    @property
    def seats_available(self) -> int:
        """Seats that nobody holds, by enrollment or by offer."""
        return max(0, self.max_capacity - self.current_enrollment - self.held)
