"""The enablement kit of a course (A-TAB-09)."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from app.academy.models.base import Base
from app.core.database.checks import one_of
from app.core.database.model import Row, Versioned


class KitItemType(StrEnum):
    """What an item of a kit is: a slide deck, a prompt library, a template, a custom chatbot, an exercise sheet."""

    slides = "slides"
    prompts = "prompts"
    template = "template"
    chatbot = "chatbot"
    worksheet = "worksheet"


class EnablementKitItem(Row, Versioned, Base):
    """One item of a course's kit, a file or a link, never both (A-TAB-09, Z-80)."""

    __tablename__ = "enablement_kit_items"
    __table_args__ = (
        one_of("type", KitItemType),
        CheckConstraint("num_nonnulls(file_id, external_url) = 1", name="file_or_link"),
        CheckConstraint('"order" >= 0', name="order"),
        Index("ix_enablement_kit_items_course_id_order", "course_id", "order"),
        Index("ix_enablement_kit_items_file_id", "file_id"),
    )

    course_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.courses.id", ondelete="CASCADE"))
    title: Mapped[str] = mapped_column(Text)
    type: Mapped[str] = mapped_column(Text)
    # An item without its file would be nothing: take the item away first.
    file_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("core.files.id", ondelete="RESTRICT"))
    external_url: Mapped[str | None] = mapped_column(Text)
    order: Mapped[int]
