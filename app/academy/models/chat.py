"""Conversations with the AI tutor: private, no manager ever reads them (A-TAB-12, A-TAB-13, A-CHT-02)."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from app.academy.models.base import Base
from app.core.database.checks import one_of
from app.core.database.model import Entry, Row


class ChatRole(StrEnum):
    """Who speaks. What the model is told beforehand is the server's and is not stored (Z-83)."""

    user = "user"
    assistant = "assistant"


class ChatConversation(Row, Base):
    """One conversation of a learner about a course they are enrolled in (A-TAB-12)."""

    __tablename__ = "chat_conversations"
    __table_args__ = (
        Index("ix_chat_conversations_enrollment_id", "enrollment_id"),
        Index("ix_chat_conversations_user_id_updated_at", "user_id", "updated_at"),
        Index("ix_chat_conversations_course_id", "course_id"),
    )

    enrollment_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.enrollments.id", ondelete="RESTRICT"))
    user_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.users.id", ondelete="RESTRICT"))
    course_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.courses.id", ondelete="RESTRICT"))


class ChatMessage(Entry, Base):
    """What was said, and what it cost in tokens (A-TAB-13).

    An answer whose stream broke off is kept as far as it came, `is_complete` false.
    """

    __tablename__ = "chat_messages"
    __table_args__ = (
        one_of("role", ChatRole),
        CheckConstraint("token_count >= 0", name="token_count"),
        CheckConstraint("is_complete OR role = 'assistant'", name="is_complete"),
        Index("ix_chat_messages_conversation_id_created_at", "conversation_id", "created_at"),
    )

    conversation_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.chat_conversations.id", ondelete="CASCADE"))
    role: Mapped[str] = mapped_column(Text)
    content: Mapped[str] = mapped_column(Text)
    token_count: Mapped[int]
    is_complete: Mapped[bool] = mapped_column(server_default=text("true"), default=True)
