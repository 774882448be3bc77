"""Discussions, and what people do with them."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, TSVECTOR

revision: str = "0126_academy_discussions"
down_revision: str | None = "0125_academy_library_use"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "discussion_threads",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=True),
        sa.Column("cohort_id", sa.Uuid(), nullable=True),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("lesson_id", sa.Uuid(), nullable=True),
        sa.Column("is_pinned", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("is_announcement", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("is_locked", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("category", sa.Text(), nullable=True),
        sa.Column("tags", ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("reply_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("view_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("like_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("last_activity_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("status", sa.Text(), server_default=sa.text("'active'"), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", TSVECTOR(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint(
            "CASE scope WHEN 'course' THEN course_id IS NOT NULL"
            " AND num_nonnulls(cohort_id, session_id, lesson_id) = 0"
            " WHEN 'session' THEN cohort_id IS NOT NULL AND lesson_id IS NULL"
            " WHEN 'lesson' THEN lesson_id IS NOT NULL"
            " ELSE num_nonnulls(course_id, cohort_id, session_id, lesson_id) = 0 END",
            name=op.f("ck_discussion_threads_scope_names_its_place"),
        ),
        sa.CheckConstraint(
            "deleted_at IS NULL OR status = 'hidden'", name=op.f("ck_discussion_threads_deleted_is_hidden")
        ),
        sa.CheckConstraint(
            "scope IN ('course', 'session', 'lesson', 'general')", name=op.f("ck_discussion_threads_scope")
        ),
        sa.CheckConstraint("status IN ('active', 'hidden', 'flagged')", name=op.f("ck_discussion_threads_status")),
        sa.CheckConstraint(
            "reply_count >= 0 AND view_count >= 0 AND like_count >= 0", name=op.f("ck_discussion_threads_counts")
        ),
        sa.ForeignKeyConstraint(
            ["author_id"], ["academy.users.id"], name=op.f("fk_discussion_threads_author_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["cohort_id"], ["academy.cohorts.id"], name=op.f("fk_discussion_threads_cohort_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["course_id"], ["academy.courses.id"], name=op.f("fk_discussion_threads_course_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["academy.sessions.id"], name=op.f("fk_discussion_threads_session_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_discussion_threads")),
        schema="academy",
    )
    op.create_index("ix_discussion_threads_author_id", "discussion_threads", ["author_id"], schema="academy")
    op.create_index(
        "ix_discussion_threads_cohort",
        "discussion_threads",
        ["cohort_id", "status", "last_activity_at"],
        schema="academy",
    )
    op.create_index(
        "ix_discussion_threads_course",
        "discussion_threads",
        ["course_id", "status", "last_activity_at"],
        schema="academy",
    )
    op.create_index(
        "ix_discussion_threads_is_pinned_scope_status",
        "discussion_threads",
        ["is_pinned", "scope", "status"],
        schema="academy",
    )
    op.create_index("ix_discussion_threads_lesson", "discussion_threads", ["lesson_id", "status"], schema="academy")
    op.create_index(
        "ix_discussion_threads_search", "discussion_threads", ["search"], schema="academy", postgresql_using="gin"
    )
    op.create_index(
        "ix_discussion_threads_session",
        "discussion_threads",
        ["session_id", "status", "last_activity_at"],
        schema="academy",
    )
    op.create_table(
        "discussion_replies",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("thread_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("parent_reply_id", sa.Uuid(), nullable=True),
        sa.Column("is_instructor_reply", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("is_best_answer", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("like_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("status", sa.Text(), server_default=sa.text("'active'"), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint(
            "deleted_at IS NULL OR status = 'hidden'", name=op.f("ck_discussion_replies_deleted_is_hidden")
        ),
        sa.CheckConstraint("status IN ('active', 'hidden', 'flagged')", name=op.f("ck_discussion_replies_status")),
        sa.CheckConstraint("like_count >= 0", name=op.f("ck_discussion_replies_like_count")),
        sa.CheckConstraint("parent_reply_id <> id", name=op.f("ck_discussion_replies_parent_is_another")),
        sa.ForeignKeyConstraint(
            ["author_id"], ["academy.users.id"], name=op.f("fk_discussion_replies_author_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["thread_id", "parent_reply_id"],
            ["academy.discussion_replies.thread_id", "academy.discussion_replies.id"],
            name="fk_discussion_replies_parent_reply_id",
            ondelete="SET NULL (parent_reply_id)",
        ),
        sa.ForeignKeyConstraint(
            ["thread_id"],
            ["academy.discussion_threads.id"],
            name=op.f("fk_discussion_replies_thread_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_discussion_replies")),
        sa.UniqueConstraint("thread_id", "id", name=op.f("uq_discussion_replies_thread_id_id")),
        schema="academy",
    )
    op.create_index("ix_discussion_replies_author_id", "discussion_replies", ["author_id"], schema="academy")
    op.create_index(
        "ix_discussion_replies_parent_reply_id", "discussion_replies", ["parent_reply_id"], schema="academy"
    )
    op.create_index(
        "ix_discussion_replies_thread_id_status_created_at",
        "discussion_replies",
        ["thread_id", "status", "created_at"],
        schema="academy",
    )
    op.create_index(
        "uq_discussion_replies_best_answer",
        "discussion_replies",
        ["thread_id"],
        unique=True,
        schema="academy",
        postgresql_where=sa.text("is_best_answer"),
    )
    op.create_table(
        "thread_interactions",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("thread_id", sa.Uuid(), nullable=False),
        sa.Column("interaction", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "interaction IN ('view', 'like', 'bookmark', 'subscribe')", name=op.f("ck_thread_interactions_interaction")
        ),
        sa.ForeignKeyConstraint(
            ["thread_id"],
            ["academy.discussion_threads.id"],
            name=op.f("fk_thread_interactions_thread_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["academy.users.id"], name=op.f("fk_thread_interactions_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_thread_interactions")),
        sa.UniqueConstraint(
            "user_id", "thread_id", "interaction", name=op.f("uq_thread_interactions_user_id_thread_id_interaction")
        ),
        schema="academy",
    )
    op.create_index(
        "ix_thread_interactions_thread_id_interaction",
        "thread_interactions",
        ["thread_id", "interaction"],
        schema="academy",
    )
    op.create_table(
        "reply_interactions",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("reply_id", sa.Uuid(), nullable=False),
        sa.Column("interaction", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("interaction IN ('like', 'flag')", name=op.f("ck_reply_interactions_interaction")),
        sa.ForeignKeyConstraint(
            ["reply_id"],
            ["academy.discussion_replies.id"],
            name=op.f("fk_reply_interactions_reply_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["academy.users.id"], name=op.f("fk_reply_interactions_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reply_interactions")),
        sa.UniqueConstraint(
            "user_id", "reply_id", "interaction", name=op.f("uq_reply_interactions_user_id_reply_id_interaction")
        ),
        schema="academy",
    )
    op.create_index(
        "ix_reply_interactions_reply_id_interaction",
        "reply_interactions",
        ["reply_id", "interaction"],
        schema="academy",
    )
    for table in ("discussion_threads", "discussion_replies"):
        op.execute(f"SELECT core.watch_updates('academy.{table}')")
    op.execute("SELECT core.watch_search('academy.discussion_threads', 'title', 'content')")


def downgrade() -> None:
    for table in ("reply_interactions", "thread_interactions", "discussion_replies", "discussion_threads"):
        op.drop_table(table, schema="academy")
