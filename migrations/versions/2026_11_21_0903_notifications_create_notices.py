"""Notices and the mails that go with them."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "0004_notifications"
down_revision: str | None = "0003_webhooks_inbox"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "notifications",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("actor_name", sa.Text(), nullable=True),
        sa.Column("data", JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["core.accounts.id"], name=op.f("fk_notifications_account_id")),
        sa.ForeignKeyConstraint(["actor_id"], ["core.accounts.id"], name=op.f("fk_notifications_actor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notifications")),
        schema="core",
    )
    op.create_index(
        "ix_notifications_account_id", "notifications", ["account_id", "created_at", "id"], unique=False, schema="core"
    )
    op.create_index("ix_notifications_actor_id", "notifications", ["actor_id"], unique=False, schema="core")
    op.create_index(
        "ix_notifications_unread",
        "notifications",
        ["account_id"],
        unique=False,
        schema="core",
        postgresql_where=sa.text("read_at IS NULL"),
    )
    op.create_table(
        "mails",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("data", JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'queued'"), nullable=False),
        sa.Column("provider", sa.Text(), nullable=True),
        sa.Column("provider_message_id", sa.Text(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("category IN ('transactional', 'optional')", name=op.f("ck_mails_category")),
        sa.CheckConstraint("state IN ('queued', 'sent', 'refused', 'suppressed')", name=op.f("ck_mails_state")),
        sa.ForeignKeyConstraint(["account_id"], ["core.accounts.id"], name=op.f("fk_mails_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mails")),
        schema="core",
    )
    op.create_index("ix_mails_account_id", "mails", ["account_id"], unique=False, schema="core")
    op.create_index(
        "ix_mails_queued",
        "mails",
        ["created_at"],
        unique=False,
        schema="core",
        postgresql_where=sa.text("state = 'queued'"),
    )


def downgrade() -> None:
    op.drop_table("mails", schema="core")
    op.drop_table("notifications", schema="core")
