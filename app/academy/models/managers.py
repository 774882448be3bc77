"""Managers: who may look at an organization's learners, what of them, and in which teams (A-TAB-48)."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, Text, UniqueConstraint, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.academy.models.base import Base
from app.core.database.checks import each_of, one_of
from app.core.database.model import Row, Versioned


class ManagerRole(StrEnum):
    """Which permissions somebody begins with; the list that is stored decides (A-MGR-02)."""

    admin = "admin"
    manager = "manager"
    viewer = "viewer"


class ManagerPermission(StrEnum):
    """What a manager may do, each with endpoints of its own (A-MGR-01)."""

    view_progress = "view_progress"
    view_scores = "view_scores"
    view_certificates = "view_certificates"
    view_analytics = "view_analytics"
    export_reports = "export_reports"
    manage_enrollments = "manage_enrollments"
    send_reminders = "send_reminders"
    manage_team = "manage_team"


class TeamScope(StrEnum):
    """All teams of the organization, those to come included, or the ones that are listed: said, never left out.

    An empty list is nobody's team. Rows without a word about it cannot mean everything (rule 50).
    """

    all = "all"
    listed = "listed"


class OrganizationManager(Row, Versioned, Base):
    """Somebody's right to look at one organization's learners (A-TAB-48).

    Limited to teams by `team_scope` and, within those, to departments where any are named.
    """

    __tablename__ = "organization_managers"
    __table_args__ = (
        one_of("role", ManagerRole),
        each_of("permissions", ManagerPermission),
        one_of("team_scope", TeamScope),
        CheckConstraint(
            "role <> 'viewer'"
            " OR NOT permissions && ARRAY['manage_enrollments', 'send_reminders', 'manage_team']::text[]",
            name="viewers_only_look",
        ),
        CheckConstraint("cardinality(department_scope) > 0", name="department_scope"),
        UniqueConstraint("user_id", "organization_id"),
        UniqueConstraint("id", "organization_id"),
        Index("ix_organization_managers_organization_id_is_active", "organization_id", "is_active"),
    )

    user_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.users.id", ondelete="CASCADE"))
    organization_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.organizations.id", ondelete="RESTRICT"))
    role: Mapped[str] = mapped_column(Text)
    permissions: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"), default=list)
    team_scope: Mapped[str] = mapped_column(Text, server_default=text("'listed'"), default=TeamScope.listed)
    department_scope: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    is_active: Mapped[bool] = mapped_column(server_default=text("true"), default=True)


class OrganizationManagerTeam(Base):
    """A team that a manager may look at; both are the same organization's."""

    __tablename__ = "organization_manager_teams"
    __table_args__ = (
        ForeignKeyConstraint(
            ["manager_id", "organization_id"],
            ["academy.organization_managers.id", "academy.organization_managers.organization_id"],
            ondelete="CASCADE",
        ),
        ForeignKeyConstraint(
            ["team_id", "organization_id"], ["academy.teams.id", "academy.teams.organization_id"], ondelete="CASCADE"
        ),
        Index("ix_organization_manager_teams_team_id", "team_id"),
    )

    manager_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    team_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    organization_id: Mapped[UUID] = mapped_column(Uuid)
