"""Events of organizations, who was there, and for which programs they count."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0247_crm_events"
down_revision: str | None = "0246_crm_programs"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "events",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("location", sa.Text(), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_events_times")),
        sa.ForeignKeyConstraint(
            ["created_by"], ["core.accounts.id"], name=op.f("fk_events_created_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["core.organizations.id"], name=op.f("fk_events_organization_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
        sa.UniqueConstraint("id", "organization_id", name=op.f("uq_events_id_organization_id")),
        schema="crm",
    )
    op.create_index("ix_events_created_by", "events", ["created_by"], schema="crm")
    op.create_index("ix_events_organization_id_starts_at", "events", ["organization_id", "starts_at"], schema="crm")
    op.create_table(
        "event_attendance",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("status IN ('attended', 'partial', 'absent')", name=op.f("ck_event_attendance_status")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["crm.events.id"], name=op.f("fk_event_attendance_event_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by"], ["core.accounts.id"], name=op.f("fk_event_attendance_recorded_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["core.accounts.id"], name=op.f("fk_event_attendance_user_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_attendance")),
        sa.UniqueConstraint("event_id", "user_id", name=op.f("uq_event_attendance_event_id_user_id")),
        schema="crm",
    )
    op.create_index("ix_event_attendance_recorded_by", "event_attendance", ["recorded_by"], schema="crm")
    op.create_index("ix_event_attendance_user_id", "event_attendance", ["user_id"], schema="crm")
    op.create_table(
        "program_events",
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id", "organization_id"],
            ["crm.events.id", "crm.events.organization_id"],
            name=op.f("fk_program_events_event_id_organization_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["program_id", "organization_id"],
            ["crm.programs.id", "crm.programs.organization_id"],
            name=op.f("fk_program_events_program_id_organization_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("program_id", "event_id", name=op.f("pk_program_events")),
        schema="crm",
    )
    op.create_index(
        "ix_program_events_event_id_organization_id", "program_events", ["event_id", "organization_id"], schema="crm"
    )

    op.execute("SELECT core.watch_updates('crm.events')")
    op.execute("SELECT core.watch_updates('crm.event_attendance')")


def downgrade() -> None:
    op.drop_table("program_events", schema="crm")
    op.drop_table("event_attendance", schema="crm")
    op.drop_table("events", schema="crm")
