"""The queues: for a cohort that is full, or for a course whatever its next cohort (A-TAB-08)."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, Text, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column, query_expression

from app.academy.models.base import Base
from app.core.database.checks import one_of
from app.core.database.model import Row


class WaitlistStatus(StrEnum):
    """waiting → offered → enrolled, expired or cancelled; waiting → cancelled (A-WTL-07)."""

    waiting = "waiting"
    offered = "offered"
    enrolled = "enrolled"
    expired = "expired"
    cancelled = "cancelled"


class WaitlistEntry(Row, Base):
    """`academy.waitlist`: one person in one queue.

    `cohort_id` is null in a course-level queue; `offered_cohort_id` is the cohort whose seat a live offer holds.
    `position` is given once and stays, however the queue moves (Z-78).
    """

    __tablename__ = "waitlist"
    __table_args__ = (
        one_of("status", WaitlistStatus),
        CheckConstraint(
            "status <> 'offered' OR offered_at IS NOT NULL AND offer_expires_at IS NOT NULL"
            " AND offered_cohort_id IS NOT NULL",
            name="offer",
        ),
        Index("ix_waitlist_cohort_id_position", "cohort_id", "position"),
        Index("ix_waitlist_course_id_position", "course_id", "position"),
        Index("ix_waitlist_user_id", "user_id"),
        Index("ix_waitlist_status", "status"),
        Index("ix_waitlist_offered_cohort_id", "offered_cohort_id"),
        Index("ix_waitlist_enrollment_id", "enrollment_id"),
        Index("ix_waitlist_offer_expires_at", "offer_expires_at", postgresql_where=text("status = 'offered'")),
        Index(
            "uq_waitlist_live_cohort",
            "user_id",
            "cohort_id",
            unique=True,
            postgresql_where=text("cohort_id IS NOT NULL AND status IN ('waiting', 'offered')"),
        ),
        Index(
            "uq_waitlist_live_course",
            "user_id",
            "course_id",
            unique=True,
            postgresql_where=text("cohort_id IS NULL AND status IN ('waiting', 'offered')"),
        ),
        # One seat is held per person and cohort, whichever queue offered it (rule 14).
        Index(
            "uq_waitlist_live_offer",
            "user_id",
            "offered_cohort_id",
            unique=True,
            postgresql_where=text("status = 'offered'"),
        ),
        # Asked whenever a seat is free, and mostly empty: must not be looked for among the cohorts' entries.
        Index(
            "ix_waitlist_course_queue",
            "course_id",
            "position",
            postgresql_where=text("cohort_id IS NULL AND status = 'waiting'"),
        ),
    )

    user_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.users.id"))
    course_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.courses.id"))
    cohort_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("academy.cohorts.id"))
    position: Mapped[int]
    status: Mapped[str] = mapped_column(Text, server_default=text("'waiting'"), default=WaitlistStatus.waiting)
    offered_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    offer_expires_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    offered_cohort_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("academy.cohorts.id"))
    enrollment_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("academy.enrollments.id"))

    # Filled by the queries that show an entry.
    rank: Mapped[int | None] = query_expression()

    @property
    def account_id(self) -> UUID:
        """The waiting account: `academy.users` shares the account's id."""
        return self.user_id
