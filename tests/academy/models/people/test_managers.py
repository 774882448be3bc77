"""Managers and teams: all teams is said, and nobody's scope reaches into another customer (A-TAB-48 to A-TAB-50)."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.models import (
    LearningReminderTargetTeam,
    ManagerPermission,
    ManagerReportTeam,
    OrganizationManager,
    OrganizationManagerTeam,
    Team,
    TeamAnalytics,
    TeamCourse,
    TeamMember,
    TeamScope,
)
from tests.academy.models.people.scene import Scene
from tests.support.refusals import is_there, kept, refused

Build = Callable[[Scene], Any]


@pytest.mark.parametrize(
    ("build", "constraint"),
    [
        (lambda s: s.of(OrganizationManager, role="owner"), "ck_organization_managers_role"),
        (lambda s: s.of(OrganizationManager, permissions=["fly"]), "ck_organization_managers_permissions"),
        (lambda s: s.of(OrganizationManager, role="admin", permissions=list(ManagerPermission)), None),
        (lambda s: s.of(OrganizationManager, role="viewer"), "ck_organization_managers_viewers_only_look"),
        (
            lambda s: s.of(OrganizationManager, role="viewer", permissions=["manage_team"]),
            "ck_organization_managers_viewers_only_look",
        ),
        (
            lambda s: s.of(OrganizationManager, role="viewer", permissions=["view_scores", "export_reports"]),
            None,
        ),
        (lambda s: s.of(OrganizationManager, team_scope="some"), "ck_organization_managers_team_scope"),
        (lambda s: s.of(OrganizationManager, department_scope=[]), "ck_organization_managers_department_scope"),
        (lambda s: s.of(OrganizationManager, department_scope=["Sales"]), None),
        (
            lambda s: s.of(OrganizationManager, user_id=s.admin.id),
            "uq_organization_managers_user_id_organization_id",
        ),
        (lambda s: s.of(OrganizationManager, user_id=s.admin.id, organization_id=s.rival.id), None),
        (lambda s: s.of(Team, member_count=-1), "ck_teams_member_count"),
        (lambda s: s.of(TeamMember, role="captain"), "ck_team_members_role"),
        (lambda s: s.of(TeamMember, role="lead"), None),
    ],
)
async def test_a_row_makes_sense_or_is_refused(
    session: AsyncSession, scene: Scene, build: Build, constraint: str | None
) -> None:
    assert await refused(session, build(scene)) == constraint


async def test_a_manager_without_a_word_about_teams_has_none(session: AsyncSession, scene: Scene) -> None:
    session.add(made := scene.of(OrganizationManager))
    await session.flush()
    await session.refresh(made)
    assert made.team_scope == TeamScope.listed


@pytest.mark.parametrize("of", ["manager", "report"])
async def test_all_teams_is_never_left_unsaid(session: AsyncSession, scene: Scene, of: str) -> None:
    """Rule 50: what is missing means nothing, not everything."""
    row = getattr(scene, of)
    table = type(row)
    with pytest.raises(IntegrityError, match="null value"):
        await session.execute(update(table).where(table.id == row.id).values(team_scope=None))


TENANTS = [
    (OrganizationManagerTeam, "fk_organization_manager_teams_team_id_organization_id", "manager_id"),
    (ManagerReportTeam, "fk_manager_report_teams_team_id_organization_id", "report_id"),
    (LearningReminderTargetTeam, "fk_learning_reminder_target_teams_team_id_organization_id", "reminder_id"),
    (TeamAnalytics, "fk_team_analytics_team_id_organization_id", None),
]


@pytest.mark.parametrize(("table", "constraint"), [tenant[:2] for tenant in TENANTS])
async def test_another_customer_s_team_is_out_of_reach(
    session: AsyncSession, scene: Scene, table: type[Any], constraint: str
) -> None:
    assert await refused(session, scene.of(table, team_id=scene.rival_team.id)) == constraint


@pytest.mark.parametrize(("table", "parent"), [(table, parent) for table, _, parent in TENANTS if parent])
async def test_naming_the_other_customer_does_not_help(
    session: AsyncSession, scene: Scene, table: type[Any], parent: str
) -> None:
    astray = scene.of(table, team_id=scene.rival_team.id, organization_id=scene.rival.id)
    assert await refused(session, astray) == f"fk_{table.__tablename__}_{parent}_organization_id"


async def test_somebody_is_in_a_team_once(session: AsyncSession, scene: Scene) -> None:
    twice = scene.of(TeamMember), scene.of(TeamMember, role="lead")
    assert await refused(session, *twice) == "uq_team_members_team_id_user_id"


async def test_what_belongs_to_a_team_goes_with_it(session: AsyncSession, scene: Scene) -> None:
    rows = [
        scene.of(table)
        for table in (
            TeamMember,
            TeamCourse,
            OrganizationManagerTeam,
            ManagerReportTeam,
            LearningReminderTargetTeam,
            TeamAnalytics,
        )
    ]
    session.add_all(rows)
    await session.flush()
    assert await kept(session, scene.team) is None
    assert [row for row in rows if await is_there(session, row)] == []


async def test_a_customer_with_teams_is_kept(session: AsyncSession, scene: Scene) -> None:
    assert await kept(session, scene.rival) == "fk_teams_organization_id"
