"""What is kept of the traffic with Planning Center, and of its data."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "0224_tracker_planning_center"
down_revision: str | None = "0223_tracker_certifications"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def _times() -> list[sa.Column[object]]:
    return [
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
    ]


def upgrade() -> None:
    op.create_table(
        "planning_center_sync_log",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("sync_type", sa.Text(), nullable=False),
        sa.Column("sync_direction", sa.Text(), nullable=False),
        sa.Column("records_processed", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("records_successful", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("records_failed", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("error_details", JSONB(), nullable=True),
        sa.Column("cursor", JSONB(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("jsonb_typeof(cursor) = 'object'", name=op.f("ck_planning_center_sync_log_cursor_shape")),
        sa.CheckConstraint(
            "sync_direction IN ('from_pc', 'to_pc')", name=op.f("ck_planning_center_sync_log_sync_direction")
        ),
        sa.CheckConstraint(
            "sync_type IN ('people', 'events', 'registrations', 'custom_fields')",
            name=op.f("ck_planning_center_sync_log_sync_type"),
        ),
        sa.CheckConstraint("completed_at >= started_at", name=op.f("ck_planning_center_sync_log_completed_at")),
        sa.CheckConstraint(
            "error_details IS NULL OR jsonb_typeof(error_details) = 'array'"
            " AND NOT error_details @? 'strict $[*] ? (@.type() != \"object\")'"
            ' AND NOT jsonb_path_exists(error_details, \'$[*] ? (@.type() != "object"'
            ' || !(@."record_id".type() == "string") || !(@."error".type() == "string"))\')',
            name=op.f("ck_planning_center_sync_log_error_details_shape"),
        ),
        sa.CheckConstraint(
            "records_successful >= 0 AND records_failed >= 0"
            " AND records_processed = records_successful + records_failed",
            name=op.f("ck_planning_center_sync_log_counts"),
        ),
        sa.ForeignKeyConstraint(
            ["created_by"],
            ["core.accounts.id"],
            name=op.f("fk_planning_center_sync_log_created_by"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_planning_center_sync_log")),
        schema="tracker",
    )
    op.create_index(
        "ix_planning_center_sync_log_created_by", "planning_center_sync_log", ["created_by"], schema="tracker"
    )
    op.create_index(
        "ix_planning_center_sync_log_sync_type_started_at",
        "planning_center_sync_log",
        ["sync_type", "started_at"],
        schema="tracker",
    )
    op.create_table(
        "planning_center_webhook_events",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("delivery_id", sa.Text(), nullable=False),
        sa.Column("event_type", sa.Text(), nullable=False),
        sa.Column("planning_center_id", sa.Text(), nullable=True),
        sa.Column("payload", JSONB(), nullable=False),
        sa.Column("processed", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("processed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ignored", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("error_message", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "jsonb_typeof(payload) = 'object'", name=op.f("ck_planning_center_webhook_events_payload_shape")
        ),
        sa.CheckConstraint(
            "NOT processed OR next_attempt_at IS NULL", name=op.f("ck_planning_center_webhook_events_next_attempt_at")
        ),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_planning_center_webhook_events_attempts")),
        sa.CheckConstraint(
            "processed = (processed_at IS NOT NULL)", name=op.f("ck_planning_center_webhook_events_processed_at")
        ),
        sa.CheckConstraint("processed OR NOT ignored", name=op.f("ck_planning_center_webhook_events_ignored")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_planning_center_webhook_events")),
        schema="tracker",
    )
    op.create_index(
        "ix_planning_center_webhook_events_created_at",
        "planning_center_webhook_events",
        ["created_at"],
        schema="tracker",
    )
    op.create_index(
        "ix_planning_center_webhook_events_due",
        "planning_center_webhook_events",
        ["next_attempt_at"],
        schema="tracker",
        postgresql_where=sa.text("NOT processed"),
    )
    op.create_index(
        "ix_planning_center_webhook_events_planning_center_id",
        "planning_center_webhook_events",
        ["planning_center_id"],
        schema="tracker",
    )
    op.create_index(
        "uq_planning_center_webhook_events_delivery_id",
        "planning_center_webhook_events",
        ["delivery_id"],
        unique=True,
        schema="tracker",
    )
    op.create_table(
        "planning_center_events_cache",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("planning_center_event_id", sa.Text(), nullable=False),
        sa.Column("event_name", sa.Text(), nullable=False),
        sa.Column("event_description", sa.Text(), nullable=True),
        sa.Column("start_date", sa.Date(), nullable=True),
        sa.Column("end_date", sa.Date(), nullable=True),
        sa.Column("max_capacity", sa.Integer(), nullable=True),
        sa.Column("current_registrations_count", sa.Integer(), nullable=True),
        sa.Column("registration_deadline", sa.DateTime(timezone=True), nullable=True),
        sa.Column("event_status", sa.Text(), nullable=True),
        sa.Column("last_synced_at", sa.DateTime(timezone=True), nullable=True),
        *_times(),
        sa.CheckConstraint(
            "max_capacity >= 0 AND current_registrations_count >= 0",
            name=op.f("ck_planning_center_events_cache_counts"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_planning_center_events_cache")),
        schema="tracker",
    )
    op.create_index(
        "uq_planning_center_events_cache_event",
        "planning_center_events_cache",
        ["planning_center_event_id"],
        unique=True,
        schema="tracker",
    )
    op.create_table(
        "planning_center_registrations_cache",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("planning_center_registration_id", sa.Text(), nullable=False),
        sa.Column("planning_center_event_id", sa.Text(), nullable=True),
        sa.Column("planning_center_person_id", sa.Text(), nullable=True),
        sa.Column("registration_status", sa.Text(), nullable=True),
        sa.Column("registration_date", sa.Date(), nullable=True),
        sa.Column("registration_notes", sa.Text(), nullable=True),
        sa.Column("custom_field_responses", JSONB(), nullable=True),
        sa.Column("last_synced_at", sa.DateTime(timezone=True), nullable=True),
        *_times(),
        sa.CheckConstraint(
            "jsonb_typeof(custom_field_responses) = 'object'",
            name=op.f("ck_planning_center_registrations_cache_custom_fields_shape"),
        ),
        sa.CheckConstraint(
            "registration_status IN ('registered', 'cancelled', 'waitlisted')",
            name=op.f("ck_planning_center_registrations_cache_registration_status"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_planning_center_registrations_cache")),
        schema="tracker",
    )
    op.create_index(
        "ix_planning_center_registrations_cache_event",
        "planning_center_registrations_cache",
        ["planning_center_event_id", "registration_status"],
        schema="tracker",
    )
    op.create_index(
        "ix_planning_center_registrations_cache_person",
        "planning_center_registrations_cache",
        ["planning_center_person_id"],
        schema="tracker",
    )
    op.create_index(
        "uq_planning_center_registrations_cache_registration",
        "planning_center_registrations_cache",
        ["planning_center_registration_id"],
        unique=True,
        schema="tracker",
    )
    op.execute("SELECT core.watch_updates('tracker.planning_center_events_cache')")
    op.execute("SELECT core.watch_updates('tracker.planning_center_registrations_cache')")


def downgrade() -> None:
    op.drop_table("planning_center_registrations_cache", schema="tracker")
    op.drop_table("planning_center_events_cache", schema="tracker")
    op.drop_table("planning_center_webhook_events", schema="tracker")
    op.drop_table("planning_center_sync_log", schema="tracker")
