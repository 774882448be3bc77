"""Levels that wait for a person, what they said of them, and what became of evidence."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0315_academy_sign_offs"
down_revision: str | None = "0320_academy_group_versions"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

_LEVELS = "('foundational', 'practitioner', 'advanced', 'expert')"

# Both tell what was done: the service adds to them, and that is all. An operator's runtime role may have another name,
# and then is given its rights by hand.
ADD_ONLY = """
DO $body$
BEGIN
    REVOKE ALL ON academy.evidence_changes, academy.skill_sign_offs FROM public;
    IF to_regrole('lyceum_app') IS NOT NULL THEN
        REVOKE ALL ON academy.evidence_changes, academy.skill_sign_offs FROM lyceum_app;
        GRANT SELECT, INSERT ON academy.evidence_changes, academy.skill_sign_offs TO lyceum_app;
    END IF;
END
$body$
"""


def upgrade() -> None:
    op.add_column(
        "competency_evidence",
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        schema="academy",
    )
    op.add_column(
        "competency_evidence", sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True), schema="academy"
    )
    _await_levels()
    _create_changes()
    _create_sign_offs()
    op.execute(ADD_ONLY)


def _await_levels() -> None:
    table = "user_skill_progress"
    op.add_column(table, sa.Column("awaited_level", sa.Text(), nullable=True), schema="academy")
    op.add_column(table, sa.Column("awaited_since", sa.DateTime(timezone=True), nullable=True), schema="academy")
    op.add_column(table, sa.Column("declined_level", sa.Text(), nullable=True), schema="academy")
    for name, rule in {
        "awaited_level": f"awaited_level IN {_LEVELS}",
        "declined_level": f"declined_level IN {_LEVELS}",
        "awaited": "num_nonnulls(awaited_level, awaited_since) IN (0, 2)",
    }.items():
        op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, rule, schema="academy")
    op.create_index(
        "ix_user_skill_progress_awaited_since",
        table,
        ["awaited_since"],
        schema="academy",
        postgresql_where=sa.text("awaited_level IS NOT NULL"),
    )


def _create_changes() -> None:
    op.create_table(
        "evidence_changes",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("evidence_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("score_before", sa.Numeric(precision=5, scale=2), nullable=False),
        sa.Column("score_after", sa.Numeric(precision=5, scale=2), nullable=False),
        sa.Column("passed_before", sa.Boolean(), nullable=False),
        sa.Column("passed_after", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("changed_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("kind IN ('corrected', 'withdrawn', 'regraded')", name=op.f("ck_evidence_changes_kind")),
        sa.CheckConstraint(
            "score_before BETWEEN 0 AND 100 AND score_after BETWEEN 0 AND 100", name=op.f("ck_evidence_changes_scores")
        ),
        sa.CheckConstraint("kind = 'regraded' OR reason IS NOT NULL", name=op.f("ck_evidence_changes_reason")),
        sa.ForeignKeyConstraint(
            ["evidence_id"],
            ["academy.competency_evidence.id"],
            name=op.f("fk_evidence_changes_evidence_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["changed_by"], ["academy.users.id"], name=op.f("fk_evidence_changes_changed_by"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_changes")),
        schema="academy",
    )
    op.create_index(
        "ix_evidence_changes_evidence_id", "evidence_changes", ["evidence_id", "created_at"], schema="academy"
    )
    op.create_index("ix_evidence_changes_changed_by", "evidence_changes", ["changed_by"], schema="academy")


def _create_sign_offs() -> None:
    table = "skill_sign_offs"
    references = {
        "user_id": "users",
        "skill_id": "skills",
        "decided_by": "users",
        "badge_id": "skill_badges",
    }
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("skill_id", sa.Uuid(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=False),
        sa.Column("badge_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(f"level IN {_LEVELS}", name=op.f("ck_skill_sign_offs_level")),
        sa.CheckConstraint("decision IN ('approved', 'declined')", name=op.f("ck_skill_sign_offs_decision")),
        sa.CheckConstraint("decided_by <> user_id", name=op.f("ck_skill_sign_offs_decided_by_another")),
        sa.CheckConstraint("decision = 'approved' OR note IS NOT NULL", name=op.f("ck_skill_sign_offs_note")),
        sa.CheckConstraint("decision = 'approved' OR badge_id IS NULL", name=op.f("ck_skill_sign_offs_badge")),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"academy.{to}.id"], name=op.f(f"fk_{table}_{column}"), ondelete="RESTRICT"
            )
            for column, to in references.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_skill_sign_offs")),
        schema="academy",
    )
    op.create_index(
        "uq_skill_sign_offs_approved",
        table,
        ["user_id", "skill_id", "level"],
        unique=True,
        schema="academy",
        postgresql_where=sa.text("decision = 'approved'"),
    )
    for name, columns in {
        "user_id": ["user_id", "created_at"],
        "skill_id": ["skill_id"],
        "decided_by": ["decided_by", "created_at"],
        "badge_id": ["badge_id"],
    }.items():
        op.create_index(f"ix_{table}_{name}", table, columns, schema="academy")


def downgrade() -> None:
    op.drop_table("skill_sign_offs", schema="academy")
    op.drop_table("evidence_changes", schema="academy")
    for column in ("declined_level", "awaited_since", "awaited_level"):
        op.drop_column("user_skill_progress", column, schema="academy")
    op.drop_column("competency_evidence", "withdrawn_at", schema="academy")
    op.drop_column("competency_evidence", "version", schema="academy")
