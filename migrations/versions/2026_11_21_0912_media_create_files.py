"""Stored files of all systems."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0012_media_files"
down_revision: str | None = "0011_core_touch_and_months"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "files",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("storage_key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'pending'"), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=True),
        sa.Column("sha256", sa.LargeBinary(), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("organization_id", sa.Uuid(), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("state IN ('pending', 'stored', 'removed')", name=op.f("ck_files_state")),
        sa.CheckConstraint("size_bytes >= 0", name=op.f("ck_files_size_bytes")),
        sa.CheckConstraint("octet_length(sha256) = 32", name=op.f("ck_files_sha256")),
        sa.CheckConstraint(
            "state <> 'stored' OR size_bytes IS NOT NULL AND sha256 IS NOT NULL", name=op.f("ck_files_stored_is_known")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["core.accounts.id"], name=op.f("fk_files_account_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["core.organizations.id"], name=op.f("fk_files_organization_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_files")),
        schema="core",
    )
    op.create_index("uq_files_storage_key", "files", ["storage_key"], unique=True, schema="core")
    op.create_index("ix_files_account_id", "files", ["account_id"], schema="core")
    op.create_index("ix_files_organization_id", "files", ["organization_id"], schema="core")
    op.create_index(
        "ix_files_pending", "files", ["created_at"], schema="core", postgresql_where=sa.text("state = 'pending'")
    )
    op.execute("SELECT core.watch_updates('core.files')")


def downgrade() -> None:
    op.drop_table("files", schema="core")
