"""Payments: one row per checkout of an enrollment, the money side of a seat."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, Text, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.academy.models.base import Base
from app.academy.models.enrollments import Enrollment
from app.core.database.checks import one_of
from app.core.database.model import Row


class PaymentState(StrEnum):
    """Where one checkout stands: made here, open at Stripe, settling (delayed method), and its ends."""

    created = "created"
    open = "open"
    processing = "processing"
    paid = "paid"
    failed = "failed"
    expired = "expired"
    refund_due = "refund_due"
    refunded = "refunded"


class Payment(Row, Base):
    """One checkout. `amount_cents` was computed here from the course (A-PAY-06); its id is Stripe's idempotency key.

    `refund_requested_cents` is what we have asked Stripe to give back, `refunded_cents` what it says has gone back.
    `compared_at` is when reconciling last asked Stripe about it.
    """

    __tablename__ = "payments"
    __table_args__ = (
        one_of("state", PaymentState),
        CheckConstraint("amount_cents >= 0", name="amount_cents"),
        CheckConstraint("refunded_cents >= 0 AND refund_requested_cents >= 0", name="refunded_cents"),
        Index("ix_payments_enrollment_id", "enrollment_id"),
        Index("uq_payments_stripe_checkout_session_id", "stripe_checkout_session_id", unique=True),
        Index("ix_payments_stripe_payment_intent_id", "stripe_payment_intent_id"),
        Index("ix_payments_state", "state"),
    )

    enrollment_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.enrollments.id"))
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
    refund_requested_cents: Mapped[int] = mapped_column(server_default=text("0"), default=0)
    stripe_refund_id: Mapped[str | None] = mapped_column(Text)
    disputed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    compared_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    enrollment: Mapped[Enrollment] = relationship(lazy="raise")
