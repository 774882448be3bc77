"""The settings of the community."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0212_community_settings"
down_revision: str | None = "0211_community_reports"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "community_settings",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("logo_storage_id", sa.Uuid(), nullable=True),
        sa.Column("favicon_storage_id", sa.Uuid(), nullable=True),
        sa.Column("primary_color", sa.Text(), nullable=True),
        sa.Column("custom_domain", sa.Text(), nullable=True),
        sa.Column("stripe_connected_account_id", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint("custom_domain = lower(custom_domain)", name=op.f("ck_community_settings_custom_domain")),
        sa.ForeignKeyConstraint(
            ["favicon_storage_id"],
            ["core.files.id"],
            name=op.f("fk_community_settings_favicon_storage_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["logo_storage_id"],
            ["core.files.id"],
            name=op.f("fk_community_settings_logo_storage_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_community_settings")),
        schema="community",
    )
    op.create_index(
        "ix_community_settings_favicon_storage_id",
        "community_settings",
        ["favicon_storage_id"],
        schema="community",
        postgresql_where=sa.text("favicon_storage_id IS NOT NULL"),
    )
    op.create_index(
        "ix_community_settings_logo_storage_id",
        "community_settings",
        ["logo_storage_id"],
        schema="community",
        postgresql_where=sa.text("logo_storage_id IS NOT NULL"),
    )
    op.create_index(
        "uq_community_settings_only_row",
        "community_settings",
        [sa.literal_column("(true)")],
        unique=True,
        schema="community",
    )
    op.execute("SELECT core.watch_updates('community.community_settings')")


def downgrade() -> None:
    op.drop_table("community_settings", schema="community")
