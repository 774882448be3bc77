"""What a course changed: the comparison of the assessments before and after it (A-TAB-40)."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, Numeric, Uuid, func, text
from sqlalchemy.orm import Mapped, mapped_column

from app.academy.models.base import Base
from app.academy.models.shapes import SkillGain
from app.core.database.checks import lists
from app.core.database.model import Row
from app.core.database.shaped import Shaped


class LearningGain(Row, Base):
    """`academy.learning_gain_analytics`: one row per enrollment, written again on every regrade (A-GAN-07).

    The two ratios are null exactly where they would divide by zero (Z-90, Z-91). The official post attempt is the one
    that the assessment counts (Z-93); the best one is kept beside it.
    """

    __tablename__ = "learning_gain_analytics"
    __table_args__ = (
        CheckConstraint("pre_score BETWEEN 0 AND 100", name="pre_score"),
        CheckConstraint("post_score BETWEEN 0 AND 100", name="post_score"),
        CheckConstraint("best_post_score BETWEEN post_score AND 100", name="best_post_score"),
        CheckConstraint("num_nonnulls(best_post_attempt_id, best_post_score) IN (0, 2)", name="best_post"),
        CheckConstraint("score_improvement = post_score - pre_score", name="score_improvement"),
        CheckConstraint("(percentage_gain IS NULL) = (pre_score = 0)", name="percentage_gain"),
        CheckConstraint("(normalized_gain IS NULL) = (pre_score = 100)", name="normalized_gain"),
        lists(
            "skill_gains",
            {"skill_id": "string", "pre_score": "number", "post_score": "number", "improvement": "number"},
        ),
        Index("ix_learning_gain_analytics_user_id", "user_id"),
        Index("ix_learning_gain_analytics_course_id", "course_id"),
        Index("uq_learning_gain_analytics_enrollment_id", "enrollment_id", unique=True),
        Index("ix_learning_gain_analytics_pre_assessment_id", "pre_assessment_id"),
        Index("ix_learning_gain_analytics_pre_attempt_id", "pre_attempt_id"),
        Index("ix_learning_gain_analytics_post_assessment_id", "post_assessment_id"),
        Index("ix_learning_gain_analytics_post_attempt_id", "post_attempt_id"),
        Index("ix_learning_gain_analytics_best_post_attempt_id", "best_post_attempt_id"),
    )

    user_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.users.id", ondelete="RESTRICT"))
    course_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.courses.id", ondelete="RESTRICT"))
    enrollment_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.enrollments.id", ondelete="RESTRICT"))
    pre_assessment_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.assessments.id", ondelete="RESTRICT"))
    pre_attempt_id: Mapped[UUID] = mapped_column(
        Uuid, ForeignKey("academy.assessment_attempts.id", ondelete="RESTRICT")
    )
    pre_score: Mapped[Decimal] = mapped_column(Numeric(5, 2))
    post_assessment_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.assessments.id", ondelete="RESTRICT"))
    post_attempt_id: Mapped[UUID] = mapped_column(
        Uuid, ForeignKey("academy.assessment_attempts.id", ondelete="RESTRICT")
    )
    post_score: Mapped[Decimal] = mapped_column(Numeric(5, 2))
    best_post_attempt_id: Mapped[UUID | None] = mapped_column(
        Uuid, ForeignKey("academy.assessment_attempts.id", ondelete="RESTRICT")
    )
    best_post_score: Mapped[Decimal | None] = mapped_column(Numeric(5, 2))
    score_improvement: Mapped[Decimal] = mapped_column(Numeric(5, 2))
    # More decimals than anybody is shown: the bands compare unrounded (Z-107).
    percentage_gain: Mapped[Decimal | None] = mapped_column(Numeric(12, 4))
    normalized_gain: Mapped[Decimal | None] = mapped_column(Numeric(18, 12))
    skill_gains: Mapped[list[SkillGain]] = mapped_column(
        Shaped(list[SkillGain]), server_default=text("'[]'::jsonb"), default=list
    )
    calculated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
