"""Organizations and who belongs to them: the boundary between customers (Z-04)."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, Text, UniqueConstraint, Uuid, func, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.database.model import Row, Versioned
from app.identity.models.accounts import Account
from app.identity.models.base import Base


class OrganizationRole(StrEnum):
    """An admin manages the organization and its members; each organization has at least one."""

    admin = "admin"
    member = "member"


class Organization(Row, Versioned, Base):
    """A customer. The academy's billing side and the CRM's programs hang on this id."""

    __tablename__ = "organizations"
    __table_args__ = (UniqueConstraint("slug"),)

    name: Mapped[str] = mapped_column(Text)
    slug: Mapped[str] = mapped_column(Text)


class OrganizationMembership(Row, Base):
    """Somebody's place in an organization, live until `ended_at`. One live one per person and organization."""

    __tablename__ = "organization_memberships"
    __table_args__ = (
        Index(
            "uq_organization_memberships_live",
            "organization_id",
            "account_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_organization_memberships_organization_id", "organization_id"),
        Index("ix_organization_memberships_account_id", "account_id"),
        CheckConstraint("role IN ('admin', 'member')", name="role"),
    )

    organization_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("core.organizations.id", ondelete="CASCADE"))
    account_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("core.accounts.id", ondelete="CASCADE"))
    role: Mapped[OrganizationRole] = mapped_column(Text)
    joined_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    account: Mapped[Account] = relationship(lazy="raise")
