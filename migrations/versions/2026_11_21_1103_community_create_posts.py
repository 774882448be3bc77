"""Posts with their pictures and hashtags."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSVECTOR

revision: str = "0203_community_posts"
down_revision: str | None = "0202_community_spaces"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "posts",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("space_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("author_name", sa.Text(), nullable=False),
        sa.Column("author_avatar", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("content_html", sa.Text(), nullable=False),
        sa.Column("like_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("comment_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("pinned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", TSVECTOR(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint("like_count >= 0 AND comment_count >= 0", name=op.f("ck_posts_counts")),
        sa.ForeignKeyConstraint(
            ["author_id"], ["community.users.id"], name=op.f("fk_posts_author_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["space_id"], ["community.spaces.id"], name=op.f("fk_posts_space_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posts")),
        schema="community",
    )
    op.create_index("ix_posts_author_id_created_at", "posts", ["author_id", "created_at", "id"], schema="community")
    op.create_index(
        "ix_posts_feed",
        "posts",
        ["created_at", "id"],
        schema="community",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_posts_pinned",
        "posts",
        ["space_id", "pinned_at"],
        schema="community",
        postgresql_where=sa.text("pinned_at IS NOT NULL AND deleted_at IS NULL"),
    )
    op.create_index("ix_posts_search", "posts", ["search"], schema="community", postgresql_using="gin")
    op.create_index("ix_posts_space_id_created_at", "posts", ["space_id", "created_at", "id"], schema="community")
    op.create_table(
        "post_media",
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint("position >= 0", name=op.f("ck_post_media_position")),
        sa.ForeignKeyConstraint(
            ["file_id"], ["core.files.id"], name=op.f("fk_post_media_file_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["post_id"], ["community.posts.id"], name=op.f("fk_post_media_post_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("post_id", "file_id", name=op.f("pk_post_media")),
        sa.UniqueConstraint(
            "post_id", "position", deferrable=True, initially="IMMEDIATE", name=op.f("uq_post_media_post_id_position")
        ),
        schema="community",
    )
    op.create_index("ix_post_media_file_id", "post_media", ["file_id"], schema="community")
    op.create_table(
        "post_hashtags",
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column("tag", sa.Text(), nullable=False),
        sa.CheckConstraint("tag <> '' AND tag = lower(tag)", name=op.f("ck_post_hashtags_tag")),
        sa.ForeignKeyConstraint(
            ["post_id"], ["community.posts.id"], name=op.f("fk_post_hashtags_post_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("post_id", "tag", name=op.f("pk_post_hashtags")),
        schema="community",
    )
    op.create_index("ix_post_hashtags_tag_post_id", "post_hashtags", ["tag", "post_id"], schema="community")
    op.execute("SELECT core.watch_updates('community.posts')")
    op.execute("SELECT core.watch_search('community.posts', 'title', 'content')")


def downgrade() -> None:
    op.drop_table("post_hashtags", schema="community")
    op.drop_table("post_media", schema="community")
    op.drop_table("posts", schema="community")
