"""Status changes, comments, and what was published."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "0244_studio_reviews"
down_revision: str | None = "0243_studio_contents"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "status_changes",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=True),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("content_type", sa.Text(), nullable=True),
        sa.Column("from_status", sa.Text(), nullable=False),
        sa.Column("to_status", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("changed_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "array_position(ARRAY['draft', 'in_progress', 'content_created', 'review', 'approved', 'published'],"
            " to_status) > array_position(ARRAY['draft', 'in_progress', 'content_created', 'review', 'approved',"
            " 'published'], from_status)"
            r" OR coalesce(reason, '') ~ '\S'",
            name=op.f("ck_status_changes_back_with_reason"),
        ),
        sa.CheckConstraint(
            "content_type IN ('article', 'video', 'quiz', 'exercise')", name=op.f("ck_status_changes_content_type")
        ),
        sa.CheckConstraint(
            "from_status <> to_status AND ARRAY[from_status, to_status] <@ CASE WHEN program_id IS NOT NULL"
            " THEN ARRAY['draft', 'in_progress', 'review', 'published'] WHEN content_type IS NULL"
            " THEN ARRAY['draft', 'content_created', 'approved', 'published']"
            " ELSE ARRAY['draft', 'review', 'approved'] END",
            name=op.f("ck_status_changes_statuses"),
        ),
        sa.CheckConstraint(
            "content_type IS NULL OR session_id IS NOT NULL", name=op.f("ck_status_changes_content_of_session")
        ),
        sa.CheckConstraint("num_nonnulls(program_id, session_id) = 1", name=op.f("ck_status_changes_about_one")),
        sa.CheckConstraint("revision >= 1", name=op.f("ck_status_changes_revision")),
        sa.ForeignKeyConstraint(
            ["changed_by"], ["core.accounts.id"], name=op.f("fk_status_changes_changed_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["program_id"], ["studio.programs.id"], name=op.f("fk_status_changes_program_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["studio.sessions.id"], name=op.f("fk_status_changes_session_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_status_changes")),
        schema="studio",
    )
    op.create_index(op.f("ix_status_changes_changed_by"), "status_changes", ["changed_by"], schema="studio")
    op.create_index(
        "ix_status_changes_program_id_created_at", "status_changes", ["program_id", "created_at"], schema="studio"
    )
    op.create_index(
        "ix_status_changes_session_id_created_at", "status_changes", ["session_id", "created_at"], schema="studio"
    )
    op.create_table(
        "review_comments",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=True),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("content_type", sa.Text(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("resolved_by", sa.Uuid(), nullable=True),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(r"body ~ '\S'", name=op.f("ck_review_comments_body")),
        sa.CheckConstraint(
            "content_type IN ('article', 'video', 'quiz', 'exercise')", name=op.f("ck_review_comments_content_type")
        ),
        sa.CheckConstraint(
            "content_type IS NULL OR session_id IS NOT NULL", name=op.f("ck_review_comments_content_of_session")
        ),
        sa.CheckConstraint("num_nonnulls(program_id, session_id) = 1", name=op.f("ck_review_comments_about_one")),
        sa.CheckConstraint(
            "resolved_by IS NULL OR resolved_at IS NOT NULL", name=op.f("ck_review_comments_resolution")
        ),
        sa.ForeignKeyConstraint(
            ["author_id"], ["core.accounts.id"], name=op.f("fk_review_comments_author_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["program_id"], ["studio.programs.id"], name=op.f("fk_review_comments_program_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["resolved_by"], ["core.accounts.id"], name=op.f("fk_review_comments_resolved_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["studio.sessions.id"], name=op.f("fk_review_comments_session_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_comments")),
        schema="studio",
    )
    op.create_index(op.f("ix_review_comments_author_id"), "review_comments", ["author_id"], schema="studio")
    op.create_index(
        "ix_review_comments_program_id_created_at", "review_comments", ["program_id", "created_at"], schema="studio"
    )
    op.create_index(op.f("ix_review_comments_resolved_by"), "review_comments", ["resolved_by"], schema="studio")
    op.create_index(
        "ix_review_comments_session_id_created_at", "review_comments", ["session_id", "created_at"], schema="studio"
    )
    op.create_table(
        "program_revisions",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("content", JSONB(), nullable=False),
        sa.Column("published_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "content IS NULL OR jsonb_typeof(content) = 'object'"
            " AND coalesce(jsonb_typeof(content -> 'name'), 'null') IN ('string')"
            " AND coalesce(jsonb_typeof(content -> 'slug'), 'null') IN ('string')"
            " AND coalesce(jsonb_typeof(content -> 'language'), 'null') IN ('string')"
            " AND coalesce(jsonb_typeof(content -> 'description'), 'null') IN ('string', 'null')"
            " AND coalesce(jsonb_typeof(content -> 'chapters'), 'null') IN ('array')",
            name=op.f("ck_program_revisions_content_shape"),
        ),
        sa.CheckConstraint("revision >= 1", name=op.f("ck_program_revisions_revision")),
        sa.ForeignKeyConstraint(
            ["program_id"], ["studio.programs.id"], name=op.f("fk_program_revisions_program_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["published_by"], ["core.accounts.id"], name=op.f("fk_program_revisions_published_by"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_program_revisions")),
        sa.UniqueConstraint("program_id", "revision", name=op.f("uq_program_revisions_program_id_revision")),
        schema="studio",
    )
    op.create_index(op.f("ix_program_revisions_published_by"), "program_revisions", ["published_by"], schema="studio")
    op.create_table(
        "session_revisions",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("content", JSONB(), nullable=False),
        sa.Column("published_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "content IS NULL OR jsonb_typeof(content) = 'object'"
            " AND coalesce(jsonb_typeof(content -> 'number'), 'null') IN ('string')"
            " AND coalesce(jsonb_typeof(content -> 'title'), 'null') IN ('string')"
            " AND coalesce(jsonb_typeof(content -> 'estimated_minutes'), 'null') IN ('number')"
            " AND coalesce(jsonb_typeof(content -> 'article'), 'null') IN ('string', 'null')"
            " AND coalesce(jsonb_typeof(content -> 'script'), 'null') IN ('string', 'null')"
            " AND coalesce(jsonb_typeof(content -> 'questions'), 'null') IN ('array', 'null')"
            " AND coalesce(jsonb_typeof(content -> 'exercise'), 'null') IN ('object', 'null')",
            name=op.f("ck_session_revisions_content_shape"),
        ),
        sa.CheckConstraint("revision >= 1", name=op.f("ck_session_revisions_revision")),
        sa.ForeignKeyConstraint(
            ["published_by"], ["core.accounts.id"], name=op.f("fk_session_revisions_published_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["studio.sessions.id"], name=op.f("fk_session_revisions_session_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_revisions")),
        sa.UniqueConstraint("session_id", "revision", name=op.f("uq_session_revisions_session_id_revision")),
        schema="studio",
    )
    op.create_index(op.f("ix_session_revisions_published_by"), "session_revisions", ["published_by"], schema="studio")
    op.execute("SELECT core.watch_updates('studio.review_comments')")
    # Closed to everybody until the policies come.
    for table in ("status_changes", "review_comments", "program_revisions", "session_revisions"):
        op.execute(f"ALTER TABLE studio.{table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE studio.{table} FORCE ROW LEVEL SECURITY")


def downgrade() -> None:
    op.drop_table("session_revisions", schema="studio")
    op.drop_table("program_revisions", schema="studio")
    op.drop_table("review_comments", schema="studio")
    op.drop_table("status_changes", schema="studio")
