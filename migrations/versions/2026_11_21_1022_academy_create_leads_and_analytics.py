"""The contact form, and what people do in the product."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "0122_academy_analytics"
down_revision: str | None = "0121_academy_aftercare"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "contact_submissions",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("company", sa.Text(), nullable=True),
        sa.Column("team_size", sa.Text(), nullable=True),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), server_default=sa.text("'pending'"), nullable=False),
        sa.Column("brevo_contact_id", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint(
            "status IN ('pending', 'contacted', 'converted', 'spam')", name=op.f("ck_contact_submissions_status")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_submissions")),
        schema="academy",
    )
    op.create_index(
        "ix_contact_submissions_email", "contact_submissions", [sa.literal_column("lower(email)")], schema="academy"
    )
    op.create_index(
        "ix_contact_submissions_status_created_at", "contact_submissions", ["status", "created_at"], schema="academy"
    )
    op.create_table(
        "analytics_events",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("session_id", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("properties", JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("timestamp", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("jsonb_typeof(properties) = 'object'", name=op.f("ck_analytics_events_properties")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["academy.users.id"], name=op.f("fk_analytics_events_user_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", "timestamp", name=op.f("pk_analytics_events")),
        schema="academy",
        postgresql_partition_by="RANGE (timestamp)",
    )
    op.create_index("ix_analytics_events_event_timestamp", "analytics_events", ["event", "timestamp"], schema="academy")
    op.create_index("ix_analytics_events_session_id", "analytics_events", ["session_id"], schema="academy")
    op.create_index(
        "ix_analytics_events_user_id_timestamp", "analytics_events", ["user_id", "timestamp"], schema="academy"
    )
    op.execute("SELECT core.watch_updates('academy.contact_submissions')")
    op.execute("SELECT core.keep_months('academy.analytics_events', 3)")


def downgrade() -> None:
    for table in ("analytics_events", "contact_submissions"):
        op.drop_table(table, schema="academy")
