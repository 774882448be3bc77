"""Snapshots, reports and their runs, reminders (A-TAB-16, A-TAB-51 to A-TAB-54)."""

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import Text, cast, literal, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.models import (
    DateRange,
    ExecutiveMetrics,
    ExecutiveReport,
    LearningReminder,
    LearningReminderRecipient,
    ManagerReport,
    ManagerReportCourse,
    ManagerReportRun,
    OrganizationAnalytics,
    ReportLayout,
    TeamAnalytics,
    TopPerformer,
)
from app.core.clock import utc_now
from app.core.constraints import constraint_of
from tests.academy.models.people.scene import FIGURES, START, WEEK, Scene
from tests.support.refusals import is_there, kept, refused

Build = Callable[[Scene], Any]
NOW = utc_now()
LAYOUT = {"columns": ["name", "progress"], "filters": [{"field": "team", "values": ["Sales", 3]}], "group_by": ["team"]}
NAN, INFINITY = float("nan"), float("inf")


@pytest.mark.parametrize(
    ("build", "constraint"),
    [
        (lambda s: s.of(OrganizationAnalytics, period_type="yearly"), "ck_organization_analytics_period_type"),
        (lambda s: s.of(OrganizationAnalytics, period_end=START), "ck_organization_analytics_period"),
        (lambda s: s.of(OrganizationAnalytics, skills_acquired=-1), "ck_organization_analytics_counts"),
        (
            lambda s: s.of(OrganizationAnalytics, total_learning_hours=NAN),
            "ck_organization_analytics_total_learning_hours",
        ),
        (
            lambda s: s.of(OrganizationAnalytics, avg_learning_hours_per_user=INFINITY),
            "ck_organization_analytics_avg_learning_hours_per_user",
        ),
        (
            lambda s: s.of(OrganizationAnalytics, avg_assessment_score=101),
            "ck_organization_analytics_avg_assessment_score",
        ),
        (lambda s: s.of(OrganizationAnalytics, avg_learning_gain=1.1), "ck_organization_analytics_avg_learning_gain"),
        (lambda s: s.of(OrganizationAnalytics, avg_learning_gain=-3.5), None),
        (lambda s: s.of(TeamAnalytics, active_members=-1), "ck_team_analytics_counts"),
        (lambda s: s.of(TeamAnalytics, avg_progress_percent=NAN), "ck_team_analytics_avg_progress_percent"),
        (lambda s: s.of(ManagerReport, report_type="horoscope"), "ck_manager_reports_report_type"),
        (lambda s: s.of(ManagerReport, format="doc"), "ck_manager_reports_format"),
        (lambda s: s.of(ManagerReport, report_type="custom"), "ck_manager_reports_custom_has_layout"),
        (lambda s: s.of(ManagerReport, layout=LAYOUT), "ck_manager_reports_custom_has_layout"),
        (lambda s: s.of(ManagerReport, report_type="custom", layout=LAYOUT), None),
        (lambda s: s.of(ManagerReport, business_inputs=[1]), "ck_manager_reports_business_inputs"),
        (lambda s: s.of(ManagerReport, is_scheduled=True), "ck_manager_reports_schedule"),
        (lambda s: s.of(ManagerReport, schedule_frequency="hourly"), "ck_manager_reports_schedule_frequency"),
        (
            lambda s: s.of(ManagerReport, is_scheduled=True, schedule_frequency="weekly", next_send_at=NOW),
            None,
        ),
        (lambda s: s.of(ManagerReportRun, status="done"), "ck_manager_report_runs_finished"),
        (lambda s: s.of(ManagerReportRun, status="failed", finished_at=NOW), "ck_manager_report_runs_error"),
        (lambda s: s.of(ManagerReportRun, status="done", finished_at=NOW, file_id=s.file.id), None),
        (lambda s: s.of(LearningReminder, target_type="all"), "ck_learning_reminders_target_type"),
        (lambda s: s.of(LearningReminder, channel="pigeon"), "ck_learning_reminders_channel"),
        (lambda s: s.of(LearningReminder, target_type="inactive"), "ck_learning_reminders_inactivity"),
        (lambda s: s.of(LearningReminder, inactivity_days=7), "ck_learning_reminders_inactivity"),
        (
            lambda s: s.of(LearningReminder, target_type="inactive", inactivity_days=0),
            "ck_learning_reminders_inactivity_days",
        ),
        (lambda s: s.of(LearningReminder, target_type="inactive", inactivity_days=7), None),
        (lambda s: s.of(LearningReminder, recipient_count=-1), "ck_learning_reminders_recipient_count"),
    ],
)
async def test_a_row_makes_sense_or_is_refused(
    session: AsyncSession, scene: Scene, build: Build, constraint: str | None
) -> None:
    assert await refused(session, build(scene)) == constraint


@pytest.mark.parametrize(
    ("table", "constraint"),
    [
        (OrganizationAnalytics, "uq_organization_analytics_period"),
        (TeamAnalytics, "uq_team_analytics_team_id_period_type_period_start"),
    ],
)
async def test_a_period_has_one_snapshot(
    session: AsyncSession, scene: Scene, table: type[Any], constraint: str
) -> None:
    day = {**WEEK, "period_type": "daily", "period_end": START + timedelta(days=1)}
    assert await refused(session, scene.of(table), scene.of(table, **day)) is None
    assert await refused(session, scene.of(table)) == constraint


async def test_a_report_is_made_for_a_due_time_once(session: AsyncSession, scene: Scene) -> None:
    on_request = [scene.of(ManagerReportRun, due_at=None, requested_by_id=scene.admin.id) for _ in range(2)]
    assert await refused(session, *on_request) is None
    scheduled = [scene.of(ManagerReportRun) for _ in range(2)]
    assert await refused(session, *scheduled) == "uq_manager_report_runs_report_id_due_at"


# Documents


@pytest.mark.req("A-TAB-57")
async def test_reports_give_back_their_documents(session: AsyncSession, scene: Scene) -> None:
    east = timezone(timedelta(hours=2))
    days = DateRange(start=START.astimezone(east), end=START + timedelta(days=7))
    layout = ReportLayout.model_validate(LAYOUT)
    best = [TopPerformer(user_id=scene.learner.id, metric="progress", value=97.5)]
    rows = (
        scene.of(ManagerReport, report_type="custom", layout=layout, date_range=days),
        scene.of(ExecutiveReport),
        scene.of(TeamAnalytics, top_performers=best),
    )
    session.add_all(rows)
    await session.flush()
    for row in rows:
        await session.refresh(row)
    custom, executive, team = rows
    assert (custom.layout, custom.date_range, team.top_performers) == (layout, days, best)
    assert custom.date_range.start.tzinfo != east
    assert executive.metrics == ExecutiveMetrics.model_validate(FIGURES)


@pytest.mark.req("A-TAB-57")
@pytest.mark.parametrize(
    ("shape", "value"),
    [
        (DateRange, {"start": START, "end": START}),
        (DateRange, {"start": datetime(2027, 3, 1), "end": START + timedelta(days=1)}),  # noqa: DTZ001  (on purpose)
        (ExecutiveMetrics, FIGURES | {"completion_rate": 101}),
        (ExecutiveMetrics, FIGURES | {"average_engagement": NAN}),
        (ExecutiveMetrics, FIGURES | {"mood": 1}),
        (ReportLayout, {"columns": []}),
        (ReportLayout, {"columns": ["name"], "filters": [{"field": "team", "values": []}]}),
    ],
)
def test_a_document_that_makes_no_sense_is_refused(shape: Any, value: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        shape.model_validate(value)


@pytest.mark.req("A-TAB-57")
@pytest.mark.parametrize(
    ("of", "column", "document", "constraint"),
    [
        ("report", "date_range", '{"start": "2027-03-01"}', "ck_manager_reports_date_range_shape"),
        ("report", "date_range", '{"start": 1, "end": 2}', "ck_manager_reports_date_range_shape"),
        ("custom", "layout", '{"filters": []}', "ck_manager_reports_layout_shape"),
        ("executive", "metrics", "{}", "ck_executive_reports_metrics_shape"),
        ("team_figures", "top_performers", '[{"user_id": 7}]', "ck_team_analytics_top_performers_shape"),
        ("team_figures", "top_performers", "[]", None),
    ],
)
async def test_hand_written_sql_is_held_to_the_shapes_too(
    session: AsyncSession, scene: Scene, of: str, column: str, document: str, constraint: str | None
) -> None:
    rows = {
        "report": scene.report,
        "custom": scene.of(ManagerReport, report_type="custom", layout=LAYOUT),
        "executive": scene.of(ExecutiveReport),
        "team_figures": scene.of(TeamAnalytics),
    }
    session.add(row := rows[of])
    await session.flush()
    table = type(row)
    found = None
    written = {column: cast(literal(document, Text), JSONB)}
    try:
        async with session.begin_nested():
            changed = update(table).where(table.id == row.id).values(written)
            await session.execute(changed.execution_options(synchronize_session=False))
    except IntegrityError as error:
        found = constraint_of(error)
    assert found == constraint


# What hangs on what


async def test_a_report_takes_its_runs_and_lists_along(session: AsyncSession, scene: Scene) -> None:
    rows = [scene.of(ManagerReportRun), scene.of(ManagerReportCourse)]
    session.add_all(rows)
    await session.flush()
    assert await kept(session, scene.report) is None
    assert [row for row in rows if await is_there(session, row)] == []


async def test_a_report_outlives_the_file_it_made(session: AsyncSession, scene: Scene) -> None:
    scene.report.last_generated_file_id = scene.file.id
    await session.flush()
    assert await kept(session, scene.file) is None
    await session.refresh(scene.report)
    assert scene.report.last_generated_file_id is None


async def test_an_executive_report_keeps_its_file(session: AsyncSession, scene: Scene) -> None:
    session.add(scene.of(ExecutiveReport))
    await session.flush()
    assert await kept(session, scene.file) == "fk_executive_reports_pdf_id"


async def test_somebody_gets_a_reminder_once(session: AsyncSession, scene: Scene) -> None:
    session.add(scene.of(LearningReminderRecipient))
    await session.flush()
    session.expunge_all()
    assert await refused(session, scene.of(LearningReminderRecipient)) == "pk_learning_reminder_recipients"
