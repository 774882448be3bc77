"""Comments on posts, likes of either, and who is mentioned in them (T-TAB-04, T-TAB-05)."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Computed,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.community.models.base import Base
from app.core.database.checks import one_of
from app.core.database.model import Entry, Row


class Comment(Row, Base):
    """A comment on a post, or a reply to one: two levels (T-TAB-04).

    `parent_id` is the comment of the first level, also when a reply was answered (Z-34), and of the same post. What is
    deleted keeps its place in the thread (T-CMT-02). `author_name` and `author_avatar` follow the author.
    """

    __tablename__ = "comments"
    __table_args__ = (
        CheckConstraint("like_count >= 0", name="like_count"),
        CheckConstraint("parent_id <> id", name="not_its_own_parent"),
        UniqueConstraint("id", "post_id"),
        ForeignKeyConstraint(
            ["parent_id", "post_id"], ["community.comments.id", "community.comments.post_id"], ondelete="RESTRICT"
        ),
        Index("ix_comments_post_id_created_at", "post_id", "created_at", "id"),
        Index("ix_comments_author_id", "author_id"),
        Index("ix_comments_parent_id_created_at", "parent_id", "created_at", "id"),
    )

    post_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("community.posts.id", ondelete="RESTRICT"))
    author_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("community.users.id", ondelete="RESTRICT"))
    author_name: Mapped[str] = mapped_column(Text)
    author_avatar: Mapped[str | None] = mapped_column(Text)
    parent_id: Mapped[UUID | None] = mapped_column(Uuid)
    content: Mapped[str] = mapped_column(Text)
    like_count: Mapped[int] = mapped_column(server_default=text("0"), default=0)
    deleted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class LikeTarget(StrEnum):
    """What can be liked."""

    post = "post"
    comment = "comment"


class Like(Entry, Base):
    """`community.likes`: a member likes a post or a comment, once (T-TAB-05). Taking it back deletes the row.

    The keys are `post_id` and `comment_id`; the seed's `target_type` and `target_id` are computed from them (Z-33).
    """

    __tablename__ = "likes"
    __table_args__ = (
        one_of("target_type", LikeTarget),
        CheckConstraint("num_nonnulls(post_id, comment_id) = 1", name="one_target"),
        UniqueConstraint("user_id", "target_type", "target_id"),
        Index("ix_likes_target_type_target_id", "target_type", "target_id"),
        Index("ix_likes_post_id", "post_id", postgresql_where=text("post_id IS NOT NULL")),
        Index("ix_likes_comment_id", "comment_id", postgresql_where=text("comment_id IS NOT NULL")),
    )

    user_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("community.users.id", ondelete="CASCADE"))
    post_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("community.posts.id", ondelete="CASCADE"))
    comment_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("community.comments.id", ondelete="CASCADE"))
    target_type: Mapped[str] = mapped_column(
        Text, Computed("CASE WHEN post_id IS NOT NULL THEN 'post' ELSE 'comment' END", persisted=True)
    )
    target_id: Mapped[UUID] = mapped_column(Uuid, Computed("coalesce(post_id, comment_id)", persisted=True))


class Mention(Entry, Base):
    """`community.mentions`: a post or a comment names a member, who is told of it once, edits or not (T-PST-04)."""

    __tablename__ = "mentions"
    __table_args__ = (
        CheckConstraint("num_nonnulls(post_id, comment_id) = 1", name="one_target"),
        Index("ix_mentions_user_id", "user_id"),
        Index(
            "uq_mentions_post_id_user_id",
            "post_id",
            "user_id",
            unique=True,
            postgresql_where=text("post_id IS NOT NULL"),
        ),
        Index(
            "uq_mentions_comment_id_user_id",
            "comment_id",
            "user_id",
            unique=True,
            postgresql_where=text("comment_id IS NOT NULL"),
        ),
    )

    user_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("community.users.id", ondelete="CASCADE"))
    post_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("community.posts.id", ondelete="CASCADE"))
    comment_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("community.comments.id", ondelete="CASCADE"))
