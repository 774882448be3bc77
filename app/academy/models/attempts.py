"""Attempts at assessments: what was drawn, what was answered, what it was worth (A-TAB-38, A-TAB-39)."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Numeric,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.academy.models.base import Base
from app.core.database.checks import one_of
from app.core.database.model import Row


class AttemptStatus(StrEnum):
    """in_progress → submitted → graded; `expired` is closed by the server with what was saved (A-ASM-02)."""

    in_progress = "in_progress"
    submitted = "submitted"
    graded = "graded"
    expired = "expired"


class ReviewState(StrEnum):
    """What a person has to do with a response (A-ASM-09).

    `none`: nothing. `flagged`: look at a provisional score, hidden until then. `required`: give the score. `done`.
    """

    none = "none"
    flagged = "flagged"
    required = "required"
    done = "done"


class AssessmentAttempt(Row, Base):
    """One try at an assessment (A-TAB-38). Its limit is `expires_at`, by the server's clock.

    No `score` where nothing could be earned, no `passed` where there is nothing to pass or a person has yet to look.
    `is_final`: its learner wants no further attempt, which opens the answers (Z-97).
    """

    __tablename__ = "assessment_attempts"
    __table_args__ = (
        one_of("status", AttemptStatus),
        CheckConstraint("attempt_number >= 1", name="attempt_number"),
        CheckConstraint("status NOT IN ('submitted', 'graded') OR submitted_at IS NOT NULL", name="submitted"),
        CheckConstraint("passed IS NULL OR status IN ('graded', 'expired')", name="passed_when_graded"),
        CheckConstraint("score BETWEEN 0 AND 100", name="score"),
        CheckConstraint("points_earned BETWEEN 0 AND points_possible", name="points"),
        CheckConstraint("time_spent >= 0", name="time_spent"),
        CheckConstraint("expires_at > started_at", name="expires_at"),
        UniqueConstraint("user_id", "assessment_id", "attempt_number", name="uq_assessment_attempts_number"),
        # One at a time (A-ASM-03).
        Index(
            "uq_assessment_attempts_in_progress",
            "user_id",
            "assessment_id",
            unique=True,
            postgresql_where=text("status = 'in_progress'"),
        ),
        Index("ix_assessment_attempts_assessment_id", "assessment_id"),
        Index("ix_assessment_attempts_enrollment_id", "enrollment_id"),
        Index("ix_assessment_attempts_status", "status"),
        Index("ix_assessment_attempts_expires_at", "expires_at", postgresql_where=text("status = 'in_progress'")),
    )

    user_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.users.id", ondelete="RESTRICT"))
    assessment_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.assessments.id", ondelete="RESTRICT"))
    enrollment_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("academy.enrollments.id", ondelete="RESTRICT"))
    attempt_number: Mapped[int]
    status: Mapped[str] = mapped_column(Text, server_default=text("'in_progress'"), default=AttemptStatus.in_progress)
    started_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    expires_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    submitted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    graded_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    time_spent: Mapped[int | None]
    score: Mapped[Decimal | None] = mapped_column(Numeric(5, 2))
    points_earned: Mapped[Decimal | None] = mapped_column(Numeric(10, 2))
    points_possible: Mapped[Decimal | None] = mapped_column(Numeric(10, 2))
    passed: Mapped[bool | None]
    overall_feedback: Mapped[str | None] = mapped_column(Text)
    is_final: Mapped[bool] = mapped_column(server_default=text("false"), default=False)


class AttemptQuestion(Base):
    """A question of an attempt's draw, frozen when it began: which version, at which place, its answers in which order
    (A-ASM-04, A-ASM-05). A post-assessment draws what its learner's pre-assessment drew (A-GAN-05).
    """

    __tablename__ = "attempt_questions"
    __table_args__ = (
        ForeignKeyConstraint(
            ["question_id", "question_version"],
            ["academy.assessment_question_versions.question_id", "academy.assessment_question_versions.version"],
            ondelete="RESTRICT",
        ),
        CheckConstraint("position >= 1", name="position"),
        UniqueConstraint("attempt_id", "position", name="uq_attempt_questions_attempt_id_position"),
        Index("ix_attempt_questions_question_id_question_version", "question_id", "question_version"),
    )

    attempt_id: Mapped[UUID] = mapped_column(
        Uuid, ForeignKey("academy.assessment_attempts.id", ondelete="CASCADE"), primary_key=True
    )
    question_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    question_version: Mapped[int]
    position: Mapped[int]
    # Ids of answers are text, and no rows: there is nothing to point at.
    answer_order: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"), default=list)


class QuestionResponse(Row, Base):
    """What was answered to a question of the draw, and what it earned (A-TAB-39); saved while the attempt runs."""

    __tablename__ = "question_responses"
    __table_args__ = (
        # To a question that was drawn, and to no other.
        ForeignKeyConstraint(
            ["attempt_id", "question_id"],
            ["academy.attempt_questions.attempt_id", "academy.attempt_questions.question_id"],
            ondelete="RESTRICT",
        ),
        one_of("review_state", ReviewState),
        CheckConstraint("num_nonnulls(selected_answer_ids, text_response, rating_value) <= 1", name="one_response"),
        CheckConstraint("points_earned >= 0", name="points_earned"),
        CheckConstraint("revision >= 0", name="revision"),
        CheckConstraint("ai_score BETWEEN 0 AND 100", name="ai_score"),
        CheckConstraint("ai_confidence BETWEEN 0 AND 1", name="ai_confidence"),
        UniqueConstraint("attempt_id", "question_id", name="uq_question_responses_attempt_id_question_id"),
        Index("ix_question_responses_question_id", "question_id"),
        Index("ix_question_responses_graded_by", "graded_by"),
        Index(
            "ix_question_responses_review",
            "review_state",
            "created_at",
            postgresql_where=text("review_state IN ('flagged', 'required')"),
        ),
    )

    attempt_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.assessment_attempts.id", ondelete="CASCADE"))
    question_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.assessment_questions.id", ondelete="RESTRICT"))
    selected_answer_ids: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    text_response: Mapped[str | None] = mapped_column(Text)
    rating_value: Mapped[int | None]
    # The client's count of its savings, so that one that was overtaken on the way does not overwrite a newer one.
    revision: Mapped[int] = mapped_column(server_default=text("0"), default=0)
    is_correct: Mapped[bool | None]
    points_earned: Mapped[Decimal] = mapped_column(Numeric(8, 2), server_default=text("0"), default=Decimal(0))
    feedback: Mapped[str | None] = mapped_column(Text)
    ai_score: Mapped[Decimal | None] = mapped_column(Numeric(5, 2))
    # Not rounded: its bands have sharp ends (A-ASM-09).
    ai_confidence: Mapped[float | None]
    ai_explanation: Mapped[str | None] = mapped_column(Text)
    manual_override: Mapped[bool | None]
    graded_by: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("academy.users.id", ondelete="SET NULL"))
    graded_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    review_state: Mapped[str] = mapped_column(Text, server_default=text("'none'"), default=ReviewState.none)
