"""Members and whom they follow (T-TAB-01, T-TAB-20)."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Computed,
    DateTime,
    ForeignKey,
    Index,
    LargeBinary,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from app.community.models.base import Base
from app.community.models.shapes import NotificationPrefs
from app.core.database.checks import has_shape, one_of
from app.core.database.model import Entry, Timestamps, Versioned
from app.core.database.shaped import Shaped

PREFS = {
    "email_comments?": "boolean",
    "email_replies?": "boolean",
    "email_followers?": "boolean",
    "email_events?": "boolean",
    "email_courses?": "boolean",
    "email_dms?": "boolean",
    "digest?": "string",
}

# One index over name and biography, and a biography only while everybody may read it (T-PRF-01).
SEARCH = (
    "setweight(to_tsvector('simple', name), 'A') || setweight(to_tsvector('simple',"
    " CASE WHEN visibility = 'public' THEN coalesce(bio, '') ELSE '' END), 'B')"
)


class Role(StrEnum):
    """What a member may do in the community."""

    admin = "admin"
    moderator = "moderator"
    member = "member"


class ProfileVisibility(StrEnum):
    """A private profile shows other members its name and avatar only (T-PRF-01)."""

    public = "public"
    private = "private"


class DirectMessages(StrEnum):
    """Who may write to a member: everyone, those whom the member follows, nobody (T-MSG-02)."""

    everyone = "everyone"
    following = "following"
    nobody = "nobody"


class Member(Timestamps, Versioned, Base):
    """`community.users`: the community's profile of an account, with the account's own id (T-TAB-01, Z-03).

    `name` follows the account: a copy, because search needs it beside the biography and its visibility, and an index
    on the accounts would find people of all systems. `points` is the sum of the member's rows in `community.points`,
    `level` the highest level whose threshold it reaches. A ban hides what the member wrote; logging in is refused by
    the account's own status (T-ADM-01).
    """

    __tablename__ = "users"
    __table_args__ = (
        one_of("visibility", ProfileVisibility),
        one_of("role", Role),
        one_of("direct_messages", DirectMessages),
        has_shape("notification_prefs", PREFS),
        CheckConstraint(
            "coalesce(notification_prefs ->> 'digest', 'daily') IN ('immediate', 'daily', 'weekly', 'off')",
            name="notification_prefs_digest",
        ),
        CheckConstraint("points >= 0", name="points"),
        CheckConstraint("level >= 1", name="level"),
        CheckConstraint("octet_length(calendar_token_hash) = 32", name="calendar_token_hash"),
        Index("ix_users_role", "role"),
        Index("ix_users_points", "points", "id"),
        Index(
            "ix_users_avatar_storage_id", "avatar_storage_id", postgresql_where=text("avatar_storage_id IS NOT NULL")
        ),
        Index("uq_users_calendar_token_hash", "calendar_token_hash", unique=True),
        Index("ix_users_search", "search", postgresql_using="gin"),
    )

    id: Mapped[UUID] = mapped_column(
        Uuid, ForeignKey("core.accounts.id", ondelete="RESTRICT"), primary_key=True, sort_order=-1000
    )
    name: Mapped[str] = mapped_column(Text)
    bio: Mapped[str | None] = mapped_column(Text)
    avatar_storage_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("core.files.id", ondelete="SET NULL"))
    visibility: Mapped[str] = mapped_column(Text, server_default=text("'public'"), default=ProfileVisibility.public)
    role: Mapped[str] = mapped_column(Text, server_default=text("'member'"), default=Role.member)
    points: Mapped[int] = mapped_column(server_default=text("0"), default=0)
    level: Mapped[int] = mapped_column(server_default=text("1"), default=1)
    notification_prefs: Mapped[NotificationPrefs] = mapped_column(
        Shaped(NotificationPrefs), server_default=text("'{}'::jsonb"), default=NotificationPrefs
    )
    direct_messages: Mapped[str] = mapped_column(
        Text, server_default=text("'everyone'"), default=DirectMessages.everyone
    )
    # A calendar program fetches the member's feed without logging in: by a secret address, of which the hash is kept.
    calendar_token_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    banned_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    search: Mapped[Any] = mapped_column(TSVECTOR, Computed(SEARCH, persisted=True), deferred=True)


class Follow(Entry, Base):
    """`community.follows`: one member follows another, once, and never themselves (T-TAB-20, T-FOL-01)."""

    __tablename__ = "follows"
    __table_args__ = (
        CheckConstraint("follower_id <> following_id", name="not_oneself"),
        UniqueConstraint("follower_id", "following_id"),
        Index("ix_follows_following_id", "following_id"),
    )

    follower_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("community.users.id", ondelete="CASCADE"))
    following_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("community.users.id", ondelete="CASCADE"))
