"""Gradings by models and people, what they cost, rubrics to grade by, and reminders of assessments."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "0295_academy_gradings"
down_revision: str | None = "0286_studio_comment_versions"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

WITH_CONTENT = ("assessment_questions", "assessment_question_versions")
_SHAPE = (
    "rubric IS NULL OR jsonb_typeof(rubric) = 'array' AND NOT rubric @? 'strict $[*] ? (@.type() != \"object\")'"
    ' AND NOT jsonb_path_exists(rubric, \'$[*] ? (@.type() != "object" || !(@."id".type() == "string")'
    ' || !(@."text".type() == "string") || !(@."points".type() == "number"))\')'
)
_FREE = "rubric IS NULL OR question_type IN ('short_answer', 'open_ended')"


def upgrade() -> None:
    for table in WITH_CONTENT:
        op.add_column(table, sa.Column("rubric", JSONB(), nullable=True), schema="academy")
        op.create_check_constraint(op.f(f"ck_{table}_rubric_shape"), table, _SHAPE, schema="academy")
        op.create_check_constraint(op.f(f"ck_{table}_rubric"), table, _FREE, schema="academy")
    op.add_column(
        "assessment_questions",
        sa.Column("auto_grade_from", sa.Double(), server_default=sa.text("0.9"), nullable=False),
        schema="academy",
    )
    op.create_check_constraint(
        op.f("ck_assessment_questions_auto_grade_from"),
        "assessment_questions",
        "auto_grade_from BETWEEN 0.9 AND 1",
        schema="academy",
    )
    op.add_column(
        "question_responses",
        sa.Column("revision", sa.Integer(), server_default=sa.text("0"), nullable=False),
        schema="academy",
    )
    op.create_check_constraint(
        op.f("ck_question_responses_revision"), "question_responses", "revision >= 0", schema="academy"
    )
    _create_grades()
    op.create_table(
        "grading_budgets",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("tokens", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("tokens >= 0", name=op.f("ck_grading_budgets_tokens")),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_grading_budgets")),
        schema="academy",
    )
    op.create_table(
        "assessment_reminders",
        sa.Column("enrollment_id", sa.Uuid(), nullable=False),
        sa.Column("assessment_id", sa.Uuid(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["assessment_id"],
            ["academy.assessments.id"],
            name=op.f("fk_assessment_reminders_assessment_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["enrollment_id"],
            ["academy.enrollments.id"],
            name=op.f("fk_assessment_reminders_enrollment_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("enrollment_id", "assessment_id", name=op.f("pk_assessment_reminders")),
        schema="academy",
    )
    op.create_index(
        "ix_assessment_reminders_assessment_id", "assessment_reminders", ["assessment_id"], schema="academy"
    )


def _create_grades() -> None:
    op.create_table(
        "response_grades",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("response_id", sa.Uuid(), nullable=False),
        sa.Column("grader", sa.Text(), nullable=False),
        sa.Column("review_state", sa.Text(), nullable=False),
        sa.Column("points", sa.Numeric(precision=8, scale=2), nullable=True),
        sa.Column("score", sa.Numeric(precision=5, scale=2), nullable=True),
        sa.Column("confidence", sa.Double(), nullable=True),
        sa.Column("explanation", sa.Text(), nullable=True),
        sa.Column("feedback", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.Column("model", sa.Text(), nullable=True),
        sa.Column("prompt_version", sa.Integer(), nullable=True),
        sa.Column("prompt_tokens", sa.Integer(), nullable=True),
        sa.Column("completion_tokens", sa.Integer(), nullable=True),
        sa.Column("latency_ms", sa.Integer(), nullable=True),
        sa.Column("raw_answer", sa.Text(), nullable=True),
        sa.Column("graded_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("grader IN ('model', 'person')", name=op.f("ck_response_grades_grader")),
        sa.CheckConstraint(
            "review_state IN ('none', 'flagged', 'required', 'done')", name=op.f("ck_response_grades_review_state")
        ),
        sa.CheckConstraint(
            "(grader = 'model') = (prompt_version IS NOT NULL)", name=op.f("ck_response_grades_prompt_version")
        ),
        sa.CheckConstraint("(points IS NULL) = (failure IS NOT NULL)", name=op.f("ck_response_grades_failure")),
        sa.CheckConstraint("grader = 'model' OR failure IS NULL", name=op.f("ck_response_grades_people_do_not_fail")),
        sa.CheckConstraint("points >= 0", name=op.f("ck_response_grades_points")),
        sa.CheckConstraint("score BETWEEN 0 AND 100", name=op.f("ck_response_grades_score")),
        sa.CheckConstraint("confidence BETWEEN 0 AND 1", name=op.f("ck_response_grades_confidence")),
        sa.CheckConstraint(
            "prompt_tokens >= 0 AND completion_tokens >= 0 AND latency_ms >= 0", name=op.f("ck_response_grades_cost")
        ),
        sa.ForeignKeyConstraint(
            ["graded_by"], ["academy.users.id"], name=op.f("fk_response_grades_graded_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["response_id"],
            ["academy.question_responses.id"],
            name=op.f("fk_response_grades_response_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_response_grades")),
        schema="academy",
    )
    op.create_index("ix_response_grades_graded_by", "response_grades", ["graded_by"], schema="academy")
    op.create_index(
        "ix_response_grades_response_id", "response_grades", ["response_id", "created_at"], schema="academy"
    )
    op.create_index(
        "uq_response_grades_model",
        "response_grades",
        ["response_id", "prompt_version"],
        unique=True,
        schema="academy",
        postgresql_where=sa.text("grader = 'model'"),
    )


def downgrade() -> None:
    op.drop_table("assessment_reminders", schema="academy")
    op.drop_table("grading_budgets", schema="academy")
    op.drop_table("response_grades", schema="academy")
    op.drop_column("question_responses", "revision", schema="academy")
    op.drop_column("assessment_questions", "auto_grade_from", schema="academy")
    for table in WITH_CONTENT:
        op.drop_column(table, "rubric", schema="academy")
