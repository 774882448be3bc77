"""Tiers, and the memberships that pay for them."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0201_community_memberships"
down_revision: str | None = "0200_community_members"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "tiers",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("price_cents", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("currency", sa.Text(), server_default=sa.text("'usd'"), nullable=False),
        sa.Column("billing_interval", sa.Text(), server_default=sa.text("'month'"), nullable=False),
        sa.Column("stripe_price_id", sa.Text(), nullable=True),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint("billing_interval IN ('month', 'year')", name=op.f("ck_tiers_billing_interval")),
        sa.CheckConstraint("code <> '' AND code = lower(code)", name=op.f("ck_tiers_code")),
        sa.CheckConstraint("price_cents >= 0", name=op.f("ck_tiers_price_cents")),
        sa.CheckConstraint("rank >= 0", name=op.f("ck_tiers_rank")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tiers")),
        sa.UniqueConstraint("code", name=op.f("uq_tiers_code")),
        sa.UniqueConstraint("rank", deferrable=True, initially="IMMEDIATE", name=op.f("uq_tiers_rank")),
        schema="community",
    )
    op.create_index("uq_tiers_stripe_price_id", "tiers", ["stripe_price_id"], unique=True, schema="community")
    op.create_table(
        "memberships",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("tier", sa.Text(), nullable=False),
        sa.Column("stripe_customer_id", sa.Text(), nullable=True),
        sa.Column("stripe_subscription_id", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), server_default=sa.text("'none'"), nullable=False),
        sa.Column("current_period_end", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "status IN ('active', 'trialing', 'past_due', 'canceled', 'none')", name=op.f("ck_memberships_status")
        ),
        sa.ForeignKeyConstraint(
            ["tier"], ["community.tiers.code"], name=op.f("fk_memberships_tier"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["community.users.id"], name=op.f("fk_memberships_user_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_memberships")),
        schema="community",
    )
    op.create_index("ix_memberships_stripe_customer_id", "memberships", ["stripe_customer_id"], schema="community")
    op.create_index("ix_memberships_tier", "memberships", ["tier"], schema="community")
    op.create_index("ix_memberships_user_id", "memberships", ["user_id"], schema="community")
    op.create_index(
        "uq_memberships_stripe_subscription_id",
        "memberships",
        ["stripe_subscription_id"],
        unique=True,
        schema="community",
    )
    op.create_index(
        "uq_memberships_without_stripe",
        "memberships",
        ["user_id"],
        unique=True,
        schema="community",
        postgresql_where=sa.text("stripe_subscription_id IS NULL"),
    )
    op.execute("SELECT core.watch_updates('community.tiers')")
    op.execute("SELECT core.watch_updates('community.memberships')")


def downgrade() -> None:
    op.drop_table("memberships", schema="community")
    op.drop_table("tiers", schema="community")
