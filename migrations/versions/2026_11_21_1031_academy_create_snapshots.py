"""Figures of organizations and teams, by period."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "0131_academy_snapshots"
down_revision: str | None = "0130_academy_managers"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "organization_analytics",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("learners", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("active_learners", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("total_enrollments", sa.Integer(), nullable=False),
        sa.Column("active_enrollments", sa.Integer(), nullable=False),
        sa.Column("completed_enrollments", sa.Integer(), nullable=False),
        sa.Column("total_learning_hours", sa.Double(), nullable=False),
        sa.Column("avg_learning_hours_per_user", sa.Double(), nullable=False),
        sa.Column("lessons_completed", sa.Integer(), nullable=False),
        sa.Column("avg_assessment_score", sa.Double(), nullable=True),
        sa.Column("assessed", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("avg_learning_gain", sa.Double(), nullable=True),
        sa.Column("gain_measured", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("gain_excluded", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("certificates_issued", sa.Integer(), nullable=False),
        sa.Column("skills_acquired", sa.Integer(), nullable=False),
        sa.Column("avg_skill_progress", sa.Double(), nullable=False),
        sa.Column("enrollments_change", sa.Double(), nullable=False),
        sa.Column("completion_rate_change", sa.Double(), nullable=False),
        sa.Column("period_type", sa.Text(), nullable=False),
        sa.Column("period_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("period_end", sa.DateTime(timezone=True), nullable=False),
        sa.Column("calculated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "avg_learning_hours_per_user >= 0 AND avg_learning_hours_per_user < 'infinity'::double precision",
            name=op.f("ck_organization_analytics_avg_learning_hours_per_user"),
        ),
        sa.CheckConstraint(
            "period_type IN ('daily', 'weekly', 'monthly')", name=op.f("ck_organization_analytics_period_type")
        ),
        sa.CheckConstraint(
            "total_learning_hours >= 0 AND total_learning_hours < 'infinity'::double precision",
            name=op.f("ck_organization_analytics_total_learning_hours"),
        ),
        sa.CheckConstraint(
            "avg_assessment_score BETWEEN 0 AND 100", name=op.f("ck_organization_analytics_avg_assessment_score")
        ),
        sa.CheckConstraint("avg_learning_gain <= 1", name=op.f("ck_organization_analytics_avg_learning_gain")),
        sa.CheckConstraint(
            "avg_skill_progress BETWEEN 0 AND 100", name=op.f("ck_organization_analytics_avg_skill_progress")
        ),
        sa.CheckConstraint(
            "least(learners, active_learners, total_enrollments, active_enrollments, completed_enrollments,"
            " lessons_completed, certificates_issued, skills_acquired, assessed, gain_measured, gain_excluded) >= 0",
            name=op.f("ck_organization_analytics_counts"),
        ),
        sa.CheckConstraint("period_end > period_start", name=op.f("ck_organization_analytics_period")),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["academy.organizations.id"],
            name=op.f("fk_organization_analytics_organization_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organization_analytics")),
        sa.UniqueConstraint("organization_id", "period_type", "period_start", name="uq_organization_analytics_period"),
        schema="academy",
    )
    op.create_index(
        "ix_organization_analytics_period_type_period_start",
        "organization_analytics",
        ["period_type", "period_start"],
        schema="academy",
    )
    op.create_table(
        "team_analytics",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("member_count", sa.Integer(), nullable=False),
        sa.Column("active_members", sa.Integer(), nullable=False),
        sa.Column("avg_progress_percent", sa.Double(), nullable=False),
        sa.Column("lessons_completed", sa.Integer(), nullable=False),
        sa.Column("total_learning_hours", sa.Double(), nullable=False),
        sa.Column("avg_assessment_score", sa.Double(), nullable=True),
        sa.Column("assessed", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("courses_completed", sa.Integer(), nullable=False),
        sa.Column("top_performers", JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
        sa.Column("period_type", sa.Text(), nullable=False),
        sa.Column("period_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("period_end", sa.DateTime(timezone=True), nullable=False),
        sa.Column("calculated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("period_type IN ('daily', 'weekly', 'monthly')", name=op.f("ck_team_analytics_period_type")),
        sa.CheckConstraint(
            "total_learning_hours >= 0 AND total_learning_hours < 'infinity'::double precision",
            name=op.f("ck_team_analytics_total_learning_hours"),
        ),
        sa.CheckConstraint(
            "avg_assessment_score BETWEEN 0 AND 100", name=op.f("ck_team_analytics_avg_assessment_score")
        ),
        sa.CheckConstraint(
            "avg_progress_percent BETWEEN 0 AND 100", name=op.f("ck_team_analytics_avg_progress_percent")
        ),
        sa.CheckConstraint(
            "least(member_count, active_members, lessons_completed, courses_completed, assessed) >= 0",
            name=op.f("ck_team_analytics_counts"),
        ),
        sa.CheckConstraint("period_end > period_start", name=op.f("ck_team_analytics_period")),
        sa.CheckConstraint(
            "top_performers IS NULL OR jsonb_typeof(top_performers) = 'array'"
            " AND NOT top_performers @? 'strict $[*] ? (@.type() != \"object\")'"
            ' AND NOT jsonb_path_exists(top_performers, \'$[*] ? (@.type() != "object"'
            ' || !(@."user_id".type() == "string") || !(@."metric".type() == "string")'
            """ || !(@."value".type() == "number"))')""",
            name=op.f("ck_team_analytics_top_performers_shape"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["academy.organizations.id"],
            name=op.f("fk_team_analytics_organization_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["team_id", "organization_id"],
            ["academy.teams.id", "academy.teams.organization_id"],
            name=op.f("fk_team_analytics_team_id_organization_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team_analytics")),
        sa.UniqueConstraint(
            "team_id", "period_type", "period_start", name=op.f("uq_team_analytics_team_id_period_type_period_start")
        ),
        schema="academy",
    )
    op.create_index(
        "ix_team_analytics_organization_period",
        "team_analytics",
        ["organization_id", "period_type", "period_start"],
        schema="academy",
    )


def downgrade() -> None:
    for table in ("team_analytics", "organization_analytics"):
        op.drop_table(table, schema="academy")
