"""Posts: what members write into a space (T-TAB-03)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, Text, UniqueConstraint, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from app.community.models.base import Base
from app.core.database.model import Row, Versioned
from app.core.database.search import searchable


class Post(Row, Versioned, Base):
    """A post in a space. `content` is what was typed, `content_html` what may be shown: sanitised (T-PST-01).

    `author_name` and `author_avatar` are copies that follow the author; the counts count the rows that are not deleted
    (T-GEN-07). A deleted post stays for moderators (T-GEN-06).
    """

    __tablename__ = "posts"
    __table_args__ = (
        CheckConstraint("like_count >= 0 AND comment_count >= 0", name="counts"),
        Index("ix_posts_space_id_created_at", "space_id", "created_at", "id"),
        Index("ix_posts_author_id_created_at", "author_id", "created_at", "id"),
        Index("ix_posts_feed", "created_at", "id", postgresql_where=text("deleted_at IS NULL")),
        Index(
            "ix_posts_pinned",
            "space_id",
            "pinned_at",
            postgresql_where=text("pinned_at IS NOT NULL AND deleted_at IS NULL"),
        ),
        Index("ix_posts_search", "search", postgresql_using="gin"),
    )

    space_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("community.spaces.id", ondelete="RESTRICT"))
    author_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("community.users.id", ondelete="RESTRICT"))
    author_name: Mapped[str] = mapped_column(Text)
    author_avatar: Mapped[str | None] = mapped_column(Text)
    title: Mapped[str | None] = mapped_column(Text)
    content: Mapped[str] = mapped_column(Text)
    content_html: Mapped[str] = mapped_column(Text)
    like_count: Mapped[int] = mapped_column(server_default=text("0"), default=0)
    comment_count: Mapped[int] = mapped_column(server_default=text("0"), default=0)
    pinned_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    edited_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    deleted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    search: Mapped[str] = searchable()


class PostMedia(Base):
    """`community.post_media`: the pictures of a post, in their order."""

    __tablename__ = "post_media"
    __table_args__ = (
        CheckConstraint("position >= 0", name="position"),
        UniqueConstraint("post_id", "position", deferrable=True, initially="IMMEDIATE"),
        Index("ix_post_media_file_id", "file_id"),
    )

    post_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("community.posts.id", ondelete="CASCADE"), primary_key=True)
    file_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("core.files.id", ondelete="RESTRICT"), primary_key=True)
    position: Mapped[int]


class PostHashtag(Base):
    """`community.post_hashtags`: a #tag in a post, folded to lower case, so that the feed can be filtered (T-PST-04).

    Ids of posts grow with time, so the index gives the newest posts of a tag first.
    """

    __tablename__ = "post_hashtags"
    __table_args__ = (
        CheckConstraint("tag <> '' AND tag = lower(tag)", name="tag"),
        Index("ix_post_hashtags_tag_post_id", "tag", "post_id"),
    )

    post_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("community.posts.id", ondelete="CASCADE"), primary_key=True)
    tag: Mapped[str] = mapped_column(Text, primary_key=True)
