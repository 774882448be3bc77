"""Members, and whom they follow."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR

revision: str = "0200_community_members"
down_revision: str | None = "0139_academy_learning_ties"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "users",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("bio", sa.Text(), nullable=True),
        sa.Column("avatar_storage_id", sa.Uuid(), nullable=True),
        sa.Column("visibility", sa.Text(), server_default=sa.text("'public'"), nullable=False),
        sa.Column("role", sa.Text(), server_default=sa.text("'member'"), nullable=False),
        sa.Column("points", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("level", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("notification_prefs", JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("direct_messages", sa.Text(), server_default=sa.text("'everyone'"), nullable=False),
        sa.Column("calendar_token_hash", sa.LargeBinary(), nullable=True),
        sa.Column("banned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "search",
            TSVECTOR(),
            sa.Computed(
                "setweight(to_tsvector('simple', name), 'A') || setweight(to_tsvector('simple',"
                " CASE WHEN visibility = 'public' THEN coalesce(bio, '') ELSE '' END), 'B')",
                persisted=True,
            ),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint(
            "coalesce(notification_prefs ->> 'digest', 'daily') IN ('immediate', 'daily', 'weekly', 'off')",
            name=op.f("ck_users_notification_prefs_digest"),
        ),
        sa.CheckConstraint(
            "direct_messages IN ('everyone', 'following', 'nobody')", name=op.f("ck_users_direct_messages")
        ),
        sa.CheckConstraint(
            "notification_prefs IS NULL OR jsonb_typeof(notification_prefs) = 'object'"
            " AND coalesce(jsonb_typeof(notification_prefs -> 'email_comments'), 'null') IN ('boolean', 'null')"
            " AND coalesce(jsonb_typeof(notification_prefs -> 'email_replies'), 'null') IN ('boolean', 'null')"
            " AND coalesce(jsonb_typeof(notification_prefs -> 'email_followers'), 'null') IN ('boolean', 'null')"
            " AND coalesce(jsonb_typeof(notification_prefs -> 'email_events'), 'null') IN ('boolean', 'null')"
            " AND coalesce(jsonb_typeof(notification_prefs -> 'email_courses'), 'null') IN ('boolean', 'null')"
            " AND coalesce(jsonb_typeof(notification_prefs -> 'email_dms'), 'null') IN ('boolean', 'null')"
            " AND coalesce(jsonb_typeof(notification_prefs -> 'digest'), 'null') IN ('string', 'null')",
            name=op.f("ck_users_notification_prefs_shape"),
        ),
        sa.CheckConstraint("role IN ('admin', 'moderator', 'member')", name=op.f("ck_users_role")),
        sa.CheckConstraint("visibility IN ('public', 'private')", name=op.f("ck_users_visibility")),
        sa.CheckConstraint("level >= 1", name=op.f("ck_users_level")),
        sa.CheckConstraint("octet_length(calendar_token_hash) = 32", name=op.f("ck_users_calendar_token_hash")),
        sa.CheckConstraint("points >= 0", name=op.f("ck_users_points")),
        sa.ForeignKeyConstraint(
            ["avatar_storage_id"], ["core.files.id"], name=op.f("fk_users_avatar_storage_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["id"], ["core.accounts.id"], name=op.f("fk_users_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        schema="community",
    )
    op.create_index(
        "ix_users_avatar_storage_id",
        "users",
        ["avatar_storage_id"],
        schema="community",
        postgresql_where=sa.text("avatar_storage_id IS NOT NULL"),
    )
    op.create_index("ix_users_points", "users", ["points", "id"], schema="community")
    op.create_index("ix_users_role", "users", ["role"], schema="community")
    op.create_index("ix_users_search", "users", ["search"], schema="community", postgresql_using="gin")
    op.create_index("uq_users_calendar_token_hash", "users", ["calendar_token_hash"], unique=True, schema="community")
    op.create_table(
        "follows",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("follower_id", sa.Uuid(), nullable=False),
        sa.Column("following_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("follower_id <> following_id", name=op.f("ck_follows_not_oneself")),
        sa.ForeignKeyConstraint(
            ["follower_id"], ["community.users.id"], name=op.f("fk_follows_follower_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["following_id"], ["community.users.id"], name=op.f("fk_follows_following_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follows")),
        sa.UniqueConstraint("follower_id", "following_id", name=op.f("uq_follows_follower_id_following_id")),
        schema="community",
    )
    op.create_index("ix_follows_following_id", "follows", ["following_id"], schema="community")
    op.execute("SELECT core.watch_updates('community.users')")


def downgrade() -> None:
    op.drop_table("follows", schema="community")
    op.drop_table("users", schema="community")
