"""Conversations and their messages."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0208_community_conversations"
down_revision: str | None = "0207_community_events"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "conversations",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("lower_user_id", sa.Uuid(), nullable=True),
        sa.Column("higher_user_id", sa.Uuid(), nullable=True),
        sa.Column("last_message_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("last_message_preview", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("lower_user_id < higher_user_id", name=op.f("ck_conversations_pair_in_order")),
        sa.CheckConstraint("num_nonnulls(lower_user_id, higher_user_id) <> 1", name=op.f("ck_conversations_pair")),
        sa.ForeignKeyConstraint(
            ["higher_user_id"],
            ["community.users.id"],
            name=op.f("fk_conversations_higher_user_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["lower_user_id"], ["community.users.id"], name=op.f("fk_conversations_lower_user_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversations")),
        sa.UniqueConstraint(
            "lower_user_id", "higher_user_id", name=op.f("uq_conversations_lower_user_id_higher_user_id")
        ),
        schema="community",
    )
    op.create_index("ix_conversations_higher_user_id", "conversations", ["higher_user_id"], schema="community")
    op.create_index("ix_conversations_last_message_at", "conversations", ["last_message_at", "id"], schema="community")
    op.create_table(
        "conversation_participants",
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("last_read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["community.conversations.id"],
            name=op.f("fk_conversation_participants_conversation_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["community.users.id"], name=op.f("fk_conversation_participants_user_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("conversation_id", "user_id", name=op.f("pk_conversation_participants")),
        schema="community",
    )
    op.create_index(
        "ix_conversation_participants_user_id", "conversation_participants", ["user_id"], schema="community"
    )
    op.create_table(
        "messages",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("sender_id", sa.Uuid(), nullable=False),
        sa.Column("sender_name", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id", "sender_id"],
            ["community.conversation_participants.conversation_id", "community.conversation_participants.user_id"],
            name=op.f("fk_messages_conversation_id_sender_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["community.conversations.id"],
            name=op.f("fk_messages_conversation_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["sender_id"], ["community.users.id"], name=op.f("fk_messages_sender_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        schema="community",
    )
    op.create_index(
        "ix_messages_conversation_id_created_at",
        "messages",
        ["conversation_id", "created_at", "id"],
        schema="community",
    )
    op.create_index("ix_messages_sender_id", "messages", ["sender_id"], schema="community")
    op.execute("SELECT core.watch_updates('community.conversations')")
    op.execute("SELECT core.watch_updates('community.messages')")


def downgrade() -> None:
    op.drop_table("messages", schema="community")
    op.drop_table("conversation_participants", schema="community")
    op.drop_table("conversations", schema="community")
