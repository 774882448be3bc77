"""People in learning paths, and the steps they have done (A-TAB-26)."""

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Text,
    UniqueConstraint,
    Uuid,
    case,
    false,
    func,
    text,
)
from sqlalchemy.orm import Mapped, column_property, mapped_column, query_expression

from app.academy.models.base import Base
from app.core.database.checks import one_of
from app.core.database.model import Row


class PathEnrollmentStatus(StrEnum):
    """Active and paused, by its learner or an admin; its ends are completed and expired, and expired may be renewed."""

    active = "active"
    paused = "paused"
    completed = "completed"
    expired = "expired"


class PathPaymentType(StrEnum):
    """What entitles to a path's courses; with `individual` each is paid by itself (A-LPA-12)."""

    bundle = "bundle"
    individual = "individual"
    subscription = "subscription"
    organization = "organization"


PATIENCE = timedelta(hours=1)
"""How long after its end a subscription's period still holds: Stripe's word of the next takes a moment to come."""


class PathEnrollment(Row, Base):
    """`academy.user_path_enrollments`: a person in a path, once for good (A-TAB-26). A renewal moves `expires_at`.

    What it entitles to is taken up by enrollments that name it (`enrollments.path_enrollment_id`, Z-127).
    """

    __tablename__ = "user_path_enrollments"
    __table_args__ = (
        one_of("status", PathEnrollmentStatus),
        one_of("payment_type", PathPaymentType),
        CheckConstraint("progress_percent BETWEEN 0 AND 100", name="progress_percent"),
        CheckConstraint("status <> 'completed' OR completed_at IS NOT NULL", name="completed"),
        CheckConstraint("payment_type <> 'organization' OR organization_id IS NOT NULL", name="organization_pays"),
        CheckConstraint(
            "payment_type <> 'subscription' OR stripe_subscription_id IS NOT NULL", name="subscription_is_named"
        ),
        Index("uq_user_path_enrollments_user_id_path_id", "user_id", "path_id", unique=True),
        Index("ix_user_path_enrollments_path_id", "path_id"),
        Index("ix_user_path_enrollments_status", "status"),
        Index("ix_user_path_enrollments_organization_id", "organization_id"),
        Index("ix_user_path_enrollments_current_step_id", "current_step_id"),
        Index("ix_user_path_enrollments_offer_id", "offer_id"),
        Index("ix_user_path_enrollments_stripe_subscription_id", "stripe_subscription_id"),
        Index("uq_user_path_enrollments_stripe_checkout_session_id", "stripe_checkout_session_id", unique=True),
        Index(
            "ix_user_path_enrollments_expires_at",
            "expires_at",
            postgresql_where=text("status IN ('active', 'paused')"),
        ),
        # For the key of the steps done: they are steps of this path.
        UniqueConstraint("id", "path_id", name="uq_user_path_enrollments_id_path_id"),
    )

    user_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.users.id", ondelete="RESTRICT"))
    path_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.learning_paths.id", ondelete="RESTRICT"))
    organization_id: Mapped[UUID | None] = mapped_column(
        Uuid, ForeignKey("academy.organizations.id", ondelete="RESTRICT")
    )
    status: Mapped[str] = mapped_column(Text, server_default=text("'active'"), default=PathEnrollmentStatus.active)
    current_step_id: Mapped[UUID | None] = mapped_column(
        Uuid, ForeignKey("academy.learning_path_steps.id", ondelete="SET NULL")
    )
    progress_percent: Mapped[int] = mapped_column(server_default=text("0"), default=0)
    enrolled_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    started_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    completed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    expires_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    payment_type: Mapped[str] = mapped_column(Text)
    offer_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("academy.path_offers.id", ondelete="RESTRICT"))
    stripe_checkout_session_id: Mapped[str | None] = mapped_column(Text)
    stripe_subscription_id: Mapped[str | None] = mapped_column(Text)

    # Whether its time has passed, by the database's clock; the status follows within minutes.
    is_over: Mapped[bool] = column_property(
        (status == PathEnrollmentStatus.expired)
        | (
            (status != PathEnrollmentStatus.completed)
            & func.coalesce(
                expires_at + case((payment_type == PathPaymentType.subscription, PATIENCE), else_=timedelta())
                <= func.now(),
                false(),
            )
        )
    )
    # Filled by the queries that show it.
    completed_step_ids: Mapped[list[UUID]] = query_expression()

    @property
    def account_id(self) -> UUID:
        """The learner's account: `academy.users` shares the account's id."""
        return self.user_id


class PathStepCompletion(Base):
    """`completed_steps` of a path enrollment: a step done, once, and the enrollment that did it (Z-121, Z-127)."""

    __tablename__ = "path_step_completions"
    __table_args__ = (
        ForeignKeyConstraint(
            ["path_enrollment_id", "path_id"],
            ["academy.user_path_enrollments.id", "academy.user_path_enrollments.path_id"],
            ondelete="CASCADE",
        ),
        ForeignKeyConstraint(
            ["step_id", "path_id"],
            ["academy.learning_path_steps.id", "academy.learning_path_steps.path_id"],
            ondelete="RESTRICT",
        ),
        Index("ix_path_step_completions_step_id", "step_id"),
        Index("ix_path_step_completions_enrollment_id", "enrollment_id"),
    )

    path_enrollment_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    step_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    path_id: Mapped[UUID] = mapped_column(Uuid)
    enrollment_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("academy.enrollments.id", ondelete="RESTRICT"))
    completed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
