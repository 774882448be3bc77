"""Events of an organization, and who was there (P-TAB-04, Z-25). `community.events` is the community's own."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, Text, UniqueConstraint, Uuid, select
from sqlalchemy.orm import Mapped, column_property, mapped_column

from app.core.database.checks import one_of
from app.core.database.model import Row, Versioned
from app.crm.models.base import Base
from app.identity.models import Account


class AttendanceStatus(StrEnum):
    """Whether somebody was there; partial counts as attended (P-CMP-05)."""

    attended = "attended"
    partial = "partial"
    absent = "absent"


class Event(Row, Versioned, Base):
    """A gathering of an organization. It is held when it has ended and was not cancelled (Z-24)."""

    __tablename__ = "events"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="times"),
        UniqueConstraint("id", "organization_id"),  # `crm.program_events` points at both
        Index("ix_events_organization_id_starts_at", "organization_id", "starts_at"),
        Index("ix_events_created_by", "created_by"),
    )

    organization_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("core.organizations.id", ondelete="RESTRICT"))
    title: Mapped[str] = mapped_column(Text)
    description: Mapped[str | None] = mapped_column(Text)
    location: Mapped[str | None] = mapped_column(Text)
    starts_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ends_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    cancelled_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    created_by: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("core.accounts.id", ondelete="SET NULL"))


class EventAttendance(Row, Base):
    """Whether one person was at one event: what completion is counted from. One line per person and event."""

    __tablename__ = "event_attendance"
    __table_args__ = (
        one_of("status", AttendanceStatus),
        UniqueConstraint("event_id", "user_id"),
        Index("ix_event_attendance_user_id", "user_id"),
        Index("ix_event_attendance_recorded_by", "recorded_by"),
    )

    event_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("crm.events.id", ondelete="RESTRICT"))
    user_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("core.accounts.id", ondelete="RESTRICT"))
    status: Mapped[str] = mapped_column(Text)
    recorded_by: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("core.accounts.id", ondelete="SET NULL"))

    # The name of the account, to show and to sort by.
    name: Mapped[str] = column_property(
        select(Account.name).where(Account.id == user_id).correlate_except(Account).scalar_subquery(),
        deferred=True,
    )

    @property
    def account_id(self) -> UUID:
        """Who was there, as the API calls it."""
        return self.user_id
