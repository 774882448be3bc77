"""What graded a response, each time it was graded, and what that cost; and which reminders went out."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Date, DateTime, ForeignKey, Index, Numeric, Text, Uuid, func, text
from sqlalchemy.orm import Mapped, mapped_column

from app.academy.models.attempts import ReviewState
from app.academy.models.base import Base
from app.core.database.checks import one_of
from app.core.database.model import Entry


class Grader(StrEnum):
    """Who gave a grade that rules alone could not give."""

    model = "model"
    person = "person"


class ResponseGrade(Entry, Base):
    """One grading of a response, never changed: the audit of overrides, and what a model's confidence is held against.

    `review_state` is where the response went with it. A model without a usable answer gives no points and says why in
    `failure`. A model grades a response once per version of its prompt (`uq_response_grades_model`): the protocol knows
    no idempotency, and a second answer would be another one.
    """

    __tablename__ = "response_grades"
    __table_args__ = (
        one_of("grader", Grader),
        one_of("review_state", ReviewState),
        CheckConstraint("(grader = 'model') = (prompt_version IS NOT NULL)", name="prompt_version"),
        CheckConstraint("(points IS NULL) = (failure IS NOT NULL)", name="failure"),
        CheckConstraint("grader = 'model' OR failure IS NULL", name="people_do_not_fail"),
        CheckConstraint("points >= 0", name="points"),
        CheckConstraint("score BETWEEN 0 AND 100", name="score"),
        CheckConstraint("confidence BETWEEN 0 AND 1", name="confidence"),
        CheckConstraint("prompt_tokens >= 0 AND completion_tokens >= 0 AND latency_ms >= 0", name="cost"),
        Index(
            "uq_response_grades_model",
            "response_id",
            "prompt_version",
            unique=True,
            postgresql_where=text("grader = 'model'"),
        ),
        Index("ix_response_grades_response_id", "response_id", "created_at"),
        Index("ix_response_grades_graded_by", "graded_by"),
    )

    response_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.question_responses.id", ondelete="RESTRICT"))
    grader: Mapped[str] = mapped_column(Text)
    review_state: Mapped[str] = mapped_column(Text)
    points: Mapped[Decimal | None] = mapped_column(Numeric(8, 2))
    score: Mapped[Decimal | None] = mapped_column(Numeric(5, 2))
    # Not rounded: its bands have sharp ends (A-ASM-09).
    confidence: Mapped[float | None]
    explanation: Mapped[str | None] = mapped_column(Text)
    feedback: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    failure: Mapped[str | None] = mapped_column(Text)
    model: Mapped[str | None] = mapped_column(Text)
    prompt_version: Mapped[int | None]
    prompt_tokens: Mapped[int | None]
    completion_tokens: Mapped[int | None]
    latency_ms: Mapped[int | None]
    raw_answer: Mapped[str | None] = mapped_column(Text)
    graded_by: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("academy.users.id", ondelete="SET NULL"))


class GradingBudget(Base):
    """The tokens that grading has taken on a day (UTC): reserved before a call, settled after it."""

    __tablename__ = "grading_budgets"
    __table_args__ = (CheckConstraint("tokens >= 0", name="tokens"),)

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    tokens: Mapped[int] = mapped_column(BigInteger)


class AssessmentReminder(Base):
    """A learner was reminded of an assessment of their course, once (A-ASM-15)."""

    __tablename__ = "assessment_reminders"
    __table_args__ = (Index("ix_assessment_reminders_assessment_id", "assessment_id"),)

    enrollment_id: Mapped[UUID] = mapped_column(
        Uuid, ForeignKey("academy.enrollments.id", ondelete="CASCADE"), primary_key=True
    )
    assessment_id: Mapped[UUID] = mapped_column(
        Uuid, ForeignKey("academy.assessments.id", ondelete="CASCADE"), primary_key=True
    )
    sent_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
