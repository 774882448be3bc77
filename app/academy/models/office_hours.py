"""Office hours: what Cal.com tells us of bookings, and the bookings that we refused (A-TAB-11)."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.academy.models.base import Base
from app.core.database.checks import one_of
from app.core.database.model import Row


class BookingStatus(StrEnum):
    """scheduled → completed, cancelled or no_show; nothing follows those (A-OFH-04)."""

    scheduled = "scheduled"
    completed = "completed"
    cancelled = "cancelled"
    no_show = "no_show"


class RejectionReason(StrEnum):
    """Why a booking that was made on Cal.com's own page does not stand."""

    not_a_learner = "not_a_learner"
    not_paid = "not_paid"
    window_over = "window_over"


class OfficeHoursBooking(Row, Base):
    """One appointment of a learner (A-TAB-11).

    Cal.com gives a rescheduled booking a new uid: the row moves on to it and keeps the ones before, so that what
    arrives late about an old uid is known for what it is (Z-81).
    """

    __tablename__ = "office_hours_bookings"
    __table_args__ = (
        one_of("status", BookingStatus),
        CheckConstraint("calcom_booking_uid <> ALL (previous_uids)", name="previous_uids"),
        Index("uq_office_hours_bookings_calcom_booking_uid", "calcom_booking_uid", unique=True),
        Index("ix_office_hours_bookings_previous_uids", "previous_uids", postgresql_using="gin"),
        Index("ix_office_hours_bookings_enrollment_id", "enrollment_id"),
        Index("ix_office_hours_bookings_user_id", "user_id"),
        Index("ix_office_hours_bookings_status_scheduled_at", "status", "scheduled_at"),
    )

    enrollment_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.enrollments.id", ondelete="RESTRICT"))
    user_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.users.id", ondelete="RESTRICT"))
    scheduled_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    calcom_event_id: Mapped[str] = mapped_column(Text)
    calcom_booking_uid: Mapped[str] = mapped_column(Text)
    previous_uids: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"), default=list)
    status: Mapped[str] = mapped_column(Text, server_default=text("'scheduled'"), default=BookingStatus.scheduled)


class OfficeHoursRejection(Row, Base):
    """A booking that was made on Cal.com without the right to it (A-OFH-03).

    A table of its own: whoever booked may have no enrollment, and no account here. `cancelled_at` is when Cal.com
    took our cancellation.
    """

    __tablename__ = "office_hours_rejections"
    __table_args__ = (
        one_of("reason", RejectionReason),
        CheckConstraint("reason = 'not_a_learner' OR enrollment_id IS NOT NULL", name="enrollment"),
        Index("uq_office_hours_rejections_calcom_booking_uid", "calcom_booking_uid", unique=True),
        Index("ix_office_hours_rejections_enrollment_id", "enrollment_id"),
        Index("ix_office_hours_rejections_user_id", "user_id"),
        Index("ix_office_hours_rejections_to_cancel", "created_at", postgresql_where=text("cancelled_at IS NULL")),
    )

    calcom_booking_uid: Mapped[str] = mapped_column(Text)
    calcom_event_id: Mapped[str] = mapped_column(Text)
    scheduled_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    enrollment_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("academy.enrollments.id", ondelete="RESTRICT"))
    user_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("academy.users.id", ondelete="SET NULL"))
    reason: Mapped[str] = mapped_column(Text)
    cancelled_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
