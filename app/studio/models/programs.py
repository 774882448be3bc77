"""Programs, their chapters and sessions (S-TAB-03, S-TAB-05, S-TAB-06).

`order_index` says the order; `number` is a label that people read and `renumber` writes (Z-193). Both are unique among
siblings by deferrable keys, so that one statement may reorder or renumber through places that were taken before.
"""

from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, Text, UniqueConstraint, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database.checks import one_of
from app.core.database.model import Row, Versioned
from app.core.database.shaped import Shaped
from app.studio.models.base import Approved, Authored, Base


class ProgramStatus(StrEnum):
    """draft → in_progress → review → published; one step back with a reason (S-FLW-01, Z-192)."""

    draft = "draft"
    in_progress = "in_progress"
    review = "review"
    published = "published"


class SessionStatus(StrEnum):
    """draft → content_created → approved → published; one step back with a reason (S-FLW-02, Z-192)."""

    draft = "draft"
    content_created = "content_created"
    approved = "approved"
    published = "published"


class Program(Row, Versioned, Authored, Base):
    """A content product of a client (S-TAB-03). `revision` grows when a published program becomes a draft (Z-192)."""

    __tablename__ = "programs"
    __table_args__ = (
        one_of("status", ProgramStatus),
        CheckConstraint("estimated_hours >= 0 AND total_sessions >= 0", name="totals"),
        CheckConstraint("revision >= 1", name="revision"),
        UniqueConstraint("client_id", "slug"),
        Index("idx_programs_client", "client_id"),
        Index("idx_programs_status", "status"),
    )

    client_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("studio.clients.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(Text)
    slug: Mapped[str] = mapped_column(Text)
    description: Mapped[str | None] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text, server_default=text("'en'"), default="en")
    status: Mapped[str] = mapped_column(Text, server_default=text("'draft'"), default=ProgramStatus.draft)
    # A trigger counts both (S-CNT-01).
    estimated_hours: Mapped[Decimal | None] = mapped_column(Numeric(4, 1), server_default=text("0"))
    total_sessions: Mapped[int | None] = mapped_column(server_default=text("0"))
    revision: Mapped[int] = mapped_column(server_default=text("1"), default=1)


class Chapter(Row, Versioned, Authored, Base):
    """A part of a program (S-TAB-05)."""

    __tablename__ = "chapters"
    __table_args__ = (
        CheckConstraint("number >= 0 AND order_index >= 0", name="place"),
        UniqueConstraint(
            "program_id", "number", name="uq_chapters_program_id_number", deferrable=True, initially="IMMEDIATE"
        ),
        UniqueConstraint(
            "program_id",
            "order_index",
            name="uq_chapters_program_id_order_index",
            deferrable=True,
            initially="IMMEDIATE",
        ),
        Index("idx_chapters_program", "program_id"),
    )

    program_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("studio.programs.id", ondelete="CASCADE"))
    number: Mapped[int]
    title: Mapped[str] = mapped_column(Text)
    subtitle: Mapped[str | None] = mapped_column(Text)
    description: Mapped[str | None] = mapped_column(Text)
    order_index: Mapped[int]


class ContentSession(Row, Versioned, Authored, Approved, Base):
    """`studio.sessions`: a unit of content with at most one article, video, quiz and exercise (S-TAB-06).

    `revision` grows when a published session becomes a draft (Z-192).
    """

    __tablename__ = "sessions"
    __table_args__ = (
        one_of("status", SessionStatus),
        CheckConstraint(r"number ~ '\S' AND order_index >= 0", name="place"),
        CheckConstraint("estimated_minutes > 0", name="estimated_minutes"),
        CheckConstraint(
            "jsonb_typeof(learning_objectives) = 'array'"
            """ AND NOT jsonb_path_exists(learning_objectives, 'strict $[*] ? (@.type() != "string")')""",
            name="learning_objectives_shape",
        ),
        CheckConstraint(
            "(approved_at IS NULL OR status IN ('approved', 'published'))"
            " AND (approved_by IS NULL OR approved_at IS NOT NULL)",
            name="approval",
        ),
        CheckConstraint("revision >= 1", name="revision"),
        UniqueConstraint(
            "chapter_id", "number", name="uq_sessions_chapter_id_number", deferrable=True, initially="IMMEDIATE"
        ),
        UniqueConstraint(
            "chapter_id",
            "order_index",
            name="uq_sessions_chapter_id_order_index",
            deferrable=True,
            initially="IMMEDIATE",
        ),
        Index("idx_sessions_chapter", "chapter_id"),
        Index("idx_sessions_status", "status"),
    )

    chapter_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("studio.chapters.id", ondelete="CASCADE"))
    number: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    hook: Mapped[str | None] = mapped_column(Text)
    description: Mapped[str | None] = mapped_column(Text)
    wiifm: Mapped[str | None] = mapped_column(Text)
    learning_objectives: Mapped[list[str] | None] = mapped_column(Shaped(list[str]))
    estimated_minutes: Mapped[int] = mapped_column(server_default=text("10"), default=10)
    order_index: Mapped[int]
    status: Mapped[str] = mapped_column(Text, server_default=text("'draft'"), default=SessionStatus.draft)
    revision: Mapped[int] = mapped_column(server_default=text("1"), default=1)
