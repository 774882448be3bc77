"""Programs of an organization, where their old names lead, and which events count for them (P-TAB-01)."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Numeric,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, query_expression

from app.core.database.checks import one_of
from app.core.database.model import Created, Entry, Row, Versioned
from app.crm.models.base import Base


class ProgramType(StrEnum):
    """What people do together (P-PRG-02)."""

    reading_group = "reading_group"
    fellowship = "fellowship"
    mentorship = "mentorship"
    cohort = "cohort"
    workshop_series = "workshop_series"
    custom = "custom"


class ProgramStatus(StrEnum):
    """An archived program is what a deleted one would be: left out of lists, closed to newcomers (Z-20, P-PRG-09)."""

    planning = "planning"
    active = "active"
    completed = "completed"
    archived = "archived"


class EnrollmentMethod(StrEnum):
    """How somebody comes in (P-PRG-03)."""

    admin_only = "admin_only"
    self_enroll = "self_enroll"
    approval_required = "approval_required"


class CompletionCriteriaType(StrEnum):
    """What completes a participation; none at all is `manual` (P-PRG-04, Z-24)."""

    attendance_count = "attendance_count"
    attendance_percentage = "attendance_percentage"
    manual = "manual"


class Program(Row, Versioned, Base):
    """Something an organization runs with people. No `max_participants` is no limit, 0 is closed (Z-23)."""

    __tablename__ = "programs"
    __table_args__ = (
        one_of("type", ProgramType),
        one_of("status", ProgramStatus),
        one_of("enrollment_method", EnrollmentMethod),
        one_of("completion_criteria_type", CompletionCriteriaType),
        CheckConstraint("max_participants >= 0", name="max_participants"),
        CheckConstraint("end_date >= start_date", name="dates"),
        # An unknown would pass a CHECK, so a missing number is named: it would complete everybody at once.
        CheckConstraint(
            "CASE completion_criteria_type"
            " WHEN 'attendance_count' THEN completion_required_percentage IS NULL"
            " AND coalesce(completion_required_count, 0) >= 1"
            " WHEN 'attendance_percentage' THEN completion_required_count IS NULL"
            " AND coalesce(completion_required_percentage, 0) BETWEEN 1 AND 100"
            " ELSE num_nonnulls(completion_required_count, completion_required_percentage) = 0 END",
            name="completion_criteria",
        ),
        UniqueConstraint("organization_id", "slug"),
        UniqueConstraint("id", "organization_id"),  # what belongs to both points at both
        Index("ix_programs_organization_id_status", "organization_id", "status"),
        Index("ix_programs_organization_id", "organization_id"),
        Index("ix_programs_created_by", "created_by"),
    )

    organization_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("core.organizations.id", ondelete="RESTRICT"))
    name: Mapped[str] = mapped_column(Text)
    slug: Mapped[str] = mapped_column(Text)
    description: Mapped[str | None] = mapped_column(Text)
    type: Mapped[str] = mapped_column(Text)
    start_date: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    end_date: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    status: Mapped[str] = mapped_column(Text, server_default=text("'planning'"), default=ProgramStatus.planning)
    enrollment_method: Mapped[str] = mapped_column(Text)
    max_participants: Mapped[int | None]
    completion_criteria_type: Mapped[str | None] = mapped_column(Text)
    completion_required_count: Mapped[int | None]
    completion_required_percentage: Mapped[Decimal | None] = mapped_column(Numeric(4, 1))
    created_by: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("core.accounts.id", ondelete="SET NULL"))

    # Filled by the queries that show a program.
    enrolled_count: Mapped[int] = query_expression()
    pending_count: Mapped[int] = query_expression()
    linked_event_ids: Mapped[list[UUID]] = query_expression()

    @property
    def participant_count(self) -> int:
        """How many live participations there are: enrolled and pending."""
        return self.enrolled_count + self.pending_count

    @property
    def places_available(self) -> int | None:
        """How many more may be enrolled; None without a limit. Who is pending has no place yet (Z-23)."""
        return None if self.max_participants is None else max(0, self.max_participants - self.enrolled_count)

    @property
    def completion_criteria(self) -> dict[str, Any] | None:
        """The three columns as one document, as the API shows them."""
        if self.completion_criteria_type is None:
            return None
        percentage = self.completion_required_percentage
        return {
            "type": self.completion_criteria_type,
            "required_count": self.completion_required_count,
            "required_percentage": None if percentage is None else float(percentage),
        }


class ProgramSlug(Entry, Base):
    """A slug that a program had before: it leads to the program as long as no other one is called so (Z-21, Z-22)."""

    __tablename__ = "program_slugs"
    __table_args__ = (
        UniqueConstraint("organization_id", "slug"),
        ForeignKeyConstraint(
            ["program_id", "organization_id"],
            ["crm.programs.id", "crm.programs.organization_id"],
            ondelete="CASCADE",
        ),
        Index("ix_program_slugs_program_id_organization_id", "program_id", "organization_id"),
    )

    organization_id: Mapped[UUID] = mapped_column(Uuid)
    slug: Mapped[str] = mapped_column(Text)
    program_id: Mapped[UUID] = mapped_column(Uuid)


class ProgramEvent(Created, Base):
    """An event whose attendance counts for a program (`linked_event_ids`). Both are of one organization (P-PRG-13)."""

    __tablename__ = "program_events"
    __table_args__ = (
        ForeignKeyConstraint(
            ["program_id", "organization_id"],
            ["crm.programs.id", "crm.programs.organization_id"],
            ondelete="CASCADE",
        ),
        ForeignKeyConstraint(
            ["event_id", "organization_id"], ["crm.events.id", "crm.events.organization_id"], ondelete="CASCADE"
        ),
        Index("ix_program_events_event_id_organization_id", "event_id", "organization_id"),
    )

    program_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    event_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    organization_id: Mapped[UUID] = mapped_column(Uuid)
