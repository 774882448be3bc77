"""What we speak to outside services with, on an organization's behalf or the deployment's own (Z-184, C-SYN-07)."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, LargeBinary, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database.checks import one_of
from app.core.database.model import Row
from app.identity.models.base import Base


class IntegrationSystem(StrEnum):
    """Which of the systems uses a credential."""

    academy = "academy"
    community = "community"
    tracker = "tracker"
    studio = "studio"
    crm = "crm"


class CredentialKind(StrEnum):
    """Tokens that somebody's consent gave us, or one token that somebody made and pasted."""

    oauth = "oauth"
    personal_token = "personal_token"  # noqa: S105  (a kind, not a token)


class IntegrationCredential(Row, Base):
    """`core.integration_credentials`: the live tokens of one service for one organization, or for this deployment.

    Tokens are encrypted with the key of our settings that `key_id` names; the database never sees that key.
    `external_account` is whose data they open over there, so that a second consent for somebody else is noticed. A
    refresh spends the refresh token: whoever refreshes holds `refresh_lease_expires_at` first. A revoked row stays,
    its tokens gone, to say when access ended and why.

    Here and not in a system, because every system may need one; beneath webhooks, whose senders are known by the same
    connection. Gateways get tokens handed to them and know no table.
    """

    __tablename__ = "integration_credentials"
    __table_args__ = (
        one_of("system", IntegrationSystem),
        one_of("kind", CredentialKind),
        CheckConstraint("provider ~ '^[a-z][a-z_]*$'", name="provider"),
        # nonce and tag alone are 28 bytes
        CheckConstraint(
            "octet_length(access_token) > 28 AND octet_length(refresh_token) > 28"
            " AND octet_length(webhook_secret) > 28",
            name="encrypted",
        ),
        CheckConstraint(
            "CASE WHEN revoked_at IS NULL THEN access_token IS NOT NULL AND revoked_reason IS NULL"
            " ELSE num_nonnulls(access_token, refresh_token, webhook_secret) = 0 AND revoked_reason IS NOT NULL END",
            name="revoked",
        ),
        CheckConstraint("kind = 'oauth' OR num_nonnulls(refresh_token, expires_at) = 0", name="kind_fits"),
        Index(
            "uq_integration_credentials_organization",
            "organization_id",
            "system",
            "provider",
            unique=True,
            postgresql_where=text("revoked_at IS NULL AND organization_id IS NOT NULL"),
        ),
        Index(
            "uq_integration_credentials_deployment",
            "system",
            "provider",
            unique=True,
            postgresql_where=text("revoked_at IS NULL AND organization_id IS NULL"),
        ),
        Index("ix_integration_credentials_organization_id", "organization_id"),
        Index("ix_integration_credentials_connected_by_id", "connected_by_id"),
        Index("ix_integration_credentials_expires_at", "expires_at", postgresql_where=text("revoked_at IS NULL")),
    )

    organization_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("core.organizations.id", ondelete="RESTRICT"))
    system: Mapped[str] = mapped_column(Text)
    provider: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text, server_default=text("'oauth'"), default=CredentialKind.oauth)
    external_account: Mapped[str | None] = mapped_column(Text)
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"), default=list)
    key_id: Mapped[str] = mapped_column(Text)
    access_token: Mapped[bytes | None] = mapped_column(LargeBinary)
    refresh_token: Mapped[bytes | None] = mapped_column(LargeBinary)
    webhook_secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    expires_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    refreshed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    refresh_lease_expires_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    last_error: Mapped[str | None] = mapped_column(Text)
    connected_by_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("core.accounts.id", ondelete="SET NULL"))
    revoked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    revoked_reason: Mapped[str | None] = mapped_column(Text)
