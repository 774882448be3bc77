"""What a session consists of: an article, a video, a quiz, an exercise, at most one of each (S-TAB-07 … S-TAB-10)."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Computed, ForeignKey, Text, UniqueConstraint, Uuid, text
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from app.core.database.checks import has_shape, lists, one_of
from app.core.database.model import Row, Versioned
from app.core.database.shaped import Shaped
from app.studio.models.base import Approved, Authored, Base
from app.studio.models.shapes import (
    AiMentor,
    Evaluation,
    LearningAnchor,
    Questions,
    QuizQuestion,
    QuizSettings,
    Scenario,
    Source,
    Sources,
    SuccessCriteria,
    SuccessCriterion,
)


class ContentType(StrEnum):
    """The four kinds of content of a session."""

    article = "article"
    video = "video"
    quiz = "quiz"
    exercise = "exercise"


class ContentStatus(StrEnum):
    """draft → review → approved; one step back with a reason (S-FLW-03, Z-192)."""

    draft = "draft"
    review = "review"
    approved = "approved"


class ExerciseType(StrEnum):
    """What is done in an exercise (S-CNT-03)."""

    CASE_ANALYSIS = "CASE_ANALYSIS"
    ROLEPLAY = "ROLEPLAY"
    REFLECTION = "REFLECTION"


class Complexity(StrEnum):
    """How much an exercise asks (Z-195)."""

    basic = "basic"
    intermediate = "intermediate"
    advanced = "advanced"


class Content(Row, Versioned, Authored, Approved):
    """What the four have in common: their session, of which each has one at most, and their status."""

    @declared_attr
    @classmethod
    def session_id(cls) -> Mapped[UUID]:
        return mapped_column(Uuid, ForeignKey("studio.sessions.id", ondelete="CASCADE"), sort_order=-990)

    status: Mapped[str] = mapped_column(Text, server_default=text("'draft'"), default=ContentStatus.draft)


def _rules() -> tuple[CheckConstraint | UniqueConstraint, ...]:
    return (
        one_of("status", ContentStatus),
        CheckConstraint(
            "(approved_at IS NULL OR status = 'approved') AND (approved_by IS NULL OR approved_at IS NOT NULL)",
            name="approval",
        ),
        UniqueConstraint("session_id"),
    )


class Article(Content, Base):
    """The text of a session; empty only as a draft (S-TAB-07, Z-197). The database counts its words (Z-194)."""

    __tablename__ = "articles"
    __table_args__ = (
        *_rules(),
        CheckConstraint("status = 'draft' OR word_count > 0", name="content"),
        lists("sources", {"title": "string", "url?": "string", "note?": "string"}),
    )

    content: Mapped[str] = mapped_column(Text)
    word_count: Mapped[int | None] = mapped_column(Computed(r"regexp_count(content, '\S+')", persisted=True))
    sources: Mapped[list[Source] | None] = mapped_column(Shaped(Sources))


# 150 words a minute are 2.5 a second.
_SECONDS = r"(regexp_count(script, '\S+') * 2 + 2) / 5"


class Video(Content, Base):
    """The script of a session's video; empty only as a draft (S-TAB-08, Z-197).

    The database counts its words and estimates its length as minutes and seconds, `3:20`, at 150 words a minute: the
    pace of a calm narrator (Z-194).
    """

    __tablename__ = "videos"
    __table_args__ = (*_rules(), CheckConstraint("status = 'draft' OR word_count > 0", name="script"))

    script: Mapped[str] = mapped_column(Text)
    word_count: Mapped[int | None] = mapped_column(Computed(r"regexp_count(script, '\S+')", persisted=True))
    estimated_duration: Mapped[str | None] = mapped_column(
        Text, Computed(f"{_SECONDS} / 60 || ':' || lpad(({_SECONDS} % 60)::text, 2, '0')", persisted=True)
    )


class Quiz(Content, Base):
    """The questions of a session; none only as a draft (S-TAB-09)."""

    __tablename__ = "quizzes"
    __table_args__ = (
        *_rules(),
        lists(
            "questions",
            {"kind": "string", "prompt": "string", "options?": "array", "explanation?": "string", "points?": "number"},
        ),
        CheckConstraint("status = 'draft' OR questions <> '[]'", name="questions"),
        has_shape(
            "metadata", {"passing_percentage?": "number", "time_limit_minutes?": "number", "shuffles?": "boolean"}
        ),
    )

    questions: Mapped[list[QuizQuestion]] = mapped_column(Shaped(Questions))
    # Every declarative class has a `metadata` of its own.
    settings: Mapped[QuizSettings | None] = mapped_column("metadata", Shaped(QuizSettings))


class Exercise(Content, Base):
    """What is practised in a session, accompanied by a model (S-TAB-10)."""

    __tablename__ = "exercises"
    __table_args__ = (
        *_rules(),
        one_of("exercise_type", ExerciseType),
        one_of("complexity", Complexity),
        CheckConstraint("estimated_minutes > 0", name="estimated_minutes"),
        has_shape("scenario", {"situation": "string", "learner_role?": "string", "characters?": "array"}),
        has_shape("learning_anchor", {"concept": "string", "reminder?": "string"}),
        has_shape(
            "ai_mentor", {"persona": "string", "instructions": "string", "opening?": "string", "hints?": "array"}
        ),
        lists("success_criteria", {"criterion": "string", "weight?": "number"}),
        has_shape("evaluation", {"instructions": "string", "passing_percentage?": "number"}),
    )

    exercise_type: Mapped[str] = mapped_column(Text)
    complexity: Mapped[str] = mapped_column(Text, server_default=text("'basic'"), default=Complexity.basic)
    title: Mapped[str] = mapped_column(Text)
    description: Mapped[str] = mapped_column(Text)
    scenario: Mapped[Scenario | None] = mapped_column(Shaped(Scenario))
    learning_anchor: Mapped[LearningAnchor | None] = mapped_column(Shaped(LearningAnchor))
    ai_mentor: Mapped[AiMentor] = mapped_column(Shaped(AiMentor))
    success_criteria: Mapped[list[SuccessCriterion] | None] = mapped_column(Shaped(SuccessCriteria))
    evaluation: Mapped[Evaluation | None] = mapped_column(Shaped(Evaluation))
    estimated_minutes: Mapped[int] = mapped_column(server_default=text("15"), default=15)
