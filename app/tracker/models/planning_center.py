"""What is kept of the traffic with Planning Center, and of its data (C-TAB-14 to C-TAB-17)."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, DateTime, ForeignKey, Index, Text, Uuid, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database.checks import lists, one_of
from app.core.database.model import Entry, Identified, Row
from app.core.database.shaped import Shaped
from app.tracker.models.base import Base
from app.tracker.models.progress import RegistrationStatus
from app.tracker.models.shapes import FailedRecord


class SyncType(StrEnum):
    """What a sync is about."""

    people = "people"
    events = "events"
    registrations = "registrations"
    custom_fields = "custom_fields"


class SyncDirection(StrEnum):
    """Which way the data go."""

    from_pc = "from_pc"
    to_pc = "to_pc"


class SyncLog(Identified, Base):
    """`tracker.planning_center_sync_log` (C-TAB-14): one sync; it runs until `completed_at`.

    `cursor` is how far it has come, in Planning Center's terms: a run that was broken off goes on from there, and the
    next one begins where the last ended (C-SYN-08). `created_by` is who asked for it, null for the clock.
    """

    __tablename__ = "planning_center_sync_log"
    __table_args__ = (
        one_of("sync_type", SyncType),
        one_of("sync_direction", SyncDirection),
        CheckConstraint(
            "records_successful >= 0 AND records_failed >= 0"
            " AND records_processed = records_successful + records_failed",
            name="counts",
        ),
        CheckConstraint("completed_at >= started_at", name="completed_at"),
        CheckConstraint("jsonb_typeof(cursor) = 'object'", name="cursor_shape"),
        lists("error_details", {"record_id": "string", "error": "string"}),
        Index("ix_planning_center_sync_log_sync_type_started_at", "sync_type", "started_at"),
        Index("ix_planning_center_sync_log_created_by", "created_by"),
    )

    sync_type: Mapped[str] = mapped_column(Text)
    sync_direction: Mapped[str] = mapped_column(Text)
    records_processed: Mapped[int] = mapped_column(server_default=text("0"), default=0)
    records_successful: Mapped[int] = mapped_column(server_default=text("0"), default=0)
    records_failed: Mapped[int] = mapped_column(server_default=text("0"), default=0)
    error_details: Mapped[list[FailedRecord] | None] = mapped_column(Shaped(list[FailedRecord]))
    cursor: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    started_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    completed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    created_by: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("core.accounts.id", ondelete="SET NULL"))


class WebhookEvent(Entry, Base):
    """`tracker.planning_center_webhook_events` (C-TAB-15): one delivered event, as it came, once.

    `delivery_id` is Planning Center's id of the delivery. Tried again at `next_attempt_at` until it is processed; null
    before that means that we have given up (Z-185). What we have no use for is processed too, and `ignored`.
    """

    __tablename__ = "planning_center_webhook_events"
    __table_args__ = (
        CheckConstraint("jsonb_typeof(payload) = 'object'", name="payload_shape"),
        CheckConstraint("processed = (processed_at IS NOT NULL)", name="processed_at"),
        CheckConstraint("processed OR NOT ignored", name="ignored"),
        CheckConstraint("attempts >= 0", name="attempts"),
        CheckConstraint("NOT processed OR next_attempt_at IS NULL", name="next_attempt_at"),
        Index("uq_planning_center_webhook_events_delivery_id", "delivery_id", unique=True),
        Index("ix_planning_center_webhook_events_planning_center_id", "planning_center_id"),
        Index("ix_planning_center_webhook_events_created_at", "created_at"),
        Index(
            "ix_planning_center_webhook_events_due",
            "next_attempt_at",
            postgresql_where=text("NOT processed"),
        ),
    )

    delivery_id: Mapped[str] = mapped_column(Text)
    event_type: Mapped[str] = mapped_column(Text)
    planning_center_id: Mapped[str | None] = mapped_column(Text)
    payload: Mapped[dict[str, Any]] = mapped_column(JSONB)
    processed: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    processed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    ignored: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    error_message: Mapped[str | None] = mapped_column(Text)
    attempts: Mapped[int] = mapped_column(server_default=text("0"), default=0)
    next_attempt_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), server_default=func.now())


class CachedEvent(Row, Base):
    """`tracker.planning_center_events_cache` (C-TAB-16): a copy of an event, as Planning Center has it."""

    __tablename__ = "planning_center_events_cache"
    __table_args__ = (
        CheckConstraint("max_capacity >= 0 AND current_registrations_count >= 0", name="counts"),
        Index("uq_planning_center_events_cache_event", "planning_center_event_id", unique=True),
    )

    planning_center_event_id: Mapped[str] = mapped_column(Text)
    event_name: Mapped[str] = mapped_column(Text)
    event_description: Mapped[str | None] = mapped_column(Text)
    start_date: Mapped[date | None] = mapped_column(Date)
    end_date: Mapped[date | None] = mapped_column(Date)
    max_capacity: Mapped[int | None]
    current_registrations_count: Mapped[int | None]
    registration_deadline: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    event_status: Mapped[str | None] = mapped_column(Text)
    last_synced_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class CachedRegistration(Row, Base):
    """`tracker.planning_center_registrations_cache` (C-TAB-17): a copy of one person's registration for an event.

    Its event and person may not have come to us yet, so they are Planning Center's ids and no foreign keys.
    """

    __tablename__ = "planning_center_registrations_cache"
    __table_args__ = (
        one_of("registration_status", RegistrationStatus),
        CheckConstraint("jsonb_typeof(custom_field_responses) = 'object'", name="custom_fields_shape"),
        Index("uq_planning_center_registrations_cache_registration", "planning_center_registration_id", unique=True),
        Index("ix_planning_center_registrations_cache_event", "planning_center_event_id", "registration_status"),
        Index("ix_planning_center_registrations_cache_person", "planning_center_person_id"),
    )

    planning_center_registration_id: Mapped[str] = mapped_column(Text)
    planning_center_event_id: Mapped[str | None] = mapped_column(Text)
    planning_center_person_id: Mapped[str | None] = mapped_column(Text)
    registration_status: Mapped[str | None] = mapped_column(Text)
    registration_date: Mapped[date | None] = mapped_column(Date)
    registration_notes: Mapped[str | None] = mapped_column(Text)
    custom_field_responses: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    last_synced_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
