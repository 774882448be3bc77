"""Outbound webhooks: where partners listen, what is sent there, and every try (A-TAB-17, Z-137).

Events of all systems go out here. The table of deliveries is in the schema of the seed that asks for it, `academy`.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, LargeBinary, Text, UniqueConstraint, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database.checks import one_of
from app.core.database.model import Entry, KeptByMonths, Row, Versioned
from app.webhooks.models.base import Base


class DeliveryStatus(StrEnum):
    """pending until a 2xx or the last try; a replay makes it pending again."""

    pending = "pending"
    delivered = "delivered"
    failed = "failed"


class WebhookEndpoint(Row, Versioned, Base):
    """Where somebody wants to hear of these events, in this version of our API.

    Signing needs the secret itself, so it is encrypted, not hashed, with the key of our settings that `secret_key_id`
    names. After a rotation the previous secret signs too until it expires. `failing_since` is when the streak of
    failures began that may end in `disabled_at`. Who deletes an endpoint keeps its deliveries.
    """

    __tablename__ = "webhook_endpoints"
    __table_args__ = (
        CheckConstraint("cardinality(event_types) > 0", name="event_types"),
        # nonce, at least 24 bytes of secret, tag; and nobody forgot to encrypt
        CheckConstraint(
            "octet_length(secret) >= 52 AND substring(secret FOR 6) <> 'whsec_'::bytea", name="secret_is_encrypted"
        ),
        CheckConstraint(
            "num_nonnulls(previous_secret, previous_secret_key_id, previous_secret_expires_at) IN (0, 3)",
            name="previous_secret",
        ),
        CheckConstraint("(disabled_at IS NULL) = (disabled_reason IS NULL)", name="disabled"),
        CheckConstraint("failures >= 0 AND (failures = 0) = (failing_since IS NULL)", name="failures"),
        Index("ix_webhook_endpoints_organization_id", "organization_id"),
        Index("ix_webhook_endpoints_created_by_id", "created_by_id"),
        Index(
            "ix_webhook_endpoints_listening",
            "event_types",
            postgresql_using="gin",
            postgresql_where=text("disabled_at IS NULL AND deleted_at IS NULL"),
        ),
    )

    # Whose events: an organization's own; null hears those of the whole deployment.
    organization_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("core.organizations.id", ondelete="RESTRICT"))
    created_by_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("core.accounts.id", ondelete="SET NULL"))
    url: Mapped[str] = mapped_column(Text)
    description: Mapped[str | None] = mapped_column(Text)
    event_types: Mapped[list[str]] = mapped_column(ARRAY(Text))
    api_version: Mapped[str] = mapped_column(Text)
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    secret_key_id: Mapped[str] = mapped_column(Text)
    previous_secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    previous_secret_key_id: Mapped[str | None] = mapped_column(Text)
    previous_secret_expires_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    failures: Mapped[int] = mapped_column(server_default=text("0"), default=0)
    failing_since: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    disabled_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    disabled_reason: Mapped[str | None] = mapped_column(Text)
    deleted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class WebhookDelivery(Row, Base):
    """One event on its way to one endpoint (A-TAB-17).

    `event_id` is the receiver's key against doubles, the same in every try (`webhook-id`). `body` is what is signed
    and sent, to the byte, as long as the delivery lives; `payload` is the same to look into.
    """

    __tablename__ = "webhook_deliveries"
    __schema__ = "academy"
    __table_args__ = (
        one_of("status", DeliveryStatus),
        CheckConstraint("attempts >= 0", name="attempts"),
        CheckConstraint("response_code BETWEEN 100 AND 599", name="response_code"),
        CheckConstraint(
            "status <> 'delivered' OR attempts > 0 AND last_attempt_at IS NOT NULL"
            " AND response_code BETWEEN 200 AND 299",
            name="delivered",
        ),
        UniqueConstraint("endpoint_id", "event_id"),
        Index("ix_webhook_deliveries_status_created_at", "status", "created_at"),
        Index("ix_webhook_deliveries_event_type_created_at", "event_type", "created_at"),
        Index("ix_webhook_deliveries_due", "next_retry_at", postgresql_where=text("status = 'pending'")),
    )

    endpoint_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("core.webhook_endpoints.id", ondelete="RESTRICT"))
    # The event's id in the outbox, which is emptied long before the last delivery: no foreign key.
    event_id: Mapped[UUID] = mapped_column(Uuid)
    event_type: Mapped[str] = mapped_column(Text)
    target_url: Mapped[str] = mapped_column(Text)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    payload: Mapped[Any] = mapped_column(JSONB(none_as_null=True))
    status: Mapped[str] = mapped_column(Text, server_default=text("'pending'"), default=DeliveryStatus.pending)
    attempts: Mapped[int] = mapped_column(server_default=text("0"), default=0)
    last_attempt_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    next_retry_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    response_code: Mapped[int | None]


class WebhookAttempt(KeptByMonths, Entry, Base):
    """One try of a delivery, kept by months. Never the secret, and of the answer only its beginning."""

    __tablename__ = "webhook_attempts"
    __table_args__ = (
        CheckConstraint("number > 0", name="number"),
        CheckConstraint("response_code BETWEEN 100 AND 599", name="response_code"),
        CheckConstraint("duration_ms >= 0", name="duration_ms"),
        CheckConstraint("octet_length(response_excerpt) <= 4096", name="response_excerpt"),
        CheckConstraint("num_nonnulls(response_code, error) = 1", name="answer_or_error"),
        Index("ix_webhook_attempts_delivery_id_number", "delivery_id", "number"),
        {"postgresql_partition_by": "RANGE (created_at)"},
    )

    created_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), primary_key=True, server_default=text("now()"), sort_order=1000
    )
    delivery_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.webhook_deliveries.id", ondelete="CASCADE"))
    number: Mapped[int]
    duration_ms: Mapped[int]
    response_code: Mapped[int | None]
    response_excerpt: Mapped[str | None] = mapped_column(Text)
    error: Mapped[str | None] = mapped_column(Text)
