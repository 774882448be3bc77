"""Programs of organizations, their former slugs, and who takes part."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0246_crm_programs"
down_revision: str | None = "0245_studio_policies"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "programs",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("start_date", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_date", sa.DateTime(timezone=True), nullable=True),
        sa.Column("status", sa.Text(), server_default=sa.text("'planning'"), nullable=False),
        sa.Column("enrollment_method", sa.Text(), nullable=False),
        sa.Column("max_participants", sa.Integer(), nullable=True),
        sa.Column("completion_criteria_type", sa.Text(), nullable=True),
        sa.Column("completion_required_count", sa.Integer(), nullable=True),
        sa.Column("completion_required_percentage", sa.Numeric(precision=4, scale=1), nullable=True),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint(
            "CASE completion_criteria_type WHEN 'attendance_count'"
            " THEN completion_required_percentage IS NULL AND coalesce(completion_required_count, 0) >= 1"
            " WHEN 'attendance_percentage' THEN completion_required_count IS NULL"
            " AND coalesce(completion_required_percentage, 0) BETWEEN 1 AND 100"
            " ELSE num_nonnulls(completion_required_count, completion_required_percentage) = 0 END",
            name=op.f("ck_programs_completion_criteria"),
        ),
        sa.CheckConstraint(
            "completion_criteria_type IN ('attendance_count', 'attendance_percentage', 'manual')",
            name=op.f("ck_programs_completion_criteria_type"),
        ),
        sa.CheckConstraint(
            "enrollment_method IN ('admin_only', 'self_enroll', 'approval_required')",
            name=op.f("ck_programs_enrollment_method"),
        ),
        sa.CheckConstraint(
            "status IN ('planning', 'active', 'completed', 'archived')", name=op.f("ck_programs_status")
        ),
        sa.CheckConstraint(
            "type IN ('reading_group', 'fellowship', 'mentorship', 'cohort', 'workshop_series', 'custom')",
            name=op.f("ck_programs_type"),
        ),
        sa.CheckConstraint("end_date >= start_date", name=op.f("ck_programs_dates")),
        sa.CheckConstraint("max_participants >= 0", name=op.f("ck_programs_max_participants")),
        sa.ForeignKeyConstraint(
            ["created_by"], ["core.accounts.id"], name=op.f("fk_programs_created_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["core.organizations.id"],
            name=op.f("fk_programs_organization_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programs")),
        sa.UniqueConstraint("id", "organization_id", name=op.f("uq_programs_id_organization_id")),
        sa.UniqueConstraint("organization_id", "slug", name=op.f("uq_programs_organization_id_slug")),
        schema="crm",
    )
    op.create_index("ix_programs_created_by", "programs", ["created_by"], schema="crm")
    op.create_index("ix_programs_organization_id", "programs", ["organization_id"], schema="crm")
    op.create_index("ix_programs_organization_id_status", "programs", ["organization_id", "status"], schema="crm")
    op.create_table(
        "program_slugs",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["program_id", "organization_id"],
            ["crm.programs.id", "crm.programs.organization_id"],
            name=op.f("fk_program_slugs_program_id_organization_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_program_slugs")),
        sa.UniqueConstraint("organization_id", "slug", name=op.f("uq_program_slugs_organization_id_slug")),
        schema="crm",
    )
    op.create_index(
        "ix_program_slugs_program_id_organization_id", "program_slugs", ["program_id", "organization_id"], schema="crm"
    )
    op.create_table(
        "program_participation",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("enrolled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("manual_attendance_count", sa.Integer(), nullable=True),
        sa.Column("attendance_notes", sa.Text(), nullable=True),
        sa.Column("admin_notes", sa.Text(), nullable=True),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_by", sa.Uuid(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint(
            "(status IN ('withdrawn', 'removed')) = (ended_at IS NOT NULL)", name=op.f("ck_program_participation_ended")
        ),
        sa.CheckConstraint(
            "status <> 'completed' OR completed_at IS NOT NULL", name=op.f("ck_program_participation_completed")
        ),
        sa.CheckConstraint(
            "status <> 'pending' OR requested_at IS NOT NULL", name=op.f("ck_program_participation_pending")
        ),
        sa.CheckConstraint(
            r"status <> 'removed' OR coalesce(end_reason, '') ~ '\S'",
            name=op.f("ck_program_participation_removed_with_reason"),
        ),
        sa.CheckConstraint(
            "status IN ('pending', 'enrolled', 'completed', 'withdrawn', 'removed')",
            name=op.f("ck_program_participation_status"),
        ),
        sa.CheckConstraint(
            "status NOT IN ('enrolled', 'completed') OR enrolled_at IS NOT NULL",
            name=op.f("ck_program_participation_enrolled"),
        ),
        sa.CheckConstraint(
            "approved_by IS NULL OR approved_at IS NOT NULL", name=op.f("ck_program_participation_approval")
        ),
        sa.CheckConstraint(
            "manual_attendance_count >= 0", name=op.f("ck_program_participation_manual_attendance_count")
        ),
        sa.ForeignKeyConstraint(
            ["approved_by"],
            ["core.accounts.id"],
            name=op.f("fk_program_participation_approved_by"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["core.organizations.id"],
            name=op.f("fk_program_participation_organization_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["program_id", "organization_id"],
            ["crm.programs.id", "crm.programs.organization_id"],
            name=op.f("fk_program_participation_program_id_organization_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["core.accounts.id"], name=op.f("fk_program_participation_user_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_program_participation")),
        schema="crm",
    )
    op.create_index("ix_program_participation_approved_by", "program_participation", ["approved_by"], schema="crm")
    op.create_index(
        "ix_program_participation_organization_id", "program_participation", ["organization_id"], schema="crm"
    )
    op.create_index("ix_program_participation_program_id", "program_participation", ["program_id"], schema="crm")
    op.create_index(
        "ix_program_participation_program_id_status", "program_participation", ["program_id", "status"], schema="crm"
    )
    op.create_index("ix_program_participation_user_id", "program_participation", ["user_id"], schema="crm")
    op.create_index(
        "ix_program_participation_user_id_organization_id",
        "program_participation",
        ["user_id", "organization_id"],
        schema="crm",
    )
    op.create_index(
        "uq_program_participation_live",
        "program_participation",
        ["program_id", "user_id"],
        unique=True,
        schema="crm",
        postgresql_where=sa.text("status IN ('pending', 'enrolled')"),
    )

    op.execute("SELECT core.watch_updates('crm.programs')")
    op.execute("SELECT core.watch_updates('crm.program_participation')")


def downgrade() -> None:
    op.drop_table("program_participation", schema="crm")
    op.drop_table("program_slugs", schema="crm")
    op.drop_table("programs", schema="crm")
