"""Self-paced courses: modules, lessons, attachments."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ExcludeConstraint

revision: str = "0205_community_courses"
down_revision: str | None = "0204_community_comments"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "courses",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("thumbnail", sa.Uuid(), nullable=True),
        sa.Column("visibility", sa.Text(), server_default=sa.text("'members'"), nullable=False),
        sa.Column("status", sa.Text(), server_default=sa.text("'draft'"), nullable=False),
        sa.Column("required_tier", sa.Text(), nullable=True),
        sa.Column("enrollment_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint(
            "(visibility = 'paid') = (required_tier IS NOT NULL)", name=op.f("ck_courses_paid_needs_tier")
        ),
        sa.CheckConstraint("status IN ('draft', 'published')", name=op.f("ck_courses_status")),
        sa.CheckConstraint("visibility IN ('public', 'members', 'paid')", name=op.f("ck_courses_visibility")),
        sa.CheckConstraint("enrollment_count >= 0", name=op.f("ck_courses_enrollment_count")),
        sa.ForeignKeyConstraint(
            ["required_tier"], ["community.tiers.code"], name=op.f("fk_courses_required_tier"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["thumbnail"], ["core.files.id"], name=op.f("fk_courses_thumbnail"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_courses")),
        schema="community",
    )
    op.create_index(
        "ix_courses_required_tier",
        "courses",
        ["required_tier"],
        schema="community",
        postgresql_where=sa.text("required_tier IS NOT NULL"),
    )
    op.create_index("ix_courses_status_created_at", "courses", ["status", "created_at", "id"], schema="community")
    op.create_index(
        "ix_courses_thumbnail",
        "courses",
        ["thumbnail"],
        schema="community",
        postgresql_where=sa.text("thumbnail IS NOT NULL"),
    )
    op.create_table(
        "modules",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("order", sa.Integer(), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        ExcludeConstraint(
            (sa.column("course_id"), "="),
            (sa.column("order"), "="),
            where=sa.text("deleted_at IS NULL"),
            deferrable=True,
            initially="IMMEDIATE",
            using="btree",
            name="ex_modules_course_id_order",
        ),
        sa.CheckConstraint('"order" >= 0', name=op.f("ck_modules_order")),
        sa.ForeignKeyConstraint(
            ["course_id"], ["community.courses.id"], name=op.f("fk_modules_course_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_modules")),
        schema="community",
    )
    op.create_index("ix_modules_course_id_order", "modules", ["course_id", "order"], schema="community")
    op.create_table(
        "lessons",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("module_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=True),
        sa.Column("video_url", sa.Text(), nullable=True),
        sa.Column("order", sa.Integer(), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        ExcludeConstraint(
            (sa.column("module_id"), "="),
            (sa.column("order"), "="),
            where=sa.text("deleted_at IS NULL"),
            deferrable=True,
            initially="IMMEDIATE",
            using="btree",
            name="ex_lessons_module_id_order",
        ),
        sa.CheckConstraint('"order" >= 0', name=op.f("ck_lessons_order")),
        sa.ForeignKeyConstraint(
            ["module_id"], ["community.modules.id"], name=op.f("fk_lessons_module_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lessons")),
        schema="community",
    )
    op.create_index("ix_lessons_module_id_order", "lessons", ["module_id", "order"], schema="community")
    op.create_table(
        "lesson_attachments",
        sa.Column("lesson_id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint("position >= 0", name=op.f("ck_lesson_attachments_position")),
        sa.ForeignKeyConstraint(
            ["file_id"], ["core.files.id"], name=op.f("fk_lesson_attachments_file_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["lesson_id"], ["community.lessons.id"], name=op.f("fk_lesson_attachments_lesson_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("lesson_id", "file_id", name=op.f("pk_lesson_attachments")),
        sa.UniqueConstraint(
            "lesson_id",
            "position",
            deferrable=True,
            initially="IMMEDIATE",
            name=op.f("uq_lesson_attachments_lesson_id_position"),
        ),
        schema="community",
    )
    op.create_index("ix_lesson_attachments_file_id", "lesson_attachments", ["file_id"], schema="community")
    op.execute("SELECT core.watch_updates('community.courses')")
    op.execute("SELECT core.watch_updates('community.modules')")
    op.execute("SELECT core.watch_updates('community.lessons')")


def downgrade() -> None:
    op.drop_table("lesson_attachments", schema="community")
    op.drop_table("lessons", schema="community")
    op.drop_table("modules", schema="community")
    op.drop_table("courses", schema="community")
