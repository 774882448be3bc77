"""What comes after a class: recordings, office hours, conversations with the tutor."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision: str = "0121_academy_aftercare"
down_revision: str | None = "0120_academy_joining"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "session_recordings",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("cohort_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("video_url", sa.Text(), nullable=False),
        sa.Column("duration", sa.Integer(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("duration > 0", name=op.f("ck_session_recordings_duration")),
        sa.ForeignKeyConstraint(
            ["cohort_id"], ["academy.cohorts.id"], name=op.f("fk_session_recordings_cohort_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["academy.sessions.id"], name=op.f("fk_session_recordings_session_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_recordings")),
        schema="academy",
    )
    op.create_index("ix_session_recordings_cohort_id", "session_recordings", ["cohort_id"], schema="academy")
    op.create_index("ix_session_recordings_session_id", "session_recordings", ["session_id"], schema="academy")
    op.create_table(
        "office_hours_bookings",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("enrollment_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("scheduled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("calcom_event_id", sa.Text(), nullable=False),
        sa.Column("calcom_booking_uid", sa.Text(), nullable=False),
        sa.Column("previous_uids", ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("status", sa.Text(), server_default=sa.text("'scheduled'"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "status IN ('scheduled', 'completed', 'cancelled', 'no_show')", name=op.f("ck_office_hours_bookings_status")
        ),
        sa.CheckConstraint(
            "calcom_booking_uid <> ALL (previous_uids)", name=op.f("ck_office_hours_bookings_previous_uids")
        ),
        sa.ForeignKeyConstraint(
            ["enrollment_id"],
            ["academy.enrollments.id"],
            name=op.f("fk_office_hours_bookings_enrollment_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["academy.users.id"], name=op.f("fk_office_hours_bookings_user_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_office_hours_bookings")),
        schema="academy",
    )
    op.create_index(
        "ix_office_hours_bookings_enrollment_id", "office_hours_bookings", ["enrollment_id"], schema="academy"
    )
    op.create_index(
        "ix_office_hours_bookings_previous_uids",
        "office_hours_bookings",
        ["previous_uids"],
        schema="academy",
        postgresql_using="gin",
    )
    op.create_index(
        "ix_office_hours_bookings_status_scheduled_at",
        "office_hours_bookings",
        ["status", "scheduled_at"],
        schema="academy",
    )
    op.create_index("ix_office_hours_bookings_user_id", "office_hours_bookings", ["user_id"], schema="academy")
    op.create_index(
        "uq_office_hours_bookings_calcom_booking_uid",
        "office_hours_bookings",
        ["calcom_booking_uid"],
        unique=True,
        schema="academy",
    )
    op.create_table(
        "office_hours_rejections",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("calcom_booking_uid", sa.Text(), nullable=False),
        sa.Column("calcom_event_id", sa.Text(), nullable=False),
        sa.Column("scheduled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("enrollment_id", sa.Uuid(), nullable=True),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "reason = 'not_a_learner' OR enrollment_id IS NOT NULL", name=op.f("ck_office_hours_rejections_enrollment")
        ),
        sa.CheckConstraint(
            "reason IN ('not_a_learner', 'not_paid', 'window_over')", name=op.f("ck_office_hours_rejections_reason")
        ),
        sa.ForeignKeyConstraint(
            ["enrollment_id"],
            ["academy.enrollments.id"],
            name=op.f("fk_office_hours_rejections_enrollment_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["academy.users.id"], name=op.f("fk_office_hours_rejections_user_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_office_hours_rejections")),
        schema="academy",
    )
    op.create_index(
        "ix_office_hours_rejections_enrollment_id", "office_hours_rejections", ["enrollment_id"], schema="academy"
    )
    op.create_index(
        "ix_office_hours_rejections_to_cancel",
        "office_hours_rejections",
        ["created_at"],
        schema="academy",
        postgresql_where=sa.text("cancelled_at IS NULL"),
    )
    op.create_index("ix_office_hours_rejections_user_id", "office_hours_rejections", ["user_id"], schema="academy")
    op.create_index(
        "uq_office_hours_rejections_calcom_booking_uid",
        "office_hours_rejections",
        ["calcom_booking_uid"],
        unique=True,
        schema="academy",
    )
    op.create_table(
        "chat_conversations",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("enrollment_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["course_id"], ["academy.courses.id"], name=op.f("fk_chat_conversations_course_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["enrollment_id"],
            ["academy.enrollments.id"],
            name=op.f("fk_chat_conversations_enrollment_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["academy.users.id"], name=op.f("fk_chat_conversations_user_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chat_conversations")),
        schema="academy",
    )
    op.create_index("ix_chat_conversations_course_id", "chat_conversations", ["course_id"], schema="academy")
    op.create_index("ix_chat_conversations_enrollment_id", "chat_conversations", ["enrollment_id"], schema="academy")
    op.create_index(
        "ix_chat_conversations_user_id_updated_at", "chat_conversations", ["user_id", "updated_at"], schema="academy"
    )
    op.create_table(
        "chat_messages",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("token_count", sa.Integer(), nullable=False),
        sa.Column("is_complete", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("is_complete OR role = 'assistant'", name=op.f("ck_chat_messages_is_complete")),
        sa.CheckConstraint("role IN ('user', 'assistant')", name=op.f("ck_chat_messages_role")),
        sa.CheckConstraint("token_count >= 0", name=op.f("ck_chat_messages_token_count")),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["academy.chat_conversations.id"],
            name=op.f("fk_chat_messages_conversation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chat_messages")),
        schema="academy",
    )
    op.create_index(
        "ix_chat_messages_conversation_id_created_at",
        "chat_messages",
        ["conversation_id", "created_at"],
        schema="academy",
    )
    for table in ("session_recordings", "office_hours_bookings", "office_hours_rejections", "chat_conversations"):
        op.execute(f"SELECT core.watch_updates('academy.{table}')")


def downgrade() -> None:
    for table in (
        "chat_messages",
        "chat_conversations",
        "office_hours_rejections",
        "office_hours_bookings",
        "session_recordings",
    ):
        op.drop_table(table, schema="academy")
