"""How accounts are entered: links sent by mail, and the sessions that devices hold afterwards."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, LargeBinary, SmallInteger, Text, Uuid, func, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database.model import Row
from app.identity.models.base import Base


class SignInMethod(StrEnum):
    """What proof a session began with."""

    magic_link = "magic_link"
    google = "google"
    command_line = "command_line"


class AuthSession(Row, Base):
    """One device's login: a family of refresh tokens of which one is current (rule 56).

    Its id is the `sid` of every access token of the family. Only hashes of refresh tokens are kept; `previous_hash`
    lets a repeated request get the same successor for a moment. It ends at `expires_at`, however often it is renewed.
    """

    __tablename__ = "auth_sessions"
    __table_args__ = (
        Index("ix_auth_sessions_account_id", "account_id"),
        Index("ix_auth_sessions_expires_at", "expires_at"),
        CheckConstraint("method IN ('magic_link', 'google', 'command_line')", name="method"),
        CheckConstraint("(revoked_at IS NULL) = (revoked_reason IS NULL)", name="revoked"),
    )

    account_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("core.accounts.id", ondelete="CASCADE"))
    method: Mapped[SignInMethod] = mapped_column(Text)
    device: Mapped[str | None] = mapped_column(Text)
    refresh_hash: Mapped[bytes] = mapped_column(LargeBinary)
    previous_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    rotated_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    last_used_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    revoked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    revoked_reason: Mapped[str | None] = mapped_column(Text)


class MagicLink(Row, Base):
    """A one-time link to an address, bound to its purpose. Only the hash of its token is kept (rule 57).

    `nonce` is half of what the token is computed from; the other half is a key that the database never sees, so the
    job that mails the link can make the token again while a copy of this table opens nothing.
    """

    __tablename__ = "magic_links"
    __table_args__ = (
        Index("ix_magic_links_email_created_at", func.lower(text("email")), "created_at"),
        Index("ix_magic_links_expires_at", "expires_at"),
        CheckConstraint("purpose IN ('sign_in')", name="purpose"),
    )

    email: Mapped[str] = mapped_column(Text)
    purpose: Mapped[str] = mapped_column(Text)
    nonce: Mapped[bytes] = mapped_column(LargeBinary)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary)
    requested_name: Mapped[str | None] = mapped_column(Text)
    attempts: Mapped[int] = mapped_column(SmallInteger, default=0, server_default=text("0"))
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
