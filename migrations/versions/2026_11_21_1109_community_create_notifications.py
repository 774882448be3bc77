"""Notifications, kept by months."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "0209_community_notifications"
down_revision: str | None = "0208_community_conversations"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "notifications",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("actor_name", sa.Text(), nullable=True),
        sa.Column("data", JSONB(), nullable=True),
        sa.Column("read", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["community.users.id"], name=op.f("fk_notifications_actor_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["community.users.id"], name=op.f("fk_notifications_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", "created_at", name=op.f("pk_notifications")),
        schema="community",
        postgresql_partition_by="RANGE (created_at)",
    )
    op.create_index(
        "ix_notifications_actor_id",
        "notifications",
        ["actor_id"],
        schema="community",
        postgresql_where=sa.text("actor_id IS NOT NULL"),
    )
    op.create_index(
        "ix_notifications_user_id_created_at", "notifications", ["user_id", "created_at", "id"], schema="community"
    )
    op.create_index("ix_notifications_user_id_read", "notifications", ["user_id", "read"], schema="community")
    op.execute("SELECT core.keep_months('community.notifications', 3)")


def downgrade() -> None:
    op.drop_table("notifications", schema="community")
