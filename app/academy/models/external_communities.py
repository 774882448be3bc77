"""Communities on other platforms, and who of ours is in them (A-TAB-46, A-TAB-47)."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, Index, Text, UniqueConstraint, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from app.academy.models.base import Base
from app.core.database.checks import one_of
from app.core.database.model import Row, Versioned


class CommunityPlatform(StrEnum):
    """Where a community lives."""

    circle = "circle"
    skool = "skool"
    discord = "discord"
    slack = "slack"
    other = "other"


class CommunityAccess(StrEnum):
    """Who gets in: everybody, who is enrolled, who was, who has premium (A-EXT-01)."""

    all_users = "all_users"
    enrolled = "enrolled"
    alumni = "alumni"
    premium = "premium"


class CommunityMembershipStatus(StrEnum):
    """What the platform said last; inactive when access was lost or the person left."""

    invited = "invited"
    active = "active"
    inactive = "inactive"


class ExternalCommunityLink(Row, Versioned, Base):
    """A community on another platform (A-TAB-46).

    `external_id` is what it is called over there and the credential what we speak to it with: for syncing members and
    signing them in. A link alone needs neither.
    """

    __tablename__ = "external_community_links"
    __table_args__ = (
        one_of("platform", CommunityPlatform),
        one_of("access_level", CommunityAccess),
        Index("ix_external_community_links_platform_is_active", "platform", "is_active"),
        Index("ix_external_community_links_access_level_is_active", "access_level", "is_active"),
        Index("ix_external_community_links_credential_id", "credential_id"),
    )

    platform: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    url: Mapped[str] = mapped_column(Text)
    description: Mapped[str | None] = mapped_column(Text)
    access_level: Mapped[str] = mapped_column(Text)
    sso_enabled: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    member_sync_enabled: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    is_active: Mapped[bool] = mapped_column(server_default=text("true"), default=True)
    external_id: Mapped[str | None] = mapped_column(Text)
    credential_id: Mapped[UUID | None] = mapped_column(
        Uuid, ForeignKey("core.integration_credentials.id", ondelete="SET NULL")
    )


class ExternalCommunityCourse(Base):
    """A course whose learners a community is for; a community without any is for those of all courses (A-EXT-02)."""

    __tablename__ = "external_community_courses"
    __table_args__ = (Index("ix_external_community_courses_course_id", "course_id"),)

    community_id: Mapped[UUID] = mapped_column(
        Uuid, ForeignKey("academy.external_community_links.id", ondelete="CASCADE"), primary_key=True
    )
    # Were the last one to vanish, none listed would mean all.
    course_id: Mapped[UUID] = mapped_column(
        Uuid, ForeignKey("academy.courses.id", ondelete="RESTRICT"), primary_key=True
    )


class UserCommunityMembership(Row, Base):
    """One of our people in one community elsewhere (A-TAB-47). `external_member_id` is who they are over there."""

    __tablename__ = "user_community_memberships"
    __table_args__ = (
        one_of("status", CommunityMembershipStatus),
        UniqueConstraint("user_id", "community_id"),
        Index(
            "uq_user_community_memberships_external",
            "community_id",
            "external_member_id",
            unique=True,
            postgresql_where=text("external_member_id IS NOT NULL"),
        ),
        Index("ix_user_community_memberships_community_id_status", "community_id", "status"),
    )

    user_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.users.id", ondelete="CASCADE"))
    # Switched off rather than deleted: it takes these rows to get people out again.
    community_id: Mapped[UUID] = mapped_column(
        Uuid, ForeignKey("academy.external_community_links.id", ondelete="RESTRICT")
    )
    external_member_id: Mapped[str | None] = mapped_column(Text)
    status: Mapped[str] = mapped_column(
        Text, server_default=text("'invited'"), default=CommunityMembershipStatus.invited
    )
    joined_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    last_sync_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
