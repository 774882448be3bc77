"""What people do with threads and replies, each thing once (A-TAB-43, A-TAB-44)."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from app.academy.models.base import Base
from app.core.database.checks import one_of
from app.core.database.model import Entry


class ThreadReaction(StrEnum):
    """`subscribe`: wants to hear what happens in the thread."""

    view = "view"
    like = "like"
    bookmark = "bookmark"
    subscribe = "subscribe"


class ReplyReaction(StrEnum):
    """`flag` says only that; who flagged what for which reason is in `content_flags` (Z-143)."""

    like = "like"
    flag = "flag"


class ThreadInteraction(Entry, Base):
    """Somebody saw, liked, bookmarked or subscribed to a thread (A-TAB-43)."""

    __tablename__ = "thread_interactions"
    __table_args__ = (
        one_of("interaction", ThreadReaction),
        UniqueConstraint("user_id", "thread_id", "interaction"),
        Index("ix_thread_interactions_thread_id_interaction", "thread_id", "interaction"),
    )

    user_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.users.id", ondelete="CASCADE"))
    thread_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.discussion_threads.id", ondelete="CASCADE"))
    interaction: Mapped[str] = mapped_column(Text)


class ReplyInteraction(Entry, Base):
    """Somebody liked or flagged a reply (A-TAB-44)."""

    __tablename__ = "reply_interactions"
    __table_args__ = (
        one_of("interaction", ReplyReaction),
        UniqueConstraint("user_id", "reply_id", "interaction"),
        Index("ix_reply_interactions_reply_id_interaction", "reply_id", "interaction"),
    )

    user_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.users.id", ondelete="CASCADE"))
    reply_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.discussion_replies.id", ondelete="CASCADE"))
    interaction: Mapped[str] = mapped_column(Text)
