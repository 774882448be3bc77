"""Teams of organizations, and the managers who look at them."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision: str = "0130_academy_managers"
down_revision: str | None = "0129_academy_peers"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "teams",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("manager_id", sa.Uuid(), nullable=True),
        sa.Column("completion_deadline", sa.DateTime(timezone=True), nullable=True),
        sa.Column("member_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint("member_count >= 0", name=op.f("ck_teams_member_count")),
        sa.ForeignKeyConstraint(
            ["manager_id"], ["academy.users.id"], name=op.f("fk_teams_manager_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["academy.organizations.id"],
            name=op.f("fk_teams_organization_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_teams")),
        sa.UniqueConstraint("id", "organization_id", name=op.f("uq_teams_id_organization_id")),
        schema="academy",
    )
    op.create_index(
        "ix_teams_completion_deadline",
        "teams",
        ["completion_deadline"],
        schema="academy",
        postgresql_where=sa.text("is_active"),
    )
    op.create_index("ix_teams_manager_id", "teams", ["manager_id"], schema="academy")
    op.create_index("ix_teams_organization_id_is_active", "teams", ["organization_id", "is_active"], schema="academy")
    op.create_table(
        "team_courses",
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["course_id"], ["academy.courses.id"], name=op.f("fk_team_courses_course_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["team_id"], ["academy.teams.id"], name=op.f("fk_team_courses_team_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("team_id", "course_id", name=op.f("pk_team_courses")),
        schema="academy",
    )
    op.create_index("ix_team_courses_course_id", "team_courses", ["course_id"], schema="academy")
    op.create_table(
        "team_members",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), server_default=sa.text("'member'"), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("role IN ('member', 'lead')", name=op.f("ck_team_members_role")),
        sa.ForeignKeyConstraint(
            ["team_id"], ["academy.teams.id"], name=op.f("fk_team_members_team_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["academy.users.id"], name=op.f("fk_team_members_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team_members")),
        sa.UniqueConstraint("team_id", "user_id", name=op.f("uq_team_members_team_id_user_id")),
        schema="academy",
    )
    op.create_index("ix_team_members_user_id", "team_members", ["user_id"], schema="academy")
    op.create_table(
        "organization_managers",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("permissions", ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("team_scope", sa.Text(), server_default=sa.text("'listed'"), nullable=False),
        sa.Column("department_scope", ARRAY(sa.Text()), nullable=True),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint(
            "permissions <@ ARRAY['view_progress', 'view_scores', 'view_certificates', 'view_analytics',"
            " 'export_reports', 'manage_enrollments', 'send_reminders', 'manage_team']::text[]",
            name=op.f("ck_organization_managers_permissions"),
        ),
        sa.CheckConstraint(
            "role <> 'viewer' OR NOT permissions && ARRAY['manage_enrollments', 'send_reminders',"
            " 'manage_team']::text[]",
            name=op.f("ck_organization_managers_viewers_only_look"),
        ),
        sa.CheckConstraint("role IN ('admin', 'manager', 'viewer')", name=op.f("ck_organization_managers_role")),
        sa.CheckConstraint("team_scope IN ('all', 'listed')", name=op.f("ck_organization_managers_team_scope")),
        sa.CheckConstraint("cardinality(department_scope) > 0", name=op.f("ck_organization_managers_department_scope")),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["academy.organizations.id"],
            name=op.f("fk_organization_managers_organization_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["academy.users.id"], name=op.f("fk_organization_managers_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organization_managers")),
        sa.UniqueConstraint("id", "organization_id", name=op.f("uq_organization_managers_id_organization_id")),
        sa.UniqueConstraint(
            "user_id", "organization_id", name=op.f("uq_organization_managers_user_id_organization_id")
        ),
        schema="academy",
    )
    op.create_index(
        "ix_organization_managers_organization_id_is_active",
        "organization_managers",
        ["organization_id", "is_active"],
        schema="academy",
    )
    op.create_table(
        "organization_manager_teams",
        sa.Column("manager_id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["manager_id", "organization_id"],
            ["academy.organization_managers.id", "academy.organization_managers.organization_id"],
            name=op.f("fk_organization_manager_teams_manager_id_organization_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["team_id", "organization_id"],
            ["academy.teams.id", "academy.teams.organization_id"],
            name=op.f("fk_organization_manager_teams_team_id_organization_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("manager_id", "team_id", name=op.f("pk_organization_manager_teams")),
        schema="academy",
    )
    op.create_index(
        "ix_organization_manager_teams_team_id", "organization_manager_teams", ["team_id"], schema="academy"
    )
    for table in ("teams", "organization_managers"):
        op.execute(f"SELECT core.watch_updates('academy.{table}')")


def downgrade() -> None:
    for table in ("organization_manager_teams", "organization_managers", "team_members", "team_courses", "teams"):
        op.drop_table(table, schema="academy")
