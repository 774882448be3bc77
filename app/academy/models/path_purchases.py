"""Purchases of learning paths: one row per checkout, and what Stripe has told of its money or subscription since."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.academy.models.base import Base
from app.academy.models.paths import BillingInterval, OfferKind
from app.academy.models.payments import PaymentState
from app.core.database.checks import one_of
from app.core.database.model import Row


class SubscriptionStatus(StrEnum):
    """Stripe's words for where a subscription stands."""

    incomplete = "incomplete"
    trialing = "trialing"
    active = "active"
    past_due = "past_due"
    unpaid = "unpaid"
    paused = "paused"
    incomplete_expired = "incomplete_expired"
    canceled = "canceled"


class PathPurchase(Row, Base):
    """One checkout of a path. `amount_cents` was read here from the path or its offer; its id is Stripe's key.

    Of a subscription the row keeps what Stripe said last (`subscription_status` at `subscription_seen_at`, with the end
    of the period that runs) and, apart from it, until when invoices were paid (`paid_until`). `withdrawn_until` is the
    end of a period whose money went back: nothing up to it entitles any more. `stripe_invoice_id` is the latest invoice
    that was paid, `stripe_payment_intent_id` what paid it; `invoice_ids` and `intent_ids` are all that there were.
    `path_enrollment_id` is what it pays for.
    """

    __tablename__ = "path_purchases"
    __table_args__ = (
        one_of("kind", OfferKind),
        one_of("billing_interval", BillingInterval),
        one_of("state", PaymentState),
        one_of("subscription_status", SubscriptionStatus),
        CheckConstraint("amount_cents >= 0", name="amount_cents"),
        CheckConstraint("refunded_cents >= 0", name="refunded_cents"),
        CheckConstraint("(billing_interval IS NOT NULL) = (kind = 'subscription')", name="has_an_interval"),
        CheckConstraint(
            "kind = 'subscription' OR num_nonnulls(stripe_subscription_id, stripe_invoice_id, subscription_status,"
            " subscription_seen_at, period_ends_at, paid_until, withdrawn_until, ended_at) = 0",
            name="only_subscriptions",
        ),
        CheckConstraint("NOT is_ending OR kind = 'subscription'", name="is_ending"),
        Index("ix_path_purchases_user_id_path_id", "user_id", "path_id"),
        Index(
            "uq_path_purchases_open",
            "user_id",
            "path_id",
            unique=True,
            postgresql_where=text("state IN ('created', 'open', 'processing')"),
        ),
        Index("ix_path_purchases_path_id", "path_id"),
        Index("ix_path_purchases_offer_id", "offer_id"),
        Index("ix_path_purchases_path_enrollment_id", "path_enrollment_id"),
        Index("ix_path_purchases_state", "state"),
        Index("uq_path_purchases_stripe_checkout_session_id", "stripe_checkout_session_id", unique=True),
        Index("uq_path_purchases_stripe_subscription_id", "stripe_subscription_id", unique=True),
        Index("ix_path_purchases_stripe_payment_intent_id", "stripe_payment_intent_id"),
        Index("ix_path_purchases_invoice_ids", "invoice_ids", postgresql_using="gin"),
        Index("ix_path_purchases_intent_ids", "intent_ids", postgresql_using="gin"),
    )

    user_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.users.id", ondelete="RESTRICT"))
    path_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.learning_paths.id", ondelete="RESTRICT"))
    offer_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("academy.path_offers.id", ondelete="RESTRICT"))
    path_enrollment_id: Mapped[UUID | None] = mapped_column(
        Uuid, ForeignKey("academy.user_path_enrollments.id", ondelete="RESTRICT")
    )
    kind: Mapped[str] = mapped_column(Text)
    billing_interval: Mapped[str | None] = mapped_column(Text)
    amount_cents: Mapped[int]
    currency: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, server_default=text("'created'"), default=PaymentState.created)
    success_url: Mapped[str] = mapped_column(Text)
    cancel_url: Mapped[str] = mapped_column(Text)
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    checkout_url: Mapped[str | None] = mapped_column(Text)
    stripe_checkout_session_id: Mapped[str | None] = mapped_column(Text)
    stripe_payment_intent_id: Mapped[str | None] = mapped_column(Text)
    amount_paid_cents: Mapped[int | None]
    paid_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    refunded_cents: Mapped[int] = mapped_column(server_default=text("0"), default=0)
    refund_reason: Mapped[str | None] = mapped_column(Text)
    stripe_refund_id: Mapped[str | None] = mapped_column(Text)
    compared_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    stripe_subscription_id: Mapped[str | None] = mapped_column(Text)
    stripe_invoice_id: Mapped[str | None] = mapped_column(Text)
    subscription_status: Mapped[str | None] = mapped_column(Text)
    subscription_seen_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    invoice_ids: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"), default=list)
    intent_ids: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"), default=list)
    is_ending: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    period_ends_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    paid_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    withdrawn_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    @property
    def account_id(self) -> UUID:
        """The buyer's account: `academy.users` shares the account's id."""
        return self.user_id
