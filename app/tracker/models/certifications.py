"""Certifications and who has them (C-TAB-07, C-TAB-12)."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Text, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database.checks import one_of
from app.core.database.model import Row, Versioned
from app.tracker.models.base import Audited, Base


class CertificationStatus(StrEnum):
    """in_progress → completed → expired; expired → completed when it is earned again."""

    in_progress = "in_progress"
    completed = "completed"
    expired = "expired"


class Certification(Row, Versioned, Audited, Base):
    """What people earn by completing courses (C-TAB-07). Without `validity_months` it never expires."""

    __tablename__ = "certification"
    __table_args__ = (CheckConstraint("validity_months > 0", name="validity_months"),)

    name: Mapped[str] = mapped_column(Text)
    description: Mapped[str | None] = mapped_column(Text)
    validity_months: Mapped[int | None]
    is_active: Mapped[bool] = mapped_column(server_default=text("true"), default=True)


class CertificationCourse(Base):
    """One of a certification's `required_courses` (Z-176). A course that is asked for stays."""

    __tablename__ = "certification_course"
    __table_args__ = (Index("ix_certification_course_course_id", "course_id"),)

    certification_id: Mapped[UUID] = mapped_column(
        Uuid, ForeignKey("tracker.certification.id", ondelete="CASCADE"), primary_key=True
    )
    course_id: Mapped[UUID] = mapped_column(
        Uuid, ForeignKey("tracker.course.id", ondelete="RESTRICT"), primary_key=True
    )


class CertificationProgress(Row, Audited, Base):
    """A person on the way to a certification, or with it (C-TAB-12). Earned again it is the same row."""

    __tablename__ = "certification_progress"
    __table_args__ = (
        one_of("status", CertificationStatus),
        CheckConstraint("status = 'in_progress' OR completed_date IS NOT NULL", name="completed_date"),
        CheckConstraint("status <> 'expired' OR expires_date IS NOT NULL", name="expired"),
        CheckConstraint("expires_date > completed_date", name="expires_date"),
        Index("uq_certification_progress_person", "people_id", "certification_id", unique=True),
        Index("ix_certification_progress_certification_id_status", "certification_id", "status"),
        Index("ix_certification_progress_expires_date", "expires_date", postgresql_where=text("status = 'completed'")),
    )

    people_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("tracker.people.id", ondelete="RESTRICT"))
    certification_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("tracker.certification.id", ondelete="RESTRICT"))
    started_date: Mapped[date | None] = mapped_column(Date)
    completed_date: Mapped[date | None] = mapped_column(Date)
    status: Mapped[str] = mapped_column(
        Text, server_default=text("'in_progress'"), default=CertificationStatus.in_progress
    )
    expires_date: Mapped[date | None] = mapped_column(Date)
