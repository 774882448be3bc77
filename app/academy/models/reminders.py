"""Reminders that managers send to learners, and who got them (A-TAB-54)."""

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
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.academy.models.base import Base
from app.core.database.checks import one_of
from app.core.database.model import Created, Entry


class ReminderTarget(StrEnum):
    """Whom a reminder is meant for: people, teams, whoever lags behind, whoever did nothing for so many days."""

    individual = "individual"
    team = "team"
    behind_schedule = "behind_schedule"
    inactive = "inactive"


class ReminderChannel(StrEnum):
    """How it arrives."""

    email = "email"
    in_app = "in_app"
    both = "both"


class LearningReminder(Entry, Base):
    """A nudge from a manager (A-TAB-54). Whom it was meant for is listed apart from who got it."""

    __tablename__ = "learning_reminders"
    __table_args__ = (
        one_of("target_type", ReminderTarget),
        one_of("channel", ReminderChannel),
        CheckConstraint("(target_type = 'inactive') = (inactivity_days IS NOT NULL)", name="inactivity"),
        CheckConstraint("inactivity_days > 0", name="inactivity_days"),
        CheckConstraint("recipient_count >= 0", name="recipient_count"),
        UniqueConstraint("id", "organization_id"),
        Index("ix_learning_reminders_organization_id_sent_at", "organization_id", "sent_at"),
        Index("ix_learning_reminders_sent_by", "sent_by"),
    )

    organization_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.organizations.id", ondelete="RESTRICT"))
    sent_by: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.users.id", ondelete="RESTRICT"))
    target_type: Mapped[str] = mapped_column(Text)
    inactivity_days: Mapped[int | None]
    subject: Mapped[str] = mapped_column(Text)
    message: Mapped[str] = mapped_column(Text)
    include_progress: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    channel: Mapped[str] = mapped_column(Text)
    sent_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    recipient_count: Mapped[int] = mapped_column(server_default=text("0"), default=0)


class LearningReminderTargetUser(Base):
    """Somebody that a reminder names."""

    __tablename__ = "learning_reminder_target_users"
    __table_args__ = (Index("ix_learning_reminder_target_users_user_id", "user_id"),)

    reminder_id: Mapped[UUID] = mapped_column(
        Uuid, ForeignKey("academy.learning_reminders.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.users.id", ondelete="CASCADE"), primary_key=True)


class LearningReminderTargetTeam(Base):
    """A team that a reminder names; both are the same organization's."""

    __tablename__ = "learning_reminder_target_teams"
    __table_args__ = (
        ForeignKeyConstraint(
            ["reminder_id", "organization_id"],
            ["academy.learning_reminders.id", "academy.learning_reminders.organization_id"],
            ondelete="CASCADE",
        ),
        ForeignKeyConstraint(
            ["team_id", "organization_id"], ["academy.teams.id", "academy.teams.organization_id"], ondelete="CASCADE"
        ),
        Index("ix_learning_reminder_target_teams_team_id", "team_id"),
    )

    reminder_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    team_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    organization_id: Mapped[UUID] = mapped_column(Uuid)


class LearningReminderRecipient(Created, Base):
    """Somebody who got a reminder, and when: nobody gets more than a few in a week (A-REM-05)."""

    __tablename__ = "learning_reminder_recipients"
    __table_args__ = (Index("ix_learning_reminder_recipients_user_id_created_at", "user_id", "created_at"),)

    reminder_id: Mapped[UUID] = mapped_column(
        Uuid, ForeignKey("academy.learning_reminders.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.users.id", ondelete="RESTRICT"), primary_key=True)
