"""The steps of learning paths: which course comes when, and what opens it (A-TAB-25)."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, Text, UniqueConstraint, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from app.academy.models.base import Base
from app.core.database.checks import one_of
from app.core.database.model import Row, Versioned


class UnlockRule(StrEnum):
    """When a step opens: at once, after the last required step, after days of enrollment, after another (A-LPA-09)."""

    immediate = "immediate"
    sequential = "sequential"
    after_days = "after_days"
    after_completion = "after_completion"


class PathStepGroup(Row, Versioned, Base):
    """A choice among steps of a path: done when any `choose_n` of its members are (Z-122)."""

    __tablename__ = "learning_path_step_groups"
    __table_args__ = (
        CheckConstraint("choose_n >= 1", name="choose_n"),
        Index("ix_learning_path_step_groups_path_id", "path_id"),
        # For the key of the steps, which keeps a group and its members in one path.
        UniqueConstraint("id", "path_id", name="uq_learning_path_step_groups_id_path_id"),
    )

    path_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.learning_paths.id", ondelete="CASCADE"))
    title: Mapped[str] = mapped_column(Text)
    choose_n: Mapped[int] = mapped_column(server_default=text("1"), default=1)


class LearningPathStep(Row, Versioned, Base):
    """A course's place in a path (A-TAB-25). Members of a group follow each other and count as one required step."""

    __tablename__ = "learning_path_steps"
    __table_args__ = (
        one_of("unlock_rule", UnlockRule),
        CheckConstraint("step_number >= 1", name="step_number"),
        CheckConstraint("(unlock_after_days IS NOT NULL) = (unlock_rule = 'after_days')", name="after_days"),
        CheckConstraint("unlock_after_days >= 0", name="unlock_after_days"),
        CheckConstraint("(unlock_after_step_id IS NOT NULL) = (unlock_rule = 'after_completion')", name="after_step"),
        CheckConstraint("unlock_after_step_id <> id", name="after_another"),
        ForeignKeyConstraint(
            ["unlock_after_step_id", "path_id"],
            ["academy.learning_path_steps.id", "academy.learning_path_steps.path_id"],
            ondelete="RESTRICT",
        ),
        ForeignKeyConstraint(
            ["step_group_id", "path_id"],
            ["academy.learning_path_step_groups.id", "academy.learning_path_step_groups.path_id"],
            ondelete="RESTRICT",
        ),
        # Deferrable, so that one statement may reorder a path through places that were taken before.
        UniqueConstraint(
            "path_id",
            "step_number",
            name="uq_learning_path_steps_path_id_step_number",
            deferrable=True,
            initially="IMMEDIATE",
        ),
        # For the keys above and those of the enrollments: what points at a step points into the same path.
        UniqueConstraint("id", "path_id", name="uq_learning_path_steps_id_path_id"),
        Index("ix_learning_path_steps_course_id", "course_id"),
        Index("ix_learning_path_steps_unlock_after_step_id", "unlock_after_step_id"),
        Index("ix_learning_path_steps_step_group_id", "step_group_id"),
    )

    path_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.learning_paths.id", ondelete="CASCADE"))
    course_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.courses.id", ondelete="RESTRICT"))
    step_number: Mapped[int]
    step_group_id: Mapped[UUID | None] = mapped_column(Uuid)
    is_required: Mapped[bool] = mapped_column(server_default=text("true"), default=True)
    unlock_rule: Mapped[str] = mapped_column(Text, server_default=text("'sequential'"), default=UnlockRule.sequential)
    unlock_after_step_id: Mapped[UUID | None] = mapped_column(Uuid)
    unlock_after_days: Mapped[int | None]
    recommended_timeframe: Mapped[str | None] = mapped_column(Text)
    notes: Mapped[str | None] = mapped_column(Text)
