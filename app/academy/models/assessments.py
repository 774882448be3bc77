"""Assessments and their questions (A-TAB-36, A-TAB-37)."""

from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, query_expression

from app.academy.models.base import Base
from app.academy.models.questions import QuestionContent, content_rules
from app.core.database.checks import one_of
from app.core.database.model import Row, Versioned


class AssessmentType(StrEnum):
    """When it is taken and what for (A-ASM-01)."""

    pre_course = "pre_course"
    post_course = "post_course"
    knowledge_check = "knowledge_check"
    skill_assessment = "skill_assessment"
    certification = "certification"
    self_assessment = "self_assessment"


class ShowCorrectAnswers(StrEnum):
    """From when on a learner sees what was right (A-ASM-06)."""

    never = "never"
    after_submit = "after_submit"
    after_passing = "after_passing"
    after_all_attempts = "after_all_attempts"


class CountedAttempt(StrEnum):
    """Which of several graded attempts makes the official learning gain (Z-93)."""

    first = "first"
    best = "best"
    last = "last"


class Difficulty(StrEnum):
    """How hard a question is."""

    easy = "easy"
    medium = "medium"
    hard = "hard"


class Assessment(Row, Versioned, Base):
    """A test and its rules (A-TAB-36). Null limits are no limits.

    `is_required`: a course is completed only by who has passed it (Z-67).
    """

    __tablename__ = "assessments"
    __table_args__ = (
        one_of("type", AssessmentType),
        one_of("show_correct_answers", ShowCorrectAnswers),
        one_of("counted_attempt", CountedAttempt),
        CheckConstraint("type NOT IN ('pre_course', 'post_course') OR course_id IS NOT NULL", name="of_a_course"),
        CheckConstraint("type <> 'knowledge_check' OR lesson_id IS NOT NULL", name="of_a_lesson"),
        CheckConstraint("NOT is_required OR course_id IS NOT NULL", name="required_by_a_course"),
        CheckConstraint("passing_score BETWEEN 0 AND 100", name="passing_score"),
        CheckConstraint("time_limit > 0 AND max_attempts > 0 AND questions_per_attempt > 0", name="limits"),
        Index("ix_assessments_course_id_type_is_active", "course_id", "type", "is_active"),
        Index("ix_assessments_lesson_id_is_active", "lesson_id", "is_active"),
        Index("ix_assessments_type_is_active", "type", "is_active"),
    )

    title: Mapped[str] = mapped_column(Text)
    description: Mapped[str | None] = mapped_column(Text)
    type: Mapped[str] = mapped_column(Text)
    course_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("academy.courses.id", ondelete="RESTRICT"))
    # Emptied with its lesson, a knowledge check would be of nothing: the lesson stays as long as it has one.
    lesson_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("academy.lessons.id", ondelete="RESTRICT"))
    time_limit: Mapped[int | None]
    passing_score: Mapped[Decimal] = mapped_column(Numeric(5, 2))
    allow_retake: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    max_attempts: Mapped[int | None]
    show_correct_answers: Mapped[str] = mapped_column(
        Text, server_default=text("'never'"), default=ShowCorrectAnswers.never
    )
    randomize_questions: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    randomize_answers: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    questions_per_attempt: Mapped[int | None]
    partial_credit: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    counted_attempt: Mapped[str] = mapped_column(Text, server_default=text("'first'"), default=CountedAttempt.first)
    is_required: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    is_active: Mapped[bool] = mapped_column(server_default=text("false"), default=False)

    # Filled by the queries that show an assessment.
    skill_ids: Mapped[list[UUID] | None] = query_expression()


class AssessmentSkill(Base):
    """`skill_ids` of an assessment: a skill that it assesses."""

    __tablename__ = "assessment_skills"
    __table_args__ = (Index("ix_assessment_skills_skill_id", "skill_id"),)

    assessment_id: Mapped[UUID] = mapped_column(
        Uuid, ForeignKey("academy.assessments.id", ondelete="CASCADE"), primary_key=True
    )
    skill_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.skills.id", ondelete="CASCADE"), primary_key=True)


class AssessmentQuestion(QuestionContent, Row, Versioned, Base):
    """A question as it is asked from now on (A-TAB-37); attempts keep the `QuestionVersion` they drew (Z-105).

    `source_question_id` is the question of the pre-assessment that this one of the post-assessment repeats (Z-94).
    From a confidence of `auto_grade_from` on a model's grade needs no person: 0.9 (A-ASM-09), or more where people had
    to correct it too often. Not versioned: it says whom we trust, not what is asked.
    """

    __tablename__ = "assessment_questions"
    __table_args__ = (
        *content_rules(),
        one_of("difficulty", Difficulty),
        CheckConstraint("source_question_id <> id", name="source_question"),
        CheckConstraint("auto_grade_from BETWEEN 0.9 AND 1", name="auto_grade_from"),
        Index("ix_assessment_questions_assessment_id_sort_order", "assessment_id", "sort_order"),
        Index("ix_assessment_questions_assessment_id_difficulty", "assessment_id", "difficulty"),
        Index("ix_assessment_questions_source_question_id", "source_question_id"),
        Index("ix_assessment_questions_question_image_id", "question_image_id"),
    )

    assessment_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.assessments.id", ondelete="CASCADE"))
    source_question_id: Mapped[UUID | None] = mapped_column(
        Uuid, ForeignKey("academy.assessment_questions.id", ondelete="SET NULL")
    )
    difficulty: Mapped[str] = mapped_column(Text)
    tags: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"), default=list)
    sort_order: Mapped[int] = mapped_column(server_default=text("0"), default=0)
    is_active: Mapped[bool] = mapped_column(server_default=text("true"), default=True)
    auto_grade_from: Mapped[float] = mapped_column(server_default=text("0.9"), default=0.9)

    # Filled by the queries that show a question to those who write and grade it.
    skill_ids: Mapped[list[UUID] | None] = query_expression()


class QuestionSkill(Base):
    """`skill_ids` of a question: a skill that it tests. Not versioned: a corrected mapping holds for the past too."""

    __tablename__ = "assessment_question_skills"
    __table_args__ = (Index("ix_assessment_question_skills_skill_id", "skill_id"),)

    question_id: Mapped[UUID] = mapped_column(
        Uuid, ForeignKey("academy.assessment_questions.id", ondelete="CASCADE"), primary_key=True
    )
    skill_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.skills.id", ondelete="CASCADE"), primary_key=True)
