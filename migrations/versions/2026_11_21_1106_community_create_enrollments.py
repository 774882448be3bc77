"""Enrollments in courses, and progress in them."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0206_community_enrollments"
down_revision: str | None = "0205_community_courses"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "enrollments",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("last_lesson_id", sa.Uuid(), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["course_id"], ["community.courses.id"], name=op.f("fk_enrollments_course_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["last_lesson_id"],
            ["community.lessons.id"],
            name=op.f("fk_enrollments_last_lesson_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["community.users.id"], name=op.f("fk_enrollments_user_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrollments")),
        sa.UniqueConstraint("user_id", "course_id", name=op.f("uq_enrollments_user_id_course_id")),
        schema="community",
    )
    op.create_index("ix_enrollments_course_id", "enrollments", ["course_id"], schema="community")
    op.create_index(
        "ix_enrollments_last_lesson_id",
        "enrollments",
        ["last_lesson_id"],
        schema="community",
        postgresql_where=sa.text("last_lesson_id IS NOT NULL"),
    )
    op.create_table(
        "lesson_progress",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("lesson_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["lesson_id"], ["community.lessons.id"], name=op.f("fk_lesson_progress_lesson_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["community.users.id"], name=op.f("fk_lesson_progress_user_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lesson_progress")),
        sa.UniqueConstraint("user_id", "lesson_id", name=op.f("uq_lesson_progress_user_id_lesson_id")),
        schema="community",
    )
    op.create_index("ix_lesson_progress_lesson_id", "lesson_progress", ["lesson_id"], schema="community")
    op.execute("SELECT core.watch_updates('community.enrollments')")


def downgrade() -> None:
    op.drop_table("lesson_progress", schema="community")
    op.drop_table("enrollments", schema="community")
