"""Enrollments: a person's place in a cohort, from checkout to the end of access (A-TAB-07)."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ColumnElement, DateTime, ForeignKey, Index, Text, Uuid, and_, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, column_property, mapped_column, query_expression, relationship

from app.academy.models.base import Base
from app.academy.models.cohorts import Cohort
from app.academy.models.courses import Course
from app.core.database.checks import one_of
from app.core.database.model import Row


class PaymentStatus(StrEnum):
    """Moves forward only: pending, failed, completed, refunded (Z-70)."""

    pending = "pending"
    completed = "completed"
    failed = "failed"
    refunded = "refunded"


class PaymentType(StrEnum):
    """Who pays: the person through Stripe, or an organization with a seat."""

    b2c = "b2c"
    b2b = "b2b"


class EnrollmentStatus(StrEnum):
    """Whether the person still belongs to the cohort; independent of the money (Z-152)."""

    active = "active"
    cancelled = "cancelled"
    transferred = "transferred"


def _granted(payment_status: Any, enrollment_status: Any, until: Any) -> ColumnElement[bool]:
    return and_(
        payment_status == PaymentStatus.completed, enrollment_status == EnrollmentStatus.active, until > func.now()
    )


class Enrollment(Row, Base):
    """A person in a cohort. `has_seat` says whether it counts in `cohorts.current_enrollment`.

    A pending checkout has its seat until `hold_expires_at`; null means until the payment settles or for good.
    `completed_by_id` is the instructor who marked it completed, null where the rules did (Z-67). `path_enrollment_id`
    is the path enrollment that entitles to it (Z-127).
    """

    __tablename__ = "enrollments"
    __table_args__ = (
        one_of("payment_status", PaymentStatus),
        one_of("payment_type", PaymentType),
        one_of("enrollment_status", EnrollmentStatus),
        CheckConstraint("payment_type = 'b2c' OR organization_id IS NOT NULL", name="b2b_needs_organization"),
        CheckConstraint(
            "payment_type = 'b2c' OR stripe_checkout_session_id IS NULL AND stripe_payment_intent_id IS NULL",
            name="b2b_without_stripe",
        ),
        CheckConstraint("progress_percent BETWEEN 0 AND 100", name="progress_percent"),
        CheckConstraint("completed_by_id IS NULL OR completed_at IS NOT NULL", name="completed_by"),
        Index("ix_enrollments_user_id", "user_id"),
        Index("ix_enrollments_cohort_id", "cohort_id"),
        Index("ix_enrollments_user_id_course_id", "user_id", "course_id"),
        Index("ix_enrollments_course_id", "course_id"),
        Index("ix_enrollments_organization_id", "organization_id"),
        Index("ix_enrollments_payment_status", "payment_status"),
        Index("ix_enrollments_transferred_to_id", "transferred_to_id"),
        # Set on few rows of a busy table: the others shall not pay for these.
        Index(
            "ix_enrollments_completed_by_id", "completed_by_id", postgresql_where=text("completed_by_id IS NOT NULL")
        ),
        Index(
            "ix_enrollments_path_enrollment_id",
            "path_enrollment_id",
            postgresql_where=text("path_enrollment_id IS NOT NULL"),
        ),
        # A step of a path entitles to one seat at a time.
        Index(
            "uq_enrollments_path_seat",
            "path_enrollment_id",
            "course_id",
            unique=True,
            postgresql_where=text("has_seat AND path_enrollment_id IS NOT NULL"),
        ),
        Index("uq_enrollments_stripe_checkout_session_id", "stripe_checkout_session_id", unique=True),
        Index("ix_enrollments_stripe_payment_intent_id", "stripe_payment_intent_id"),
        Index("uq_enrollments_seat", "user_id", "cohort_id", unique=True, postgresql_where=text("has_seat")),
        Index(
            "ix_enrollments_hold_expires_at",
            "hold_expires_at",
            postgresql_where=text("has_seat AND payment_status = 'pending'"),
        ),
    )

    user_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.users.id"))
    cohort_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.cohorts.id"))
    course_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.courses.id"))
    purchase_date: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    payment_status: Mapped[str] = mapped_column(Text, server_default=text("'pending'"))
    payment_type: Mapped[str] = mapped_column(Text, server_default=text("'b2c'"))
    stripe_payment_intent_id: Mapped[str | None] = mapped_column(Text)
    stripe_checkout_session_id: Mapped[str | None] = mapped_column(Text)
    intake_survey_completed: Mapped[bool] = mapped_column(server_default=text("false"))
    intake_answers: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    office_hours_eligible_until: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    materials_access_until: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    chatbot_access_until: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    enrollment_status: Mapped[str] = mapped_column(Text, server_default=text("'active'"))
    has_seat: Mapped[bool] = mapped_column(server_default=text("true"))
    hold_expires_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    organization_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("academy.organizations.id"))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    end_reason: Mapped[str | None] = mapped_column(Text)
    transferred_to_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("academy.enrollments.id"))
    progress_percent: Mapped[int] = mapped_column(server_default=text("0"))
    completed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    completed_by_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("academy.users.id", ondelete="SET NULL"))
    path_enrollment_id: Mapped[UUID | None] = mapped_column(
        Uuid, ForeignKey("academy.user_path_enrollments.id", ondelete="RESTRICT")
    )

    cohort: Mapped[Cohort] = relationship(lazy="raise")
    course: Mapped[Course] = relationship(lazy="raise")

    # What the windows and the payment allow at this moment, by the database's clock (A-ENR-15).
    has_materials_access: Mapped[bool] = column_property(
        _granted(payment_status, enrollment_status, materials_access_until)
    )
    has_office_hours_access: Mapped[bool] = column_property(
        _granted(payment_status, enrollment_status, office_hours_eligible_until)
    )
    has_chatbot_access: Mapped[bool] = column_property(
        _granted(payment_status, enrollment_status, chatbot_access_until)
    )
    # Filled by the queries that show an enrollment to its own learner.
    checkout_url: Mapped[str | None] = query_expression()

    @property
    def account_id(self) -> UUID:
        """The learner's account: `academy.users` shares the account's id."""
        return self.user_id
