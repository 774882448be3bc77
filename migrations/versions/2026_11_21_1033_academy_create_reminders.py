"""Reminders, whom they name, and who got them."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0133_academy_reminders"
down_revision: str | None = "0132_academy_reports"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "learning_reminders",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("sent_by", sa.Uuid(), nullable=False),
        sa.Column("target_type", sa.Text(), nullable=False),
        sa.Column("inactivity_days", sa.Integer(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("include_progress", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("recipient_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "(target_type = 'inactive') = (inactivity_days IS NOT NULL)", name=op.f("ck_learning_reminders_inactivity")
        ),
        sa.CheckConstraint("channel IN ('email', 'in_app', 'both')", name=op.f("ck_learning_reminders_channel")),
        sa.CheckConstraint(
            "target_type IN ('individual', 'team', 'behind_schedule', 'inactive')",
            name=op.f("ck_learning_reminders_target_type"),
        ),
        sa.CheckConstraint("inactivity_days > 0", name=op.f("ck_learning_reminders_inactivity_days")),
        sa.CheckConstraint("recipient_count >= 0", name=op.f("ck_learning_reminders_recipient_count")),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["academy.organizations.id"],
            name=op.f("fk_learning_reminders_organization_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["sent_by"], ["academy.users.id"], name=op.f("fk_learning_reminders_sent_by"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_learning_reminders")),
        sa.UniqueConstraint("id", "organization_id", name=op.f("uq_learning_reminders_id_organization_id")),
        schema="academy",
    )
    op.create_index(
        "ix_learning_reminders_organization_id_sent_at",
        "learning_reminders",
        ["organization_id", "sent_at"],
        schema="academy",
    )
    op.create_index("ix_learning_reminders_sent_by", "learning_reminders", ["sent_by"], schema="academy")
    op.create_table(
        "learning_reminder_target_users",
        sa.Column("reminder_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["reminder_id"],
            ["academy.learning_reminders.id"],
            name=op.f("fk_learning_reminder_target_users_reminder_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["academy.users.id"],
            name=op.f("fk_learning_reminder_target_users_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("reminder_id", "user_id", name=op.f("pk_learning_reminder_target_users")),
        schema="academy",
    )
    op.create_index(
        "ix_learning_reminder_target_users_user_id", "learning_reminder_target_users", ["user_id"], schema="academy"
    )
    op.create_table(
        "learning_reminder_target_teams",
        sa.Column("reminder_id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["reminder_id", "organization_id"],
            ["academy.learning_reminders.id", "academy.learning_reminders.organization_id"],
            name=op.f("fk_learning_reminder_target_teams_reminder_id_organization_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["team_id", "organization_id"],
            ["academy.teams.id", "academy.teams.organization_id"],
            name=op.f("fk_learning_reminder_target_teams_team_id_organization_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("reminder_id", "team_id", name=op.f("pk_learning_reminder_target_teams")),
        schema="academy",
    )
    op.create_index(
        "ix_learning_reminder_target_teams_team_id", "learning_reminder_target_teams", ["team_id"], schema="academy"
    )
    op.create_table(
        "learning_reminder_recipients",
        sa.Column("reminder_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["reminder_id"],
            ["academy.learning_reminders.id"],
            name=op.f("fk_learning_reminder_recipients_reminder_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["academy.users.id"], name=op.f("fk_learning_reminder_recipients_user_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("reminder_id", "user_id", name=op.f("pk_learning_reminder_recipients")),
        schema="academy",
    )
    op.create_index(
        "ix_learning_reminder_recipients_user_id_created_at",
        "learning_reminder_recipients",
        ["user_id", "created_at"],
        schema="academy",
    )


def downgrade() -> None:
    for table in (
        "learning_reminder_recipients",
        "learning_reminder_target_teams",
        "learning_reminder_target_users",
        "learning_reminders",
    ):
        op.drop_table(table, schema="academy")
