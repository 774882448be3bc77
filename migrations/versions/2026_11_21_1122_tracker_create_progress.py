"""Enrollments, and the items that were completed in them."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0222_tracker_progress"
down_revision: str | None = "0221_tracker_courses"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def _times() -> list[sa.Column[object]]:
    return [
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
    ]


def _actors() -> list[sa.Column[object]]:
    return [sa.Column("created_by", sa.Uuid(), nullable=True), sa.Column("updated_by", sa.Uuid(), nullable=True)]


def upgrade() -> None:
    op.create_table(
        "course_enrollment",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("people_id", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("course_instance_id", sa.Uuid(), nullable=True),
        sa.Column("planning_center_registration_id", sa.Text(), nullable=True),
        sa.Column("enrollment_date", sa.Date(), server_default=sa.text("CURRENT_DATE"), nullable=False),
        sa.Column("status", sa.Text(), server_default=sa.text("'enrolled'"), nullable=False),
        sa.Column("progress_percentage", sa.Numeric(precision=5, scale=2), server_default=sa.text("0"), nullable=False),
        sa.Column("completion_date", sa.Date(), nullable=True),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.Column("dependency_override", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("dependency_override_by", sa.Uuid(), nullable=True),
        sa.Column("planning_center_synced", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("registration_status", sa.Text(), nullable=True),
        sa.Column("registration_notes", sa.Text(), nullable=True),
        *_times(),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        *_actors(),
        sa.CheckConstraint(
            "coalesce(registration_status, 'registered') = 'registered' OR status NOT IN ('enrolled', 'in_progress')",
            name=op.f("ck_course_enrollment_active_has_a_seat"),
        ),
        sa.CheckConstraint(
            "registration_status IN ('registered', 'cancelled', 'waitlisted')",
            name=op.f("ck_course_enrollment_registration_status"),
        ),
        sa.CheckConstraint(
            "status <> 'completed' OR completion_date IS NOT NULL", name=op.f("ck_course_enrollment_completion_date")
        ),
        sa.CheckConstraint(
            "status IN ('enrolled', 'in_progress', 'completed', 'dropped')", name=op.f("ck_course_enrollment_status")
        ),
        sa.CheckConstraint(
            "dependency_override OR dependency_override_by IS NULL",
            name=op.f("ck_course_enrollment_dependency_override_by"),
        ),
        sa.CheckConstraint(
            "progress_percentage BETWEEN 0 AND 100", name=op.f("ck_course_enrollment_progress_percentage")
        ),
        sa.ForeignKeyConstraint(
            ["course_id"], ["tracker.course.id"], name=op.f("fk_course_enrollment_course_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["course_instance_id", "course_id"],
            ["tracker.course_instance.id", "tracker.course_instance.course_id"],
            name=op.f("fk_course_enrollment_course_instance_id_course_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["core.accounts.id"], name=op.f("fk_course_enrollment_created_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["dependency_override_by"],
            ["core.accounts.id"],
            name=op.f("fk_course_enrollment_dependency_override_by"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["people_id"], ["tracker.people.id"], name=op.f("fk_course_enrollment_people_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["updated_by"], ["core.accounts.id"], name=op.f("fk_course_enrollment_updated_by"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_enrollment")),
        schema="tracker",
    )
    op.create_index(
        "ix_course_enrollment_course_id_status", "course_enrollment", ["course_id", "status"], schema="tracker"
    )
    op.create_index(
        "ix_course_enrollment_course_instance_id", "course_enrollment", ["course_instance_id"], schema="tracker"
    )
    op.create_index("ix_course_enrollment_created_by", "course_enrollment", ["created_by"], schema="tracker")
    op.create_index(
        "ix_course_enrollment_dependency_override_by", "course_enrollment", ["dependency_override_by"], schema="tracker"
    )
    op.create_index(
        "ix_course_enrollment_unsynced",
        "course_enrollment",
        ["updated_at"],
        schema="tracker",
        postgresql_where=sa.text("NOT planning_center_synced"),
    )
    op.create_index("ix_course_enrollment_updated_by", "course_enrollment", ["updated_by"], schema="tracker")
    op.create_index(
        "uq_course_enrollment_registration",
        "course_enrollment",
        ["planning_center_registration_id"],
        unique=True,
        schema="tracker",
    )
    op.create_index(
        "uq_course_enrollment_run",
        "course_enrollment",
        ["people_id", "course_id", "course_instance_id"],
        unique=True,
        schema="tracker",
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        "content_completion",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("course_enrollment_id", sa.Uuid(), nullable=False),
        sa.Column("content_id", sa.Uuid(), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("time_spent_minutes", sa.Integer(), nullable=True),
        sa.Column("score", sa.Numeric(precision=5, scale=2), nullable=True),
        sa.Column("notes", sa.Text(), nullable=True),
        *_times(),
        sa.CheckConstraint("score BETWEEN 0 AND 100", name=op.f("ck_content_completion_score")),
        sa.CheckConstraint("time_spent_minutes >= 0", name=op.f("ck_content_completion_time_spent_minutes")),
        sa.ForeignKeyConstraint(
            ["content_id"], ["tracker.content.id"], name=op.f("fk_content_completion_content_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["course_enrollment_id"],
            ["tracker.course_enrollment.id"],
            name=op.f("fk_content_completion_course_enrollment_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_content_completion")),
        schema="tracker",
    )
    op.create_index("ix_content_completion_content_id", "content_completion", ["content_id"], schema="tracker")
    op.create_index(
        "uq_content_completion_item",
        "content_completion",
        ["course_enrollment_id", "content_id"],
        unique=True,
        schema="tracker",
    )
    op.execute("SELECT core.watch_updates('tracker.course_enrollment')")
    op.execute("SELECT core.watch_updates('tracker.content_completion')")


def downgrade() -> None:
    op.drop_table("content_completion", schema="tracker")
    op.drop_table("course_enrollment", schema="tracker")
