"""Courses with their prerequisites and further runs, their content, and who does what in them."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0221_tracker_courses"
down_revision: str | None = "0220_tracker_people"
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
        "course",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("duration_weeks", sa.Integer(), nullable=True),
        sa.Column("planning_center_event_id", sa.Text(), nullable=True),
        sa.Column("planning_center_event_name", sa.Text(), nullable=True),
        sa.Column("event_start_date", sa.Date(), nullable=True),
        sa.Column("event_end_date", sa.Date(), nullable=True),
        sa.Column("max_capacity", sa.Integer(), nullable=True),
        sa.Column("current_registrations", sa.Integer(), nullable=True),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        *_times(),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        *_actors(),
        sa.CheckConstraint("duration_weeks > 0", name=op.f("ck_course_duration_weeks")),
        sa.CheckConstraint("event_end_date >= event_start_date", name=op.f("ck_course_dates")),
        sa.CheckConstraint("max_capacity >= 0 AND current_registrations >= 0", name=op.f("ck_course_counts")),
        sa.ForeignKeyConstraint(
            ["created_by"], ["core.accounts.id"], name=op.f("fk_course_created_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["updated_by"], ["core.accounts.id"], name=op.f("fk_course_updated_by"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course")),
        schema="tracker",
    )
    op.create_index("ix_course_created_by", "course", ["created_by"], schema="tracker")
    op.create_index("ix_course_name", "course", ["name", "id"], schema="tracker")
    op.create_index("ix_course_updated_by", "course", ["updated_by"], schema="tracker")
    op.create_index(
        "uq_course_planning_center_event_id", "course", ["planning_center_event_id"], unique=True, schema="tracker"
    )
    op.create_table(
        "course_prerequisite",
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("prerequisite_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("prerequisite_id <> course_id", name=op.f("ck_course_prerequisite_not_itself")),
        sa.ForeignKeyConstraint(
            ["course_id"], ["tracker.course.id"], name=op.f("fk_course_prerequisite_course_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["prerequisite_id"],
            ["tracker.course.id"],
            name=op.f("fk_course_prerequisite_prerequisite_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("course_id", "prerequisite_id", name=op.f("pk_course_prerequisite")),
        schema="tracker",
    )
    op.create_index(
        "ix_course_prerequisite_prerequisite_id", "course_prerequisite", ["prerequisite_id"], schema="tracker"
    )
    op.create_table(
        "course_instance",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("planning_center_event_id", sa.Text(), nullable=False),
        sa.Column("planning_center_event_name", sa.Text(), nullable=True),
        sa.Column("event_start_date", sa.Date(), nullable=True),
        sa.Column("event_end_date", sa.Date(), nullable=True),
        sa.Column("max_capacity", sa.Integer(), nullable=True),
        sa.Column("current_registrations", sa.Integer(), nullable=True),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        *_times(),
        *_actors(),
        sa.CheckConstraint("event_end_date >= event_start_date", name=op.f("ck_course_instance_dates")),
        sa.CheckConstraint("max_capacity >= 0 AND current_registrations >= 0", name=op.f("ck_course_instance_counts")),
        sa.ForeignKeyConstraint(
            ["course_id"], ["tracker.course.id"], name=op.f("fk_course_instance_course_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["core.accounts.id"], name=op.f("fk_course_instance_created_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["updated_by"], ["core.accounts.id"], name=op.f("fk_course_instance_updated_by"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_instance")),
        sa.UniqueConstraint("id", "course_id", name=op.f("uq_course_instance_id_course_id")),
        sa.UniqueConstraint("planning_center_event_id", name=op.f("uq_course_instance_planning_center_event_id")),
        schema="tracker",
    )
    op.create_index("ix_course_instance_course_id", "course_instance", ["course_id"], schema="tracker")
    op.create_index("ix_course_instance_created_by", "course_instance", ["created_by"], schema="tracker")
    op.create_index("ix_course_instance_updated_by", "course_instance", ["updated_by"], schema="tracker")
    op.create_table(
        "content_type",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("icon_class", sa.Text(), nullable=True),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        *_times(),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        *_actors(),
        sa.ForeignKeyConstraint(
            ["created_by"], ["core.accounts.id"], name=op.f("fk_content_type_created_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["updated_by"], ["core.accounts.id"], name=op.f("fk_content_type_updated_by"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_content_type")),
        schema="tracker",
    )
    op.create_index("ix_content_type_created_by", "content_type", ["created_by"], schema="tracker")
    op.create_index("ix_content_type_updated_by", "content_type", ["updated_by"], schema="tracker")
    op.create_index("uq_content_type_name", "content_type", [sa.text("lower(name)")], unique=True, schema="tracker")
    op.create_table(
        "content",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("content_type_id", sa.Uuid(), nullable=False),
        sa.Column("order_sequence", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.Column("file_path", sa.Text(), nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("duration_minutes", sa.Integer(), nullable=True),
        sa.Column("is_required", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        *_times(),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        *_actors(),
        sa.CheckConstraint("duration_minutes > 0", name=op.f("ck_content_duration_minutes")),
        sa.CheckConstraint("num_nonnulls(file_id, file_path, url) <= 1", name=op.f("ck_content_one_place")),
        sa.CheckConstraint("order_sequence >= 0", name=op.f("ck_content_order_sequence")),
        sa.ForeignKeyConstraint(
            ["content_type_id"],
            ["tracker.content_type.id"],
            name=op.f("fk_content_content_type_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["course_id"], ["tracker.course.id"], name=op.f("fk_content_course_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["core.accounts.id"], name=op.f("fk_content_created_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["file_id"], ["core.files.id"], name=op.f("fk_content_file_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["updated_by"], ["core.accounts.id"], name=op.f("fk_content_updated_by"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_content")),
        schema="tracker",
    )
    op.create_index("ix_content_content_type_id", "content", ["content_type_id"], schema="tracker")
    op.create_index("ix_content_course_id_order_sequence", "content", ["course_id", "order_sequence"], schema="tracker")
    op.create_index("ix_content_created_by", "content", ["created_by"], schema="tracker")
    op.create_index("ix_content_file_id", "content", ["file_id"], schema="tracker")
    op.create_index("ix_content_updated_by", "content", ["updated_by"], schema="tracker")
    op.create_table(
        "course_role",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("people_id", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("role_type", sa.Text(), nullable=False),
        sa.Column("assigned_date", sa.Date(), nullable=True),
        sa.Column("assigned_by", sa.Uuid(), nullable=True),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        *_times(),
        sa.CheckConstraint(
            "role_type IN ('teacher', 'student', 'assistant', 'observer')", name=op.f("ck_course_role_role_type")
        ),
        sa.ForeignKeyConstraint(
            ["assigned_by"], ["core.accounts.id"], name=op.f("fk_course_role_assigned_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["course_id"], ["tracker.course.id"], name=op.f("fk_course_role_course_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["people_id"], ["tracker.people.id"], name=op.f("fk_course_role_people_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_role")),
        schema="tracker",
    )
    op.create_index("ix_course_role_assigned_by", "course_role", ["assigned_by"], schema="tracker")
    op.create_index("ix_course_role_course_id", "course_role", ["course_id"], schema="tracker")
    op.create_index(
        "uq_course_role_people_id_course_id_role_type",
        "course_role",
        ["people_id", "course_id", "role_type"],
        unique=True,
        schema="tracker",
    )
    op.execute("INSERT INTO tracker.content_type (name) VALUES ('video'), ('document'), ('book')")
    op.execute("SELECT core.watch_updates('tracker.course')")
    op.execute("SELECT core.watch_updates('tracker.course_instance')")
    op.execute("SELECT core.watch_updates('tracker.content_type')")
    op.execute("SELECT core.watch_updates('tracker.content')")
    op.execute("SELECT core.watch_updates('tracker.course_role')")


def downgrade() -> None:
    op.drop_table("course_role", schema="tracker")
    op.drop_table("content", schema="tracker")
    op.drop_table("content_type", schema="tracker")
    op.drop_table("course_instance", schema="tracker")
    op.drop_table("course_prerequisite", schema="tracker")
    op.drop_table("course", schema="tracker")
