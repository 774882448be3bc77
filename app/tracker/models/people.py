"""People, the campuses they belong to, and what they may do (C-TAB-01 to C-TAB-03, C-TAB-08, C-TAB-09)."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, DateTime, ForeignKey, Index, Text, Uuid, func, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database.checks import one_of
from app.core.database.model import Row, Versioned
from app.core.database.shaped import Shaped
from app.tracker.models.base import Audited, Base


class RoleName(StrEnum):
    """The four system roles. What each may do is its row's `permissions`."""

    admin = "admin"
    staff = "staff"
    member = "member"
    guest = "guest"


class Person(Row, Versioned, Audited, Base):
    """`tracker.people` (C-TAB-01): a member of the church, known from Planning Center or entered here.

    Most never sign in: `account_id` is the login of those who do. Addresses are not unique, because families share
    them. `status` is Planning Center's word, an open list; for synced people it decides `is_active` (Z-183). A person
    that Planning Center merged into another stays, inactive, and points there (Z-178).
    """

    __tablename__ = "people"
    __table_args__ = (
        CheckConstraint("planning_center_id IS NULL OR is_active = (status = 'active')", name="is_active"),
        CheckConstraint("merged_into_id IS NULL OR merged_into_id <> id AND NOT is_active", name="merged"),
        Index("uq_people_planning_center_id", "planning_center_id", unique=True),
        Index("uq_people_account_id", "account_id", unique=True),
        Index("ix_people_merged_into_id", "merged_into_id"),
        Index("ix_people_last_name_first_name", "last_name", "first_name", "id"),
        Index("ix_people_email", func.lower(text("email"))),
        Index("ix_people_household_id", "household_id"),
        Index("ix_people_status", "status"),
    )

    planning_center_id: Mapped[str | None] = mapped_column(Text)
    account_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("core.accounts.id", ondelete="SET NULL"))
    first_name: Mapped[str] = mapped_column(Text)
    last_name: Mapped[str] = mapped_column(Text)
    email: Mapped[str | None] = mapped_column(Text)
    phone: Mapped[str | None] = mapped_column(Text)
    date_of_birth: Mapped[date | None] = mapped_column(Date)
    gender: Mapped[str | None] = mapped_column(Text)
    address1: Mapped[str | None] = mapped_column(Text)
    address2: Mapped[str | None] = mapped_column(Text)
    city: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str | None] = mapped_column(Text)
    zip: Mapped[str | None] = mapped_column(Text)
    household_id: Mapped[str | None] = mapped_column(Text)
    household_name: Mapped[str | None] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text, server_default=text("'active'"), default="active")
    join_date: Mapped[date | None] = mapped_column(Date)
    merged_into_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("tracker.people.id", ondelete="RESTRICT"))
    # Planning Center's own time of the last change: what comes late and is older than this is not taken over.
    planning_center_updated_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    last_synced_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    is_active: Mapped[bool] = mapped_column(server_default=text("true"), default=True)


class Campus(Row, Versioned, Audited, Base):
    """One place of the church (C-TAB-02)."""

    __tablename__ = "campus"
    __table_args__ = (Index("uq_campus_planning_center_location_id", "planning_center_location_id", unique=True),)

    name: Mapped[str] = mapped_column(Text)
    address: Mapped[str | None] = mapped_column(Text)
    phone: Mapped[str | None] = mapped_column(Text)
    email: Mapped[str | None] = mapped_column(Text)
    planning_center_location_id: Mapped[str | None] = mapped_column(Text)
    is_active: Mapped[bool] = mapped_column(server_default=text("true"), default=True)


class Role(Row, Versioned, Audited, Base):
    """A system role (C-TAB-03). The four rows come with the migration; their permissions are the church's to set."""

    __tablename__ = "role"
    __table_args__ = (
        one_of("name", RoleName),
        CheckConstraint(
            "jsonb_typeof(permissions) = 'array'"
            """ AND NOT jsonb_path_exists(permissions, '$[*] ? (@.type() != "string")')""",
            name="permissions_shape",
        ),
        Index("uq_role_name", "name", unique=True),
    )

    name: Mapped[str] = mapped_column(Text)
    description: Mapped[str | None] = mapped_column(Text)
    permissions: Mapped[list[str]] = mapped_column(Shaped(list[str]), server_default=text("'[]'"), default=list)
    is_active: Mapped[bool] = mapped_column(server_default=text("true"), default=True)


class PersonCampus(Row, Audited, Base):
    """`tracker.people_campus` (C-TAB-08): a person at a campus; at most one active one is primary (C-PEO-01)."""

    __tablename__ = "people_campus"
    __table_args__ = (
        Index("uq_people_campus_people_id_campus_id", "people_id", "campus_id", unique=True),
        Index("uq_people_campus_primary", "people_id", unique=True, postgresql_where=text("is_primary AND is_active")),
        Index("ix_people_campus_campus_id", "campus_id"),
    )

    people_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("tracker.people.id", ondelete="CASCADE"))
    campus_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("tracker.campus.id", ondelete="RESTRICT"))
    assigned_date: Mapped[date | None] = mapped_column(Date)
    is_primary: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    is_active: Mapped[bool] = mapped_column(server_default=text("true"), default=True)


class PersonRole(Row, Base):
    """`tracker.people_role` (C-TAB-09): a person's system role. Taken away it is inactive, given again the same row."""

    __tablename__ = "people_role"
    __table_args__ = (
        Index("uq_people_role_people_id_role_id", "people_id", "role_id", unique=True),
        Index("ix_people_role_role_id", "role_id"),
        Index("ix_people_role_assigned_by", "assigned_by"),
    )

    people_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("tracker.people.id", ondelete="CASCADE"))
    role_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("tracker.role.id", ondelete="RESTRICT"))
    assigned_date: Mapped[date | None] = mapped_column(Date)
    assigned_by: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("core.accounts.id", ondelete="SET NULL"))
    is_active: Mapped[bool] = mapped_column(server_default=text("true"), default=True)
