"""Programs, what is known about them, their chapters and sessions."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "0242_studio_programs"
down_revision: str | None = "0241_studio_clients"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


# What a version said is kept before it is replaced, whoever replaces it; and a version is never replaced by itself.
KEEP = """
CREATE FUNCTION studio.keep_program_knowledge() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF NEW.version <= OLD.version THEN
        RAISE EXCEPTION 'a change of knowledge raises its version'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_program_knowledge_version_grows';
    END IF;
    INSERT INTO studio.program_knowledge_history
        (program_knowledge_id, version, title, content, content_format, edited_by, edited_at)
    VALUES (OLD.id, OLD.version, OLD.title, OLD.content, OLD.content_format, OLD.edited_by, OLD.updated_at);
    RETURN NULL;
END
$body$
"""
WATCH = """
CREATE TRIGGER keep AFTER UPDATE ON studio.program_knowledge FOR EACH ROW
WHEN ((OLD.version, OLD.title, OLD.content, OLD.content_format)
    IS DISTINCT FROM (NEW.version, NEW.title, NEW.content, NEW.content_format))
EXECUTE FUNCTION studio.keep_program_knowledge()
"""


def upgrade() -> None:
    op.create_table(
        "programs",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), server_default=sa.text("'en'"), nullable=False),
        sa.Column("status", sa.Text(), server_default=sa.text("'draft'"), nullable=False),
        sa.Column("estimated_hours", sa.Numeric(precision=4, scale=1), nullable=True),
        sa.Column("total_sessions", sa.Integer(), nullable=True),
        sa.Column("revision", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint(
            "status IN ('draft', 'in_progress', 'review', 'published')", name=op.f("ck_programs_status")
        ),
        sa.CheckConstraint("estimated_hours >= 0 AND total_sessions >= 0", name=op.f("ck_programs_totals")),
        sa.CheckConstraint("revision >= 1", name=op.f("ck_programs_revision")),
        sa.ForeignKeyConstraint(
            ["client_id"], ["studio.clients.id"], name=op.f("fk_programs_client_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["core.accounts.id"], name=op.f("fk_programs_created_by"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programs")),
        sa.UniqueConstraint("client_id", "slug", name=op.f("uq_programs_client_id_slug")),
        schema="studio",
    )
    op.create_index("idx_programs_client", "programs", ["client_id"], schema="studio")
    op.create_index("idx_programs_status", "programs", ["status"], schema="studio")
    op.create_index(op.f("ix_programs_created_by"), "programs", ["created_by"], schema="studio")
    op.create_table(
        "program_knowledge",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("content_format", sa.Text(), server_default=sa.text("'markdown'"), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("edited_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint(
            "type IN ('brief', 'topic_research', 'path_recommendations', 'program_matrix')",
            name=op.f("ck_program_knowledge_type"),
        ),
        sa.CheckConstraint("version >= 1", name=op.f("ck_program_knowledge_version")),
        sa.ForeignKeyConstraint(
            ["created_by"], ["core.accounts.id"], name=op.f("fk_program_knowledge_created_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["edited_by"], ["core.accounts.id"], name=op.f("fk_program_knowledge_edited_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["program_id"], ["studio.programs.id"], name=op.f("fk_program_knowledge_program_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_program_knowledge")),
        sa.UniqueConstraint("program_id", "type", name=op.f("uq_program_knowledge_program_id_type")),
        schema="studio",
    )
    op.create_index("idx_program_knowledge_program", "program_knowledge", ["program_id"], schema="studio")
    op.create_index(op.f("ix_program_knowledge_created_by"), "program_knowledge", ["created_by"], schema="studio")
    op.create_index(op.f("ix_program_knowledge_edited_by"), "program_knowledge", ["edited_by"], schema="studio")
    op.create_table(
        "program_knowledge_history",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("program_knowledge_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("content_format", sa.Text(), nullable=False),
        sa.Column("edited_by", sa.Uuid(), nullable=True),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["edited_by"],
            ["core.accounts.id"],
            name=op.f("fk_program_knowledge_history_edited_by"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["program_knowledge_id"],
            ["studio.program_knowledge.id"],
            name=op.f("fk_program_knowledge_history_program_knowledge_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_program_knowledge_history")),
        sa.UniqueConstraint(
            "program_knowledge_id", "version", name=op.f("uq_program_knowledge_history_program_knowledge_id_version")
        ),
        schema="studio",
    )
    op.create_index(
        op.f("ix_program_knowledge_history_edited_by"), "program_knowledge_history", ["edited_by"], schema="studio"
    )
    op.create_table(
        "chapters",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("subtitle", sa.Text(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("order_index", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint("number >= 0 AND order_index >= 0", name=op.f("ck_chapters_place")),
        sa.ForeignKeyConstraint(
            ["created_by"], ["core.accounts.id"], name=op.f("fk_chapters_created_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["program_id"], ["studio.programs.id"], name=op.f("fk_chapters_program_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chapters")),
        sa.UniqueConstraint(
            "program_id", "number", deferrable=True, initially="IMMEDIATE", name="uq_chapters_program_id_number"
        ),
        sa.UniqueConstraint(
            "program_id",
            "order_index",
            deferrable=True,
            initially="IMMEDIATE",
            name="uq_chapters_program_id_order_index",
        ),
        schema="studio",
    )
    op.create_index("idx_chapters_program", "chapters", ["program_id"], schema="studio")
    op.create_index(op.f("ix_chapters_created_by"), "chapters", ["created_by"], schema="studio")
    op.create_table(
        "sessions",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("chapter_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("hook", sa.Text(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("wiifm", sa.Text(), nullable=True),
        sa.Column("learning_objectives", JSONB(), nullable=True),
        sa.Column("estimated_minutes", sa.Integer(), server_default=sa.text("10"), nullable=False),
        sa.Column("order_index", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), server_default=sa.text("'draft'"), nullable=False),
        sa.Column("revision", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("approved_by", sa.Uuid(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint(
            "(approved_at IS NULL OR status IN ('approved', 'published')) AND (approved_by IS NULL"
            " OR approved_at IS NOT NULL)",
            name=op.f("ck_sessions_approval"),
        ),
        sa.CheckConstraint(r"number ~ '\S' AND order_index >= 0", name=op.f("ck_sessions_place")),
        sa.CheckConstraint(
            "status IN ('draft', 'content_created', 'approved', 'published')", name=op.f("ck_sessions_status")
        ),
        sa.CheckConstraint("estimated_minutes > 0", name=op.f("ck_sessions_estimated_minutes")),
        sa.CheckConstraint(
            "jsonb_typeof(learning_objectives) = 'array'"
            " AND NOT jsonb_path_exists(learning_objectives, 'strict $[*] ? (@.type() != \"string\")')",
            name=op.f("ck_sessions_learning_objectives_shape"),
        ),
        sa.CheckConstraint("revision >= 1", name=op.f("ck_sessions_revision")),
        sa.ForeignKeyConstraint(
            ["approved_by"], ["core.accounts.id"], name=op.f("fk_sessions_approved_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["chapter_id"], ["studio.chapters.id"], name=op.f("fk_sessions_chapter_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["core.accounts.id"], name=op.f("fk_sessions_created_by"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
        sa.UniqueConstraint(
            "chapter_id", "number", deferrable=True, initially="IMMEDIATE", name="uq_sessions_chapter_id_number"
        ),
        sa.UniqueConstraint(
            "chapter_id",
            "order_index",
            deferrable=True,
            initially="IMMEDIATE",
            name="uq_sessions_chapter_id_order_index",
        ),
        schema="studio",
    )
    op.create_index("idx_sessions_chapter", "sessions", ["chapter_id"], schema="studio")
    op.create_index("idx_sessions_status", "sessions", ["status"], schema="studio")
    op.create_index(op.f("ix_sessions_approved_by"), "sessions", ["approved_by"], schema="studio")
    op.create_index(op.f("ix_sessions_created_by"), "sessions", ["created_by"], schema="studio")
    op.execute(KEEP)
    op.execute(WATCH)
    op.execute("SELECT core.watch_updates('studio.programs')")
    op.execute("SELECT core.watch_updates('studio.program_knowledge')")
    op.execute("SELECT core.watch_updates('studio.chapters')")
    op.execute("SELECT core.watch_updates('studio.sessions')")
    # Closed to everybody until the policies come.
    for table in ("programs", "program_knowledge", "program_knowledge_history", "chapters", "sessions"):
        op.execute(f"ALTER TABLE studio.{table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE studio.{table} FORCE ROW LEVEL SECURITY")


def downgrade() -> None:
    op.drop_table("sessions", schema="studio")
    op.drop_table("chapters", schema="studio")
    op.drop_table("program_knowledge_history", schema="studio")
    op.drop_table("program_knowledge", schema="studio")
    op.drop_table("programs", schema="studio")
    op.execute("DROP FUNCTION studio.keep_program_knowledge()")
