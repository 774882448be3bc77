"""Skills, what shows that somebody has them, and where they are taught (A-TAB-28 to A-TAB-31)."""

from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, query_expression

from app.academy.models.base import Base
from app.academy.models.levels import SkillLevel
from app.core.database.checks import each_of, one_of
from app.core.database.model import Row, Versioned

_LADDER = "ARRAY[" + ", ".join(f"'{level}'" for level in SkillLevel) + "]"


class SkillCategory(StrEnum):
    """Tools, business, people, industry."""

    technical = "technical"
    strategic = "strategic"
    leadership = "leadership"
    domain = "domain"


class EvidenceType(StrEnum):
    """How a competency was shown; the first is written by graded assessments (A-SKL-14)."""

    quiz = "quiz"
    project = "project"
    peer_review = "peer_review"
    instructor_assessment = "instructor_assessment"
    self_assessment = "self_assessment"


class CourseSkillLevel(StrEnum):
    """How far a course brings its learners in a skill."""

    introduces = "introduces"
    develops = "develops"
    masters = "masters"


class ContributionLevel(StrEnum):
    """What a lesson does for a competency."""

    introduces = "introduces"
    reinforces = "reinforces"
    assesses = "assesses"


class Skill(Row, Versioned, Base):
    """A skill that can be learned here (A-TAB-28), from `level` to `max_level` (Z-118).

    `badge_valid_days` is how long its badges last; null is the default of its category (Z-110).
    `prerequisite_ids` is filled by queries that ask for it.
    """

    __tablename__ = "skills"
    __table_args__ = (
        one_of("category", SkillCategory),
        one_of("level", SkillLevel),
        one_of("max_level", SkillLevel),
        CheckConstraint(f"array_position({_LADDER}, level) <= array_position({_LADDER}, max_level)", name="levels"),
        CheckConstraint("parent_skill_id <> id", name="parent"),
        CheckConstraint("badge_valid_days > 0", name="badge_valid_days"),
        Index("uq_skills_slug", "slug", unique=True),
        Index("ix_skills_category", "category"),
        Index("ix_skills_level", "level"),
        Index("ix_skills_parent_skill_id", "parent_skill_id"),
    )

    name: Mapped[str] = mapped_column(Text)
    slug: Mapped[str] = mapped_column(Text)
    description: Mapped[str] = mapped_column(Text)
    category: Mapped[str] = mapped_column(Text)
    level: Mapped[str] = mapped_column(Text)
    max_level: Mapped[str] = mapped_column(Text, server_default=text("'expert'"), default=SkillLevel.expert)
    parent_skill_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("academy.skills.id", ondelete="SET NULL"))
    icon_url: Mapped[str | None] = mapped_column(Text)
    badge_valid_days: Mapped[int | None]
    is_active: Mapped[bool] = mapped_column(server_default=text("true"), default=True)
    sort_order: Mapped[int] = mapped_column(server_default=text("0"), default=0)
    prerequisite_ids: Mapped[list[UUID] | None] = query_expression()


class SkillPrerequisite(Base):
    """`prerequisites` of a skill: one that has to be begun before it. No circles: the verb that writes it looks."""

    __tablename__ = "skill_prerequisites"
    __table_args__ = (
        CheckConstraint("prerequisite_id <> skill_id", name="another"),
        Index("ix_skill_prerequisites_prerequisite_id", "prerequisite_id"),
    )

    skill_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.skills.id", ondelete="CASCADE"), primary_key=True)
    prerequisite_id: Mapped[UUID] = mapped_column(
        Uuid, ForeignKey("academy.skills.id", ondelete="CASCADE"), primary_key=True
    )


class Competency(Row, Versioned, Base):
    """Something measurable that belongs to a skill (A-TAB-29). `level` null counts at every level (A-SKL-08)."""

    __tablename__ = "competencies"
    __table_args__ = (
        each_of("evidence_types", EvidenceType),
        CheckConstraint("cardinality(evidence_types) > 0", name="can_be_shown"),
        CheckConstraint("passing_threshold BETWEEN 0 AND 100", name="passing_threshold"),
        one_of("level", SkillLevel),
        Index("ix_competencies_skill_id", "skill_id"),
    )

    skill_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.skills.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(Text)
    description: Mapped[str] = mapped_column(Text)
    assessment_criteria: Mapped[str] = mapped_column(Text)
    evidence_types: Mapped[list[str]] = mapped_column(ARRAY(Text))
    passing_threshold: Mapped[Decimal] = mapped_column(Numeric(5, 2))
    level: Mapped[str | None] = mapped_column(Text)
    is_active: Mapped[bool] = mapped_column(server_default=text("true"), default=True)


class CourseSkill(Row, Versioned, Base):
    """A skill that a course teaches, how far, and how much of the course it is (A-TAB-30)."""

    __tablename__ = "course_skills"
    __table_args__ = (
        one_of("skill_level", CourseSkillLevel),
        CheckConstraint("weight BETWEEN 0 AND 100", name="weight"),
        Index("uq_course_skills_course_id_skill_id", "course_id", "skill_id", unique=True),
        Index("ix_course_skills_skill_id", "skill_id"),
    )

    course_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.courses.id", ondelete="CASCADE"))
    skill_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.skills.id", ondelete="CASCADE"))
    skill_level: Mapped[str] = mapped_column(Text)
    weight: Mapped[Decimal] = mapped_column(Numeric(5, 2))


class LessonCompetency(Row, Versioned, Base):
    """A competency that a lesson works on (A-TAB-31)."""

    __tablename__ = "lesson_competencies"
    __table_args__ = (
        one_of("contribution_level", ContributionLevel),
        Index("uq_lesson_competencies_lesson_id_competency_id", "lesson_id", "competency_id", unique=True),
        Index("ix_lesson_competencies_competency_id", "competency_id"),
    )

    lesson_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.lessons.id", ondelete="CASCADE"))
    competency_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.competencies.id", ondelete="CASCADE"))
    contribution_level: Mapped[str] = mapped_column(Text)
