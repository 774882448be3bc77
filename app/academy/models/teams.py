"""Teams of an organization, what they shall learn, and who is in them (A-TAB-49, A-TAB-50)."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, Text, UniqueConstraint, Uuid, func, text
from sqlalchemy.orm import Mapped, mapped_column

from app.academy.models.base import Base
from app.core.database.checks import one_of
from app.core.database.model import Entry, Row, Versioned


class TeamRole(StrEnum):
    """What somebody is in a team."""

    member = "member"
    lead = "lead"


class Team(Row, Versioned, Base):
    """A part of an organization, with its goals and the day they are due (A-TAB-49).

    `member_count` moves without an edit.
    """

    __tablename__ = "teams"
    __table_args__ = (
        CheckConstraint("member_count >= 0", name="member_count"),
        # So that what names a team and an organization can be held to name one and the same customer.
        UniqueConstraint("id", "organization_id"),
        Index("ix_teams_organization_id_is_active", "organization_id", "is_active"),
        Index("ix_teams_manager_id", "manager_id"),
        Index("ix_teams_completion_deadline", "completion_deadline", postgresql_where=text("is_active")),
    )

    organization_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.organizations.id", ondelete="RESTRICT"))
    name: Mapped[str] = mapped_column(Text)
    description: Mapped[str | None] = mapped_column(Text)
    manager_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("academy.users.id", ondelete="SET NULL"))
    completion_deadline: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    member_count: Mapped[int] = mapped_column(server_default=text("0"), default=0)
    is_active: Mapped[bool] = mapped_column(server_default=text("true"), default=True)


class TeamCourse(Base):
    """A course that a team is to complete."""

    __tablename__ = "team_courses"
    __table_args__ = (Index("ix_team_courses_course_id", "course_id"),)

    team_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.teams.id", ondelete="CASCADE"), primary_key=True)
    course_id: Mapped[UUID] = mapped_column(
        Uuid, ForeignKey("academy.courses.id", ondelete="CASCADE"), primary_key=True
    )


class TeamLearningPath(Base):
    """A path that a team is to complete."""

    __tablename__ = "team_learning_paths"
    __table_args__ = (Index("ix_team_learning_paths_learning_path_id", "learning_path_id"),)

    team_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.teams.id", ondelete="CASCADE"), primary_key=True)
    learning_path_id: Mapped[UUID] = mapped_column(
        Uuid, ForeignKey("academy.learning_paths.id", ondelete="CASCADE"), primary_key=True
    )


class TeamSkill(Base):
    """A skill that a team is to reach."""

    __tablename__ = "team_skills"
    __table_args__ = (Index("ix_team_skills_skill_id", "skill_id"),)

    team_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.teams.id", ondelete="CASCADE"), primary_key=True)
    skill_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.skills.id", ondelete="CASCADE"), primary_key=True)


class TeamMember(Entry, Base):
    """Somebody in a team (A-TAB-50)."""

    __tablename__ = "team_members"
    __table_args__ = (
        one_of("role", TeamRole),
        UniqueConstraint("team_id", "user_id"),
        Index("ix_team_members_user_id", "user_id"),
    )

    team_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.teams.id", ondelete="CASCADE"))
    user_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.users.id", ondelete="CASCADE"))
    role: Mapped[str] = mapped_column(Text, server_default=text("'member'"), default=TeamRole.member)
    joined_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
