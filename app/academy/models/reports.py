"""Reports: the executive one of a cohort, those that managers put together, and their runs (A-TAB-16, A-TAB-53)."""

from datetime import datetime
from enum import StrEnum
from typing import Any
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
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.academy.models.base import Base
from app.academy.models.documents import DateRange, ExecutiveMetrics, ReportLayout
from app.academy.models.managers import TeamScope
from app.academy.models.snapshots import PeriodType
from app.core.database.checks import has_shape, one_of
from app.core.database.model import Entry, Row, Versioned
from app.core.database.shaped import Shaped


class ReportType(StrEnum):
    """What a report is about. `custom` shows what its layout says (A-RPT-09)."""

    progress_summary = "progress_summary"
    individual_detail = "individual_detail"
    skill_matrix = "skill_matrix"
    roi_analysis = "roi_analysis"
    engagement = "engagement"
    compliance = "compliance"
    custom = "custom"


class ReportFormat(StrEnum):
    """What kind of file comes out."""

    pdf = "pdf"
    csv = "csv"
    xlsx = "xlsx"


class ReportRunStatus(StrEnum):
    """A run ends once."""

    pending = "pending"
    done = "done"
    failed = "failed"


class ExecutiveReport(Entry, Base):
    """What a cohort did for an organization, as of `generated_at` (A-TAB-16). Its file is announced, then made."""

    __tablename__ = "executive_reports"
    __table_args__ = (
        has_shape("metrics", dict.fromkeys(ExecutiveMetrics.model_fields, "number")),
        Index("ix_executive_reports_organization_id_generated_at", "organization_id", "generated_at"),
        Index("ix_executive_reports_cohort_id", "cohort_id"),
        Index("ix_executive_reports_pdf_id", "pdf_id"),
    )

    organization_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.organizations.id", ondelete="RESTRICT"))
    cohort_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.cohorts.id", ondelete="RESTRICT"))
    metrics: Mapped[ExecutiveMetrics] = mapped_column(Shaped(ExecutiveMetrics))
    generated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    pdf_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("core.files.id", ondelete="RESTRICT"))


class ManagerReport(Row, Versioned, Base):
    """A report that a manager saved, perhaps with a schedule (A-TAB-53).

    Of all teams or of those listed; of the courses listed, or of every course when none is. Where a customer's own
    figures enter (what an hour is worth to them), they are kept apart as `business_inputs` (A-RPT-10).
    """

    __tablename__ = "manager_reports"
    __table_args__ = (
        one_of("report_type", ReportType),
        one_of("team_scope", TeamScope),
        one_of("schedule_frequency", PeriodType),
        one_of("format", ReportFormat),
        has_shape("date_range", {"start": "string", "end": "string"}),
        has_shape("layout", {"columns": "array", "filters?": "array", "group_by?": "array"}),
        CheckConstraint("(report_type = 'custom') = (layout IS NOT NULL)", name="custom_has_layout"),
        CheckConstraint("jsonb_typeof(business_inputs) = 'object'", name="business_inputs"),
        CheckConstraint(
            "NOT is_scheduled OR schedule_frequency IS NOT NULL AND next_send_at IS NOT NULL", name="schedule"
        ),
        UniqueConstraint("id", "organization_id"),
        Index("ix_manager_reports_organization_id_is_active", "organization_id", "is_active"),
        Index("ix_manager_reports_created_by", "created_by"),
        Index("ix_manager_reports_is_scheduled_next_send_at", "is_scheduled", "next_send_at"),
        Index("ix_manager_reports_last_generated_file_id", "last_generated_file_id"),
    )

    organization_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.organizations.id", ondelete="RESTRICT"))
    created_by: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.users.id", ondelete="RESTRICT"))
    name: Mapped[str] = mapped_column(Text)
    description: Mapped[str | None] = mapped_column(Text)
    report_type: Mapped[str] = mapped_column(Text)
    layout: Mapped[ReportLayout | None] = mapped_column(Shaped(ReportLayout))
    team_scope: Mapped[str] = mapped_column(Text, server_default=text("'listed'"), default=TeamScope.listed)
    date_range: Mapped[DateRange] = mapped_column(Shaped(DateRange))
    business_inputs: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'::jsonb"), default=dict)
    is_scheduled: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    schedule_frequency: Mapped[str | None] = mapped_column(Text)
    recipients: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"), default=list)
    last_sent_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    next_send_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    format: Mapped[str] = mapped_column(Text)
    last_generated_file_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("core.files.id", ondelete="SET NULL"))
    is_active: Mapped[bool] = mapped_column(server_default=text("true"), default=True)


class ManagerReportTeam(Base):
    """A team that a report is about; both are the same organization's."""

    __tablename__ = "manager_report_teams"
    __table_args__ = (
        ForeignKeyConstraint(
            ["report_id", "organization_id"],
            ["academy.manager_reports.id", "academy.manager_reports.organization_id"],
            ondelete="CASCADE",
        ),
        ForeignKeyConstraint(
            ["team_id", "organization_id"], ["academy.teams.id", "academy.teams.organization_id"], ondelete="CASCADE"
        ),
        Index("ix_manager_report_teams_team_id", "team_id"),
    )

    report_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    team_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    organization_id: Mapped[UUID] = mapped_column(Uuid)


class ManagerReportCourse(Base):
    """A course that a report is about."""

    __tablename__ = "manager_report_courses"
    __table_args__ = (Index("ix_manager_report_courses_course_id", "course_id"),)

    report_id: Mapped[UUID] = mapped_column(
        Uuid, ForeignKey("academy.manager_reports.id", ondelete="CASCADE"), primary_key=True
    )
    # Were the last one to vanish, none listed would mean all.
    course_id: Mapped[UUID] = mapped_column(
        Uuid, ForeignKey("academy.courses.id", ondelete="RESTRICT"), primary_key=True
    )


class ManagerReportRun(Row, Base):
    """One making of a report: on request, or the scheduled one of `due_at`, made and sent once (A-RPT-03)."""

    __tablename__ = "manager_report_runs"
    __table_args__ = (
        one_of("status", ReportRunStatus),
        CheckConstraint("(status = 'failed') = (error IS NOT NULL)", name="error"),
        CheckConstraint("(status = 'pending') = (finished_at IS NULL)", name="finished"),
        UniqueConstraint("report_id", "due_at"),
        Index("ix_manager_report_runs_requested_by_id", "requested_by_id"),
        Index("ix_manager_report_runs_file_id", "file_id"),
        Index("ix_manager_report_runs_pending", "created_at", postgresql_where=text("status = 'pending'")),
    )

    report_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.manager_reports.id", ondelete="CASCADE"))
    due_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    requested_by_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("academy.users.id", ondelete="SET NULL"))
    status: Mapped[str] = mapped_column(Text, server_default=text("'pending'"), default=ReportRunStatus.pending)
    file_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("core.files.id", ondelete="SET NULL"))
    finished_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    sent_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    error: Mapped[str | None] = mapped_column(Text)
