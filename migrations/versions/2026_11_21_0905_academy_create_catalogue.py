"""Courses, their agenda, their cohorts, and invitations into them."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision: str = "0006_academy_catalogue"
down_revision: str | None = "0005_academy_people"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "courses",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("session_type", sa.Text(), nullable=False),
        sa.Column("price_b2c", sa.Integer(), nullable=False),
        sa.Column("price_b2b", sa.Integer(), nullable=False),
        sa.Column("currency", sa.Text(), server_default=sa.text("'usd'"), nullable=False),
        sa.Column("max_participants", sa.Integer(), nullable=False),
        sa.Column("impact_level", sa.Text(), nullable=False),
        sa.Column("capability_level", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), server_default=sa.text("'draft'"), nullable=False),
        sa.Column("waitlist_last_position", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint(
            "capability_level IN ('fundamentals', 'intermediate', 'advanced')", name=op.f("ck_courses_capability_level")
        ),
        sa.CheckConstraint("impact_level IN ('L1', 'L2', 'L3')", name=op.f("ck_courses_impact_level")),
        sa.CheckConstraint("session_type IN ('cohort', 'webinar', 'hackathon')", name=op.f("ck_courses_session_type")),
        sa.CheckConstraint("status IN ('draft', 'published', 'archived')", name=op.f("ck_courses_status")),
        sa.CheckConstraint("max_participants > 0", name=op.f("ck_courses_max_participants")),
        sa.CheckConstraint("price_b2c >= 0 AND price_b2b >= 0", name=op.f("ck_courses_prices")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_courses")),
        schema="academy",
    )
    op.create_index("ix_courses_catalogue", "courses", ["status", "created_at", "id"], unique=False, schema="academy")
    op.create_index("ix_courses_session_type", "courses", ["session_type"], unique=False, schema="academy")
    op.create_index("ix_courses_status", "courses", ["status"], unique=False, schema="academy")
    op.create_index("uq_courses_slug", "courses", ["slug"], unique=True, schema="academy")
    op.create_table(
        "sessions",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("day_number", sa.Integer(), nullable=False),
        sa.Column("order_in_day", sa.Integer(), nullable=False),
        sa.Column("duration_minutes", sa.Integer(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("outcomes", ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint("type IN ('S', 'W', 'MM', 'CAP', 'IO')", name=op.f("ck_sessions_type")),
        sa.CheckConstraint("day_number >= 1 AND order_in_day BETWEEN 1 AND 9999", name=op.f("ck_sessions_place")),
        sa.CheckConstraint("duration_minutes > 0", name=op.f("ck_sessions_duration_minutes")),
        sa.ForeignKeyConstraint(["course_id"], ["academy.courses.id"], name=op.f("fk_sessions_course_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
        sa.UniqueConstraint(
            "course_id",
            "day_number",
            "order_in_day",
            deferrable=True,
            initially="IMMEDIATE",
            name="uq_sessions_course_id_day_number_order_in_day",
        ),
        schema="academy",
    )
    op.create_index("ix_sessions_course_id", "sessions", ["course_id"], unique=False, schema="academy")
    op.create_table(
        "cohorts",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("start_date", sa.DateTime(timezone=True), nullable=False),
        sa.Column("end_date", sa.DateTime(timezone=True), nullable=False),
        sa.Column("max_capacity", sa.Integer(), nullable=False),
        sa.Column("current_enrollment", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("held", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("waiting", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("waitlist_last_position", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("status", sa.Text(), server_default=sa.text("'scheduled'"), nullable=False),
        sa.Column("zoom_link", sa.Text(), nullable=True),
        sa.Column("instructor_id", sa.Uuid(), nullable=True),
        sa.Column("is_b2b", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint(
            "status IN ('scheduled', 'open', 'in_progress', 'completed', 'cancelled')", name=op.f("ck_cohorts_status")
        ),
        sa.CheckConstraint("NOT is_b2b OR organization_id IS NOT NULL", name=op.f("ck_cohorts_b2b_needs_organization")),
        sa.CheckConstraint(
            "current_enrollment >= 0 AND held >= 0 AND current_enrollment + held <= max_capacity AND waiting >= 0",
            name=op.f("ck_cohorts_seats"),
        ),
        sa.CheckConstraint("end_date > start_date", name=op.f("ck_cohorts_dates")),
        sa.ForeignKeyConstraint(["course_id"], ["academy.courses.id"], name=op.f("fk_cohorts_course_id")),
        sa.ForeignKeyConstraint(["instructor_id"], ["academy.users.id"], name=op.f("fk_cohorts_instructor_id")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["academy.organizations.id"], name=op.f("fk_cohorts_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cohorts")),
        schema="academy",
    )
    op.create_index(
        "ix_cohorts_available",
        "cohorts",
        ["course_id", "start_date", "id"],
        unique=False,
        schema="academy",
        postgresql_where=sa.text("status = 'open'"),
    )
    op.create_index("ix_cohorts_course_id", "cohorts", ["course_id"], unique=False, schema="academy")
    op.create_index("ix_cohorts_instructor_id", "cohorts", ["instructor_id"], unique=False, schema="academy")
    op.create_index("ix_cohorts_organization_id", "cohorts", ["organization_id"], unique=False, schema="academy")
    op.create_index("ix_cohorts_start_date", "cohorts", ["start_date"], unique=False, schema="academy")
    op.create_index("ix_cohorts_status", "cohorts", ["status"], unique=False, schema="academy")
    op.create_table(
        "organization_invites",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("invite_token", sa.Text(), nullable=False),
        sa.Column("cohort_id", sa.Uuid(), nullable=True),
        sa.Column("status", sa.Text(), server_default=sa.text("'pending'"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "status IN ('pending', 'accepted', 'expired', 'revoked')", name=op.f("ck_organization_invites_status")
        ),
        sa.ForeignKeyConstraint(["cohort_id"], ["academy.cohorts.id"], name=op.f("fk_organization_invites_cohort_id")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["academy.organizations.id"], name=op.f("fk_organization_invites_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organization_invites")),
        schema="academy",
    )
    op.create_index(
        "ix_organization_invites_cohort_id", "organization_invites", ["cohort_id"], unique=False, schema="academy"
    )
    op.create_index("ix_organization_invites_email", "organization_invites", ["email"], unique=False, schema="academy")
    op.create_index(
        "ix_organization_invites_organization_id",
        "organization_invites",
        ["organization_id"],
        unique=False,
        schema="academy",
    )
    op.create_index(
        "ix_organization_invites_status", "organization_invites", ["status"], unique=False, schema="academy"
    )
    op.create_index(
        "uq_organization_invites_invite_token", "organization_invites", ["invite_token"], unique=True, schema="academy"
    )


def downgrade() -> None:
    op.drop_table("organization_invites", schema="academy")
    op.drop_table("cohorts", schema="academy")
    op.drop_table("sessions", schema="academy")
    op.drop_table("courses", schema="academy")
