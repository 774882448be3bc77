"""Spaces, and when members last looked into them (T-TAB-02, T-TAB-22)."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, Text, UniqueConstraint, Uuid, func, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.community.models.base import Base
from app.community.models.memberships import Visibility
from app.core.database.checks import one_of
from app.core.database.model import Row, Versioned


class PostPermission(StrEnum):
    """Who may post in a space: everybody who may enter, moderators and admins, admins only (T-SPC-02)."""

    all = "all"
    moderators = "moderators"
    admin = "admin"


class Space(Row, Versioned, Base):
    """`community.spaces`: a room for discussion. Deleting one hides it and its posts; nothing is lost (T-TAB-02)."""

    __tablename__ = "spaces"
    __table_args__ = (
        one_of("visibility", Visibility),
        one_of("post_permission", PostPermission),
        CheckConstraint("(visibility = 'paid') = (required_tier IS NOT NULL)", name="paid_needs_tier"),
        CheckConstraint('"order" >= 0', name="order"),
        # One live space per place, checked after a statement and not after each row: one statement may reorder all.
        ExcludeConstraint(
            ("order", "="),
            name="ex_spaces_order",
            using="btree",
            where=text("deleted_at IS NULL"),
            deferrable=True,
            initially="IMMEDIATE",
        ),
        Index("ix_spaces_order", "order"),
        Index("ix_spaces_visibility", "visibility"),
        Index("ix_spaces_required_tier", "required_tier", postgresql_where=text("required_tier IS NOT NULL")),
    )

    name: Mapped[str] = mapped_column(Text)
    description: Mapped[str | None] = mapped_column(Text)
    icon: Mapped[str | None] = mapped_column(Text)
    visibility: Mapped[str] = mapped_column(Text, server_default=text("'members'"), default=Visibility.members)
    post_permission: Mapped[str] = mapped_column(Text, server_default=text("'all'"), default=PostPermission.all)
    required_tier: Mapped[str | None] = mapped_column(Text, ForeignKey("community.tiers.code", ondelete="RESTRICT"))
    order: Mapped[int]
    deleted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class SpaceVisit(Row, Base):
    """`community.space_visits`: when a member last looked into a space; newer posts are unread (T-TAB-22, T-SPC-04)."""

    __tablename__ = "space_visits"
    __table_args__ = (
        UniqueConstraint("user_id", "space_id"),
        Index("ix_space_visits_space_id", "space_id"),
    )

    user_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("community.users.id", ondelete="CASCADE"))
    space_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("community.spaces.id", ondelete="CASCADE"))
    last_visited_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
