"""Certifications, the courses they ask for, and who has come how far."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0223_tracker_certifications"
down_revision: str | None = "0222_tracker_progress"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def _times() -> list[sa.Column[object]]:
    return [
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
    ]


def _actors() -> list[sa.Column[object]]:
    return [sa.Column("created_by", sa.Uuid(), nullable=True), sa.Column("updated_by", sa.Uuid(), nullable=True)]


def upgrade() -> None:
    op.create_table(
        "certification",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("validity_months", sa.Integer(), nullable=True),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        *_times(),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        *_actors(),
        sa.CheckConstraint("validity_months > 0", name=op.f("ck_certification_validity_months")),
        sa.ForeignKeyConstraint(
            ["created_by"], ["core.accounts.id"], name=op.f("fk_certification_created_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["updated_by"], ["core.accounts.id"], name=op.f("fk_certification_updated_by"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certification")),
        schema="tracker",
    )
    op.create_index("ix_certification_created_by", "certification", ["created_by"], schema="tracker")
    op.create_index("ix_certification_updated_by", "certification", ["updated_by"], schema="tracker")
    op.create_table(
        "certification_course",
        sa.Column("certification_id", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["certification_id"],
            ["tracker.certification.id"],
            name=op.f("fk_certification_course_certification_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["course_id"], ["tracker.course.id"], name=op.f("fk_certification_course_course_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("certification_id", "course_id", name=op.f("pk_certification_course")),
        schema="tracker",
    )
    op.create_index("ix_certification_course_course_id", "certification_course", ["course_id"], schema="tracker")
    op.create_table(
        "certification_progress",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("people_id", sa.Uuid(), nullable=False),
        sa.Column("certification_id", sa.Uuid(), nullable=False),
        sa.Column("started_date", sa.Date(), nullable=True),
        sa.Column("completed_date", sa.Date(), nullable=True),
        sa.Column("status", sa.Text(), server_default=sa.text("'in_progress'"), nullable=False),
        sa.Column("expires_date", sa.Date(), nullable=True),
        *_times(),
        *_actors(),
        sa.CheckConstraint(
            "status <> 'expired' OR expires_date IS NOT NULL", name=op.f("ck_certification_progress_expired")
        ),
        sa.CheckConstraint(
            "status = 'in_progress' OR completed_date IS NOT NULL",
            name=op.f("ck_certification_progress_completed_date"),
        ),
        sa.CheckConstraint(
            "status IN ('in_progress', 'completed', 'expired')", name=op.f("ck_certification_progress_status")
        ),
        sa.CheckConstraint("expires_date > completed_date", name=op.f("ck_certification_progress_expires_date")),
        sa.ForeignKeyConstraint(
            ["certification_id"],
            ["tracker.certification.id"],
            name=op.f("fk_certification_progress_certification_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["core.accounts.id"], name=op.f("fk_certification_progress_created_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["people_id"], ["tracker.people.id"], name=op.f("fk_certification_progress_people_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["updated_by"], ["core.accounts.id"], name=op.f("fk_certification_progress_updated_by"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certification_progress")),
        schema="tracker",
    )
    op.create_index(
        "ix_certification_progress_certification_id_status",
        "certification_progress",
        ["certification_id", "status"],
        schema="tracker",
    )
    op.create_index("ix_certification_progress_created_by", "certification_progress", ["created_by"], schema="tracker")
    op.create_index(
        "ix_certification_progress_expires_date",
        "certification_progress",
        ["expires_date"],
        schema="tracker",
        postgresql_where=sa.text("status = 'completed'"),
    )
    op.create_index("ix_certification_progress_updated_by", "certification_progress", ["updated_by"], schema="tracker")
    op.create_index(
        "uq_certification_progress_person",
        "certification_progress",
        ["people_id", "certification_id"],
        unique=True,
        schema="tracker",
    )
    op.execute("SELECT core.watch_updates('tracker.certification')")
    op.execute("SELECT core.watch_updates('tracker.certification_progress')")


def downgrade() -> None:
    op.drop_table("certification_progress", schema="tracker")
    op.drop_table("certification_course", schema="tracker")
    op.drop_table("certification", schema="tracker")
