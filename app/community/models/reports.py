"""Complaints about content and people, for the moderators (T-TAB-21)."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Computed, DateTime, ForeignKey, Index, Text, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from app.community.models.base import Base
from app.core.database.checks import one_of
from app.core.database.model import Row


class ReportTarget(StrEnum):
    """What can be reported."""

    post = "post"
    comment = "comment"
    user = "user"


class ReportStatus(StrEnum):
    """pending → resolved or dismissed, by a moderator (T-REP-01)."""

    pending = "pending"
    resolved = "resolved"
    dismissed = "dismissed"


class Report(Row, Base):
    """A member reports a post, a comment or another member (T-TAB-21); one open report for each.

    The keys are `post_id`, `comment_id` and `member_id`; the seed's `target_type` and `target_id` are computed from
    them (Z-33).
    """

    __tablename__ = "reports"
    __table_args__ = (
        one_of("target_type", ReportTarget),
        one_of("status", ReportStatus),
        CheckConstraint("num_nonnulls(post_id, comment_id, member_id) = 1", name="one_target"),
        CheckConstraint("(status = 'pending') = (resolved_at IS NULL)", name="resolved_at"),
        CheckConstraint("status <> 'pending' OR resolved_by_id IS NULL", name="resolved_by_id"),
        Index(
            "uq_reports_open",
            "reporter_id",
            "target_type",
            "target_id",
            unique=True,
            postgresql_where=text("status = 'pending'"),
        ),
        Index("ix_reports_reporter_id", "reporter_id"),
        Index("ix_reports_status_created_at", "status", "created_at", "id"),
        Index("ix_reports_target_type_target_id", "target_type", "target_id"),
        Index("ix_reports_post_id", "post_id", postgresql_where=text("post_id IS NOT NULL")),
        Index("ix_reports_comment_id", "comment_id", postgresql_where=text("comment_id IS NOT NULL")),
        Index("ix_reports_member_id", "member_id", postgresql_where=text("member_id IS NOT NULL")),
        Index("ix_reports_resolved_by_id", "resolved_by_id", postgresql_where=text("resolved_by_id IS NOT NULL")),
    )

    reporter_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("community.users.id", ondelete="RESTRICT"))
    post_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("community.posts.id", ondelete="RESTRICT"))
    comment_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("community.comments.id", ondelete="RESTRICT"))
    member_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("community.users.id", ondelete="RESTRICT"))
    target_type: Mapped[str] = mapped_column(
        Text,
        Computed(
            "CASE WHEN post_id IS NOT NULL THEN 'post' WHEN comment_id IS NOT NULL THEN 'comment' ELSE 'user' END",
            persisted=True,
        ),
    )
    target_id: Mapped[UUID] = mapped_column(Uuid, Computed("coalesce(post_id, comment_id, member_id)", persisted=True))
    reason: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text, server_default=text("'pending'"), default=ReportStatus.pending)
    resolved_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    resolved_by_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("community.users.id", ondelete="SET NULL"))
