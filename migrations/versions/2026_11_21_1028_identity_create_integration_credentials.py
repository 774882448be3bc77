"""Credentials for outside services."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision: str = "0128_identity_integrations"
down_revision: str | None = "0127_academy_moderation"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "integration_credentials",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=True),
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), server_default=sa.text("'oauth'"), nullable=False),
        sa.Column("external_account", sa.Text(), nullable=True),
        sa.Column("scopes", ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("access_token", sa.LargeBinary(), nullable=True),
        sa.Column("refresh_token", sa.LargeBinary(), nullable=True),
        sa.Column("webhook_secret", sa.LargeBinary(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refreshed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refresh_lease_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("connected_by_id", sa.Uuid(), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_reason", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "kind = 'oauth' OR num_nonnulls(refresh_token, expires_at) = 0",
            name=op.f("ck_integration_credentials_kind_fits"),
        ),
        sa.CheckConstraint("kind IN ('oauth', 'personal_token')", name=op.f("ck_integration_credentials_kind")),
        sa.CheckConstraint("provider ~ '^[a-z][a-z_]*$'", name=op.f("ck_integration_credentials_provider")),
        sa.CheckConstraint(
            "system IN ('academy', 'community', 'tracker', 'studio', 'crm')",
            name=op.f("ck_integration_credentials_system"),
        ),
        sa.CheckConstraint(
            "CASE WHEN revoked_at IS NULL THEN access_token IS NOT NULL AND revoked_reason IS NULL"
            " ELSE num_nonnulls(access_token, refresh_token, webhook_secret) = 0 AND revoked_reason IS NOT NULL END",
            name=op.f("ck_integration_credentials_revoked"),
        ),
        sa.CheckConstraint(
            "octet_length(access_token) > 28 AND octet_length(refresh_token) > 28"
            " AND octet_length(webhook_secret) > 28",
            name=op.f("ck_integration_credentials_encrypted"),
        ),
        sa.ForeignKeyConstraint(
            ["connected_by_id"],
            ["core.accounts.id"],
            name=op.f("fk_integration_credentials_connected_by_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["core.organizations.id"],
            name=op.f("fk_integration_credentials_organization_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_integration_credentials")),
        schema="core",
    )
    op.create_index(
        "ix_integration_credentials_connected_by_id", "integration_credentials", ["connected_by_id"], schema="core"
    )
    op.create_index(
        "ix_integration_credentials_expires_at",
        "integration_credentials",
        ["expires_at"],
        schema="core",
        postgresql_where=sa.text("revoked_at IS NULL"),
    )
    op.create_index(
        "ix_integration_credentials_organization_id", "integration_credentials", ["organization_id"], schema="core"
    )
    op.create_index(
        "uq_integration_credentials_deployment",
        "integration_credentials",
        ["system", "provider"],
        unique=True,
        schema="core",
        postgresql_where=sa.text("revoked_at IS NULL AND organization_id IS NULL"),
    )
    op.create_index(
        "uq_integration_credentials_organization",
        "integration_credentials",
        ["organization_id", "system", "provider"],
        unique=True,
        schema="core",
        postgresql_where=sa.text("revoked_at IS NULL AND organization_id IS NOT NULL"),
    )
    op.execute("SELECT core.watch_updates('core.integration_credentials')")


def downgrade() -> None:
    op.drop_table("integration_credentials", schema="core")
