"""Who takes part in a program (P-TAB-02)."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, ForeignKeyConstraint, Index, Text, Uuid, select, text
from sqlalchemy.orm import Mapped, column_property, mapped_column, query_expression

from app.core.database.checks import one_of
from app.core.database.model import Row, Versioned
from app.crm.models.base import Base
from app.identity.models import Account


class ParticipationStatus(StrEnum):
    """pending → enrolled → completed; or withdrawn by oneself, or removed by an admin, as the declined are (Z-26)."""

    pending = "pending"
    enrolled = "enrolled"
    completed = "completed"
    withdrawn = "withdrawn"
    removed = "removed"


class ProgramParticipation(Row, Versioned, Base):
    """Somebody's time in a program. Whoever comes again gets a new row; one of them at most is live (Z-27).

    `organization_id` is the program's, held true by the database. `end_reason` says why somebody was removed, and
    `reopened_at` when an admin last took a completion back.
    """

    __tablename__ = "program_participation"
    __table_args__ = (
        one_of("status", ParticipationStatus),
        CheckConstraint("status <> 'pending' OR requested_at IS NOT NULL", name="pending"),
        CheckConstraint("status NOT IN ('enrolled', 'completed') OR enrolled_at IS NOT NULL", name="enrolled"),
        CheckConstraint("status <> 'completed' OR completed_at IS NOT NULL", name="completed"),
        CheckConstraint("(status IN ('withdrawn', 'removed')) = (ended_at IS NOT NULL)", name="ended"),
        CheckConstraint(r"status <> 'removed' OR coalesce(end_reason, '') ~ '\S'", name="removed_with_reason"),
        CheckConstraint("approved_by IS NULL OR approved_at IS NOT NULL", name="approval"),
        CheckConstraint("manual_attendance_count >= 0", name="manual_attendance_count"),
        ForeignKeyConstraint(
            ["program_id", "organization_id"],
            ["crm.programs.id", "crm.programs.organization_id"],
            ondelete="RESTRICT",
        ),
        Index("ix_program_participation_program_id", "program_id"),
        Index("ix_program_participation_program_id_status", "program_id", "status"),
        Index("ix_program_participation_user_id", "user_id"),
        Index("ix_program_participation_user_id_organization_id", "user_id", "organization_id"),
        Index("ix_program_participation_organization_id", "organization_id"),
        Index("ix_program_participation_approved_by", "approved_by"),
        Index(
            "uq_program_participation_live",
            "program_id",
            "user_id",
            unique=True,
            postgresql_where=text("status IN ('pending', 'enrolled')"),
        ),
    )

    program_id: Mapped[UUID] = mapped_column(Uuid)
    user_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("core.accounts.id", ondelete="RESTRICT"))
    organization_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("core.organizations.id", ondelete="RESTRICT"))
    status: Mapped[str] = mapped_column(Text)
    enrolled_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    completed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    manual_attendance_count: Mapped[int | None]
    attendance_notes: Mapped[str | None] = mapped_column(Text)
    admin_notes: Mapped[str | None] = mapped_column(Text)
    requested_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    approved_by: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("core.accounts.id", ondelete="SET NULL"))
    approved_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    end_reason: Mapped[str | None] = mapped_column(Text)
    reopened_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    # The name of the account, to show and to sort by. Nothing else of the account is ever read here (P-PRV-01).
    name: Mapped[str] = column_property(
        select(Account.name).where(Account.id == user_id).correlate_except(Account).scalar_subquery(),
        deferred=True,
    )

    # Filled by the queries that show a participation; notes are for the admins of the organization.
    attended_count: Mapped[int] = query_expression()
    attendance_percentage: Mapped[float | None] = query_expression()
    visible_attendance_notes: Mapped[str | None] = query_expression()
    visible_admin_notes: Mapped[str | None] = query_expression()

    @property
    def account_id(self) -> UUID:
        """Who takes part, as the API calls it."""
        return self.user_id
