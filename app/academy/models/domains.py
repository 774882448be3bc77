"""E-mail domains that organizations proved to be theirs (Z-47)."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, Text, UniqueConstraint, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from app.academy.models.base import Base
from app.core.database.checks import one_of
from app.core.database.model import Row, Versioned


class DomainProof(StrEnum):
    """How control of a domain is shown: a TXT record, or a link mailed to an address there."""

    dns = "dns"
    email = "email"


class OrganizationDomain(Row, Versioned, Base):
    """A domain that an organization claims. Proven ones are one organization's alone (Z-47).

    `challenge` is what the TXT record must say, or the hash of the token that was mailed. Only a proven domain can let
    its people join by themselves, and only where that was switched on; providers of public addresses never can.
    """

    __tablename__ = "organization_domains"
    __table_args__ = (
        one_of("proof", DomainProof),
        CheckConstraint("domain = lower(domain) AND domain LIKE '%.%' AND domain NOT LIKE '%@%'", name="domain"),
        CheckConstraint("(proof = 'email') = (mailed_to IS NOT NULL)", name="mailed_to"),
        CheckConstraint("lower(split_part(mailed_to, '@', 2)) = domain", name="mailed_there"),
        CheckConstraint("NOT auto_join OR verified_at IS NOT NULL", name="auto_join_needs_proof"),
        UniqueConstraint("organization_id", "domain"),
        Index(
            "uq_organization_domains_verified", "domain", unique=True, postgresql_where=text("verified_at IS NOT NULL")
        ),
    )

    organization_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.organizations.id", ondelete="CASCADE"))
    domain: Mapped[str] = mapped_column(Text)
    proof: Mapped[str] = mapped_column(Text)
    challenge: Mapped[str] = mapped_column(Text)
    challenge_expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    mailed_to: Mapped[str | None] = mapped_column(Text)
    verified_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    checked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    auto_join: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
