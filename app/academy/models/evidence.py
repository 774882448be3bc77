"""How far somebody is in a skill, and what shows it (A-TAB-32, A-TAB-33); what was corrected, and who signed."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, Numeric, Text, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column, query_expression, relationship

from app.academy.models.base import Base
from app.academy.models.levels import ReachedLevel, SkillLevel
from app.academy.models.skills import EvidenceType
from app.core.database.checks import one_of
from app.core.database.model import Entry, Row, Versioned


class EvidenceChangeKind(StrEnum):
    """What became of evidence: its score was corrected, it was taken back, its attempt was graded anew."""

    corrected = "corrected"
    withdrawn = "withdrawn"
    regraded = "regraded"


class SignOffDecision(StrEnum):
    """What an instructor said of a level that somebody has shown."""

    approved = "approved"
    declined = "declined"


class SkillProgress(Row, Base):
    """`academy.user_skill_progress`: how far one learner is in one skill (A-TAB-32).

    `progress_percent` is the way to the next level; `verified_by_instructor` only where a person signed (Z-111).
    `awaited_level` is one that was shown and that a person has to sign for; not the one that was declined, until
    something more is passed.
    """

    __tablename__ = "user_skill_progress"
    __table_args__ = (
        one_of("current_level", ReachedLevel),
        CheckConstraint("progress_percent BETWEEN 0 AND 100", name="progress_percent"),
        CheckConstraint("evidence_count >= 0", name="evidence_count"),
        CheckConstraint("verified_by_instructor OR num_nonnulls(verified_by_id, verified_at) = 0", name="verified"),
        one_of("awaited_level", SkillLevel),
        one_of("declined_level", SkillLevel),
        CheckConstraint("num_nonnulls(awaited_level, awaited_since) IN (0, 2)", name="awaited"),
        Index("uq_user_skill_progress_user_id_skill_id", "user_id", "skill_id", unique=True),
        Index("ix_user_skill_progress_skill_id", "skill_id", "current_level"),
        Index("ix_user_skill_progress_verified_by_id", "verified_by_id"),
        Index(
            "ix_user_skill_progress_awaited_since", "awaited_since", postgresql_where=text("awaited_level IS NOT NULL")
        ),
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
    awaited_level: Mapped[str | None] = mapped_column(Text)
    awaited_since: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    declined_level: Mapped[str | None] = mapped_column(Text)

    @property
    def account_id(self) -> UUID:
        """Whose it is: `academy.users` shares the account's id."""
        return self.user_id


class CompetencyEvidence(Row, Versioned, Base):
    """One demonstration of a competency (A-TAB-33). Withdrawn, it counts for nothing and stays.

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
    withdrawn_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    # Filled by the queries that show evidence.
    skill_id: Mapped[UUID | None] = query_expression()
    changes: Mapped[list["EvidenceChange"]] = relationship(
        lazy="raise", viewonly=True, order_by="EvidenceChange.created_at, EvidenceChange.id"
    )

    @property
    def account_id(self) -> UUID:
        """Who has shown it: `academy.users` shares the account's id."""
        return self.user_id

    @property
    def assessed_by_id(self) -> UUID | None:
        """Who assessed it; null for the house."""
        return self.assessed_by


class EvidenceChange(Entry, Base):
    """What became of one piece of evidence, never changed. `changed_by` is null for the house: a regrade."""

    __tablename__ = "evidence_changes"
    __table_args__ = (
        one_of("kind", EvidenceChangeKind),
        CheckConstraint("score_before BETWEEN 0 AND 100 AND score_after BETWEEN 0 AND 100", name="scores"),
        CheckConstraint("kind = 'regraded' OR reason IS NOT NULL", name="reason"),
        Index("ix_evidence_changes_evidence_id", "evidence_id", "created_at"),
        Index("ix_evidence_changes_changed_by", "changed_by"),
    )

    evidence_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.competency_evidence.id", ondelete="RESTRICT"))
    kind: Mapped[str] = mapped_column(Text)
    score_before: Mapped[Decimal] = mapped_column(Numeric(5, 2))
    score_after: Mapped[Decimal] = mapped_column(Numeric(5, 2))
    passed_before: Mapped[bool]
    passed_after: Mapped[bool]
    reason: Mapped[str | None] = mapped_column(Text)
    changed_by: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("academy.users.id", ondelete="SET NULL"))

    @property
    def changed_by_id(self) -> UUID | None:
        """Who changed it; null for the house."""
        return self.changed_by


class SkillSignOff(Entry, Base):
    """What a person said of somebody's level, never changed (A-SKL-09). `badge_id`: the one that they signed for."""

    __tablename__ = "skill_sign_offs"
    __table_args__ = (
        one_of("level", SkillLevel),
        one_of("decision", SignOffDecision),
        CheckConstraint("decided_by <> user_id", name="decided_by_another"),
        CheckConstraint("decision = 'approved' OR note IS NOT NULL", name="note"),
        CheckConstraint("decision = 'approved' OR badge_id IS NULL", name="badge"),
        Index(
            "uq_skill_sign_offs_approved",
            "user_id",
            "skill_id",
            "level",
            unique=True,
            postgresql_where=text("decision = 'approved'"),
        ),
        Index("ix_skill_sign_offs_user_id", "user_id", "created_at"),
        Index("ix_skill_sign_offs_skill_id", "skill_id"),
        Index("ix_skill_sign_offs_decided_by", "decided_by", "created_at"),
        Index("ix_skill_sign_offs_badge_id", "badge_id"),
    )

    user_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.users.id", ondelete="RESTRICT"))
    skill_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.skills.id", ondelete="RESTRICT"))
    level: Mapped[str] = mapped_column(Text)
    decision: Mapped[str] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)
    decided_by: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.users.id", ondelete="RESTRICT"))
    badge_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("academy.skill_badges.id", ondelete="RESTRICT"))

    @property
    def account_id(self) -> UUID:
        """Whose level it is: `academy.users` shares the account's id."""
        return self.user_id

    @property
    def decided_by_id(self) -> UUID:
        """Who decided."""
        return self.decided_by
