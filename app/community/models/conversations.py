"""Conversations between members (T-TAB-15, T-TAB-16)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Text,
    UniqueConstraint,
    Uuid,
    func,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.community.models.base import Base
from app.core.database.model import Row


class Conversation(Row, Base):
    """`community.conversations`: a thread of messages among its participants (T-TAB-15).

    Two members have one conversation: its key are their two ids, the lower one first, so that whoever starts it finds
    the same row (T-MSG-01). A conversation of more than two has no such key.
    """

    __tablename__ = "conversations"
    __table_args__ = (
        CheckConstraint("num_nonnulls(lower_user_id, higher_user_id) <> 1", name="pair"),
        CheckConstraint("lower_user_id < higher_user_id", name="pair_in_order"),
        UniqueConstraint("lower_user_id", "higher_user_id"),
        Index("ix_conversations_higher_user_id", "higher_user_id"),
        Index("ix_conversations_last_message_at", "last_message_at", "id"),
    )

    lower_user_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("community.users.id", ondelete="RESTRICT"))
    higher_user_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("community.users.id", ondelete="RESTRICT"))
    last_message_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    last_message_preview: Mapped[str | None] = mapped_column(Text)


class ConversationParticipant(Base):
    """`community.conversation_participants`: who takes part, and how far they have read (Z-31, Z-32).

    The seed's `participant_ids` are these rows. A message is unread while it is newer than `last_read_at`.
    """

    __tablename__ = "conversation_participants"
    __table_args__ = (Index("ix_conversation_participants_user_id", "user_id"),)

    conversation_id: Mapped[UUID] = mapped_column(
        Uuid, ForeignKey("community.conversations.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("community.users.id", ondelete="RESTRICT"), primary_key=True)
    last_read_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class Message(Row, Base):
    """`community.messages`: a message of a participant; nobody else can write one (T-TAB-16).

    `read_at` is when the other one read it, in a conversation of two; otherwise `last_read_at` of each participant says
    more. `sender_name` follows the sender.
    """

    __tablename__ = "messages"
    __table_args__ = (
        ForeignKeyConstraint(
            ["conversation_id", "sender_id"],
            ["community.conversation_participants.conversation_id", "community.conversation_participants.user_id"],
            ondelete="RESTRICT",
        ),
        Index("ix_messages_conversation_id_created_at", "conversation_id", "created_at", "id"),
        Index("ix_messages_sender_id", "sender_id"),
    )

    conversation_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("community.conversations.id", ondelete="RESTRICT"))
    sender_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("community.users.id", ondelete="RESTRICT"))
    sender_name: Mapped[str] = mapped_column(Text)
    content: Mapped[str] = mapped_column(Text)
    read_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    deleted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
