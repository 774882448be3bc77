"""Moderation: who flagged what and why, and what moderators did about it (Z-142, Z-143)."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Computed, DateTime, ForeignKey, Index, Text, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from app.academy.models.base import Base
from app.core.database.checks import one_of
from app.core.database.model import Entry


class FlagKind(StrEnum):
    """Raised by a person, or by the watch for spam and repeated violations (A-MOD-04)."""

    person = "person"
    spam_words = "spam_words"
    spam_links = "spam_links"
    repeated_violations = "repeated_violations"


class ModerationAct(StrEnum):
    """Of content: approve, hide, delete (A-MOD-03). Of a person: suspend and reinstate (A-MOD-06)."""

    approve = "approve"
    hide = "hide"
    delete = "delete"
    suspend = "suspend"
    reinstate = "reinstate"


class ContentFlag(Entry, Base):
    """One flag on a thread or a reply: once per person, with the reason (A-MOD-01).

    Those not yet cleared count towards hiding the content (A-MOD-02).
    """

    __tablename__ = "content_flags"
    __table_args__ = (
        one_of("kind", FlagKind),
        CheckConstraint("num_nonnulls(thread_id, reply_id) = 1", name="content"),
        CheckConstraint("(kind = 'person') = (flagged_by_id IS NOT NULL)", name="flagged_by"),
        CheckConstraint("(cleared_at IS NULL) = (cleared_by_action_id IS NULL)", name="cleared"),
        Index("uq_content_flags_person", "flagged_by_id", "content_id", unique=True),
        Index(
            "uq_content_flags_watch",
            "content_id",
            "kind",
            unique=True,
            postgresql_where=text("kind <> 'person' AND cleared_at IS NULL"),
        ),
        Index("ix_content_flags_live", "content_id", postgresql_where=text("cleared_at IS NULL")),
        Index("ix_content_flags_thread_id", "thread_id"),
        Index("ix_content_flags_reply_id", "reply_id"),
        Index("ix_content_flags_cleared_by_action_id", "cleared_by_action_id"),
    )

    thread_id: Mapped[UUID | None] = mapped_column(
        Uuid, ForeignKey("academy.discussion_threads.id", ondelete="CASCADE")
    )
    reply_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("academy.discussion_replies.id", ondelete="CASCADE"))
    content_id: Mapped[UUID] = mapped_column(Uuid, Computed("COALESCE(thread_id, reply_id)", persisted=True))
    kind: Mapped[str] = mapped_column(Text, server_default=text("'person'"), default=FlagKind.person)
    flagged_by_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("academy.users.id", ondelete="RESTRICT"))
    reason: Mapped[str] = mapped_column(Text)
    cleared_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    cleared_by_action_id: Mapped[UUID | None] = mapped_column(
        Uuid, ForeignKey("academy.moderation_actions.id", ondelete="RESTRICT")
    )


class ModerationAction(Entry, Base):
    """What was done about a thread, a reply or a person, by a moderator or (nobody named) by the threshold.

    A suspension without `ends_at` is a ban. `users.posting_suspended_at` says how things stand now.
    """

    __tablename__ = "moderation_actions"
    __table_args__ = (
        one_of("action", ModerationAct),
        CheckConstraint("num_nonnulls(thread_id, reply_id, user_id) = 1", name="subject"),
        CheckConstraint("(user_id IS NOT NULL) = (action IN ('suspend', 'reinstate'))", name="action_fits"),
        CheckConstraint("moderator_id IS NOT NULL OR action = 'hide'", name="moderator"),
        CheckConstraint("ends_at IS NULL OR action = 'suspend' AND ends_at > created_at", name="ends_at"),
        Index("ix_moderation_actions_thread_id", "thread_id"),
        Index("ix_moderation_actions_reply_id", "reply_id"),
        Index("ix_moderation_actions_user_id", "user_id"),
        Index("ix_moderation_actions_moderator_id", "moderator_id"),
        Index("ix_moderation_actions_created_at", "created_at"),
    )

    thread_id: Mapped[UUID | None] = mapped_column(
        Uuid, ForeignKey("academy.discussion_threads.id", ondelete="RESTRICT")
    )
    reply_id: Mapped[UUID | None] = mapped_column(
        Uuid, ForeignKey("academy.discussion_replies.id", ondelete="RESTRICT")
    )
    user_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("academy.users.id", ondelete="RESTRICT"))
    action: Mapped[str] = mapped_column(Text)
    moderator_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("academy.users.id", ondelete="RESTRICT"))
    note: Mapped[str | None] = mapped_column(Text)
    ends_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
