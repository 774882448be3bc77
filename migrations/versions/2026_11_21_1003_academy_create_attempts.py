"""Attempts at assessments: the draw, the answers, and what a course changed."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision: str = "0104_academy_attempts"
down_revision: str | None = "0103_academy_assessments"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


WATCHED = ("assessment_attempts", "question_responses", "learning_gain_analytics")


def upgrade() -> None:
    op.create_table(
        "assessment_attempts",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("assessment_id", sa.Uuid(), nullable=False),
        sa.Column("enrollment_id", sa.Uuid(), nullable=True),
        sa.Column("attempt_number", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), server_default=sa.text("'in_progress'"), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("graded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("time_spent", sa.Integer(), nullable=True),
        sa.Column("score", sa.Numeric(precision=5, scale=2), nullable=True),
        sa.Column("points_earned", sa.Numeric(precision=10, scale=2), nullable=True),
        sa.Column("points_possible", sa.Numeric(precision=10, scale=2), nullable=True),
        sa.Column("passed", sa.Boolean(), nullable=True),
        sa.Column("overall_feedback", sa.Text(), nullable=True),
        sa.Column("is_final", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "passed IS NULL OR status IN ('graded', 'expired')", name=op.f("ck_assessment_attempts_passed_when_graded")
        ),
        sa.CheckConstraint(
            "status IN ('in_progress', 'submitted', 'graded', 'expired')", name=op.f("ck_assessment_attempts_status")
        ),
        sa.CheckConstraint(
            "status NOT IN ('submitted', 'graded') OR submitted_at IS NOT NULL",
            name=op.f("ck_assessment_attempts_submitted"),
        ),
        sa.CheckConstraint("attempt_number >= 1", name=op.f("ck_assessment_attempts_attempt_number")),
        sa.CheckConstraint("expires_at > started_at", name=op.f("ck_assessment_attempts_expires_at")),
        sa.CheckConstraint("points_earned BETWEEN 0 AND points_possible", name=op.f("ck_assessment_attempts_points")),
        sa.CheckConstraint("score BETWEEN 0 AND 100", name=op.f("ck_assessment_attempts_score")),
        sa.CheckConstraint("time_spent >= 0", name=op.f("ck_assessment_attempts_time_spent")),
        sa.ForeignKeyConstraint(
            ["assessment_id"],
            ["academy.assessments.id"],
            name=op.f("fk_assessment_attempts_assessment_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["enrollment_id"],
            ["academy.enrollments.id"],
            name=op.f("fk_assessment_attempts_enrollment_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["academy.users.id"], name=op.f("fk_assessment_attempts_user_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment_attempts")),
        sa.UniqueConstraint("user_id", "assessment_id", "attempt_number", name="uq_assessment_attempts_number"),
        schema="academy",
    )
    op.create_index("ix_assessment_attempts_assessment_id", "assessment_attempts", ["assessment_id"], schema="academy")
    op.create_index("ix_assessment_attempts_enrollment_id", "assessment_attempts", ["enrollment_id"], schema="academy")
    op.create_index(
        "ix_assessment_attempts_expires_at",
        "assessment_attempts",
        ["expires_at"],
        schema="academy",
        postgresql_where=sa.text("status = 'in_progress'"),
    )
    op.create_index("ix_assessment_attempts_status", "assessment_attempts", ["status"], schema="academy")
    op.create_index(
        "uq_assessment_attempts_in_progress",
        "assessment_attempts",
        ["user_id", "assessment_id"],
        unique=True,
        schema="academy",
        postgresql_where=sa.text("status = 'in_progress'"),
    )
    op.create_table(
        "attempt_questions",
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("question_id", sa.Uuid(), nullable=False),
        sa.Column("question_version", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("answer_order", ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.CheckConstraint("position >= 1", name=op.f("ck_attempt_questions_position")),
        sa.ForeignKeyConstraint(
            ["attempt_id"],
            ["academy.assessment_attempts.id"],
            name=op.f("fk_attempt_questions_attempt_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["question_id", "question_version"],
            ["academy.assessment_question_versions.question_id", "academy.assessment_question_versions.version"],
            name=op.f("fk_attempt_questions_question_id_question_version"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("attempt_id", "question_id", name=op.f("pk_attempt_questions")),
        sa.UniqueConstraint("attempt_id", "position", name="uq_attempt_questions_attempt_id_position"),
        schema="academy",
    )
    op.create_index(
        "ix_attempt_questions_question_id_question_version",
        "attempt_questions",
        ["question_id", "question_version"],
        schema="academy",
    )
    op.create_table(
        "question_responses",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("question_id", sa.Uuid(), nullable=False),
        sa.Column("selected_answer_ids", ARRAY(sa.Text()), nullable=True),
        sa.Column("text_response", sa.Text(), nullable=True),
        sa.Column("rating_value", sa.Integer(), nullable=True),
        sa.Column("is_correct", sa.Boolean(), nullable=True),
        sa.Column("points_earned", sa.Numeric(precision=8, scale=2), server_default=sa.text("0"), nullable=False),
        sa.Column("feedback", sa.Text(), nullable=True),
        sa.Column("ai_score", sa.Numeric(precision=5, scale=2), nullable=True),
        sa.Column("ai_confidence", sa.Double(), nullable=True),
        sa.Column("ai_explanation", sa.Text(), nullable=True),
        sa.Column("manual_override", sa.Boolean(), nullable=True),
        sa.Column("graded_by", sa.Uuid(), nullable=True),
        sa.Column("graded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("review_state", sa.Text(), server_default=sa.text("'none'"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "review_state IN ('none', 'flagged', 'required', 'done')", name=op.f("ck_question_responses_review_state")
        ),
        sa.CheckConstraint("ai_confidence BETWEEN 0 AND 1", name=op.f("ck_question_responses_ai_confidence")),
        sa.CheckConstraint("ai_score BETWEEN 0 AND 100", name=op.f("ck_question_responses_ai_score")),
        sa.CheckConstraint(
            "num_nonnulls(selected_answer_ids, text_response, rating_value) <= 1",
            name=op.f("ck_question_responses_one_response"),
        ),
        sa.CheckConstraint("points_earned >= 0", name=op.f("ck_question_responses_points_earned")),
        sa.ForeignKeyConstraint(
            ["attempt_id", "question_id"],
            ["academy.attempt_questions.attempt_id", "academy.attempt_questions.question_id"],
            name=op.f("fk_question_responses_attempt_id_question_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["attempt_id"],
            ["academy.assessment_attempts.id"],
            name=op.f("fk_question_responses_attempt_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["graded_by"], ["academy.users.id"], name=op.f("fk_question_responses_graded_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["question_id"],
            ["academy.assessment_questions.id"],
            name=op.f("fk_question_responses_question_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question_responses")),
        sa.UniqueConstraint("attempt_id", "question_id", name="uq_question_responses_attempt_id_question_id"),
        schema="academy",
    )
    op.create_index("ix_question_responses_graded_by", "question_responses", ["graded_by"], schema="academy")
    op.create_index("ix_question_responses_question_id", "question_responses", ["question_id"], schema="academy")
    op.create_index(
        "ix_question_responses_review",
        "question_responses",
        ["review_state", "created_at"],
        schema="academy",
        postgresql_where=sa.text("review_state IN ('flagged', 'required')"),
    )
    op.create_table(
        "learning_gain_analytics",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("enrollment_id", sa.Uuid(), nullable=False),
        sa.Column("pre_assessment_id", sa.Uuid(), nullable=False),
        sa.Column("pre_attempt_id", sa.Uuid(), nullable=False),
        sa.Column("pre_score", sa.Numeric(precision=5, scale=2), nullable=False),
        sa.Column("post_assessment_id", sa.Uuid(), nullable=False),
        sa.Column("post_attempt_id", sa.Uuid(), nullable=False),
        sa.Column("post_score", sa.Numeric(precision=5, scale=2), nullable=False),
        sa.Column("best_post_attempt_id", sa.Uuid(), nullable=True),
        sa.Column("best_post_score", sa.Numeric(precision=5, scale=2), nullable=True),
        sa.Column("score_improvement", sa.Numeric(precision=5, scale=2), nullable=False),
        sa.Column("percentage_gain", sa.Numeric(precision=12, scale=4), nullable=True),
        sa.Column("normalized_gain", sa.Numeric(precision=10, scale=6), nullable=True),
        sa.Column(
            "skill_gains",
            JSONB(),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
        sa.Column("calculated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "(normalized_gain IS NULL) = (pre_score = 100)", name=op.f("ck_learning_gain_analytics_normalized_gain")
        ),
        sa.CheckConstraint(
            "(percentage_gain IS NULL) = (pre_score = 0)", name=op.f("ck_learning_gain_analytics_percentage_gain")
        ),
        sa.CheckConstraint(
            "best_post_score BETWEEN post_score AND 100", name=op.f("ck_learning_gain_analytics_best_post_score")
        ),
        sa.CheckConstraint(
            "num_nonnulls(best_post_attempt_id, best_post_score) IN (0, 2)",
            name=op.f("ck_learning_gain_analytics_best_post"),
        ),
        sa.CheckConstraint("post_score BETWEEN 0 AND 100", name=op.f("ck_learning_gain_analytics_post_score")),
        sa.CheckConstraint("pre_score BETWEEN 0 AND 100", name=op.f("ck_learning_gain_analytics_pre_score")),
        sa.CheckConstraint(
            "score_improvement = post_score - pre_score", name=op.f("ck_learning_gain_analytics_score_improvement")
        ),
        sa.CheckConstraint(
            "skill_gains IS NULL OR jsonb_typeof(skill_gains) = 'array'"
            " AND NOT skill_gains @? 'strict $[*] ? (@.type() != \"object\")'"
            ' AND NOT jsonb_path_exists(skill_gains, \'$[*] ? (@.type() != "object"'
            ' || !(@."skill_id".type() == "string") || !(@."pre_score".type() == "number")'
            ' || !(@."post_score".type() == "number") || !(@."improvement".type() == "number"))\')',
            name=op.f("ck_learning_gain_analytics_skill_gains_shape"),
        ),
        sa.ForeignKeyConstraint(
            ["best_post_attempt_id"],
            ["academy.assessment_attempts.id"],
            name=op.f("fk_learning_gain_analytics_best_post_attempt_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["course_id"],
            ["academy.courses.id"],
            name=op.f("fk_learning_gain_analytics_course_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["enrollment_id"],
            ["academy.enrollments.id"],
            name=op.f("fk_learning_gain_analytics_enrollment_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["post_assessment_id"],
            ["academy.assessments.id"],
            name=op.f("fk_learning_gain_analytics_post_assessment_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["post_attempt_id"],
            ["academy.assessment_attempts.id"],
            name=op.f("fk_learning_gain_analytics_post_attempt_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["pre_assessment_id"],
            ["academy.assessments.id"],
            name=op.f("fk_learning_gain_analytics_pre_assessment_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["pre_attempt_id"],
            ["academy.assessment_attempts.id"],
            name=op.f("fk_learning_gain_analytics_pre_attempt_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["academy.users.id"], name=op.f("fk_learning_gain_analytics_user_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_learning_gain_analytics")),
        schema="academy",
    )
    op.create_index(
        "ix_learning_gain_analytics_best_post_attempt_id",
        "learning_gain_analytics",
        ["best_post_attempt_id"],
        schema="academy",
    )
    op.create_index("ix_learning_gain_analytics_course_id", "learning_gain_analytics", ["course_id"], schema="academy")
    op.create_index(
        "ix_learning_gain_analytics_post_assessment_id",
        "learning_gain_analytics",
        ["post_assessment_id"],
        schema="academy",
    )
    op.create_index(
        "ix_learning_gain_analytics_post_attempt_id",
        "learning_gain_analytics",
        ["post_attempt_id"],
        schema="academy",
    )
    op.create_index(
        "ix_learning_gain_analytics_pre_assessment_id",
        "learning_gain_analytics",
        ["pre_assessment_id"],
        schema="academy",
    )
    op.create_index(
        "ix_learning_gain_analytics_pre_attempt_id",
        "learning_gain_analytics",
        ["pre_attempt_id"],
        schema="academy",
    )
    op.create_index("ix_learning_gain_analytics_user_id", "learning_gain_analytics", ["user_id"], schema="academy")
    op.create_index(
        "uq_learning_gain_analytics_enrollment_id",
        "learning_gain_analytics",
        ["enrollment_id"],
        unique=True,
        schema="academy",
    )
    for table in WATCHED:
        op.execute(f"SELECT core.watch_updates('academy.{table}')")


def downgrade() -> None:
    op.drop_table("learning_gain_analytics", schema="academy")
    op.drop_table("question_responses", schema="academy")
    op.drop_table("attempt_questions", schema="academy")
    op.drop_table("assessment_attempts", schema="academy")
