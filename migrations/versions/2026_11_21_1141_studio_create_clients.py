"""Clients, their members, the platform's staff, and what is known about clients."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "0241_studio_clients"
down_revision: str | None = "0240_core_tickets"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


# What a version said is kept before it is replaced, whoever replaces it; and a version is never replaced by itself.
KEEP = """
CREATE FUNCTION studio.keep_client_knowledge() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF NEW.version <= OLD.version THEN
        RAISE EXCEPTION 'a change of knowledge raises its version'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_client_knowledge_version_grows';
    END IF;
    INSERT INTO studio.client_knowledge_history (client_knowledge_id, version, content, edited_by, edited_at)
    VALUES (OLD.id, OLD.version, OLD.content, OLD.edited_by, OLD.updated_at);
    RETURN NULL;
END
$body$
"""
WATCH = """
CREATE TRIGGER keep AFTER UPDATE ON studio.client_knowledge FOR EACH ROW
WHEN ((OLD.version, OLD.content) IS DISTINCT FROM (NEW.version, NEW.content))
EXECUTE FUNCTION studio.keep_client_knowledge()
"""


def upgrade() -> None:
    op.create_table(
        "clients",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("industry", sa.Text(), nullable=True),
        sa.Column("contact_email", sa.Text(), nullable=True),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by"], ["core.accounts.id"], name=op.f("fk_clients_created_by"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clients")),
        sa.UniqueConstraint("slug", name=op.f("uq_clients_slug")),
        schema="studio",
    )
    op.create_index(op.f("ix_clients_created_by"), "clients", ["created_by"], schema="studio")
    op.create_table(
        "client_members",
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), server_default=sa.text("'author'"), nullable=False),
        sa.Column("added_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("role IN ('author', 'reviewer')", name=op.f("ck_client_members_role")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["core.accounts.id"], name=op.f("fk_client_members_account_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["added_by"], ["core.accounts.id"], name=op.f("fk_client_members_added_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["client_id"], ["studio.clients.id"], name=op.f("fk_client_members_client_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("client_id", "account_id", name=op.f("pk_client_members")),
        schema="studio",
    )
    op.create_index(
        "ix_client_members_account_id_client_id", "client_members", ["account_id", "client_id"], schema="studio"
    )
    op.create_index(op.f("ix_client_members_added_by"), "client_members", ["added_by"], schema="studio")
    op.create_table(
        "staff",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("added_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["core.accounts.id"], name=op.f("fk_staff_account_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["added_by"], ["core.accounts.id"], name=op.f("fk_staff_added_by"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_staff")),
        schema="studio",
    )
    op.create_index(op.f("ix_staff_added_by"), "staff", ["added_by"], schema="studio")
    op.create_table(
        "client_knowledge",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("content", JSONB(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("edited_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint("jsonb_typeof(content) = 'object'", name=op.f("ck_client_knowledge_content_shape")),
        sa.CheckConstraint(
            "type IN ('business_context', 'terminology', 'brand_voice')", name=op.f("ck_client_knowledge_type")
        ),
        sa.CheckConstraint("version >= 1", name=op.f("ck_client_knowledge_version")),
        sa.ForeignKeyConstraint(
            ["client_id"], ["studio.clients.id"], name=op.f("fk_client_knowledge_client_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["core.accounts.id"], name=op.f("fk_client_knowledge_created_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["edited_by"], ["core.accounts.id"], name=op.f("fk_client_knowledge_edited_by"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client_knowledge")),
        sa.UniqueConstraint("client_id", "type", name=op.f("uq_client_knowledge_client_id_type")),
        schema="studio",
    )
    op.create_index("idx_client_knowledge_client", "client_knowledge", ["client_id"], schema="studio")
    op.create_index(op.f("ix_client_knowledge_created_by"), "client_knowledge", ["created_by"], schema="studio")
    op.create_index(op.f("ix_client_knowledge_edited_by"), "client_knowledge", ["edited_by"], schema="studio")
    op.create_table(
        "client_knowledge_history",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("client_knowledge_id", sa.Uuid(), nullable=False),
        sa.Column("content", JSONB(), nullable=False),
        sa.Column("edited_by", sa.Uuid(), nullable=True),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("jsonb_typeof(content) = 'object'", name=op.f("ck_client_knowledge_history_content_shape")),
        sa.ForeignKeyConstraint(
            ["client_knowledge_id"],
            ["studio.client_knowledge.id"],
            name=op.f("fk_client_knowledge_history_client_knowledge_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["edited_by"], ["core.accounts.id"], name=op.f("fk_client_knowledge_history_edited_by"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client_knowledge_history")),
        sa.UniqueConstraint(
            "client_knowledge_id", "version", name=op.f("uq_client_knowledge_history_client_knowledge_id_version")
        ),
        schema="studio",
    )
    op.create_index(
        op.f("ix_client_knowledge_history_edited_by"), "client_knowledge_history", ["edited_by"], schema="studio"
    )
    op.execute(KEEP)
    op.execute(WATCH)
    op.execute("SELECT core.watch_updates('studio.clients')")
    op.execute("SELECT core.watch_updates('studio.client_members')")
    op.execute("SELECT core.watch_updates('studio.client_knowledge')")
    # Closed to everybody until the policies come.
    for table in ("clients", "client_members", "staff", "client_knowledge", "client_knowledge_history"):
        op.execute(f"ALTER TABLE studio.{table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE studio.{table} FORCE ROW LEVEL SECURITY")


def downgrade() -> None:
    op.drop_table("client_knowledge_history", schema="studio")
    op.drop_table("client_knowledge", schema="studio")
    op.drop_table("staff", schema="studio")
    op.drop_table("client_members", schema="studio")
    op.drop_table("clients", schema="studio")
    op.execute("DROP FUNCTION studio.keep_client_knowledge()")
