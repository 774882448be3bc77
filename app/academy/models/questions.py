"""What a question asks and what is right, as it is now and as attempts have met it (A-ASM-07, Z-105)."""

from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, Text, UniqueConstraint, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.academy.models.base import Base
from app.academy.models.shapes import Answer, Criterion, ScaleLabels
from app.core.database.checks import has_shape, lists, one_of
from app.core.database.model import Entry
from app.core.database.shaped import Shaped


class QuestionType(StrEnum):
    """How a question is answered, and so how it is graded (A-ASM-07)."""

    multiple_choice = "multiple_choice"
    multiple_select = "multiple_select"
    true_false = "true_false"
    short_answer = "short_answer"
    rating_scale = "rating_scale"
    open_ended = "open_ended"


class QuestionContent:
    """The columns that an attempt keeps. `accepted_answers` are what a short answer may say (Z-101).

    `rubric` says what a free answer is graded by; without one, the question and its sample answer have to do.
    """

    question_type: Mapped[str] = mapped_column(Text)
    question_text: Mapped[str] = mapped_column(Text)
    question_image_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("core.files.id", ondelete="SET NULL"))
    explanation: Mapped[str | None] = mapped_column(Text)
    answers: Mapped[list[Answer] | None] = mapped_column(Shaped(list[Answer]))
    accepted_answers: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"), default=list)
    scale_min: Mapped[int | None]
    scale_max: Mapped[int | None]
    scale_labels: Mapped[ScaleLabels | None] = mapped_column(Shaped(ScaleLabels))
    sample_answer: Mapped[str | None] = mapped_column(Text)
    rubric: Mapped[list[Criterion] | None] = mapped_column(Shaped(list[Criterion]))
    ai_grading_enabled: Mapped[bool | None]
    points: Mapped[Decimal] = mapped_column(Numeric(8, 2))


def content_rules() -> tuple[CheckConstraint, ...]:
    """What each type of question needs and may not have."""
    return (
        one_of("question_type", QuestionType),
        lists("answers", {"id": "string", "text": "string", "is_correct": "boolean", "feedback?": "string"}),
        lists("rubric", {"id": "string", "text": "string", "points": "number"}),
        has_shape("scale_labels", {"min": "string", "max": "string"}),
        CheckConstraint(
            "(answers IS NOT NULL) = (question_type IN ('multiple_choice', 'multiple_select', 'true_false'))",
            name="answers",
        ),
        CheckConstraint("question_type = 'short_answer' OR cardinality(accepted_answers) = 0", name="accepted_answers"),
        CheckConstraint("num_nonnulls(scale_min, scale_max) IN (0, 2)", name="scale_ends"),
        CheckConstraint("(scale_min IS NOT NULL) = (question_type = 'rating_scale')", name="scale"),
        CheckConstraint("scale_min = 1 AND scale_max IN (5, 10)", name="scale_range"),
        CheckConstraint("scale_labels IS NULL OR question_type = 'rating_scale'", name="scale_labels"),
        CheckConstraint("rubric IS NULL OR question_type IN ('short_answer', 'open_ended')", name="rubric"),
        CheckConstraint("points >= 0", name="points"),
    )


class QuestionVersion(QuestionContent, Entry, Base):
    """A question as at least one attempt has met it; never changed (A-ASM-12).

    Copied from the question when an attempt first draws this `version` of it, so only versions in use are kept.
    """

    __tablename__ = "assessment_question_versions"
    __table_args__ = (
        *content_rules(),
        CheckConstraint("version >= 1", name="version"),
        UniqueConstraint("question_id", "version", name="uq_assessment_question_versions_question_id_version"),
        Index("ix_assessment_question_versions_question_image_id", "question_image_id"),
    )

    question_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.assessment_questions.id", ondelete="CASCADE"))
    version: Mapped[int]
