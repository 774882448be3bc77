"""Enrollments, their payments, and the queues."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "0007_academy_seats"
down_revision: str | None = "0006_academy_catalogue"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "enrollments",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("cohort_id", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("purchase_date", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("payment_status", sa.Text(), server_default=sa.text("'pending'"), nullable=False),
        sa.Column("payment_type", sa.Text(), server_default=sa.text("'b2c'"), nullable=False),
        sa.Column("stripe_payment_intent_id", sa.Text(), nullable=True),
        sa.Column("stripe_checkout_session_id", sa.Text(), nullable=True),
        sa.Column("intake_survey_completed", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("intake_answers", JSONB(), nullable=True),
        sa.Column("office_hours_eligible_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("materials_access_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("chatbot_access_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("enrollment_status", sa.Text(), server_default=sa.text("'active'"), nullable=False),
        sa.Column("has_seat", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("hold_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("organization_id", sa.Uuid(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.Column("transferred_to_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "enrollment_status IN ('active', 'cancelled', 'transferred')", name=op.f("ck_enrollments_enrollment_status")
        ),
        sa.CheckConstraint(
            "payment_status IN ('pending', 'completed', 'failed', 'refunded')",
            name=op.f("ck_enrollments_payment_status"),
        ),
        sa.CheckConstraint(
            "payment_type = 'b2c' OR organization_id IS NOT NULL", name=op.f("ck_enrollments_b2b_needs_organization")
        ),
        sa.CheckConstraint(
            "payment_type = 'b2c' OR stripe_checkout_session_id IS NULL AND stripe_payment_intent_id IS NULL",
            name=op.f("ck_enrollments_b2b_without_stripe"),
        ),
        sa.CheckConstraint("payment_type IN ('b2c', 'b2b')", name=op.f("ck_enrollments_payment_type")),
        sa.ForeignKeyConstraint(["cohort_id"], ["academy.cohorts.id"], name=op.f("fk_enrollments_cohort_id")),
        sa.ForeignKeyConstraint(["course_id"], ["academy.courses.id"], name=op.f("fk_enrollments_course_id")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["academy.organizations.id"], name=op.f("fk_enrollments_organization_id")
        ),
        sa.ForeignKeyConstraint(
            ["transferred_to_id"], ["academy.enrollments.id"], name=op.f("fk_enrollments_transferred_to_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["academy.users.id"], name=op.f("fk_enrollments_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrollments")),
        schema="academy",
    )
    op.create_index("ix_enrollments_cohort_id", "enrollments", ["cohort_id"], unique=False, schema="academy")
    op.create_index("ix_enrollments_course_id", "enrollments", ["course_id"], unique=False, schema="academy")
    op.create_index(
        "ix_enrollments_hold_expires_at",
        "enrollments",
        ["hold_expires_at"],
        unique=False,
        schema="academy",
        postgresql_where=sa.text("has_seat AND payment_status = 'pending'"),
    )
    op.create_index(
        "ix_enrollments_organization_id", "enrollments", ["organization_id"], unique=False, schema="academy"
    )
    op.create_index("ix_enrollments_payment_status", "enrollments", ["payment_status"], unique=False, schema="academy")
    op.create_index(
        "ix_enrollments_stripe_payment_intent_id",
        "enrollments",
        ["stripe_payment_intent_id"],
        unique=False,
        schema="academy",
    )
    op.create_index(
        "ix_enrollments_transferred_to_id", "enrollments", ["transferred_to_id"], unique=False, schema="academy"
    )
    op.create_index("ix_enrollments_user_id", "enrollments", ["user_id"], unique=False, schema="academy")
    op.create_index(
        "ix_enrollments_user_id_course_id", "enrollments", ["user_id", "course_id"], unique=False, schema="academy"
    )
    op.create_index(
        "uq_enrollments_seat",
        "enrollments",
        ["user_id", "cohort_id"],
        unique=True,
        schema="academy",
        postgresql_where=sa.text("has_seat"),
    )
    op.create_index(
        "uq_enrollments_stripe_checkout_session_id",
        "enrollments",
        ["stripe_checkout_session_id"],
        unique=True,
        schema="academy",
    )
    op.create_table(
        "payments",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("enrollment_id", sa.Uuid(), nullable=False),
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
        sa.Column("refund_requested_cents", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("stripe_refund_id", sa.Text(), nullable=True),
        sa.Column("disputed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("compared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "state IN ('created', 'open', 'processing', 'paid', 'failed', 'expired', 'refund_due', 'refunded')",
            name=op.f("ck_payments_state"),
        ),
        sa.CheckConstraint("amount_cents >= 0", name=op.f("ck_payments_amount_cents")),
        sa.CheckConstraint(
            "refunded_cents >= 0 AND refund_requested_cents >= 0", name=op.f("ck_payments_refunded_cents")
        ),
        sa.ForeignKeyConstraint(["enrollment_id"], ["academy.enrollments.id"], name=op.f("fk_payments_enrollment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments")),
        schema="academy",
    )
    op.create_index("ix_payments_enrollment_id", "payments", ["enrollment_id"], unique=False, schema="academy")
    op.create_index("ix_payments_state", "payments", ["state"], unique=False, schema="academy")
    op.create_index(
        "ix_payments_stripe_payment_intent_id", "payments", ["stripe_payment_intent_id"], unique=False, schema="academy"
    )
    op.create_index(
        "uq_payments_stripe_checkout_session_id",
        "payments",
        ["stripe_checkout_session_id"],
        unique=True,
        schema="academy",
    )
    op.create_table(
        "waitlist",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("cohort_id", sa.Uuid(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), server_default=sa.text("'waiting'"), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("offer_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("offered_cohort_id", sa.Uuid(), nullable=True),
        sa.Column("enrollment_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "status <> 'offered' OR offered_at IS NOT NULL AND offer_expires_at IS NOT NULL"
            " AND offered_cohort_id IS NOT NULL",
            name=op.f("ck_waitlist_offer"),
        ),
        sa.CheckConstraint(
            "status IN ('waiting', 'offered', 'enrolled', 'expired', 'cancelled')", name=op.f("ck_waitlist_status")
        ),
        sa.ForeignKeyConstraint(["cohort_id"], ["academy.cohorts.id"], name=op.f("fk_waitlist_cohort_id")),
        sa.ForeignKeyConstraint(["course_id"], ["academy.courses.id"], name=op.f("fk_waitlist_course_id")),
        sa.ForeignKeyConstraint(["enrollment_id"], ["academy.enrollments.id"], name=op.f("fk_waitlist_enrollment_id")),
        sa.ForeignKeyConstraint(
            ["offered_cohort_id"], ["academy.cohorts.id"], name=op.f("fk_waitlist_offered_cohort_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["academy.users.id"], name=op.f("fk_waitlist_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waitlist")),
        schema="academy",
    )
    op.create_index(
        "ix_waitlist_cohort_id_position", "waitlist", ["cohort_id", "position"], unique=False, schema="academy"
    )
    op.create_index(
        "ix_waitlist_course_id_position", "waitlist", ["course_id", "position"], unique=False, schema="academy"
    )
    op.create_index("ix_waitlist_enrollment_id", "waitlist", ["enrollment_id"], unique=False, schema="academy")
    op.create_index(
        "ix_waitlist_offer_expires_at",
        "waitlist",
        ["offer_expires_at"],
        unique=False,
        schema="academy",
        postgresql_where=sa.text("status = 'offered'"),
    )
    op.create_index("ix_waitlist_offered_cohort_id", "waitlist", ["offered_cohort_id"], unique=False, schema="academy")
    op.create_index("ix_waitlist_status", "waitlist", ["status"], unique=False, schema="academy")
    op.create_index("ix_waitlist_user_id", "waitlist", ["user_id"], unique=False, schema="academy")
    op.create_index(
        "uq_waitlist_live_cohort",
        "waitlist",
        ["user_id", "cohort_id"],
        unique=True,
        schema="academy",
        postgresql_where=sa.text("cohort_id IS NOT NULL AND status IN ('waiting', 'offered')"),
    )
    op.create_index(
        "uq_waitlist_live_course",
        "waitlist",
        ["user_id", "course_id"],
        unique=True,
        schema="academy",
        postgresql_where=sa.text("cohort_id IS NULL AND status IN ('waiting', 'offered')"),
    )
    op.create_index(
        "uq_waitlist_live_offer",
        "waitlist",
        ["user_id", "offered_cohort_id"],
        unique=True,
        schema="academy",
        postgresql_where=sa.text("status = 'offered'"),
    )
    op.create_index(
        "ix_waitlist_course_queue",
        "waitlist",
        ["course_id", "position"],
        unique=False,
        schema="academy",
        postgresql_where=sa.text("cohort_id IS NULL AND status = 'waiting'"),
    )


def downgrade() -> None:
    op.drop_table("waitlist", schema="academy")
    op.drop_table("payments", schema="academy")
    op.drop_table("enrollments", schema="academy")
