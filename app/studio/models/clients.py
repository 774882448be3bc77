"""Clients, who may see them, and the platform's staff (S-TAB-01, Z-190)."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column, relationship, synonym

from app.core.database.checks import one_of
from app.core.database.model import Created, Row, Timestamps, Versioned
from app.identity.models import Account
from app.studio.models.base import Authored, Base


class MemberRole(StrEnum):
    """An author writes; a reviewer writes and approves. Rows are seen alike: what one may do is the code's business."""

    author = "author"
    reviewer = "reviewer"


class Client(Row, Versioned, Authored, Base):
    """A customer content is written for, and the boundary of row-level security (S-TAB-01).

    Only staff write it: its slug is unique among all clients, and whoever may try slugs learns which are taken.
    """

    __tablename__ = "clients"
    __table_args__ = (UniqueConstraint("slug"),)

    name: Mapped[str] = mapped_column(Text)
    slug: Mapped[str] = mapped_column(Text)
    industry: Mapped[str | None] = mapped_column(Text)
    contact_email: Mapped[str | None] = mapped_column(Text)
    notes: Mapped[str | None] = mapped_column(Text)


class ClientMember(Timestamps, Base):
    """Somebody who works for a client, and so sees everything of it (Z-190). Staff add and remove them."""

    __tablename__ = "client_members"
    __table_args__ = (
        one_of("role", MemberRole),
        Index("ix_client_members_account_id_client_id", "account_id", "client_id"),
    )

    client_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("studio.clients.id", ondelete="CASCADE"), primary_key=True)
    account_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("core.accounts.id", ondelete="CASCADE"), primary_key=True)
    role: Mapped[str] = mapped_column(Text, server_default=text("'author'"), default=MemberRole.author)
    added_by: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("core.accounts.id", ondelete="SET NULL"), index=True)

    # Within one client the account names the row: lists continue after it.
    id: Mapped[UUID] = synonym("account_id")
    account: Mapped[Account] = relationship(lazy="raise", foreign_keys=[account_id])


class StaffMember(Created, Base):
    """`studio.staff`: an account that works for the platform and sees every client (Z-190)."""

    __tablename__ = "staff"

    account_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("core.accounts.id", ondelete="CASCADE"), primary_key=True)
    added_by: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("core.accounts.id", ondelete="SET NULL"), index=True)

    id: Mapped[UUID] = synonym("account_id")
    account: Mapped[Account] = relationship(lazy="raise", foreign_keys=[account_id])
