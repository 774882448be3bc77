"""What the academy attests: certificates of courses and paths, badges of skills (A-TAB-14, A-TAB-27, A-TAB-34)."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ColumnElement, DateTime, ForeignKey, Index, Text, Uuid, case, func, text
from sqlalchemy.orm import Mapped, column_property, declared_attr, mapped_column

from app.academy.models.base import Base
from app.academy.models.levels import SkillLevel
from app.academy.models.open_badges import CREDENTIAL_SHAPE, OpenBadgeCredential
from app.academy.models.shapes import CourseCompleted, SkillAchieved
from app.core.database.checks import has_shape, lists, one_of
from app.core.database.model import Row
from app.core.database.shaped import Shaped


class CertificateStatus(StrEnum):
    """`issuing` until a job has made its files (A-CRT-04); it is valid either way."""

    issuing = "issuing"
    issued = "issued"


class CredentialState(StrEnum):
    """Whether a credential holds, by the database's clock."""

    valid = "valid"
    revoked = "revoked"
    expired = "expired"


def _state(revoked_at: Any, expires_at: Any = None) -> ColumnElement[str]:
    over = [] if expires_at is None else [(expires_at <= func.now(), CredentialState.expired.value)]
    return case((revoked_at.is_not(None), CredentialState.revoked.value), *over, else_=CredentialState.valid.value)


class Credential:
    """What every credential has: its holder, the signed document, the name that may be shown, and how it is revoked.

    `status_position` is its bit in the status lists of its kind, 131072 to a list: bit `position % 131072` of list
    `position / 131072`. Given at random and never again, so that it says nothing of its holder.
    """

    user_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.users.id", ondelete="RESTRICT"))
    badge_data: Mapped[OpenBadgeCredential] = mapped_column(Shaped(OpenBadgeCredential))
    holder_name: Mapped[str | None] = mapped_column(Text)
    status_position: Mapped[int]
    revoked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    revoked_by_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("academy.users.id", ondelete="SET NULL"))
    revocation_reason: Mapped[str | None] = mapped_column(Text)

    @declared_attr
    @classmethod
    def state(cls) -> Mapped[str]:
        """Valid, revoked or expired, by the database's clock."""
        return column_property(_state(cls.revoked_at, getattr(cls, "expires_at", None)))

    @property
    def title(self) -> str:
        """What it is called: the course, the path, the skill with its level."""
        return self.badge_data.name or self.badge_data.credential_subject.achievement.name

    @property
    def account_id(self) -> UUID:
        """The holder's account: `academy.users` shares the account's id."""
        return self.user_id


def credential_rules(table: str) -> tuple[CheckConstraint | Index, ...]:
    """The rules of the columns above."""
    return (
        has_shape("badge_data", CREDENTIAL_SHAPE),
        CheckConstraint("status_position >= 0", name="status_position"),
        CheckConstraint("num_nonnulls(revoked_at, revocation_reason) IN (0, 2)", name="revoked_for_a_reason"),
        CheckConstraint("revoked_by_id IS NULL OR revoked_at IS NOT NULL", name="revoked_by"),
        Index(f"uq_{table}_status_position", "status_position", unique=True),
        Index(f"ix_{table}_revoked_by_id", "revoked_by_id"),
    )


class Certificate(Credential, Row, Base):
    """A certificate of a course (A-TAB-14): one that counts per enrollment (Z-87); what was revoked stays (Z-89)."""

    __tablename__ = "certificates"
    __table_args__ = (
        *credential_rules("certificates"),
        one_of("status", CertificateStatus),
        Index("ix_certificates_enrollment_id", "enrollment_id"),
        Index("uq_certificates_live", "enrollment_id", unique=True, postgresql_where=text("revoked_at IS NULL")),
        Index("ix_certificates_user_id", "user_id"),
        Index("ix_certificates_course_id", "course_id"),
        Index("ix_certificates_cohort_id", "cohort_id"),
        Index("uq_certificates_verification_url", "verification_url", unique=True),
        Index("ix_certificates_badge_image_id", "badge_image_id"),
        Index("ix_certificates_pdf_id", "pdf_id"),
        Index("ix_certificates_issuing", "created_at", postgresql_where=text("status = 'issuing'")),
    )

    enrollment_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.enrollments.id", ondelete="RESTRICT"))
    course_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.courses.id", ondelete="RESTRICT"))
    cohort_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.cohorts.id", ondelete="RESTRICT"))
    status: Mapped[str] = mapped_column(Text, server_default=text("'issuing'"), default=CertificateStatus.issuing)
    issued_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    verification_url: Mapped[str] = mapped_column(Text)
    badge_image_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("core.files.id", ondelete="SET NULL"))
    pdf_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("core.files.id", ondelete="SET NULL"))
    linkedin_share_url: Mapped[str] = mapped_column(Text)


class PathCertificate(Credential, Row, Base):
    """A certificate of a learning path (A-TAB-27), with the courses and skills as they were then (A-LPC-01)."""

    __tablename__ = "path_certificates"
    __table_args__ = (
        *credential_rules("path_certificates"),
        one_of("status", CertificateStatus),
        lists("skills_achieved", {"skill_id": "string", "level": "string"}),
        lists("courses_completed", {"course_id": "string", "title": "string", "completed_at": "string"}),
        CheckConstraint(r"certificate_number ~ '^PATH-[0-9]{4}-[0-9]{6}$'", name="certificate_number"),
        CheckConstraint("expires_at > issued_at", name="expires_at"),
        Index("ix_path_certificates_user_id", "user_id"),
        Index("ix_path_certificates_path_id", "path_id"),
        Index("ix_path_certificates_enrollment_id", "enrollment_id"),
        Index("uq_path_certificates_live", "enrollment_id", unique=True, postgresql_where=text("revoked_at IS NULL")),
        Index("uq_path_certificates_certificate_number", "certificate_number", unique=True),
        Index("uq_path_certificates_public_url", "public_url", unique=True),
        Index("ix_path_certificates_pdf_id", "pdf_id"),
        Index("ix_path_certificates_issuing", "created_at", postgresql_where=text("status = 'issuing'")),
    )

    path_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.learning_paths.id", ondelete="RESTRICT"))
    enrollment_id: Mapped[UUID] = mapped_column(
        Uuid, ForeignKey("academy.user_path_enrollments.id", ondelete="RESTRICT")
    )
    certificate_number: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text, server_default=text("'issuing'"), default=CertificateStatus.issuing)
    issued_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    expires_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    skills_achieved: Mapped[list[SkillAchieved]] = mapped_column(
        Shaped(list[SkillAchieved]), server_default=text("'[]'::jsonb"), default=list
    )
    courses_completed: Mapped[list[CourseCompleted]] = mapped_column(
        Shaped(list[CourseCompleted]), server_default=text("'[]'::jsonb"), default=list
    )
    public_url: Mapped[str] = mapped_column(Text)
    pdf_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("core.files.id", ondelete="SET NULL"))


class PathCertificateYear(Base):
    """The last number given to a path certificate in a year: the next is taken by one UPDATE (A-LPC-02, Z-129)."""

    __tablename__ = "path_certificate_years"
    __table_args__ = (
        CheckConstraint("year BETWEEN 2000 AND 9999", name="year"),
        CheckConstraint("last_number BETWEEN 0 AND 999999", name="last_number"),
    )

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last_number: Mapped[int] = mapped_column(server_default=text("0"), default=0)


class SkillBadge(Credential, Row, Base):
    """A badge for a level of a skill (A-TAB-34). The live one is neither revoked nor superseded; a renewal supersedes
    the one it `renews` (Z-114). `issued_by_id` is null where the rules alone issued it (Z-111).
    """

    __tablename__ = "skill_badges"
    __table_args__ = (
        *credential_rules("skill_badges"),
        one_of("level", SkillLevel),
        CheckConstraint("expires_at > earned_at", name="expires_at"),
        CheckConstraint("renews_id <> id", name="renews"),
        CheckConstraint("reminded_days >= 0", name="reminded_days"),
        Index("ix_skill_badges_user_id_skill_id_level", "user_id", "skill_id", "level"),
        Index(
            "uq_skill_badges_live",
            "user_id",
            "skill_id",
            "level",
            unique=True,
            postgresql_where=text("superseded_at IS NULL AND revoked_at IS NULL"),
        ),
        Index("ix_skill_badges_skill_id", "skill_id"),
        Index("uq_skill_badges_public_url", "public_url", unique=True),
        Index("uq_skill_badges_renews_id", "renews_id", unique=True),
        Index("ix_skill_badges_issued_by_id", "issued_by_id"),
        Index(
            "ix_skill_badges_expires_at",
            "expires_at",
            postgresql_where=text("superseded_at IS NULL AND revoked_at IS NULL"),
        ),
    )

    skill_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.skills.id", ondelete="RESTRICT"))
    level: Mapped[str] = mapped_column(Text)
    earned_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    expires_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    public_url: Mapped[str] = mapped_column(Text)
    issued_by_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("academy.users.id", ondelete="SET NULL"))
    renews_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("academy.skill_badges.id", ondelete="RESTRICT"))
    superseded_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    reminded_days: Mapped[int | None]
