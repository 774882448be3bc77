"""What is known about a client and about a program, with every earlier version of it (S-TAB-02, S-TAB-04, Z-191).

A trigger copies the old version away before it is lost, and refuses a change that does not raise `version`.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, Text, UniqueConstraint, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database.checks import one_of
from app.core.database.model import Entry, Row, Timestamps, Versioned
from app.studio.models.base import Authored, Base


class ClientKnowledgeType(StrEnum):
    """What kind of knowledge about a client; one of each (S-KNW-01)."""

    business_context = "business_context"
    terminology = "terminology"
    brand_voice = "brand_voice"


class ProgramKnowledgeType(StrEnum):
    """What kind of knowledge about a program; one of each. The table's names count (Z-196)."""

    brief = "brief"
    topic_research = "topic_research"
    path_recommendations = "path_recommendations"
    program_matrix = "program_matrix"


class Edited(Timestamps):
    """Who wrote the present version. `updated_at` is when: nothing but a new version changes the row."""

    edited_by: Mapped[UUID | None] = mapped_column(
        Uuid, ForeignKey("core.accounts.id", ondelete="SET NULL"), index=True, sort_order=901
    )

    @property
    def edited_at(self) -> datetime:
        """As an earlier version calls it."""
        return self.updated_at


class Earlier(Entry):
    """A version that was replaced: who wrote it and when. `created_at` is when it was replaced."""

    version: Mapped[int] = mapped_column(sort_order=-990)
    edited_by: Mapped[UUID | None] = mapped_column(
        Uuid, ForeignKey("core.accounts.id", ondelete="SET NULL"), index=True, sort_order=901
    )
    edited_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), sort_order=902)


class ClientKnowledge(Edited, Row, Versioned, Authored, Base):
    """Permanent knowledge about a client, as an open JSON object (S-TAB-02)."""

    __tablename__ = "client_knowledge"
    __table_args__ = (
        one_of("type", ClientKnowledgeType),
        CheckConstraint("jsonb_typeof(content) = 'object'", name="content_shape"),
        CheckConstraint("version >= 1", name="version"),
        UniqueConstraint("client_id", "type"),
        Index("idx_client_knowledge_client", "client_id"),
    )

    client_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("studio.clients.id", ondelete="CASCADE"))
    type: Mapped[str] = mapped_column(Text)
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)


class ClientKnowledgeHistory(Earlier, Base):
    """An earlier version of `client_knowledge` (Z-191)."""

    __tablename__ = "client_knowledge_history"
    __table_args__ = (
        CheckConstraint("jsonb_typeof(content) = 'object'", name="content_shape"),
        UniqueConstraint("client_knowledge_id", "version"),
    )

    client_knowledge_id: Mapped[UUID] = mapped_column(
        Uuid, ForeignKey("studio.client_knowledge.id", ondelete="CASCADE")
    )
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)


class ProgramKnowledge(Edited, Row, Versioned, Authored, Base):
    """Knowledge that one program is written from, as a document (S-TAB-04)."""

    __tablename__ = "program_knowledge"
    __table_args__ = (
        one_of("type", ProgramKnowledgeType),
        CheckConstraint("version >= 1", name="version"),
        UniqueConstraint("program_id", "type"),
        Index("idx_program_knowledge_program", "program_id"),
    )

    program_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("studio.programs.id", ondelete="CASCADE"))
    type: Mapped[str] = mapped_column(Text)
    title: Mapped[str | None] = mapped_column(Text)
    content: Mapped[str] = mapped_column(Text)
    content_format: Mapped[str] = mapped_column(Text, server_default=text("'markdown'"), default="markdown")


class ProgramKnowledgeHistory(Earlier, Base):
    """An earlier version of `program_knowledge` (Z-191)."""

    __tablename__ = "program_knowledge_history"
    __table_args__ = (UniqueConstraint("program_knowledge_id", "version"),)

    program_knowledge_id: Mapped[UUID] = mapped_column(
        Uuid, ForeignKey("studio.program_knowledge.id", ondelete="CASCADE")
    )
    title: Mapped[str | None] = mapped_column(Text)
    content: Mapped[str] = mapped_column(Text)
    content_format: Mapped[str] = mapped_column(Text)
