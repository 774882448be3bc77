"""The calendar: events, their occurrences, answers to them."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "0207_community_events"
down_revision: str | None = "0206_community_enrollments"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "events",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("start_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("end_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("timezone", sa.Text(), server_default=sa.text("'UTC'"), nullable=False),
        sa.Column("location", sa.Text(), nullable=True),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("recurrence", JSONB(), nullable=True),
        sa.Column("series_ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rsvp_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("cover_storage_id", sa.Uuid(), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint(
            "recurrence ->> 'frequency' IN ('daily', 'weekly', 'monthly', 'yearly')"
            " AND NOT jsonb_path_exists(recurrence, '$.interval ? (@ < 1 || @ != @.floor())')"
            " AND NOT jsonb_path_exists(recurrence, '$.count ? (@ < 1 || @ != @.floor())')"
            " AND num_nonnulls(recurrence ->> 'until', recurrence ->> 'count') <= 1",
            name=op.f("ck_events_recurrence_rule"),
        ),
        sa.CheckConstraint(
            "recurrence IS NULL OR jsonb_typeof(recurrence) = 'object'"
            " AND coalesce(jsonb_typeof(recurrence -> 'frequency'), 'null') IN ('string')"
            " AND coalesce(jsonb_typeof(recurrence -> 'interval'), 'null') IN ('number')"
            " AND coalesce(jsonb_typeof(recurrence -> 'until'), 'null') IN ('number', 'null')"
            " AND coalesce(jsonb_typeof(recurrence -> 'count'), 'null') IN ('number', 'null')",
            name=op.f("ck_events_recurrence_shape"),
        ),
        sa.CheckConstraint("capacity >= 0", name=op.f("ck_events_capacity")),
        sa.CheckConstraint("end_time > start_time", name=op.f("ck_events_times")),
        sa.CheckConstraint("rsvp_count >= 0", name=op.f("ck_events_rsvp_count")),
        sa.CheckConstraint(
            "series_ends_at IS NULL OR recurrence IS NOT NULL AND series_ends_at >= end_time",
            name=op.f("ck_events_series_ends_at"),
        ),
        sa.ForeignKeyConstraint(
            ["cover_storage_id"], ["core.files.id"], name=op.f("fk_events_cover_storage_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
        schema="community",
    )
    op.create_index(
        "ix_events_cover_storage_id",
        "events",
        ["cover_storage_id"],
        schema="community",
        postgresql_where=sa.text("cover_storage_id IS NOT NULL"),
    )
    op.create_index(
        "ix_events_recurring",
        "events",
        ["start_time"],
        schema="community",
        postgresql_where=sa.text("recurrence IS NOT NULL AND deleted_at IS NULL"),
    )
    op.create_index("ix_events_start_time", "events", ["start_time", "id"], schema="community")
    op.create_table(
        "event_occurrences",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("occurrence_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("going_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.CheckConstraint("capacity >= 0", name=op.f("ck_event_occurrences_capacity")),
        sa.CheckConstraint(
            "going_count >= 0 AND (capacity IS NULL OR going_count <= capacity)",
            name=op.f("ck_event_occurrences_places"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["community.events.id"], name=op.f("fk_event_occurrences_event_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("event_id", "occurrence_start", name=op.f("pk_event_occurrences")),
        schema="community",
    )
    op.create_table(
        "rsvps",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("occurrence_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("status IN ('going', 'maybe', 'notGoing')", name=op.f("ck_rsvps_status")),
        sa.ForeignKeyConstraint(
            ["event_id", "occurrence_start"],
            ["community.event_occurrences.event_id", "community.event_occurrences.occurrence_start"],
            name=op.f("fk_rsvps_event_id_occurrence_start"),
            onupdate="CASCADE",
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["community.events.id"], name=op.f("fk_rsvps_event_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["community.users.id"], name=op.f("fk_rsvps_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rsvps")),
        sa.UniqueConstraint(
            "event_id", "occurrence_start", "user_id", name=op.f("uq_rsvps_event_id_occurrence_start_user_id")
        ),
        schema="community",
    )
    op.create_index("ix_rsvps_user_id_occurrence_start", "rsvps", ["user_id", "occurrence_start"], schema="community")
    op.execute("SELECT core.watch_updates('community.events')")
    op.execute("SELECT core.watch_updates('community.rsvps')")


def downgrade() -> None:
    op.drop_table("rsvps", schema="community")
    op.drop_table("event_occurrences", schema="community")
    op.drop_table("events", schema="community")
