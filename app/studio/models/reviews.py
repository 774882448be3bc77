"""How content becomes publishable: status changes, comments, and what was published (Z-192, S-FLW-01 … S-FLW-04).

What a line is about is a program, or a session, or (`content_type`) one of the four contents that a session has at
most once, so that what was said of an article outlives its being written anew.
"""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, Text, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database.checks import has_shape, one_of
from app.core.database.model import Entry, Row, Versioned
from app.core.database.shaped import Shaped
from app.studio.models.base import Base
from app.studio.models.contents import ContentStatus, ContentType
from app.studio.models.programs import ProgramStatus, SessionStatus
from app.studio.models.shapes import PublishedProgram, PublishedSession

# One order that holds all three flows: each goes through its own of these from left to right.
_FLOW = "ARRAY['draft', 'in_progress', 'content_created', 'review', 'approved', 'published']"


def _among(statuses: type[StrEnum]) -> str:
    return f"ARRAY[{', '.join(repr(each.value) for each in statuses)}]"


class About:
    """What a line is about."""

    program_id: Mapped[UUID | None] = mapped_column(
        Uuid, ForeignKey("studio.programs.id", ondelete="CASCADE"), sort_order=-990
    )
    session_id: Mapped[UUID | None] = mapped_column(
        Uuid, ForeignKey("studio.sessions.id", ondelete="CASCADE"), sort_order=-989
    )
    content_type: Mapped[str | None] = mapped_column(Text, sort_order=-988)


def _about() -> tuple[CheckConstraint, ...]:
    return (
        one_of("content_type", ContentType),
        CheckConstraint("num_nonnulls(program_id, session_id) = 1", name="about_one"),
        CheckConstraint("content_type IS NULL OR session_id IS NOT NULL", name="content_of_session"),
    )


class StatusChange(Entry, About, Base):
    """A step of a program, session or content along its flow. A step back says why (Z-192). Never edited."""

    __tablename__ = "status_changes"
    __table_args__ = (
        *_about(),
        CheckConstraint(
            f"from_status <> to_status AND ARRAY[from_status, to_status] <@ CASE"
            f" WHEN program_id IS NOT NULL THEN {_among(ProgramStatus)}"
            f" WHEN content_type IS NULL THEN {_among(SessionStatus)} ELSE {_among(ContentStatus)} END",
            name="statuses",
        ),
        CheckConstraint(
            f"array_position({_FLOW}, to_status) > array_position({_FLOW}, from_status)"
            r" OR coalesce(reason, '') ~ '\S'",
            name="back_with_reason",
        ),
        CheckConstraint("revision >= 1", name="revision"),
        Index("ix_status_changes_program_id_created_at", "program_id", "created_at"),
        Index("ix_status_changes_session_id_created_at", "session_id", "created_at"),
    )

    from_status: Mapped[str] = mapped_column(Text)
    to_status: Mapped[str] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    revision: Mapped[int]
    changed_by: Mapped[UUID | None] = mapped_column(
        Uuid, ForeignKey("core.accounts.id", ondelete="SET NULL"), index=True
    )


class ReviewComment(Row, Versioned, About, Base):
    """What somebody remarks on a program, session or content; open until it is resolved."""

    __tablename__ = "review_comments"
    __table_args__ = (
        *_about(),
        CheckConstraint(r"body ~ '\S'", name="body"),
        CheckConstraint("resolved_by IS NULL OR resolved_at IS NOT NULL", name="resolution"),
        Index("ix_review_comments_program_id_created_at", "program_id", "created_at"),
        Index("ix_review_comments_session_id_created_at", "session_id", "created_at"),
    )

    body: Mapped[str] = mapped_column(Text)
    author_id: Mapped[UUID | None] = mapped_column(
        Uuid, ForeignKey("core.accounts.id", ondelete="SET NULL"), index=True
    )
    resolved_by: Mapped[UUID | None] = mapped_column(
        Uuid, ForeignKey("core.accounts.id", ondelete="SET NULL"), index=True
    )
    resolved_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    @property
    def is_resolved(self) -> bool:
        """Whether it is settled."""
        return self.resolved_at is not None


class Revision(Entry):
    """What was published, kept when the work goes on as a draft."""

    revision: Mapped[int] = mapped_column(sort_order=-980)
    published_by: Mapped[UUID | None] = mapped_column(
        Uuid, ForeignKey("core.accounts.id", ondelete="SET NULL"), index=True, sort_order=900
    )


class ProgramRevision(Revision, Base):
    """A program as it was published (Z-192). Never edited."""

    __tablename__ = "program_revisions"
    __table_args__ = (
        UniqueConstraint("program_id", "revision"),
        CheckConstraint("revision >= 1", name="revision"),
        has_shape(
            "content",
            {
                "name": "string",
                "slug": "string",
                "language": "string",
                "description?": "string",
                "chapters": "array",
            },
        ),
    )

    program_id: Mapped[UUID] = mapped_column(
        Uuid, ForeignKey("studio.programs.id", ondelete="CASCADE"), sort_order=-990
    )
    content: Mapped[PublishedProgram] = mapped_column(Shaped(PublishedProgram))


class SessionRevision(Revision, Base):
    """A session with its contents as it was published (Z-192). Never edited."""

    __tablename__ = "session_revisions"
    __table_args__ = (
        UniqueConstraint("session_id", "revision"),
        CheckConstraint("revision >= 1", name="revision"),
        has_shape(
            "content",
            {
                "number": "string",
                "title": "string",
                "estimated_minutes": "number",
                "article?": "string",
                "script?": "string",
                "questions?": "array",
                "exercise?": "object",
            },
        ),
    )

    session_id: Mapped[UUID] = mapped_column(
        Uuid, ForeignKey("studio.sessions.id", ondelete="CASCADE"), sort_order=-990
    )
    content: Mapped[PublishedSession] = mapped_column(Shaped(PublishedSession))
