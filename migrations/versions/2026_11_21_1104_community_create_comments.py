"""Comments, likes, and mentions of members."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0204_community_comments"
down_revision: str | None = "0203_community_posts"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "comments",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("author_name", sa.Text(), nullable=False),
        sa.Column("author_avatar", sa.Text(), nullable=True),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("like_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("like_count >= 0", name=op.f("ck_comments_like_count")),
        sa.CheckConstraint("parent_id <> id", name=op.f("ck_comments_not_its_own_parent")),
        sa.ForeignKeyConstraint(
            ["author_id"], ["community.users.id"], name=op.f("fk_comments_author_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["parent_id", "post_id"],
            ["community.comments.id", "community.comments.post_id"],
            name=op.f("fk_comments_parent_id_post_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["post_id"], ["community.posts.id"], name=op.f("fk_comments_post_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comments")),
        sa.UniqueConstraint("id", "post_id", name=op.f("uq_comments_id_post_id")),
        schema="community",
    )
    op.create_index("ix_comments_author_id", "comments", ["author_id"], schema="community")
    op.create_index(
        "ix_comments_parent_id_created_at", "comments", ["parent_id", "created_at", "id"], schema="community"
    )
    op.create_index("ix_comments_post_id_created_at", "comments", ["post_id", "created_at", "id"], schema="community")
    op.create_table(
        "likes",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("post_id", sa.Uuid(), nullable=True),
        sa.Column("comment_id", sa.Uuid(), nullable=True),
        sa.Column(
            "target_type",
            sa.Text(),
            sa.Computed("CASE WHEN post_id IS NOT NULL THEN 'post' ELSE 'comment' END", persisted=True),
            nullable=False,
        ),
        sa.Column("target_id", sa.Uuid(), sa.Computed("coalesce(post_id, comment_id)", persisted=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("target_type IN ('post', 'comment')", name=op.f("ck_likes_target_type")),
        sa.CheckConstraint("num_nonnulls(post_id, comment_id) = 1", name=op.f("ck_likes_one_target")),
        sa.ForeignKeyConstraint(
            ["comment_id"], ["community.comments.id"], name=op.f("fk_likes_comment_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["post_id"], ["community.posts.id"], name=op.f("fk_likes_post_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["community.users.id"], name=op.f("fk_likes_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_likes")),
        sa.UniqueConstraint("user_id", "target_type", "target_id", name=op.f("uq_likes_user_id_target_type_target_id")),
        schema="community",
    )
    op.create_index(
        "ix_likes_comment_id",
        "likes",
        ["comment_id"],
        schema="community",
        postgresql_where=sa.text("comment_id IS NOT NULL"),
    )
    op.create_index(
        "ix_likes_post_id", "likes", ["post_id"], schema="community", postgresql_where=sa.text("post_id IS NOT NULL")
    )
    op.create_index("ix_likes_target_type_target_id", "likes", ["target_type", "target_id"], schema="community")
    op.create_table(
        "mentions",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("post_id", sa.Uuid(), nullable=True),
        sa.Column("comment_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("num_nonnulls(post_id, comment_id) = 1", name=op.f("ck_mentions_one_target")),
        sa.ForeignKeyConstraint(
            ["comment_id"], ["community.comments.id"], name=op.f("fk_mentions_comment_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["post_id"], ["community.posts.id"], name=op.f("fk_mentions_post_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["community.users.id"], name=op.f("fk_mentions_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mentions")),
        schema="community",
    )
    op.create_index("ix_mentions_user_id", "mentions", ["user_id"], schema="community")
    op.create_index(
        "uq_mentions_comment_id_user_id",
        "mentions",
        ["comment_id", "user_id"],
        unique=True,
        schema="community",
        postgresql_where=sa.text("comment_id IS NOT NULL"),
    )
    op.create_index(
        "uq_mentions_post_id_user_id",
        "mentions",
        ["post_id", "user_id"],
        unique=True,
        schema="community",
        postgresql_where=sa.text("post_id IS NOT NULL"),
    )
    op.execute("SELECT core.watch_updates('community.comments')")


def downgrade() -> None:
    op.drop_table("mentions", schema="community")
    op.drop_table("likes", schema="community")
    op.drop_table("comments", schema="community")
