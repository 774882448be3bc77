"""Purchases of learning paths: checkouts of bundles and subscriptions, and what Stripe tells of them."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0325_academy_path_purchases"
down_revision: str | None = "0315_academy_sign_offs"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "path_purchases",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("path_id", sa.Uuid(), nullable=False),
        sa.Column("offer_id", sa.Uuid(), nullable=True),
        sa.Column("path_enrollment_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("billing_interval", sa.Text(), nullable=True),
        sa.Column("amount_cents", sa.Integer(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'created'"), nullable=False),
        sa.Column("success_url", sa.Text(), nullable=False),
        sa.Column("cancel_url", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checkout_url", sa.Text(), nullable=True),
        sa.Column("stripe_checkout_session_id", sa.Text(), nullable=True),
        sa.Column("stripe_payment_intent_id", sa.Text(), nullable=True),
        sa.Column("amount_paid_cents", sa.Integer(), nullable=True),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refunded_cents", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("refund_reason", sa.Text(), nullable=True),
        sa.Column("stripe_refund_id", sa.Text(), nullable=True),
        sa.Column("compared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stripe_subscription_id", sa.Text(), nullable=True),
        sa.Column("stripe_invoice_id", sa.Text(), nullable=True),
        sa.Column("subscription_status", sa.Text(), nullable=True),
        sa.Column("subscription_seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("invoice_ids", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("intent_ids", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("is_ending", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("period_ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paid_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "(billing_interval IS NOT NULL) = (kind = 'subscription')", name=op.f("ck_path_purchases_has_an_interval")
        ),
        sa.CheckConstraint("NOT is_ending OR kind = 'subscription'", name=op.f("ck_path_purchases_is_ending")),
        sa.CheckConstraint("billing_interval IN ('month', 'year')", name=op.f("ck_path_purchases_billing_interval")),
        sa.CheckConstraint(
            "kind = 'subscription' OR num_nonnulls(stripe_subscription_id, stripe_invoice_id, subscription_status,"
            " subscription_seen_at, period_ends_at, paid_until, withdrawn_until, ended_at) = 0",
            name=op.f("ck_path_purchases_only_subscriptions"),
        ),
        sa.CheckConstraint("kind IN ('bundle', 'subscription')", name=op.f("ck_path_purchases_kind")),
        sa.CheckConstraint(
            "state IN ('created', 'open', 'processing', 'paid', 'failed', 'expired', 'refund_due', 'refunded')",
            name=op.f("ck_path_purchases_state"),
        ),
        sa.CheckConstraint(
            "subscription_status IN ('incomplete', 'trialing', 'active', 'past_due', 'unpaid', 'paused',"
            " 'incomplete_expired', 'canceled')",
            name=op.f("ck_path_purchases_subscription_status"),
        ),
        sa.CheckConstraint("amount_cents >= 0", name=op.f("ck_path_purchases_amount_cents")),
        sa.CheckConstraint("refunded_cents >= 0", name=op.f("ck_path_purchases_refunded_cents")),
        sa.ForeignKeyConstraint(
            ["offer_id"], ["academy.path_offers.id"], name=op.f("fk_path_purchases_offer_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["path_enrollment_id"],
            ["academy.user_path_enrollments.id"],
            name=op.f("fk_path_purchases_path_enrollment_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["path_id"], ["academy.learning_paths.id"], name=op.f("fk_path_purchases_path_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["academy.users.id"], name=op.f("fk_path_purchases_user_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_path_purchases")),
        schema="academy",
    )
    op.create_index("ix_path_purchases_offer_id", "path_purchases", ["offer_id"], schema="academy")
    op.create_index("ix_path_purchases_path_enrollment_id", "path_purchases", ["path_enrollment_id"], schema="academy")
    op.create_index("ix_path_purchases_path_id", "path_purchases", ["path_id"], schema="academy")
    op.create_index("ix_path_purchases_state", "path_purchases", ["state"], schema="academy")
    for column in ("invoice_ids", "intent_ids"):
        op.create_index(
            f"ix_path_purchases_{column}", "path_purchases", [column], schema="academy", postgresql_using="gin"
        )
    op.create_index(
        "ix_path_purchases_stripe_payment_intent_id",
        "path_purchases",
        ["stripe_payment_intent_id"],
        schema="academy",
    )
    op.create_index("ix_path_purchases_user_id_path_id", "path_purchases", ["user_id", "path_id"], schema="academy")
    op.create_index(
        "uq_path_purchases_open",
        "path_purchases",
        ["user_id", "path_id"],
        unique=True,
        schema="academy",
        postgresql_where=sa.text("state IN ('created', 'open', 'processing')"),
    )
    op.create_index(
        "uq_path_purchases_stripe_checkout_session_id",
        "path_purchases",
        ["stripe_checkout_session_id"],
        unique=True,
        schema="academy",
    )
    op.create_index(
        "uq_path_purchases_stripe_subscription_id",
        "path_purchases",
        ["stripe_subscription_id"],
        unique=True,
        schema="academy",
    )
    op.execute("SELECT core.watch_updates('academy.path_purchases')")


def downgrade() -> None:
    op.drop_table("path_purchases", schema="academy")
