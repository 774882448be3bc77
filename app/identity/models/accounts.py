"""Who exists: accounts, and the outside logins that lead to them."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, Text, UniqueConstraint, Uuid, func, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database.model import Row, Versioned
from app.identity.models.base import Base


class AccountStatus(StrEnum):
    """A suspended account is refused from its next request on."""

    active = "active"
    suspended = "suspended"


class Account(Row, Versioned, Base):
    """One person's login. The address is unique whatever its case (Z-57).

    `email_verified_at` is when control of the address was proven to us: by a magic link, or by Google for an address
    that Google itself runs. Until then an outside login on this account proves nothing about the address.
    """

    __tablename__ = "accounts"
    __table_args__ = (
        Index("uq_accounts_email", func.lower(text("email")), unique=True),
        CheckConstraint("status IN ('active', 'suspended')", name="status"),
        CheckConstraint("(status = 'suspended') = (suspended_at IS NOT NULL)", name="suspended_at"),
    )

    email: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    status: Mapped[AccountStatus] = mapped_column(Text, default=AccountStatus.active, server_default=text("'active'"))
    suspended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    email_verified_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    locale: Mapped[str | None] = mapped_column(Text)
    timezone: Mapped[str | None] = mapped_column(Text)


class AccountIdentity(Row, Base):
    """An outside login of an account, known by issuer and subject; addresses change hands, subjects do not.

    `is_authoritative`: the issuer runs the address's domain, so that its word about the address was proof.
    """

    __tablename__ = "account_identities"
    __table_args__ = (
        UniqueConstraint("issuer", "subject"),
        Index("ix_account_identities_account_id", "account_id"),
    )

    account_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("core.accounts.id", ondelete="CASCADE"))
    issuer: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    email: Mapped[str] = mapped_column(Text)
    is_authoritative: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
