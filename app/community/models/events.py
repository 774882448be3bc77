"""The calendar: events, their occurrences, and who comes (T-TAB-11, T-TAB-12)."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.community.models.base import Base
from app.community.models.shapes import Recurrence
from app.core.database.checks import has_shape, one_of
from app.core.database.model import Row, Versioned
from app.core.database.shaped import Shaped

# Whole numbers from one on; what is no number is `has_shape`'s affair.
RULE = (
    "recurrence ->> 'frequency' IN ('daily', 'weekly', 'monthly', 'yearly')"
    " AND NOT jsonb_path_exists(recurrence, '$.interval ? (@ < 1 || @ != @.floor())')"
    " AND NOT jsonb_path_exists(recurrence, '$.count ? (@ < 1 || @ != @.floor())')"
    " AND num_nonnulls(recurrence ->> 'until', recurrence ->> 'count') <= 1"
)


class Event(Row, Versioned, Base):
    """`community.events`: an entry of the calendar, once or repeating (T-TAB-11).

    `start_time` and `end_time` are the first occurrence; the others follow from `recurrence` by the wall clock of
    `timezone`, so that summer time does not move them (T-GEN-09). `series_ends_at` is when the last of them ends, null
    for a series without an end. `capacity` is what each occurrence offers; null is no limit. `rsvp_count` counts who
    is going, over all occurrences.
    """

    __tablename__ = "events"
    __table_args__ = (
        has_shape("recurrence", {"frequency": "string", "interval": "number", "until?": "number", "count?": "number"}),
        CheckConstraint(RULE, name="recurrence_rule"),
        CheckConstraint("end_time > start_time", name="times"),
        CheckConstraint(
            "series_ends_at IS NULL OR recurrence IS NOT NULL AND series_ends_at >= end_time", name="series_ends_at"
        ),
        CheckConstraint("capacity >= 0", name="capacity"),
        CheckConstraint("rsvp_count >= 0", name="rsvp_count"),
        Index("ix_events_start_time", "start_time", "id"),
        Index(
            "ix_events_recurring",
            "start_time",
            postgresql_where=text("recurrence IS NOT NULL AND deleted_at IS NULL"),
        ),
        Index("ix_events_cover_storage_id", "cover_storage_id", postgresql_where=text("cover_storage_id IS NOT NULL")),
    )

    title: Mapped[str] = mapped_column(Text)
    description: Mapped[str | None] = mapped_column(Text)
    start_time: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    end_time: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    timezone: Mapped[str] = mapped_column(Text, server_default=text("'UTC'"), default="UTC")
    location: Mapped[str | None] = mapped_column(Text)
    capacity: Mapped[int | None]
    recurrence: Mapped[Recurrence | None] = mapped_column(Shaped(Recurrence))
    series_ends_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    rsvp_count: Mapped[int] = mapped_column(server_default=text("0"), default=0)
    cover_storage_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("core.files.id", ondelete="SET NULL"))
    deleted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class EventOccurrence(Base):
    """`community.event_occurrences`: one date of an event and its places, made when the first member answers (Z-36).

    This is the row to lock: `going_count` counts the answers `going` and never passes `capacity`, a copy of the
    event's that follows it for dates to come.
    """

    __tablename__ = "event_occurrences"
    __table_args__ = (
        CheckConstraint("capacity >= 0", name="capacity"),
        CheckConstraint("going_count >= 0 AND (capacity IS NULL OR going_count <= capacity)", name="places"),
    )

    event_id: Mapped[UUID] = mapped_column(
        Uuid, ForeignKey("community.events.id", ondelete="CASCADE"), primary_key=True
    )
    occurrence_start: Mapped[datetime] = mapped_column(DateTime(timezone=True), primary_key=True)
    capacity: Mapped[int | None]
    going_count: Mapped[int] = mapped_column(server_default=text("0"), default=0)


class RsvpStatus(StrEnum):
    """Only `going` takes a place."""

    going = "going"
    maybe = "maybe"
    not_going = "notGoing"


class Rsvp(Row, Base):
    """`community.rsvps`: a member's answer for one occurrence of an event (T-TAB-12).

    When an event is moved its occurrences move, and the answers with them.
    """

    __tablename__ = "rsvps"
    __table_args__ = (
        one_of("status", RsvpStatus),
        ForeignKeyConstraint(
            ["event_id", "occurrence_start"],
            ["community.event_occurrences.event_id", "community.event_occurrences.occurrence_start"],
            onupdate="CASCADE",
            ondelete="RESTRICT",
        ),
        UniqueConstraint("event_id", "occurrence_start", "user_id"),
        Index("ix_rsvps_user_id_occurrence_start", "user_id", "occurrence_start"),
    )

    event_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("community.events.id", ondelete="RESTRICT"))
    occurrence_start: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    user_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("community.users.id", ondelete="CASCADE"))
    status: Mapped[str] = mapped_column(Text)
