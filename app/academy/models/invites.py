"""Invitations into an organization (A-TAB-03)."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, Text, Uuid, func, text
from sqlalchemy.orm import Mapped, mapped_column

from app.academy.models.base import Base
from app.core.database.checks import one_of
from app.core.database.model import Row


class InviteStatus(StrEnum):
    """An invitation ends once."""

    pending = "pending"
    accepted = "accepted"
    expired = "expired"
    revoked = "revoked"


class OrganizationInvite(Row, Base):
    """An invitation into an organization, optionally straight into a cohort. Only the token's hash is kept (Z-49).

    While it waits, one into a cohort holds a seat of the organization: `holds_seat` says that `seats_used` counts it
    (Z-48). What came of it: `accepted_by_id` joined, and has the seat in `enrollment_id`.
    """

    __tablename__ = "organization_invites"
    __table_args__ = (
        one_of("status", InviteStatus),
        CheckConstraint("invite_token ~ '^[0-9a-f]{64}$'", name="token_is_a_hash"),
        CheckConstraint("NOT holds_seat OR status = 'pending' AND cohort_id IS NOT NULL", name="holds_seat"),
        CheckConstraint("(status = 'accepted') = (accepted_at IS NOT NULL)", name="accepted"),
        CheckConstraint(
            "status = 'accepted' OR num_nonnulls(accepted_by_id, enrollment_id) = 0", name="accepted_by_somebody"
        ),
        Index("uq_organization_invites_invite_token", "invite_token", unique=True),
        Index("ix_organization_invites_email", "email"),
        Index("ix_organization_invites_organization_id", "organization_id"),
        Index("ix_organization_invites_cohort_id", "cohort_id"),
        Index("ix_organization_invites_status", "status"),
        Index("ix_organization_invites_invited_by_id", "invited_by_id"),
        Index("ix_organization_invites_accepted_by_id", "accepted_by_id"),
        Index("ix_organization_invites_enrollment_id", "enrollment_id"),
        # One waiting invitation per address and organization, and one per cohort.
        Index(
            "uq_organization_invites_pending",
            func.lower(text("email")),
            "organization_id",
            unique=True,
            postgresql_where=text("status = 'pending' AND cohort_id IS NULL"),
        ),
        Index(
            "uq_organization_invites_pending_cohort",
            func.lower(text("email")),
            "organization_id",
            "cohort_id",
            unique=True,
            postgresql_where=text("status = 'pending' AND cohort_id IS NOT NULL"),
        ),
        Index("ix_organization_invites_expires_at", "expires_at", postgresql_where=text("status = 'pending'")),
        Index("ix_organization_invites_held", "organization_id", postgresql_where=text("holds_seat")),
    )

    organization_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.organizations.id"))
    email: Mapped[str] = mapped_column(Text)
    invite_token: Mapped[str] = mapped_column(Text)
    cohort_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("academy.cohorts.id"))
    status: Mapped[str] = mapped_column(Text, server_default=text("'pending'"), default=InviteStatus.pending)
    holds_seat: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    invited_by_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("academy.users.id", ondelete="SET NULL"))
    accepted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    accepted_by_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("academy.users.id", ondelete="SET NULL"))
    enrollment_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("academy.enrollments.id", ondelete="RESTRICT"))
