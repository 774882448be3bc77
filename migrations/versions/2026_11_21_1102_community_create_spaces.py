"""Spaces and visits to them."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ExcludeConstraint

revision: str = "0202_community_spaces"
down_revision: str | None = "0201_community_memberships"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "spaces",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("icon", sa.Text(), nullable=True),
        sa.Column("visibility", sa.Text(), server_default=sa.text("'members'"), nullable=False),
        sa.Column("post_permission", sa.Text(), server_default=sa.text("'all'"), nullable=False),
        sa.Column("required_tier", sa.Text(), nullable=True),
        sa.Column("order", sa.Integer(), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        ExcludeConstraint(
            (sa.column("order"), "="),
            where=sa.text("deleted_at IS NULL"),
            deferrable=True,
            initially="IMMEDIATE",
            using="btree",
            name="ex_spaces_order",
        ),
        sa.CheckConstraint(
            "(visibility = 'paid') = (required_tier IS NOT NULL)", name=op.f("ck_spaces_paid_needs_tier")
        ),
        sa.CheckConstraint("post_permission IN ('all', 'moderators', 'admin')", name=op.f("ck_spaces_post_permission")),
        sa.CheckConstraint("visibility IN ('public', 'members', 'paid')", name=op.f("ck_spaces_visibility")),
        sa.CheckConstraint('"order" >= 0', name=op.f("ck_spaces_order")),
        sa.ForeignKeyConstraint(
            ["required_tier"], ["community.tiers.code"], name=op.f("fk_spaces_required_tier"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spaces")),
        schema="community",
    )
    op.create_index("ix_spaces_order", "spaces", ["order"], schema="community")
    op.create_index(
        "ix_spaces_required_tier",
        "spaces",
        ["required_tier"],
        schema="community",
        postgresql_where=sa.text("required_tier IS NOT NULL"),
    )
    op.create_index("ix_spaces_visibility", "spaces", ["visibility"], schema="community")
    op.create_table(
        "space_visits",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("space_id", sa.Uuid(), nullable=False),
        sa.Column("last_visited_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["space_id"], ["community.spaces.id"], name=op.f("fk_space_visits_space_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["community.users.id"], name=op.f("fk_space_visits_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_space_visits")),
        sa.UniqueConstraint("user_id", "space_id", name=op.f("uq_space_visits_user_id_space_id")),
        schema="community",
    )
    op.create_index("ix_space_visits_space_id", "space_visits", ["space_id"], schema="community")
    op.execute("SELECT core.watch_updates('community.spaces')")
    op.execute("SELECT core.watch_updates('community.space_visits')")


def downgrade() -> None:
    op.drop_table("space_visits", schema="community")
    op.drop_table("spaces", schema="community")
