"""Discussions: threads of a course, a cohort, a lesson or everybody, and the replies (A-TAB-41, A-TAB-42)."""

from datetime import datetime
from enum import StrEnum
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
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.academy.models.base import Base
from app.core.database.checks import one_of
from app.core.database.model import Row, Versioned
from app.core.database.search import searchable


class ThreadScope(StrEnum):
    """Where a thread belongs; `session` means a cohort, and maybe one of its class sessions (Z-02)."""

    course = "course"
    session = "session"
    lesson = "lesson"
    general = "general"


class ContentStatus(StrEnum):
    """Hidden is invisible to all but moderators and its author; flagged waits for a moderator (A-MOD-05)."""

    active = "active"
    hidden = "hidden"
    flagged = "flagged"


class DiscussionThread(Row, Versioned, Base):
    """What somebody asks or tells (A-TAB-41). Deleted is hidden for good: the row stays as a tombstone (Z-144).

    `category` is open: question, discussion, show-and-tell and resource are the first ones (Z-135).
    """

    __tablename__ = "discussion_threads"
    __table_args__ = (
        one_of("scope", ThreadScope),
        one_of("status", ContentStatus),
        CheckConstraint(
            "CASE scope"
            " WHEN 'course' THEN course_id IS NOT NULL AND num_nonnulls(cohort_id, session_id, lesson_id) = 0"
            " WHEN 'session' THEN cohort_id IS NOT NULL AND lesson_id IS NULL"
            " WHEN 'lesson' THEN lesson_id IS NOT NULL"
            " ELSE num_nonnulls(course_id, cohort_id, session_id, lesson_id) = 0 END",
            name="scope_names_its_place",
        ),
        CheckConstraint("reply_count >= 0 AND view_count >= 0 AND like_count >= 0", name="counts"),
        CheckConstraint("deleted_at IS NULL OR status = 'hidden'", name="deleted_is_hidden"),
        Index("ix_discussion_threads_course", "course_id", "status", "last_activity_at"),
        Index("ix_discussion_threads_cohort", "cohort_id", "status", "last_activity_at"),
        Index("ix_discussion_threads_session", "session_id", "status", "last_activity_at"),
        Index("ix_discussion_threads_lesson", "lesson_id", "status"),
        Index("ix_discussion_threads_author_id", "author_id"),
        Index("ix_discussion_threads_is_pinned_scope_status", "is_pinned", "scope", "status"),
        Index("ix_discussion_threads_search", "search", postgresql_using="gin"),
    )

    title: Mapped[str] = mapped_column(Text)
    content: Mapped[str] = mapped_column(Text)
    author_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.users.id", ondelete="RESTRICT"))
    scope: Mapped[str] = mapped_column(Text)
    course_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("academy.courses.id", ondelete="RESTRICT"))
    cohort_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("academy.cohorts.id", ondelete="RESTRICT"))
    session_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("academy.sessions.id", ondelete="SET NULL"))
    # A lesson's thread would belong nowhere without it.
    lesson_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("academy.lessons.id", ondelete="RESTRICT"))
    is_pinned: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    is_announcement: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    is_locked: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    category: Mapped[str | None] = mapped_column(Text)
    tags: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"), default=list)
    reply_count: Mapped[int] = mapped_column(server_default=text("0"), default=0)
    view_count: Mapped[int] = mapped_column(server_default=text("0"), default=0)
    like_count: Mapped[int] = mapped_column(server_default=text("0"), default=0)
    last_activity_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    status: Mapped[str] = mapped_column(Text, server_default=text("'active'"), default=ContentStatus.active)
    deleted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    search: Mapped[str] = searchable()


class DiscussionReply(Row, Versioned, Base):
    """An answer to a thread, or to another answer in the same thread (A-TAB-42). At most one is the best answer."""

    __tablename__ = "discussion_replies"
    __table_args__ = (
        one_of("status", ContentStatus),
        CheckConstraint("like_count >= 0", name="like_count"),
        CheckConstraint("parent_reply_id <> id", name="parent_is_another"),
        CheckConstraint("deleted_at IS NULL OR status = 'hidden'", name="deleted_is_hidden"),
        UniqueConstraint("thread_id", "id"),
        # When a parent goes for privacy's sake, the answers to it stay where they are in the thread.
        ForeignKeyConstraint(
            ["thread_id", "parent_reply_id"],
            ["academy.discussion_replies.thread_id", "academy.discussion_replies.id"],
            name="fk_discussion_replies_parent_reply_id",
            ondelete="SET NULL (parent_reply_id)",
        ),
        Index("ix_discussion_replies_thread_id_status_created_at", "thread_id", "status", "created_at"),
        Index("ix_discussion_replies_author_id", "author_id"),
        Index("ix_discussion_replies_parent_reply_id", "parent_reply_id"),
        Index("uq_discussion_replies_best_answer", "thread_id", unique=True, postgresql_where=text("is_best_answer")),
    )

    thread_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.discussion_threads.id", ondelete="CASCADE"))
    author_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.users.id", ondelete="RESTRICT"))
    content: Mapped[str] = mapped_column(Text)
    parent_reply_id: Mapped[UUID | None] = mapped_column(Uuid)
    is_instructor_reply: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    is_best_answer: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    like_count: Mapped[int] = mapped_column(server_default=text("0"), default=0)
    status: Mapped[str] = mapped_column(Text, server_default=text("'active'"), default=ContentStatus.active)
    deleted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
