"""How far somebody is in a skill, and what shows it (A-TAB-32, A-TAB-33)."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, Numeric, Text, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from app.academy.models.base import Base
from app.academy.models.levels import ReachedLevel
from app.academy.models.skills import EvidenceType
from app.core.database.checks import one_of
from app.core.database.model import Row


class SkillProgress(Row, Base):
    """`academy.user_skill_progress`: how far one learner is in one skill (A-TAB-32).

    `progress_percent` is the way to the next level; `verified_by_instructor` only where a person signed (Z-111).
    """

    __tablename__ = "user_skill_progress"
    __table_args__ = (
        one_of("current_level", ReachedLevel),
        CheckConstraint("progress_percent BETWEEN 0 AND 100", name="progress_percent"),
        CheckConstraint("evidence_count >= 0", name="evidence_count"),
        CheckConstraint("verified_by_instructor OR num_nonnulls(verified_by_id, verified_at) = 0", name="verified"),
        Index("uq_user_skill_progress_user_id_skill_id", "user_id", "skill_id", unique=True),
        Index("ix_user_skill_progress_skill_id", "skill_id", "current_level"),
        Index("ix_user_skill_progress_verified_by_id", "verified_by_id"),
    )

    user_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.users.id", ondelete="RESTRICT"))
    skill_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.skills.id", ondelete="RESTRICT"))
    current_level: Mapped[str] = mapped_column(Text, server_default=text("'none'"), default=ReachedLevel.none)
    progress_percent: Mapped[int] = mapped_column(server_default=text("0"), default=0)
    evidence_count: Mapped[int] = mapped_column(server_default=text("0"), default=0)
    last_assessed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    verified_by_instructor: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    verified_by_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("academy.users.id", ondelete="SET NULL"))
    verified_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class CompetencyEvidence(Row, Base):
    """One demonstration of a competency (A-TAB-33).

    What a graded attempt showed is written once per competency and corrected on regrade (A-SKL-14): `attempt_id`.
    """

    __tablename__ = "competency_evidence"
    __table_args__ = (
        one_of("evidence_type", EvidenceType),
        CheckConstraint("score BETWEEN 0 AND 100", name="score"),
        # Who assessed: somebody else, themselves, or nobody (A-SKL-07).
        CheckConstraint(
            "evidence_type NOT IN ('peer_review', 'instructor_assessment')"
            " OR assessed_by IS NOT NULL AND assessed_by <> user_id",
            name="assessed_by_another",
        ),
        CheckConstraint(
            "evidence_type <> 'self_assessment' OR assessed_by IS NULL OR assessed_by = user_id",
            name="assessed_by_themselves",
        ),
        CheckConstraint("attempt_id IS NULL OR evidence_type = 'quiz'", name="attempt_is_a_quiz"),
        Index("ix_competency_evidence_user_id_competency_id", "user_id", "competency_id"),
        Index("ix_competency_evidence_competency_id", "competency_id"),
        Index("ix_competency_evidence_enrollment_id", "enrollment_id"),
        Index("ix_competency_evidence_assessed_by", "assessed_by"),
        Index("uq_competency_evidence_attempt_id_competency_id", "attempt_id", "competency_id", unique=True),
    )

    user_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.users.id", ondelete="RESTRICT"))
    competency_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.competencies.id", ondelete="RESTRICT"))
    enrollment_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("academy.enrollments.id", ondelete="RESTRICT"))
    attempt_id: Mapped[UUID | None] = mapped_column(
        Uuid, ForeignKey("academy.assessment_attempts.id", ondelete="RESTRICT")
    )
    evidence_type: Mapped[str] = mapped_column(Text)
    score: Mapped[Decimal] = mapped_column(Numeric(5, 2))
    passed: Mapped[bool]
    evidence_url: Mapped[str | None] = mapped_column(Text)
    notes: Mapped[str | None] = mapped_column(Text)
    # Emptied, it would break the rule above; whoever assessed stays as long as the evidence does.
    assessed_by: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("academy.users.id", ondelete="RESTRICT"))
