"""What came in through the public contact form (A-TAB-15)."""

from enum import StrEnum

from sqlalchemy import Index, Text, func, text
from sqlalchemy.orm import Mapped, mapped_column

from app.academy.models.base import Base
from app.core.database.checks import one_of
from app.core.database.model import Row, Versioned


class ContactStatus(StrEnum):
    """What became of it; an admin says so (A-MKT-01)."""

    pending = "pending"
    contacted = "contacted"
    converted = "converted"
    spam = "spam"


class ContactSubmission(Row, Versioned, Base):
    """Somebody who wrote to us without having an account (A-TAB-15)."""

    __tablename__ = "contact_submissions"
    __table_args__ = (
        one_of("status", ContactStatus),
        Index("ix_contact_submissions_status_created_at", "status", "created_at"),
        Index("ix_contact_submissions_email", func.lower(text("email"))),
    )

    name: Mapped[str] = mapped_column(Text)
    email: Mapped[str] = mapped_column(Text)
    company: Mapped[str | None] = mapped_column(Text)
    team_size: Mapped[str | None] = mapped_column(Text)
    message: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text, server_default=text("'pending'"), default=ContactStatus.pending)
    brevo_contact_id: Mapped[str | None] = mapped_column(Text)
