"""How far people are in skills, and what shows it."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0105_academy_evidence"
down_revision: str | None = "0104_academy_attempts"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


WATCHED = ("user_skill_progress", "competency_evidence")


def upgrade() -> None:
    op.create_table(
        "user_skill_progress",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("skill_id", sa.Uuid(), nullable=False),
        sa.Column("current_level", sa.Text(), server_default=sa.text("'none'"), nullable=False),
        sa.Column("progress_percent", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("evidence_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("last_assessed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verified_by_instructor", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("verified_by_id", sa.Uuid(), nullable=True),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "current_level IN ('none', 'foundational', 'practitioner', 'advanced', 'expert')",
            name=op.f("ck_user_skill_progress_current_level"),
        ),
        sa.CheckConstraint("evidence_count >= 0", name=op.f("ck_user_skill_progress_evidence_count")),
        sa.CheckConstraint("progress_percent BETWEEN 0 AND 100", name=op.f("ck_user_skill_progress_progress_percent")),
        sa.CheckConstraint(
            "verified_by_instructor OR num_nonnulls(verified_by_id, verified_at) = 0",
            name=op.f("ck_user_skill_progress_verified"),
        ),
        sa.ForeignKeyConstraint(
            ["skill_id"], ["academy.skills.id"], name=op.f("fk_user_skill_progress_skill_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["academy.users.id"], name=op.f("fk_user_skill_progress_user_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["verified_by_id"],
            ["academy.users.id"],
            name=op.f("fk_user_skill_progress_verified_by_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_skill_progress")),
        schema="academy",
    )
    op.create_index(
        "ix_user_skill_progress_skill_id",
        "user_skill_progress",
        ["skill_id", "current_level"],
        schema="academy",
    )
    op.create_index(
        "ix_user_skill_progress_verified_by_id",
        "user_skill_progress",
        ["verified_by_id"],
        schema="academy",
    )
    op.create_index(
        "uq_user_skill_progress_user_id_skill_id",
        "user_skill_progress",
        ["user_id", "skill_id"],
        unique=True,
        schema="academy",
    )
    op.create_table(
        "competency_evidence",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("competency_id", sa.Uuid(), nullable=False),
        sa.Column("enrollment_id", sa.Uuid(), nullable=True),
        sa.Column("attempt_id", sa.Uuid(), nullable=True),
        sa.Column("evidence_type", sa.Text(), nullable=False),
        sa.Column("score", sa.Numeric(precision=5, scale=2), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("evidence_url", sa.Text(), nullable=True),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.Column("assessed_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "attempt_id IS NULL OR evidence_type = 'quiz'", name=op.f("ck_competency_evidence_attempt_is_a_quiz")
        ),
        sa.CheckConstraint(
            "evidence_type <> 'self_assessment' OR assessed_by IS NULL OR assessed_by = user_id",
            name=op.f("ck_competency_evidence_assessed_by_themselves"),
        ),
        sa.CheckConstraint(
            "evidence_type IN ('quiz', 'project', 'peer_review', 'instructor_assessment', 'self_assessment')",
            name=op.f("ck_competency_evidence_evidence_type"),
        ),
        sa.CheckConstraint(
            "evidence_type NOT IN ('peer_review', 'instructor_assessment') OR assessed_by IS NOT NULL"
            " AND assessed_by <> user_id",
            name=op.f("ck_competency_evidence_assessed_by_another"),
        ),
        sa.CheckConstraint("score BETWEEN 0 AND 100", name=op.f("ck_competency_evidence_score")),
        sa.ForeignKeyConstraint(
            ["assessed_by"], ["academy.users.id"], name=op.f("fk_competency_evidence_assessed_by"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["attempt_id"],
            ["academy.assessment_attempts.id"],
            name=op.f("fk_competency_evidence_attempt_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["competency_id"],
            ["academy.competencies.id"],
            name=op.f("fk_competency_evidence_competency_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["enrollment_id"],
            ["academy.enrollments.id"],
            name=op.f("fk_competency_evidence_enrollment_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["academy.users.id"], name=op.f("fk_competency_evidence_user_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_competency_evidence")),
        schema="academy",
    )
    op.create_index("ix_competency_evidence_assessed_by", "competency_evidence", ["assessed_by"], schema="academy")
    op.create_index("ix_competency_evidence_competency_id", "competency_evidence", ["competency_id"], schema="academy")
    op.create_index("ix_competency_evidence_enrollment_id", "competency_evidence", ["enrollment_id"], schema="academy")
    op.create_index(
        "ix_competency_evidence_user_id_competency_id",
        "competency_evidence",
        ["user_id", "competency_id"],
        schema="academy",
    )
    op.create_index(
        "uq_competency_evidence_attempt_id_competency_id",
        "competency_evidence",
        ["attempt_id", "competency_id"],
        unique=True,
        schema="academy",
    )
    for table in WATCHED:
        op.execute(f"SELECT core.watch_updates('academy.{table}')")


def downgrade() -> None:
    op.drop_table("competency_evidence", schema="academy")
    op.drop_table("user_skill_progress", schema="academy")
