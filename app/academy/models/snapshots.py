"""Figures of organizations and teams by day, week and month, for dashboards to read (A-TAB-51, A-TAB-52)."""

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
from app.academy.models.documents import TopPerformer
from app.core.database.checks import lists, one_of
from app.core.database.model import Entry
from app.core.database.shaped import Shaped


class PeriodType(StrEnum):
    """How long a period is."""

    daily = "daily"
    weekly = "weekly"
    monthly = "monthly"


class Period:
    """Which period the figures are of, and when they were last computed. Computed again, they replace themselves."""

    period_type: Mapped[str] = mapped_column(Text)
    period_start: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    period_end: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    calculated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now(), sort_order=999)


def hours(column: str) -> CheckConstraint:
    """Finite and not negative: NaN and infinity are greater than every number."""
    return CheckConstraint(f"{column} >= 0 AND {column} < 'infinity'::double precision", name=column)


class OrganizationAnalytics(Entry, Period, Base):
    """An organization's figures of one period (A-TAB-51).

    An average over fewer than five people is not shown (A-PRV-09), so each is stored with its number: `assessed` people
    have a score, `gain_measured` a normalized gain, `gain_excluded` were at the ceiling (A-GAN-08).
    """

    __tablename__ = "organization_analytics"
    __table_args__ = (
        one_of("period_type", PeriodType),
        CheckConstraint("period_end > period_start", name="period"),
        CheckConstraint(
            "least(learners, active_learners, total_enrollments, active_enrollments, completed_enrollments,"
            " lessons_completed, certificates_issued, skills_acquired, assessed, gain_measured, gain_excluded) >= 0",
            name="counts",
        ),
        hours("total_learning_hours"),
        hours("avg_learning_hours_per_user"),
        CheckConstraint("avg_assessment_score BETWEEN 0 AND 100", name="avg_assessment_score"),
        CheckConstraint("avg_learning_gain <= 1", name="avg_learning_gain"),
        CheckConstraint("avg_skill_progress BETWEEN 0 AND 100", name="avg_skill_progress"),
        UniqueConstraint("organization_id", "period_type", "period_start", name="uq_organization_analytics_period"),
        Index("ix_organization_analytics_period_type_period_start", "period_type", "period_start"),
    )

    organization_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.organizations.id", ondelete="RESTRICT"))
    learners: Mapped[int] = mapped_column(server_default=text("0"), default=0)
    active_learners: Mapped[int] = mapped_column(server_default=text("0"), default=0)
    total_enrollments: Mapped[int]
    active_enrollments: Mapped[int]
    completed_enrollments: Mapped[int]
    total_learning_hours: Mapped[float]
    avg_learning_hours_per_user: Mapped[float]
    lessons_completed: Mapped[int]
    avg_assessment_score: Mapped[float | None]
    assessed: Mapped[int] = mapped_column(server_default=text("0"), default=0)
    avg_learning_gain: Mapped[float | None]
    gain_measured: Mapped[int] = mapped_column(server_default=text("0"), default=0)
    gain_excluded: Mapped[int] = mapped_column(server_default=text("0"), default=0)
    certificates_issued: Mapped[int]
    skills_acquired: Mapped[int]
    avg_skill_progress: Mapped[float]
    enrollments_change: Mapped[float]
    completion_rate_change: Mapped[float]


class TeamAnalytics(Entry, Period, Base):
    """A team's figures of one period; `assessed` people have a score (A-TAB-52).

    The leaderboard is a document: what it showed then, and only people who agreed to be on it (Z-167).
    """

    __tablename__ = "team_analytics"
    __table_args__ = (
        one_of("period_type", PeriodType),
        lists("top_performers", {"user_id": "string", "metric": "string", "value": "number"}),
        CheckConstraint("period_end > period_start", name="period"),
        CheckConstraint(
            "least(member_count, active_members, lessons_completed, courses_completed, assessed) >= 0", name="counts"
        ),
        CheckConstraint("avg_progress_percent BETWEEN 0 AND 100", name="avg_progress_percent"),
        hours("total_learning_hours"),
        CheckConstraint("avg_assessment_score BETWEEN 0 AND 100", name="avg_assessment_score"),
        ForeignKeyConstraint(
            ["team_id", "organization_id"], ["academy.teams.id", "academy.teams.organization_id"], ondelete="CASCADE"
        ),
        UniqueConstraint("team_id", "period_type", "period_start"),
        Index("ix_team_analytics_organization_period", "organization_id", "period_type", "period_start"),
    )

    team_id: Mapped[UUID] = mapped_column(Uuid)
    organization_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.organizations.id", ondelete="RESTRICT"))
    member_count: Mapped[int]
    active_members: Mapped[int]
    avg_progress_percent: Mapped[float]
    lessons_completed: Mapped[int]
    total_learning_hours: Mapped[float]
    avg_assessment_score: Mapped[float | None]
    assessed: Mapped[int] = mapped_column(server_default=text("0"), default=0)
    courses_completed: Mapped[int]
    top_performers: Mapped[list[TopPerformer]] = mapped_column(
        Shaped(list[TopPerformer]), server_default=text("'[]'::jsonb"), default=list
    )
