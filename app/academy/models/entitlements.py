"""Entitlements: who has premium, and by what (Z-133)."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, Text, Uuid, func, text
from sqlalchemy.orm import Mapped, mapped_column

from app.academy.models.base import Base
from app.core.database.checks import one_of
from app.core.database.model import Row


class EntitlementKind(StrEnum):
    """What somebody is entitled to: premium items of the library and premium communities."""

    premium = "premium"


class EntitlementSource(StrEnum):
    """Where it comes from: a plan that is paid for, an admin's word, a learning path that includes it."""

    plan = "plan"
    admin = "admin"
    path = "path"


class Entitlement(Row, Base):
    """A grant to one person, from `starts_at` until `ends_at` or its revocation; null has no end.

    One live grant per person and source, of paths one per path: a renewal moves the end of the grant that is there.
    """

    __tablename__ = "entitlements"
    __table_args__ = (
        one_of("kind", EntitlementKind),
        one_of("source", EntitlementSource),
        CheckConstraint(
            "(source = 'plan') = (plan IS NOT NULL) AND (source = 'admin') = (granted_by_id IS NOT NULL)"
            " AND (source = 'path') = (learning_path_id IS NOT NULL)",
            name="granted_by",
        ),
        CheckConstraint("stripe_subscription_id IS NULL OR source = 'plan'", name="subscription"),
        CheckConstraint("ends_at > starts_at", name="period"),
        CheckConstraint("(revoked_at IS NULL) = (revoked_reason IS NULL)", name="revoked"),
        Index(
            "uq_entitlements_live",
            "user_id",
            "kind",
            "source",
            unique=True,
            postgresql_where=text("source <> 'path' AND revoked_at IS NULL"),
        ),
        Index(
            "uq_entitlements_live_path",
            "user_id",
            "kind",
            "learning_path_id",
            unique=True,
            postgresql_where=text("source = 'path' AND revoked_at IS NULL"),
        ),
        Index("uq_entitlements_stripe_subscription_id_kind", "stripe_subscription_id", "kind", unique=True),
        Index("ix_entitlements_user_id_kind", "user_id", "kind"),
        Index("ix_entitlements_learning_path_id", "learning_path_id"),
        Index("ix_entitlements_granted_by_id", "granted_by_id"),
        Index("ix_entitlements_ends_at", "ends_at", postgresql_where=text("revoked_at IS NULL")),
    )

    user_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.users.id", ondelete="RESTRICT"))
    kind: Mapped[str] = mapped_column(Text, server_default=text("'premium'"), default=EntitlementKind.premium)
    source: Mapped[str] = mapped_column(Text)
    plan: Mapped[str | None] = mapped_column(Text)
    stripe_subscription_id: Mapped[str | None] = mapped_column(Text)
    granted_by_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("academy.users.id", ondelete="RESTRICT"))
    learning_path_id: Mapped[UUID | None] = mapped_column(
        Uuid, ForeignKey("academy.learning_paths.id", ondelete="RESTRICT")
    )
    starts_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    ends_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    revoked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    revoked_reason: Mapped[str | None] = mapped_column(Text)
