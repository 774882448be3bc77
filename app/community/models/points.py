"""Points: what earns them, who earned them, and what they lead to (T-TAB-17, T-TAB-18, T-TAB-19)."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Computed, ForeignKey, Index, Text, UniqueConstraint, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from app.community.models.base import Base
from app.core.database.checks import one_of
from app.core.database.model import Entry, Row, Versioned

REFERENCES = "post_id, comment_id, lesson_id, course_id, event_id"


class PointsReference(StrEnum):
    """What points can have been earned with."""

    post = "post"
    comment = "comment"
    lesson = "lesson"
    course = "course"
    event = "event"


class GamificationRule(Row, Versioned, Base):
    """`community.gamification_config`: what an action is worth (T-TAB-18). Worth nothing, it leaves no trace.

    A change counts for later actions only (T-GAM-01). `daily_cap` is how often a day it earns at all (Z-38).
    """

    __tablename__ = "gamification_config"
    __table_args__ = (
        CheckConstraint("point_value >= 0", name="point_value"),
        CheckConstraint("daily_cap >= 1", name="daily_cap"),
        UniqueConstraint("action"),
    )

    action: Mapped[str] = mapped_column(Text)
    point_value: Mapped[int]
    daily_cap: Mapped[int | None]


class PointsEntry(Entry, Base):
    """`community.points`: a line of the ledger; `users.points` is the sum of a member's lines (T-TAB-17).

    What is taken back is a line of its own with the amount turned round, naming the line that it `reverses_id`, and
    each is taken back once (T-GAM-02). `actor_id` is somebody else whose act it was: who liked the member's post. The
    reference is one key at most, of which the seed's `reference_type` and `reference_id` are computed (Z-33).
    """

    __tablename__ = "points"
    __table_args__ = (
        one_of("reference_type", PointsReference),
        CheckConstraint(f"num_nonnulls({REFERENCES}) <= 1", name="one_reference"),
        CheckConstraint("amount <> 0 AND (amount < 0) = (reverses_id IS NOT NULL)", name="amount"),
        CheckConstraint("actor_id <> user_id", name="actor_is_another"),
        Index("ix_points_user_id_action_created_at", "user_id", "action", "created_at"),
        # The ranking of a month or a week is read from this index alone (T-GAM-05).
        Index("ix_points_ranking", "created_at", "user_id", postgresql_include=["amount"]),
        Index("ix_points_action", "action"),
        Index("ix_points_actor_id", "actor_id", postgresql_where=text("actor_id IS NOT NULL")),
        Index("uq_points_reverses_id", "reverses_id", unique=True, postgresql_where=text("reverses_id IS NOT NULL")),
        Index("ix_points_post_id", "post_id", postgresql_where=text("post_id IS NOT NULL")),
        Index("ix_points_comment_id", "comment_id", postgresql_where=text("comment_id IS NOT NULL")),
        Index("ix_points_lesson_id", "lesson_id", postgresql_where=text("lesson_id IS NOT NULL")),
        Index("ix_points_course_id", "course_id", postgresql_where=text("course_id IS NOT NULL")),
        Index("ix_points_event_id", "event_id", postgresql_where=text("event_id IS NOT NULL")),
    )

    user_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("community.users.id", ondelete="RESTRICT"))
    action: Mapped[str] = mapped_column(Text, ForeignKey("community.gamification_config.action", ondelete="RESTRICT"))
    amount: Mapped[int]
    actor_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("community.users.id", ondelete="SET NULL"))
    reverses_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("community.points.id", ondelete="RESTRICT"))
    post_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("community.posts.id", ondelete="RESTRICT"))
    comment_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("community.comments.id", ondelete="RESTRICT"))
    lesson_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("community.lessons.id", ondelete="RESTRICT"))
    course_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("community.courses.id", ondelete="RESTRICT"))
    event_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("community.events.id", ondelete="RESTRICT"))
    reference_type: Mapped[str | None] = mapped_column(
        Text,
        Computed(
            "CASE WHEN post_id IS NOT NULL THEN 'post' WHEN comment_id IS NOT NULL THEN 'comment'"
            " WHEN lesson_id IS NOT NULL THEN 'lesson' WHEN course_id IS NOT NULL THEN 'course'"
            " WHEN event_id IS NOT NULL THEN 'event' END",
            persisted=True,
        ),
    )
    reference_id: Mapped[UUID | None] = mapped_column(Uuid, Computed(f"coalesce({REFERENCES})", persisted=True))


class Level(Row, Versioned, Base):
    """A level that a member reaches with so many points; `users.level` is its `order` (T-TAB-19). At most twenty."""

    __tablename__ = "levels"
    __table_args__ = (
        CheckConstraint("threshold >= 0", name="threshold"),
        CheckConstraint('"order" BETWEEN 1 AND 20', name="order"),
        # Both are checked after a statement and not after each row: one statement may change all levels (T-GAM-04).
        UniqueConstraint("order", deferrable=True, initially="IMMEDIATE"),
        UniqueConstraint("threshold", deferrable=True, initially="IMMEDIATE"),
    )

    name: Mapped[str] = mapped_column(Text)
    threshold: Mapped[int]
    order: Mapped[int]
    color: Mapped[str | None] = mapped_column(Text)
