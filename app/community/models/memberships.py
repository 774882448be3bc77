"""What people may pay for, and who does (T-TAB-13, Z-37)."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, Text, UniqueConstraint, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from app.community.models.base import Base
from app.core.database.checks import one_of
from app.core.database.model import Row, Versioned


class Visibility(StrEnum):
    """Who may enter a space or a course: anybody, members, or members whose tier reaches the required one."""

    public = "public"
    members = "members"
    paid = "paid"


class BillingInterval(StrEnum):
    """What a tier's price is paid for."""

    month = "month"
    year = "year"


class MembershipStatus(StrEnum):
    """Stripe's own word for the subscription; `none` before there is one."""

    active = "active"
    trialing = "trialing"
    past_due = "past_due"
    canceled = "canceled"
    none = "none"


class Tier(Row, Versioned, Base):
    """`community.tiers`: something to pay for, named by its code wherever a tier is asked for (Z-37).

    A tier opens whatever a tier of its own or of a lower rank opens. One that is no longer sold is archived.
    """

    __tablename__ = "tiers"
    __table_args__ = (
        one_of("billing_interval", BillingInterval),
        CheckConstraint("code <> '' AND code = lower(code)", name="code"),
        CheckConstraint("rank >= 0", name="rank"),
        CheckConstraint("price_cents >= 0", name="price_cents"),
        UniqueConstraint("code"),
        # Checked after a statement and not after each row, so that one statement may change the order.
        UniqueConstraint("rank", deferrable=True, initially="IMMEDIATE"),
        Index("uq_tiers_stripe_price_id", "stripe_price_id", unique=True),
    )

    code: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    description: Mapped[str | None] = mapped_column(Text)
    rank: Mapped[int]
    price_cents: Mapped[int] = mapped_column(server_default=text("0"), default=0)
    currency: Mapped[str] = mapped_column(Text, server_default=text("'usd'"), default="usd")
    billing_interval: Mapped[str] = mapped_column(Text, server_default=text("'month'"), default=BillingInterval.month)
    stripe_price_id: Mapped[str | None] = mapped_column(Text)
    archived_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class Membership(Row, Base):
    """`community.memberships`: one Stripe subscription of a member, followed through its life (T-TAB-13).

    A new subscription is a new row, so that a late word about an old one changes nothing else (T-PAY-01). Before the
    first there may be one row without a subscription, with the status `none`.
    """

    __tablename__ = "memberships"
    __table_args__ = (
        one_of("status", MembershipStatus),
        Index("ix_memberships_user_id", "user_id"),
        Index("ix_memberships_tier", "tier"),
        Index("ix_memberships_stripe_customer_id", "stripe_customer_id"),
        Index("uq_memberships_stripe_subscription_id", "stripe_subscription_id", unique=True),
        Index(
            "uq_memberships_without_stripe",
            "user_id",
            unique=True,
            postgresql_where=text("stripe_subscription_id IS NULL"),
        ),
    )

    user_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("community.users.id", ondelete="RESTRICT"))
    tier: Mapped[str] = mapped_column(Text, ForeignKey("community.tiers.code", ondelete="RESTRICT"))
    stripe_customer_id: Mapped[str | None] = mapped_column(Text)
    stripe_subscription_id: Mapped[str | None] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text, server_default=text("'none'"), default=MembershipStatus.none)
    current_period_end: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
