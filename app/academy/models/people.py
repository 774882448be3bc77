"""Learners and the organizations that buy seats for them (A-TAB-01, A-TAB-02)."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, Text, Uuid, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.academy.models.base import Base
from app.core.database.checks import has_shape, one_of
from app.core.database.model import Timestamps, Versioned


class Role(StrEnum):
    """What an academy user is; instructors are named by their cohort, not by a role (Z-46)."""

    individual = "individual"
    org_admin = "org_admin"
    org_member = "org_member"
    platform_admin = "platform_admin"


class OrganizationStatus(StrEnum):
    """Only active organizations use seats (A-ORG-01)."""

    pending_payment = "pending_payment"
    active = "active"
    suspended = "suspended"


class CommunityMessage(StrEnum):
    """What the academy's community may tell somebody, each to be switched off alone (A-NOT-02)."""

    thread_replies = "thread_replies"
    instructor_replies = "instructor_replies"
    best_answers = "best_answers"
    peer_connections = "peer_connections"
    subscribed_threads = "subscribed_threads"


class Learner(Timestamps, Versioned, Base):
    """`academy.users`: the academy's profile of an account, with the account's own id (Z-03).

    `email` and `name` follow the account; the two flags are kept in step with `notification_preferences` (Z-130).
    `department` is the organization's word for where somebody works (Z-157). Whose posting is suspended only reads the
    discussions, until `posting_suspended_until` or, without it, for good (A-MOD-06).
    """

    __tablename__ = "users"
    __table_args__ = (
        one_of("role", Role),
        CheckConstraint(
            "organization_id IS NOT NULL OR role IN ('individual', 'platform_admin')", name="role_needs_organization"
        ),
        Index("ix_users_email", func.lower(text("email")), unique=True),
        has_shape(
            "notification_preferences",
            {"email_notifications?": "boolean", "sms_notifications?": "boolean", "community?": "object"},
        ),
        CheckConstraint(
            """NOT jsonb_path_exists(notification_preferences, '$.community.* ? (@.type() != "boolean")')""",
            name="community_preferences",
        ),
        CheckConstraint(
            "posting_suspended_until IS NULL"
            " OR posting_suspended_at IS NOT NULL AND posting_suspended_until > posting_suspended_at",
            name="posting_suspended",
        ),
        Index("ix_users_organization_id", "organization_id"),
        Index("ix_users_organization_id_department", "organization_id", "department"),
        Index("uq_users_token_identifier", "token_identifier", unique=True),
    )

    id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("core.accounts.id"), primary_key=True, sort_order=-1000)
    email: Mapped[str] = mapped_column(Text)
    token_identifier: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    role: Mapped[str] = mapped_column(Text, server_default=text("'individual'"), default=Role.individual)
    organization_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("academy.organizations.id"))
    company: Mapped[str | None] = mapped_column(Text)
    title: Mapped[str | None] = mapped_column(Text)
    department: Mapped[str | None] = mapped_column(Text)
    linkedin_url: Mapped[str | None] = mapped_column(Text)
    phone_number: Mapped[str | None] = mapped_column(Text)
    timezone: Mapped[str | None] = mapped_column(Text)
    email_notifications: Mapped[bool] = mapped_column(server_default=text("true"), default=True)
    sms_notifications: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    notification_preferences: Mapped[dict[str, Any]] = mapped_column(
        JSONB, server_default=text("'{}'::jsonb"), default=dict
    )
    posting_suspended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    posting_suspended_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    @property
    def account_id(self) -> UUID:
        """The account that this is the profile of."""
        return self.id

    @property
    def preferences(self) -> dict[str, Any]:
        """`notification_preferences` in full: what was never said is wished for, the channels are the two flags."""
        community = self.notification_preferences.get("community", {})
        return {
            "email_notifications": self.email_notifications,
            "sms_notifications": self.sms_notifications,
            "community": {kind.value: community.get(kind, True) for kind in CommunityMessage},
        }


class Organization(Timestamps, Versioned, Base):
    """`academy.organizations`: the billing side of an organization, with the organization's own id (Z-04).

    One seat is one enrollment that the organization pays for (Z-48); `cohorts/seats.py` alone moves `seats_used`.
    Its Monday morning is that of `timezone` (Z-166). `domain` is what the organization says; what it proved is in
    `organization_domains`.
    """

    __tablename__ = "organizations"
    __table_args__ = (
        one_of("status", OrganizationStatus),
        CheckConstraint("seats_used >= 0 AND seats_used <= seats_purchased", name="seats"),
        Index("ix_organizations_domain", "domain"),
        Index("ix_organizations_status", "status"),
        Index("ix_organizations_contact_email", "contact_email"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("core.organizations.id"), primary_key=True, sort_order=-1000)
    name: Mapped[str] = mapped_column(Text)
    domain: Mapped[str] = mapped_column(Text)
    contact_email: Mapped[str] = mapped_column(Text)
    contact_name: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text, server_default=text("'pending_payment'"))
    seats_purchased: Mapped[int] = mapped_column(server_default=text("0"), default=0)
    seats_used: Mapped[int] = mapped_column(server_default=text("0"), default=0)
    stripe_customer_id: Mapped[str | None] = mapped_column(Text)
    stripe_invoice_id: Mapped[str | None] = mapped_column(Text)
    timezone: Mapped[str | None] = mapped_column(Text)

    @property
    def organization_id(self) -> UUID:
        """The organization that this is the billing side of."""
        return self.id
