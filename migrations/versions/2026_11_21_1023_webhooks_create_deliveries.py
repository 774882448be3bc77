"""Outbound webhooks: endpoints, deliveries, and every try."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision: str = "0123_webhooks_deliveries"
down_revision: str | None = "0122_academy_analytics"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "webhook_endpoints",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=True),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("event_types", ARRAY(sa.Text()), nullable=False),
        sa.Column("api_version", sa.Text(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("secret_key_id", sa.Text(), nullable=False),
        sa.Column("previous_secret", sa.LargeBinary(), nullable=True),
        sa.Column("previous_secret_key_id", sa.Text(), nullable=True),
        sa.Column("previous_secret_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("disabled_reason", sa.Text(), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint(
            "octet_length(secret) >= 52 AND substring(secret FOR 6) <> 'whsec_'::bytea",
            name=op.f("ck_webhook_endpoints_secret_is_encrypted"),
        ),
        sa.CheckConstraint(
            "(disabled_at IS NULL) = (disabled_reason IS NULL)", name=op.f("ck_webhook_endpoints_disabled")
        ),
        sa.CheckConstraint("cardinality(event_types) > 0", name=op.f("ck_webhook_endpoints_event_types")),
        sa.CheckConstraint(
            "failures >= 0 AND (failures = 0) = (failing_since IS NULL)", name=op.f("ck_webhook_endpoints_failures")
        ),
        sa.CheckConstraint(
            "num_nonnulls(previous_secret, previous_secret_key_id, previous_secret_expires_at) IN (0, 3)",
            name=op.f("ck_webhook_endpoints_previous_secret"),
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"],
            ["core.accounts.id"],
            name=op.f("fk_webhook_endpoints_created_by_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["core.organizations.id"],
            name=op.f("fk_webhook_endpoints_organization_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_endpoints")),
        schema="core",
    )
    op.create_index("ix_webhook_endpoints_created_by_id", "webhook_endpoints", ["created_by_id"], schema="core")
    op.create_index(
        "ix_webhook_endpoints_listening",
        "webhook_endpoints",
        ["event_types"],
        schema="core",
        postgresql_using="gin",
        postgresql_where=sa.text("disabled_at IS NULL AND deleted_at IS NULL"),
    )
    op.create_index("ix_webhook_endpoints_organization_id", "webhook_endpoints", ["organization_id"], schema="core")
    op.create_table(
        "webhook_deliveries",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("endpoint_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("event_type", sa.Text(), nullable=False),
        sa.Column("target_url", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("payload", JSONB(), nullable=False),
        sa.Column("status", sa.Text(), server_default=sa.text("'pending'"), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("last_attempt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_retry_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("response_code", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "status <> 'delivered' OR attempts > 0 AND last_attempt_at IS NOT NULL"
            " AND response_code BETWEEN 200 AND 299",
            name=op.f("ck_webhook_deliveries_delivered"),
        ),
        sa.CheckConstraint("status IN ('pending', 'delivered', 'failed')", name=op.f("ck_webhook_deliveries_status")),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_webhook_deliveries_attempts")),
        sa.CheckConstraint("response_code BETWEEN 100 AND 599", name=op.f("ck_webhook_deliveries_response_code")),
        sa.ForeignKeyConstraint(
            ["endpoint_id"],
            ["core.webhook_endpoints.id"],
            name=op.f("fk_webhook_deliveries_endpoint_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_deliveries")),
        sa.UniqueConstraint("endpoint_id", "event_id", name=op.f("uq_webhook_deliveries_endpoint_id_event_id")),
        schema="academy",
    )
    op.create_index(
        "ix_webhook_deliveries_due",
        "webhook_deliveries",
        ["next_retry_at"],
        schema="academy",
        postgresql_where=sa.text("status = 'pending'"),
    )
    op.create_index(
        "ix_webhook_deliveries_event_type_created_at",
        "webhook_deliveries",
        ["event_type", "created_at"],
        schema="academy",
    )
    op.create_index(
        "ix_webhook_deliveries_status_created_at", "webhook_deliveries", ["status", "created_at"], schema="academy"
    )
    op.create_table(
        "webhook_attempts",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("duration_ms", sa.Integer(), nullable=False),
        sa.Column("response_code", sa.Integer(), nullable=True),
        sa.Column("response_excerpt", sa.Text(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("duration_ms >= 0", name=op.f("ck_webhook_attempts_duration_ms")),
        sa.CheckConstraint("num_nonnulls(response_code, error) = 1", name=op.f("ck_webhook_attempts_answer_or_error")),
        sa.CheckConstraint("number > 0", name=op.f("ck_webhook_attempts_number")),
        sa.CheckConstraint("octet_length(response_excerpt) <= 4096", name=op.f("ck_webhook_attempts_response_excerpt")),
        sa.CheckConstraint("response_code BETWEEN 100 AND 599", name=op.f("ck_webhook_attempts_response_code")),
        sa.ForeignKeyConstraint(
            ["delivery_id"],
            ["academy.webhook_deliveries.id"],
            name=op.f("fk_webhook_attempts_delivery_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", "created_at", name=op.f("pk_webhook_attempts")),
        schema="core",
        postgresql_partition_by="RANGE (created_at)",
    )
    op.create_index(
        "ix_webhook_attempts_delivery_id_number", "webhook_attempts", ["delivery_id", "number"], schema="core"
    )
    for table in ("core.webhook_endpoints", "academy.webhook_deliveries"):
        op.execute(f"SELECT core.watch_updates('{table}')")
    op.execute("SELECT core.keep_months('core.webhook_attempts', 3)")


def downgrade() -> None:
    op.drop_table("webhook_attempts", schema="core")
    op.drop_table("webhook_deliveries", schema="academy")
    op.drop_table("webhook_endpoints", schema="core")
