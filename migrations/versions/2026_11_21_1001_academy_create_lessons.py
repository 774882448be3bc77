"""Lessons, who teaches, who was there, and who has finished what."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0102_academy_lessons"
down_revision: str | None = "0101_academy_skills"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


WATCHED = ("lessons", "lesson_competencies", "session_attendance")


def upgrade() -> None:
    op.create_table(
        "course_instructors",
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["course_id"], ["academy.courses.id"], name=op.f("fk_course_instructors_course_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["academy.users.id"], name=op.f("fk_course_instructors_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("course_id", "user_id", name=op.f("pk_course_instructors")),
        schema="academy",
    )
    op.create_index("ix_course_instructors_user_id", "course_instructors", ["user_id"], schema="academy")
    op.create_table(
        "lessons",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("order_in_session", sa.Integer(), nullable=False),
        sa.Column("duration_minutes", sa.Integer(), nullable=False),
        sa.Column("slides_url", sa.Text(), nullable=True),
        sa.Column("worksheet_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint("duration_minutes > 0", name=op.f("ck_lessons_duration_minutes")),
        sa.CheckConstraint("order_in_session >= 1", name=op.f("ck_lessons_order_in_session")),
        sa.ForeignKeyConstraint(
            ["session_id"], ["academy.sessions.id"], name=op.f("fk_lessons_session_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lessons")),
        schema="academy",
    )
    op.create_index("ix_lessons_session_id", "lessons", ["session_id", "order_in_session"], schema="academy")
    op.create_index("ix_lessons_worksheet_id", "lessons", ["worksheet_id"], schema="academy")
    op.create_table(
        "lesson_competencies",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("lesson_id", sa.Uuid(), nullable=False),
        sa.Column("competency_id", sa.Uuid(), nullable=False),
        sa.Column("contribution_level", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint(
            "contribution_level IN ('introduces', 'reinforces', 'assesses')",
            name=op.f("ck_lesson_competencies_contribution_level"),
        ),
        sa.ForeignKeyConstraint(
            ["competency_id"],
            ["academy.competencies.id"],
            name=op.f("fk_lesson_competencies_competency_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["lesson_id"], ["academy.lessons.id"], name=op.f("fk_lesson_competencies_lesson_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lesson_competencies")),
        schema="academy",
    )
    op.create_index("ix_lesson_competencies_competency_id", "lesson_competencies", ["competency_id"], schema="academy")
    op.create_index(
        "uq_lesson_competencies_lesson_id_competency_id",
        "lesson_competencies",
        ["lesson_id", "competency_id"],
        unique=True,
        schema="academy",
    )
    op.create_table(
        "session_attendance",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("enrollment_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("minutes_attended", sa.Integer(), nullable=False),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("status <> 'absent' OR minutes_attended = 0", name=op.f("ck_session_attendance_absent")),
        sa.CheckConstraint("status IN ('attended', 'partial', 'absent')", name=op.f("ck_session_attendance_status")),
        sa.CheckConstraint("minutes_attended >= 0", name=op.f("ck_session_attendance_minutes_attended")),
        sa.ForeignKeyConstraint(
            ["enrollment_id"],
            ["academy.enrollments.id"],
            name=op.f("fk_session_attendance_enrollment_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"],
            ["academy.users.id"],
            name=op.f("fk_session_attendance_recorded_by_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["academy.sessions.id"], name=op.f("fk_session_attendance_session_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_attendance")),
        schema="academy",
    )
    op.create_index("ix_session_attendance_recorded_by_id", "session_attendance", ["recorded_by_id"], schema="academy")
    op.create_index("ix_session_attendance_session_id", "session_attendance", ["session_id"], schema="academy")
    op.create_index(
        "uq_session_attendance_enrollment_id_session_id",
        "session_attendance",
        ["enrollment_id", "session_id"],
        unique=True,
        schema="academy",
    )
    op.create_table(
        "lesson_progress",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("enrollment_id", sa.Uuid(), nullable=False),
        sa.Column("lesson_id", sa.Uuid(), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["enrollment_id"],
            ["academy.enrollments.id"],
            name=op.f("fk_lesson_progress_enrollment_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["lesson_id"], ["academy.lessons.id"], name=op.f("fk_lesson_progress_lesson_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lesson_progress")),
        schema="academy",
    )
    op.create_index("ix_lesson_progress_lesson_id", "lesson_progress", ["lesson_id"], schema="academy")
    op.create_index(
        "uq_lesson_progress_enrollment_id_lesson_id",
        "lesson_progress",
        ["enrollment_id", "lesson_id"],
        unique=True,
        schema="academy",
    )
    op.add_column("courses", sa.Column("required_attendance_percent", sa.Integer(), nullable=True), schema="academy")
    op.create_check_constraint(
        op.f("ck_courses_required_attendance_percent"),
        "courses",
        "required_attendance_percent BETWEEN 1 AND 100",
        schema="academy",
    )
    op.add_column(
        "enrollments",
        sa.Column("progress_percent", sa.Integer(), server_default=sa.text("0"), nullable=False),
        schema="academy",
    )
    op.add_column("enrollments", sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True), schema="academy")
    op.add_column("enrollments", sa.Column("completed_by_id", sa.Uuid(), nullable=True), schema="academy")
    op.create_check_constraint(
        op.f("ck_enrollments_progress_percent"), "enrollments", "progress_percent BETWEEN 0 AND 100", schema="academy"
    )
    op.create_check_constraint(
        op.f("ck_enrollments_completed_by"),
        "enrollments",
        "completed_by_id IS NULL OR completed_at IS NOT NULL",
        schema="academy",
    )
    op.create_foreign_key(
        op.f("fk_enrollments_completed_by_id"),
        "enrollments",
        "users",
        ["completed_by_id"],
        ["id"],
        source_schema="academy",
        referent_schema="academy",
        ondelete="SET NULL",
    )
    op.create_index(
        "ix_enrollments_completed_by_id",
        "enrollments",
        ["completed_by_id"],
        schema="academy",
        postgresql_where=sa.text("completed_by_id IS NOT NULL"),
    )
    for table in WATCHED:
        op.execute(f"SELECT core.watch_updates('academy.{table}')")


def downgrade() -> None:
    op.drop_constraint(op.f("ck_enrollments_completed_by"), "enrollments", schema="academy", type_="check")
    op.drop_column("enrollments", "completed_by_id", schema="academy")
    op.drop_column("enrollments", "completed_at", schema="academy")
    op.drop_column("enrollments", "progress_percent", schema="academy")
    op.drop_column("courses", "required_attendance_percent", schema="academy")
    op.drop_table("lesson_progress", schema="academy")
    op.drop_table("session_attendance", schema="academy")
    op.drop_table("lesson_competencies", schema="academy")
    op.drop_table("lessons", schema="academy")
    op.drop_table("course_instructors", schema="academy")
