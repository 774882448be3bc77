"""Assessments, their questions, and the versions of these that attempts keep."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision: str = "0103_academy_assessments"
down_revision: str | None = "0102_academy_lessons"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


WATCHED = ("assessments", "assessment_questions")


def upgrade() -> None:
    op.create_table(
        "assessments",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=True),
        sa.Column("lesson_id", sa.Uuid(), nullable=True),
        sa.Column("time_limit", sa.Integer(), nullable=True),
        sa.Column("passing_score", sa.Numeric(precision=5, scale=2), nullable=False),
        sa.Column("allow_retake", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("max_attempts", sa.Integer(), nullable=True),
        sa.Column("show_correct_answers", sa.Text(), server_default=sa.text("'never'"), nullable=False),
        sa.Column("randomize_questions", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("randomize_answers", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("questions_per_attempt", sa.Integer(), nullable=True),
        sa.Column("partial_credit", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("counted_attempt", sa.Text(), server_default=sa.text("'first'"), nullable=False),
        sa.Column("is_required", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint("counted_attempt IN ('first', 'best', 'last')", name=op.f("ck_assessments_counted_attempt")),
        sa.CheckConstraint(
            "show_correct_answers IN ('never', 'after_submit', 'after_passing', 'after_all_attempts')",
            name=op.f("ck_assessments_show_correct_answers"),
        ),
        sa.CheckConstraint(
            "type <> 'knowledge_check' OR lesson_id IS NOT NULL", name=op.f("ck_assessments_of_a_lesson")
        ),
        sa.CheckConstraint(
            "type IN ('pre_course', 'post_course', 'knowledge_check', 'skill_assessment', 'certification',"
            " 'self_assessment')",
            name=op.f("ck_assessments_type"),
        ),
        sa.CheckConstraint(
            "type NOT IN ('pre_course', 'post_course') OR course_id IS NOT NULL",
            name=op.f("ck_assessments_of_a_course"),
        ),
        sa.CheckConstraint(
            "NOT is_required OR course_id IS NOT NULL", name=op.f("ck_assessments_required_by_a_course")
        ),
        sa.CheckConstraint("passing_score BETWEEN 0 AND 100", name=op.f("ck_assessments_passing_score")),
        sa.CheckConstraint(
            "time_limit > 0 AND max_attempts > 0 AND questions_per_attempt > 0", name=op.f("ck_assessments_limits")
        ),
        sa.ForeignKeyConstraint(
            ["course_id"], ["academy.courses.id"], name=op.f("fk_assessments_course_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["lesson_id"], ["academy.lessons.id"], name=op.f("fk_assessments_lesson_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessments")),
        schema="academy",
    )
    op.create_index(
        "ix_assessments_course_id_type_is_active",
        "assessments",
        ["course_id", "type", "is_active"],
        schema="academy",
    )
    op.create_index("ix_assessments_lesson_id_is_active", "assessments", ["lesson_id", "is_active"], schema="academy")
    op.create_index("ix_assessments_type_is_active", "assessments", ["type", "is_active"], schema="academy")
    op.create_table(
        "assessment_skills",
        sa.Column("assessment_id", sa.Uuid(), nullable=False),
        sa.Column("skill_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assessment_id"],
            ["academy.assessments.id"],
            name=op.f("fk_assessment_skills_assessment_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["skill_id"], ["academy.skills.id"], name=op.f("fk_assessment_skills_skill_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("assessment_id", "skill_id", name=op.f("pk_assessment_skills")),
        schema="academy",
    )
    op.create_index("ix_assessment_skills_skill_id", "assessment_skills", ["skill_id"], schema="academy")
    op.create_table(
        "assessment_questions",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("assessment_id", sa.Uuid(), nullable=False),
        sa.Column("source_question_id", sa.Uuid(), nullable=True),
        sa.Column("difficulty", sa.Text(), nullable=False),
        sa.Column("tags", ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("sort_order", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("question_type", sa.Text(), nullable=False),
        sa.Column("question_text", sa.Text(), nullable=False),
        sa.Column("question_image_id", sa.Uuid(), nullable=True),
        sa.Column("explanation", sa.Text(), nullable=True),
        sa.Column("answers", JSONB(), nullable=True),
        sa.Column("accepted_answers", ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("scale_min", sa.Integer(), nullable=True),
        sa.Column("scale_max", sa.Integer(), nullable=True),
        sa.Column("scale_labels", JSONB(), nullable=True),
        sa.Column("sample_answer", sa.Text(), nullable=True),
        sa.Column("ai_grading_enabled", sa.Boolean(), nullable=True),
        sa.Column("points", sa.Numeric(precision=8, scale=2), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint(
            "(answers IS NOT NULL) = (question_type IN ('multiple_choice', 'multiple_select', 'true_false'))",
            name=op.f("ck_assessment_questions_answers"),
        ),
        sa.CheckConstraint(
            "(scale_min IS NOT NULL) = (question_type = 'rating_scale')", name=op.f("ck_assessment_questions_scale")
        ),
        sa.CheckConstraint("difficulty IN ('easy', 'medium', 'hard')", name=op.f("ck_assessment_questions_difficulty")),
        sa.CheckConstraint(
            "question_type = 'short_answer' OR cardinality(accepted_answers) = 0",
            name=op.f("ck_assessment_questions_accepted_answers"),
        ),
        sa.CheckConstraint(
            "question_type IN ('multiple_choice', 'multiple_select', 'true_false', 'short_answer',"
            " 'rating_scale', 'open_ended')",
            name=op.f("ck_assessment_questions_question_type"),
        ),
        sa.CheckConstraint(
            "scale_labels IS NULL OR jsonb_typeof(scale_labels) = 'object'"
            " AND coalesce(jsonb_typeof(scale_labels -> 'min'), 'null') IN ('string')"
            " AND coalesce(jsonb_typeof(scale_labels -> 'max'), 'null') IN ('string')",
            name=op.f("ck_assessment_questions_scale_labels_shape"),
        ),
        sa.CheckConstraint(
            "scale_labels IS NULL OR question_type = 'rating_scale'", name=op.f("ck_assessment_questions_scale_labels")
        ),
        sa.CheckConstraint(
            "answers IS NULL OR jsonb_typeof(answers) = 'array'"
            " AND NOT answers @? 'strict $[*] ? (@.type() != \"object\")'"
            ' AND NOT jsonb_path_exists(answers, \'$[*] ? (@.type() != "object"'
            ' || !(@."id".type() == "string") || !(@."text".type() == "string")'
            ' || !(@."is_correct".type() == "boolean")'
            ' || (@."feedback".type() != "string" && @."feedback".type() != "null"))\')',
            name=op.f("ck_assessment_questions_answers_shape"),
        ),
        sa.CheckConstraint(
            "num_nonnulls(scale_min, scale_max) IN (0, 2)", name=op.f("ck_assessment_questions_scale_ends")
        ),
        sa.CheckConstraint("points >= 0", name=op.f("ck_assessment_questions_points")),
        sa.CheckConstraint("scale_min = 1 AND scale_max IN (5, 10)", name=op.f("ck_assessment_questions_scale_range")),
        sa.CheckConstraint("source_question_id <> id", name=op.f("ck_assessment_questions_source_question")),
        sa.ForeignKeyConstraint(
            ["assessment_id"],
            ["academy.assessments.id"],
            name=op.f("fk_assessment_questions_assessment_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["question_image_id"],
            ["core.files.id"],
            name=op.f("fk_assessment_questions_question_image_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["source_question_id"],
            ["academy.assessment_questions.id"],
            name=op.f("fk_assessment_questions_source_question_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment_questions")),
        schema="academy",
    )
    op.create_index(
        "ix_assessment_questions_assessment_id_difficulty",
        "assessment_questions",
        ["assessment_id", "difficulty"],
        schema="academy",
    )
    op.create_index(
        "ix_assessment_questions_assessment_id_sort_order",
        "assessment_questions",
        ["assessment_id", "sort_order"],
        schema="academy",
    )
    op.create_index(
        "ix_assessment_questions_question_image_id",
        "assessment_questions",
        ["question_image_id"],
        schema="academy",
    )
    op.create_index(
        "ix_assessment_questions_source_question_id",
        "assessment_questions",
        ["source_question_id"],
        schema="academy",
    )
    op.create_table(
        "assessment_question_skills",
        sa.Column("question_id", sa.Uuid(), nullable=False),
        sa.Column("skill_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["question_id"],
            ["academy.assessment_questions.id"],
            name=op.f("fk_assessment_question_skills_question_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["skill_id"], ["academy.skills.id"], name=op.f("fk_assessment_question_skills_skill_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("question_id", "skill_id", name=op.f("pk_assessment_question_skills")),
        schema="academy",
    )
    op.create_index(
        "ix_assessment_question_skills_skill_id",
        "assessment_question_skills",
        ["skill_id"],
        schema="academy",
    )
    op.create_table(
        "assessment_question_versions",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("question_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("question_type", sa.Text(), nullable=False),
        sa.Column("question_text", sa.Text(), nullable=False),
        sa.Column("question_image_id", sa.Uuid(), nullable=True),
        sa.Column("explanation", sa.Text(), nullable=True),
        sa.Column("answers", JSONB(), nullable=True),
        sa.Column("accepted_answers", ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("scale_min", sa.Integer(), nullable=True),
        sa.Column("scale_max", sa.Integer(), nullable=True),
        sa.Column("scale_labels", JSONB(), nullable=True),
        sa.Column("sample_answer", sa.Text(), nullable=True),
        sa.Column("ai_grading_enabled", sa.Boolean(), nullable=True),
        sa.Column("points", sa.Numeric(precision=8, scale=2), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "(answers IS NOT NULL) = (question_type IN ('multiple_choice', 'multiple_select', 'true_false'))",
            name=op.f("ck_assessment_question_versions_answers"),
        ),
        sa.CheckConstraint(
            "(scale_min IS NOT NULL) = (question_type = 'rating_scale')",
            name=op.f("ck_assessment_question_versions_scale"),
        ),
        sa.CheckConstraint(
            "question_type = 'short_answer' OR cardinality(accepted_answers) = 0",
            name=op.f("ck_assessment_question_versions_accepted_answers"),
        ),
        sa.CheckConstraint(
            "question_type IN ('multiple_choice', 'multiple_select', 'true_false', 'short_answer',"
            " 'rating_scale', 'open_ended')",
            name=op.f("ck_assessment_question_versions_question_type"),
        ),
        sa.CheckConstraint(
            "scale_labels IS NULL OR jsonb_typeof(scale_labels) = 'object'"
            " AND coalesce(jsonb_typeof(scale_labels -> 'min'), 'null') IN ('string')"
            " AND coalesce(jsonb_typeof(scale_labels -> 'max'), 'null') IN ('string')",
            name=op.f("ck_assessment_question_versions_scale_labels_shape"),
        ),
        sa.CheckConstraint(
            "scale_labels IS NULL OR question_type = 'rating_scale'",
            name=op.f("ck_assessment_question_versions_scale_labels"),
        ),
        sa.CheckConstraint(
            "answers IS NULL OR jsonb_typeof(answers) = 'array'"
            " AND NOT answers @? 'strict $[*] ? (@.type() != \"object\")'"
            ' AND NOT jsonb_path_exists(answers, \'$[*] ? (@.type() != "object"'
            ' || !(@."id".type() == "string") || !(@."text".type() == "string")'
            ' || !(@."is_correct".type() == "boolean")'
            ' || (@."feedback".type() != "string" && @."feedback".type() != "null"))\')',
            name=op.f("ck_assessment_question_versions_answers_shape"),
        ),
        sa.CheckConstraint(
            "num_nonnulls(scale_min, scale_max) IN (0, 2)", name=op.f("ck_assessment_question_versions_scale_ends")
        ),
        sa.CheckConstraint("points >= 0", name=op.f("ck_assessment_question_versions_points")),
        sa.CheckConstraint(
            "scale_min = 1 AND scale_max IN (5, 10)", name=op.f("ck_assessment_question_versions_scale_range")
        ),
        sa.CheckConstraint("version >= 1", name=op.f("ck_assessment_question_versions_version")),
        sa.ForeignKeyConstraint(
            ["question_id"],
            ["academy.assessment_questions.id"],
            name=op.f("fk_assessment_question_versions_question_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["question_image_id"],
            ["core.files.id"],
            name=op.f("fk_assessment_question_versions_question_image_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment_question_versions")),
        sa.UniqueConstraint("question_id", "version", name="uq_assessment_question_versions_question_id_version"),
        schema="academy",
    )
    op.create_index(
        "ix_assessment_question_versions_question_image_id",
        "assessment_question_versions",
        ["question_image_id"],
        schema="academy",
    )
    for table in WATCHED:
        op.execute(f"SELECT core.watch_updates('academy.{table}')")


def downgrade() -> None:
    op.drop_table("assessment_question_versions", schema="academy")
    op.drop_table("assessment_question_skills", schema="academy")
    op.drop_table("assessment_questions", schema="academy")
    op.drop_table("assessment_skills", schema="academy")
    op.drop_table("assessments", schema="academy")
