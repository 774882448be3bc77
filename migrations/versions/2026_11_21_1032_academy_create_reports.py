"""Reports, what they are about, and their runs."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision: str = "0132_academy_reports"
down_revision: str | None = "0131_academy_snapshots"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "executive_reports",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("cohort_id", sa.Uuid(), nullable=False),
        sa.Column("metrics", JSONB(), nullable=False),
        sa.Column("generated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("pdf_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "metrics IS NULL OR jsonb_typeof(metrics) = 'object'"
            " AND coalesce(jsonb_typeof(metrics -> 'total_enrollments'), 'null') IN ('number')"
            " AND coalesce(jsonb_typeof(metrics -> 'completion_rate'), 'null') IN ('number')"
            " AND coalesce(jsonb_typeof(metrics -> 'average_engagement'), 'null') IN ('number')"
            " AND coalesce(jsonb_typeof(metrics -> 'office_hours_booked'), 'null') IN ('number')"
            " AND coalesce(jsonb_typeof(metrics -> 'certificates_issued'), 'null') IN ('number')"
            " AND coalesce(jsonb_typeof(metrics -> 'chatbot_interactions'), 'null') IN ('number')",
            name=op.f("ck_executive_reports_metrics_shape"),
        ),
        sa.ForeignKeyConstraint(
            ["cohort_id"], ["academy.cohorts.id"], name=op.f("fk_executive_reports_cohort_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["academy.organizations.id"],
            name=op.f("fk_executive_reports_organization_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["pdf_id"], ["core.files.id"], name=op.f("fk_executive_reports_pdf_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_executive_reports")),
        schema="academy",
    )
    op.create_index("ix_executive_reports_cohort_id", "executive_reports", ["cohort_id"], schema="academy")
    op.create_index(
        "ix_executive_reports_organization_id_generated_at",
        "executive_reports",
        ["organization_id", "generated_at"],
        schema="academy",
    )
    op.create_index("ix_executive_reports_pdf_id", "executive_reports", ["pdf_id"], schema="academy")
    op.create_table(
        "manager_reports",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("report_type", sa.Text(), nullable=False),
        sa.Column("layout", JSONB(), nullable=True),
        sa.Column("team_scope", sa.Text(), server_default=sa.text("'listed'"), nullable=False),
        sa.Column("date_range", JSONB(), nullable=False),
        sa.Column("business_inputs", JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("is_scheduled", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("schedule_frequency", sa.Text(), nullable=True),
        sa.Column("recipients", ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("last_sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_send_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("last_generated_file_id", sa.Uuid(), nullable=True),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint(
            "(report_type = 'custom') = (layout IS NOT NULL)", name=op.f("ck_manager_reports_custom_has_layout")
        ),
        sa.CheckConstraint(
            "date_range IS NULL OR jsonb_typeof(date_range) = 'object'"
            " AND coalesce(jsonb_typeof(date_range -> 'start'), 'null') IN ('string')"
            " AND coalesce(jsonb_typeof(date_range -> 'end'), 'null') IN ('string')",
            name=op.f("ck_manager_reports_date_range_shape"),
        ),
        sa.CheckConstraint("format IN ('pdf', 'csv', 'xlsx')", name=op.f("ck_manager_reports_format")),
        sa.CheckConstraint("jsonb_typeof(business_inputs) = 'object'", name=op.f("ck_manager_reports_business_inputs")),
        sa.CheckConstraint(
            "layout IS NULL OR jsonb_typeof(layout) = 'object'"
            " AND coalesce(jsonb_typeof(layout -> 'columns'), 'null') IN ('array')"
            " AND coalesce(jsonb_typeof(layout -> 'filters'), 'null') IN ('array', 'null')"
            " AND coalesce(jsonb_typeof(layout -> 'group_by'), 'null') IN ('array', 'null')",
            name=op.f("ck_manager_reports_layout_shape"),
        ),
        sa.CheckConstraint(
            "report_type IN ('progress_summary', 'individual_detail', 'skill_matrix', 'roi_analysis',"
            " 'engagement', 'compliance', 'custom')",
            name=op.f("ck_manager_reports_report_type"),
        ),
        sa.CheckConstraint(
            "schedule_frequency IN ('daily', 'weekly', 'monthly')", name=op.f("ck_manager_reports_schedule_frequency")
        ),
        sa.CheckConstraint("team_scope IN ('all', 'listed')", name=op.f("ck_manager_reports_team_scope")),
        sa.CheckConstraint(
            "NOT is_scheduled OR schedule_frequency IS NOT NULL AND next_send_at IS NOT NULL",
            name=op.f("ck_manager_reports_schedule"),
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["academy.users.id"], name=op.f("fk_manager_reports_created_by"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["last_generated_file_id"],
            ["core.files.id"],
            name=op.f("fk_manager_reports_last_generated_file_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["academy.organizations.id"],
            name=op.f("fk_manager_reports_organization_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_manager_reports")),
        sa.UniqueConstraint("id", "organization_id", name=op.f("uq_manager_reports_id_organization_id")),
        schema="academy",
    )
    op.create_index("ix_manager_reports_created_by", "manager_reports", ["created_by"], schema="academy")
    op.create_index(
        "ix_manager_reports_is_scheduled_next_send_at",
        "manager_reports",
        ["is_scheduled", "next_send_at"],
        schema="academy",
    )
    op.create_index(
        "ix_manager_reports_last_generated_file_id", "manager_reports", ["last_generated_file_id"], schema="academy"
    )
    op.create_index(
        "ix_manager_reports_organization_id_is_active",
        "manager_reports",
        ["organization_id", "is_active"],
        schema="academy",
    )
    op.create_table(
        "manager_report_teams",
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["report_id", "organization_id"],
            ["academy.manager_reports.id", "academy.manager_reports.organization_id"],
            name=op.f("fk_manager_report_teams_report_id_organization_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["team_id", "organization_id"],
            ["academy.teams.id", "academy.teams.organization_id"],
            name=op.f("fk_manager_report_teams_team_id_organization_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("report_id", "team_id", name=op.f("pk_manager_report_teams")),
        schema="academy",
    )
    op.create_index("ix_manager_report_teams_team_id", "manager_report_teams", ["team_id"], schema="academy")
    op.create_table(
        "manager_report_courses",
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["course_id"], ["academy.courses.id"], name=op.f("fk_manager_report_courses_course_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["report_id"],
            ["academy.manager_reports.id"],
            name=op.f("fk_manager_report_courses_report_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("report_id", "course_id", name=op.f("pk_manager_report_courses")),
        schema="academy",
    )
    op.create_index("ix_manager_report_courses_course_id", "manager_report_courses", ["course_id"], schema="academy")
    op.create_table(
        "manager_report_runs",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("requested_by_id", sa.Uuid(), nullable=True),
        sa.Column("status", sa.Text(), server_default=sa.text("'pending'"), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("(status = 'failed') = (error IS NOT NULL)", name=op.f("ck_manager_report_runs_error")),
        sa.CheckConstraint(
            "(status = 'pending') = (finished_at IS NULL)", name=op.f("ck_manager_report_runs_finished")
        ),
        sa.CheckConstraint("status IN ('pending', 'done', 'failed')", name=op.f("ck_manager_report_runs_status")),
        sa.ForeignKeyConstraint(
            ["file_id"], ["core.files.id"], name=op.f("fk_manager_report_runs_file_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["report_id"],
            ["academy.manager_reports.id"],
            name=op.f("fk_manager_report_runs_report_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["requested_by_id"],
            ["academy.users.id"],
            name=op.f("fk_manager_report_runs_requested_by_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_manager_report_runs")),
        sa.UniqueConstraint("report_id", "due_at", name=op.f("uq_manager_report_runs_report_id_due_at")),
        schema="academy",
    )
    op.create_index("ix_manager_report_runs_file_id", "manager_report_runs", ["file_id"], schema="academy")
    op.create_index(
        "ix_manager_report_runs_pending",
        "manager_report_runs",
        ["created_at"],
        schema="academy",
        postgresql_where=sa.text("status = 'pending'"),
    )
    op.create_index(
        "ix_manager_report_runs_requested_by_id", "manager_report_runs", ["requested_by_id"], schema="academy"
    )
    for table in ("manager_reports", "manager_report_runs"):
        op.execute(f"SELECT core.watch_updates('academy.{table}')")


def downgrade() -> None:
    for table in (
        "manager_report_runs",
        "manager_report_courses",
        "manager_report_teams",
        "manager_reports",
        "executive_reports",
    ):
        op.drop_table(table, schema="academy")
