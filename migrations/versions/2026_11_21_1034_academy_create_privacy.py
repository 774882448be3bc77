"""What learners let others see, who looked, and erasures under review."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0134_academy_privacy"
down_revision: str | None = "0133_academy_reminders"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "user_privacy_settings",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("allow_manager_view_scores", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("allow_manager_view_activity", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("allow_manager_view_certificates", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("allow_manager_view_office_hours", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("allow_leaderboard_display", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("allow_public_portfolio", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("allow_peer_suggestions", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("allow_outside_analytics", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["academy.users.id"], name=op.f("fk_user_privacy_settings_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_privacy_settings")),
        sa.UniqueConstraint("user_id", name=op.f("uq_user_privacy_settings_user_id")),
        schema="academy",
    )
    op.create_table(
        "manager_access_logs",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("manager_id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("access_type", sa.Text(), nullable=False),
        sa.Column("target_user_id", sa.Uuid(), nullable=True),
        sa.Column("timestamp", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "access_type <> 'view_individual' OR target_user_id IS NOT NULL", name=op.f("ck_manager_access_logs_whose")
        ),
        sa.CheckConstraint(
            "access_type IN ('view_dashboard', 'export_report', 'view_individual', 'send_reminder')",
            name=op.f("ck_manager_access_logs_access_type"),
        ),
        sa.ForeignKeyConstraint(
            ["manager_id"], ["academy.users.id"], name=op.f("fk_manager_access_logs_manager_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["academy.organizations.id"],
            name=op.f("fk_manager_access_logs_organization_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["target_user_id"],
            ["academy.users.id"],
            name=op.f("fk_manager_access_logs_target_user_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_manager_access_logs")),
        schema="academy",
    )
    op.create_index(
        "ix_manager_access_logs_manager_id_timestamp",
        "manager_access_logs",
        ["manager_id", "timestamp"],
        schema="academy",
    )
    op.create_index(
        "ix_manager_access_logs_organization_id_timestamp",
        "manager_access_logs",
        ["organization_id", "timestamp"],
        schema="academy",
    )
    op.create_index(
        "ix_manager_access_logs_target_user_id_timestamp",
        "manager_access_logs",
        ["target_user_id", "timestamp"],
        schema="academy",
    )
    op.create_table(
        "erasure_reviews",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'open'"), nullable=False),
        sa.Column("legal_reason", sa.Text(), nullable=True),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "(state = 'objected') = (legal_reason IS NOT NULL)", name=op.f("ck_erasure_reviews_legal_reason")
        ),
        sa.CheckConstraint("(state = 'open') = (decided_at IS NULL)", name=op.f("ck_erasure_reviews_decided")),
        sa.CheckConstraint(
            "closes_at > requested_at AND closes_at - requested_at <= interval '30 days'",
            name=op.f("ck_erasure_reviews_window"),
        ),
        sa.CheckConstraint("state IN ('open', 'agreed', 'objected', 'lapsed')", name=op.f("ck_erasure_reviews_state")),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["academy.users.id"], name=op.f("fk_erasure_reviews_decided_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["academy.organizations.id"],
            name=op.f("fk_erasure_reviews_organization_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["academy.users.id"], name=op.f("fk_erasure_reviews_user_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure_reviews")),
        schema="academy",
    )
    op.create_index(
        "ix_erasure_reviews_closes_at",
        "erasure_reviews",
        ["closes_at"],
        schema="academy",
        postgresql_where=sa.text("removed_at IS NULL"),
    )
    op.create_index("ix_erasure_reviews_decided_by_id", "erasure_reviews", ["decided_by_id"], schema="academy")
    op.create_index(
        "ix_erasure_reviews_organization_id_state", "erasure_reviews", ["organization_id", "state"], schema="academy"
    )
    op.create_index("ix_erasure_reviews_user_id", "erasure_reviews", ["user_id"], schema="academy")
    op.create_index(
        "uq_erasure_reviews_open",
        "erasure_reviews",
        ["user_id", "organization_id"],
        unique=True,
        schema="academy",
        postgresql_where=sa.text("state = 'open'"),
    )
    for table in ("user_privacy_settings", "erasure_reviews"):
        op.execute(f"SELECT core.watch_updates('academy.{table}')")


def downgrade() -> None:
    for table in ("erasure_reviews", "manager_access_logs", "user_privacy_settings"):
        op.drop_table(table, schema="academy")
