"""Flags on discussions, and what moderators did about them."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0127_academy_moderation"
down_revision: str | None = "0126_academy_discussions"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "moderation_actions",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("thread_id", sa.Uuid(), nullable=True),
        sa.Column("reply_id", sa.Uuid(), nullable=True),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("moderator_id", sa.Uuid(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "(user_id IS NOT NULL) = (action IN ('suspend', 'reinstate'))",
            name=op.f("ck_moderation_actions_action_fits"),
        ),
        sa.CheckConstraint(
            "action IN ('approve', 'hide', 'delete', 'suspend', 'reinstate')", name=op.f("ck_moderation_actions_action")
        ),
        sa.CheckConstraint(
            "ends_at IS NULL OR action = 'suspend' AND ends_at > created_at", name=op.f("ck_moderation_actions_ends_at")
        ),
        sa.CheckConstraint("moderator_id IS NOT NULL OR action = 'hide'", name=op.f("ck_moderation_actions_moderator")),
        sa.CheckConstraint(
            "num_nonnulls(thread_id, reply_id, user_id) = 1", name=op.f("ck_moderation_actions_subject")
        ),
        sa.ForeignKeyConstraint(
            ["moderator_id"], ["academy.users.id"], name=op.f("fk_moderation_actions_moderator_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["reply_id"],
            ["academy.discussion_replies.id"],
            name=op.f("fk_moderation_actions_reply_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["thread_id"],
            ["academy.discussion_threads.id"],
            name=op.f("fk_moderation_actions_thread_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["academy.users.id"], name=op.f("fk_moderation_actions_user_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_moderation_actions")),
        schema="academy",
    )
    op.create_index("ix_moderation_actions_created_at", "moderation_actions", ["created_at"], schema="academy")
    op.create_index("ix_moderation_actions_moderator_id", "moderation_actions", ["moderator_id"], schema="academy")
    op.create_index("ix_moderation_actions_reply_id", "moderation_actions", ["reply_id"], schema="academy")
    op.create_index("ix_moderation_actions_thread_id", "moderation_actions", ["thread_id"], schema="academy")
    op.create_index("ix_moderation_actions_user_id", "moderation_actions", ["user_id"], schema="academy")
    op.create_table(
        "content_flags",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("thread_id", sa.Uuid(), nullable=True),
        sa.Column("reply_id", sa.Uuid(), nullable=True),
        sa.Column(
            "content_id", sa.Uuid(), sa.Computed("COALESCE(thread_id, reply_id)", persisted=True), nullable=False
        ),
        sa.Column("kind", sa.Text(), server_default=sa.text("'person'"), nullable=False),
        sa.Column("flagged_by_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("cleared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cleared_by_action_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("(kind = 'person') = (flagged_by_id IS NOT NULL)", name=op.f("ck_content_flags_flagged_by")),
        sa.CheckConstraint(
            "kind IN ('person', 'spam_words', 'spam_links', 'repeated_violations')", name=op.f("ck_content_flags_kind")
        ),
        sa.CheckConstraint(
            "(cleared_at IS NULL) = (cleared_by_action_id IS NULL)", name=op.f("ck_content_flags_cleared")
        ),
        sa.CheckConstraint("num_nonnulls(thread_id, reply_id) = 1", name=op.f("ck_content_flags_content")),
        sa.ForeignKeyConstraint(
            ["cleared_by_action_id"],
            ["academy.moderation_actions.id"],
            name=op.f("fk_content_flags_cleared_by_action_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["flagged_by_id"], ["academy.users.id"], name=op.f("fk_content_flags_flagged_by_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["reply_id"], ["academy.discussion_replies.id"], name=op.f("fk_content_flags_reply_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["thread_id"],
            ["academy.discussion_threads.id"],
            name=op.f("fk_content_flags_thread_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_content_flags")),
        schema="academy",
    )
    op.create_index(
        "ix_content_flags_cleared_by_action_id", "content_flags", ["cleared_by_action_id"], schema="academy"
    )
    op.create_index(
        "ix_content_flags_live",
        "content_flags",
        ["content_id"],
        schema="academy",
        postgresql_where=sa.text("cleared_at IS NULL"),
    )
    op.create_index("ix_content_flags_reply_id", "content_flags", ["reply_id"], schema="academy")
    op.create_index("ix_content_flags_thread_id", "content_flags", ["thread_id"], schema="academy")
    op.create_index(
        "uq_content_flags_person", "content_flags", ["flagged_by_id", "content_id"], unique=True, schema="academy"
    )
    op.create_index(
        "uq_content_flags_watch",
        "content_flags",
        ["content_id", "kind"],
        unique=True,
        schema="academy",
        postgresql_where=sa.text("kind <> 'person' AND cleared_at IS NULL"),
    )


def downgrade() -> None:
    for table in ("content_flags", "moderation_actions"):
        op.drop_table(table, schema="academy")
