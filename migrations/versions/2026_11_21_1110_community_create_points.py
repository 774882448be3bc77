"""Points: what earns them, the ledger, the levels."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0210_community_points"
down_revision: str | None = "0209_community_notifications"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "gamification_config",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("point_value", sa.Integer(), nullable=False),
        sa.Column("daily_cap", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint("daily_cap >= 1", name=op.f("ck_gamification_config_daily_cap")),
        sa.CheckConstraint("point_value >= 0", name=op.f("ck_gamification_config_point_value")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gamification_config")),
        sa.UniqueConstraint("action", name=op.f("uq_gamification_config_action")),
        schema="community",
    )
    op.create_table(
        "points",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("reverses_id", sa.Uuid(), nullable=True),
        sa.Column("post_id", sa.Uuid(), nullable=True),
        sa.Column("comment_id", sa.Uuid(), nullable=True),
        sa.Column("lesson_id", sa.Uuid(), nullable=True),
        sa.Column("course_id", sa.Uuid(), nullable=True),
        sa.Column("event_id", sa.Uuid(), nullable=True),
        sa.Column(
            "reference_type",
            sa.Text(),
            sa.Computed(
                "CASE WHEN post_id IS NOT NULL THEN 'post' WHEN comment_id IS NOT NULL THEN 'comment'"
                " WHEN lesson_id IS NOT NULL THEN 'lesson' WHEN course_id IS NOT NULL THEN 'course'"
                " WHEN event_id IS NOT NULL THEN 'event' END",
                persisted=True,
            ),
            nullable=True,
        ),
        sa.Column(
            "reference_id",
            sa.Uuid(),
            sa.Computed("coalesce(post_id, comment_id, lesson_id, course_id, event_id)", persisted=True),
            nullable=True,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "reference_type IN ('post', 'comment', 'lesson', 'course', 'event')", name=op.f("ck_points_reference_type")
        ),
        sa.CheckConstraint("actor_id <> user_id", name=op.f("ck_points_actor_is_another")),
        sa.CheckConstraint("amount <> 0 AND (amount < 0) = (reverses_id IS NOT NULL)", name=op.f("ck_points_amount")),
        sa.CheckConstraint(
            "num_nonnulls(post_id, comment_id, lesson_id, course_id, event_id) <= 1",
            name=op.f("ck_points_one_reference"),
        ),
        sa.ForeignKeyConstraint(
            ["action"], ["community.gamification_config.action"], name=op.f("fk_points_action"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["community.users.id"], name=op.f("fk_points_actor_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["comment_id"], ["community.comments.id"], name=op.f("fk_points_comment_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["course_id"], ["community.courses.id"], name=op.f("fk_points_course_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["community.events.id"], name=op.f("fk_points_event_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["lesson_id"], ["community.lessons.id"], name=op.f("fk_points_lesson_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["post_id"], ["community.posts.id"], name=op.f("fk_points_post_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["reverses_id"], ["community.points.id"], name=op.f("fk_points_reverses_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["community.users.id"], name=op.f("fk_points_user_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_points")),
        schema="community",
    )
    op.create_index("ix_points_action", "points", ["action"], schema="community")
    op.create_index(
        "ix_points_actor_id",
        "points",
        ["actor_id"],
        schema="community",
        postgresql_where=sa.text("actor_id IS NOT NULL"),
    )
    op.create_index(
        "ix_points_comment_id",
        "points",
        ["comment_id"],
        schema="community",
        postgresql_where=sa.text("comment_id IS NOT NULL"),
    )
    op.create_index(
        "ix_points_course_id",
        "points",
        ["course_id"],
        schema="community",
        postgresql_where=sa.text("course_id IS NOT NULL"),
    )
    op.create_index(
        "ix_points_event_id",
        "points",
        ["event_id"],
        schema="community",
        postgresql_where=sa.text("event_id IS NOT NULL"),
    )
    op.create_index(
        "ix_points_lesson_id",
        "points",
        ["lesson_id"],
        schema="community",
        postgresql_where=sa.text("lesson_id IS NOT NULL"),
    )
    op.create_index(
        "ix_points_post_id", "points", ["post_id"], schema="community", postgresql_where=sa.text("post_id IS NOT NULL")
    )
    op.create_index(
        "ix_points_ranking", "points", ["created_at", "user_id"], schema="community", postgresql_include=["amount"]
    )
    op.create_index(
        "ix_points_user_id_action_created_at", "points", ["user_id", "action", "created_at"], schema="community"
    )
    op.create_index(
        "uq_points_reverses_id",
        "points",
        ["reverses_id"],
        unique=True,
        schema="community",
        postgresql_where=sa.text("reverses_id IS NOT NULL"),
    )
    op.create_table(
        "levels",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("threshold", sa.Integer(), nullable=False),
        sa.Column("order", sa.Integer(), nullable=False),
        sa.Column("color", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint('"order" BETWEEN 1 AND 20', name=op.f("ck_levels_order")),
        sa.CheckConstraint("threshold >= 0", name=op.f("ck_levels_threshold")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_levels")),
        sa.UniqueConstraint("order", deferrable=True, initially="IMMEDIATE", name=op.f("uq_levels_order")),
        sa.UniqueConstraint("threshold", deferrable=True, initially="IMMEDIATE", name=op.f("uq_levels_threshold")),
        schema="community",
    )
    op.execute("SELECT core.watch_updates('community.gamification_config')")
    op.execute("SELECT core.watch_updates('community.levels')")


def downgrade() -> None:
    op.drop_table("levels", schema="community")
    op.drop_table("points", schema="community")
    op.drop_table("gamification_config", schema="community")
