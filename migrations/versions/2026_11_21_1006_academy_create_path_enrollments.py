"""People in learning paths, the steps they have done, and the seats that a path pays for."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0107_academy_path_enrollments"
down_revision: str | None = "0106_academy_paths"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "user_path_enrollments",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("path_id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=True),
        sa.Column("status", sa.Text(), server_default=sa.text("'active'"), nullable=False),
        sa.Column("current_step_id", sa.Uuid(), nullable=True),
        sa.Column("progress_percent", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("enrolled_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("payment_type", sa.Text(), nullable=False),
        sa.Column("offer_id", sa.Uuid(), nullable=True),
        sa.Column("stripe_checkout_session_id", sa.Text(), nullable=True),
        sa.Column("stripe_subscription_id", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "payment_type <> 'organization' OR organization_id IS NOT NULL",
            name=op.f("ck_user_path_enrollments_organization_pays"),
        ),
        sa.CheckConstraint(
            "payment_type <> 'subscription' OR stripe_subscription_id IS NOT NULL",
            name=op.f("ck_user_path_enrollments_subscription_is_named"),
        ),
        sa.CheckConstraint(
            "payment_type IN ('bundle', 'individual', 'subscription', 'organization')",
            name=op.f("ck_user_path_enrollments_payment_type"),
        ),
        sa.CheckConstraint(
            "status <> 'completed' OR completed_at IS NOT NULL", name=op.f("ck_user_path_enrollments_completed")
        ),
        sa.CheckConstraint(
            "status IN ('active', 'paused', 'completed', 'expired')", name=op.f("ck_user_path_enrollments_status")
        ),
        sa.CheckConstraint(
            "progress_percent BETWEEN 0 AND 100", name=op.f("ck_user_path_enrollments_progress_percent")
        ),
        sa.ForeignKeyConstraint(
            ["current_step_id"],
            ["academy.learning_path_steps.id"],
            name=op.f("fk_user_path_enrollments_current_step_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["offer_id"],
            ["academy.path_offers.id"],
            name=op.f("fk_user_path_enrollments_offer_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["academy.organizations.id"],
            name=op.f("fk_user_path_enrollments_organization_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["path_id"],
            ["academy.learning_paths.id"],
            name=op.f("fk_user_path_enrollments_path_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["academy.users.id"], name=op.f("fk_user_path_enrollments_user_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_path_enrollments")),
        sa.UniqueConstraint("id", "path_id", name="uq_user_path_enrollments_id_path_id"),
        schema="academy",
    )
    op.create_index(
        "ix_user_path_enrollments_current_step_id",
        "user_path_enrollments",
        ["current_step_id"],
        schema="academy",
    )
    op.create_index(
        "ix_user_path_enrollments_expires_at",
        "user_path_enrollments",
        ["expires_at"],
        schema="academy",
        postgresql_where=sa.text("status IN ('active', 'paused')"),
    )
    op.create_index("ix_user_path_enrollments_offer_id", "user_path_enrollments", ["offer_id"], schema="academy")
    op.create_index(
        "ix_user_path_enrollments_organization_id",
        "user_path_enrollments",
        ["organization_id"],
        schema="academy",
    )
    op.create_index("ix_user_path_enrollments_path_id", "user_path_enrollments", ["path_id"], schema="academy")
    op.create_index("ix_user_path_enrollments_status", "user_path_enrollments", ["status"], schema="academy")
    op.create_index(
        "ix_user_path_enrollments_stripe_subscription_id",
        "user_path_enrollments",
        ["stripe_subscription_id"],
        schema="academy",
    )
    op.create_index(
        "uq_user_path_enrollments_stripe_checkout_session_id",
        "user_path_enrollments",
        ["stripe_checkout_session_id"],
        unique=True,
        schema="academy",
    )
    op.create_index(
        "uq_user_path_enrollments_user_id_path_id",
        "user_path_enrollments",
        ["user_id", "path_id"],
        unique=True,
        schema="academy",
    )
    op.create_table(
        "path_step_completions",
        sa.Column("path_enrollment_id", sa.Uuid(), nullable=False),
        sa.Column("step_id", sa.Uuid(), nullable=False),
        sa.Column("path_id", sa.Uuid(), nullable=False),
        sa.Column("enrollment_id", sa.Uuid(), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["enrollment_id"],
            ["academy.enrollments.id"],
            name=op.f("fk_path_step_completions_enrollment_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["path_enrollment_id", "path_id"],
            ["academy.user_path_enrollments.id", "academy.user_path_enrollments.path_id"],
            name=op.f("fk_path_step_completions_path_enrollment_id_path_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["step_id", "path_id"],
            ["academy.learning_path_steps.id", "academy.learning_path_steps.path_id"],
            name=op.f("fk_path_step_completions_step_id_path_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("path_enrollment_id", "step_id", name=op.f("pk_path_step_completions")),
        schema="academy",
    )
    op.create_index(
        "ix_path_step_completions_enrollment_id",
        "path_step_completions",
        ["enrollment_id"],
        schema="academy",
    )
    op.create_index("ix_path_step_completions_step_id", "path_step_completions", ["step_id"], schema="academy")
    op.add_column("enrollments", sa.Column("path_enrollment_id", sa.Uuid(), nullable=True), schema="academy")
    op.create_foreign_key(
        op.f("fk_enrollments_path_enrollment_id"),
        "enrollments",
        "user_path_enrollments",
        ["path_enrollment_id"],
        ["id"],
        source_schema="academy",
        referent_schema="academy",
        ondelete="RESTRICT",
    )
    op.create_index(
        "ix_enrollments_path_enrollment_id",
        "enrollments",
        ["path_enrollment_id"],
        schema="academy",
        postgresql_where=sa.text("path_enrollment_id IS NOT NULL"),
    )
    op.create_index(
        "uq_enrollments_path_seat",
        "enrollments",
        ["path_enrollment_id", "course_id"],
        unique=True,
        schema="academy",
        postgresql_where=sa.text("has_seat AND path_enrollment_id IS NOT NULL"),
    )
    op.execute("SELECT core.watch_updates('academy.user_path_enrollments')")


def downgrade() -> None:
    op.drop_column("enrollments", "path_enrollment_id", schema="academy")
    op.drop_table("path_step_completions", schema="academy")
    op.drop_table("user_path_enrollments", schema="academy")
