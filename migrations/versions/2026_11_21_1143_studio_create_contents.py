"""What a session consists of: article, video, quiz, exercise."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "0243_studio_contents"
down_revision: str | None = "0242_studio_programs"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

# How long a script takes: 150 words a minute are 2.5 a second.
SECONDS = r"(regexp_count(script, '\S+') * 2 + 2) / 5"

# What is wrong with an element, in the words of SQL's path language.
ONLY_OBJECTS = 'strict $[*] ? (@.type() != "object")'
SOURCE = (
    '@.type() != "object" || !(@."title".type() == "string")'
    ' || (@."url".type() != "string" && @."url".type() != "null")'
    ' || (@."note".type() != "string" && @."note".type() != "null")'
)
QUESTION = (
    '@.type() != "object" || !(@."kind".type() == "string") || !(@."prompt".type() == "string")'
    ' || (@."options".type() != "array" && @."options".type() != "null")'
    ' || (@."explanation".type() != "string" && @."explanation".type() != "null")'
    ' || (@."points".type() != "number" && @."points".type() != "null")'
)
CRITERION = (
    '@.type() != "object" || !(@."criterion".type() == "string")'
    ' || (@."weight".type() != "number" && @."weight".type() != "null")'
)


def upgrade() -> None:
    op.create_table(
        "articles",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column(
            "word_count", sa.Integer(), sa.Computed("regexp_count(content, '\\S+')", persisted=True), nullable=True
        ),
        sa.Column("sources", JSONB(), nullable=True),
        sa.Column("status", sa.Text(), server_default=sa.text("'draft'"), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("approved_by", sa.Uuid(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint(
            "(approved_at IS NULL OR status = 'approved') AND (approved_by IS NULL OR approved_at IS NOT NULL)",
            name=op.f("ck_articles_approval"),
        ),
        sa.CheckConstraint("status = 'draft' OR word_count > 0", name=op.f("ck_articles_content")),
        sa.CheckConstraint("status IN ('draft', 'review', 'approved')", name=op.f("ck_articles_status")),
        sa.CheckConstraint(
            "sources IS NULL OR jsonb_typeof(sources) = 'array'"
            f" AND NOT sources @? '{ONLY_OBJECTS}' AND NOT jsonb_path_exists(sources, '$[*] ? ({SOURCE})')",
            name=op.f("ck_articles_sources_shape"),
        ),
        sa.ForeignKeyConstraint(
            ["approved_by"], ["core.accounts.id"], name=op.f("fk_articles_approved_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["core.accounts.id"], name=op.f("fk_articles_created_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["studio.sessions.id"], name=op.f("fk_articles_session_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_articles")),
        sa.UniqueConstraint("session_id", name=op.f("uq_articles_session_id")),
        schema="studio",
    )
    op.create_index(op.f("ix_articles_approved_by"), "articles", ["approved_by"], schema="studio")
    op.create_index(op.f("ix_articles_created_by"), "articles", ["created_by"], schema="studio")
    op.create_table(
        "videos",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("script", sa.Text(), nullable=False),
        sa.Column(
            "word_count", sa.Integer(), sa.Computed("regexp_count(script, '\\S+')", persisted=True), nullable=True
        ),
        sa.Column(
            "estimated_duration",
            sa.Text(),
            sa.Computed(f"{SECONDS} / 60 || ':' || lpad(({SECONDS} % 60)::text, 2, '0')", persisted=True),
            nullable=True,
        ),
        sa.Column("status", sa.Text(), server_default=sa.text("'draft'"), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("approved_by", sa.Uuid(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint(
            "(approved_at IS NULL OR status = 'approved') AND (approved_by IS NULL OR approved_at IS NOT NULL)",
            name=op.f("ck_videos_approval"),
        ),
        sa.CheckConstraint("status = 'draft' OR word_count > 0", name=op.f("ck_videos_script")),
        sa.CheckConstraint("status IN ('draft', 'review', 'approved')", name=op.f("ck_videos_status")),
        sa.ForeignKeyConstraint(
            ["approved_by"], ["core.accounts.id"], name=op.f("fk_videos_approved_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["core.accounts.id"], name=op.f("fk_videos_created_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["studio.sessions.id"], name=op.f("fk_videos_session_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_videos")),
        sa.UniqueConstraint("session_id", name=op.f("uq_videos_session_id")),
        schema="studio",
    )
    op.create_index(op.f("ix_videos_approved_by"), "videos", ["approved_by"], schema="studio")
    op.create_index(op.f("ix_videos_created_by"), "videos", ["created_by"], schema="studio")
    op.create_table(
        "quizzes",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("questions", JSONB(), nullable=False),
        sa.Column("metadata", JSONB(), nullable=True),
        sa.Column("status", sa.Text(), server_default=sa.text("'draft'"), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("approved_by", sa.Uuid(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint(
            "(approved_at IS NULL OR status = 'approved') AND (approved_by IS NULL OR approved_at IS NOT NULL)",
            name=op.f("ck_quizzes_approval"),
        ),
        sa.CheckConstraint(
            "metadata IS NULL OR jsonb_typeof(metadata) = 'object'"
            " AND coalesce(jsonb_typeof(metadata -> 'passing_percentage'), 'null') IN ('number', 'null')"
            " AND coalesce(jsonb_typeof(metadata -> 'time_limit_minutes'), 'null') IN ('number', 'null')"
            " AND coalesce(jsonb_typeof(metadata -> 'shuffles'), 'null') IN ('boolean', 'null')",
            name=op.f("ck_quizzes_metadata_shape"),
        ),
        sa.CheckConstraint("status = 'draft' OR questions <> '[]'", name=op.f("ck_quizzes_questions")),
        sa.CheckConstraint("status IN ('draft', 'review', 'approved')", name=op.f("ck_quizzes_status")),
        sa.CheckConstraint(
            "questions IS NULL OR jsonb_typeof(questions) = 'array'"
            f" AND NOT questions @? '{ONLY_OBJECTS}' AND NOT jsonb_path_exists(questions, '$[*] ? ({QUESTION})')",
            name=op.f("ck_quizzes_questions_shape"),
        ),
        sa.ForeignKeyConstraint(
            ["approved_by"], ["core.accounts.id"], name=op.f("fk_quizzes_approved_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["core.accounts.id"], name=op.f("fk_quizzes_created_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["studio.sessions.id"], name=op.f("fk_quizzes_session_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quizzes")),
        sa.UniqueConstraint("session_id", name=op.f("uq_quizzes_session_id")),
        schema="studio",
    )
    op.create_index(op.f("ix_quizzes_approved_by"), "quizzes", ["approved_by"], schema="studio")
    op.create_index(op.f("ix_quizzes_created_by"), "quizzes", ["created_by"], schema="studio")
    op.create_table(
        "exercises",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("exercise_type", sa.Text(), nullable=False),
        sa.Column("complexity", sa.Text(), server_default=sa.text("'basic'"), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("scenario", JSONB(), nullable=True),
        sa.Column("learning_anchor", JSONB(), nullable=True),
        sa.Column("ai_mentor", JSONB(), nullable=False),
        sa.Column("success_criteria", JSONB(), nullable=True),
        sa.Column("evaluation", JSONB(), nullable=True),
        sa.Column("estimated_minutes", sa.Integer(), server_default=sa.text("15"), nullable=False),
        sa.Column("status", sa.Text(), server_default=sa.text("'draft'"), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("approved_by", sa.Uuid(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint(
            "(approved_at IS NULL OR status = 'approved') AND (approved_by IS NULL OR approved_at IS NOT NULL)",
            name=op.f("ck_exercises_approval"),
        ),
        sa.CheckConstraint(
            "ai_mentor IS NULL OR jsonb_typeof(ai_mentor) = 'object'"
            " AND coalesce(jsonb_typeof(ai_mentor -> 'persona'), 'null') IN ('string')"
            " AND coalesce(jsonb_typeof(ai_mentor -> 'instructions'), 'null') IN ('string')"
            " AND coalesce(jsonb_typeof(ai_mentor -> 'opening'), 'null') IN ('string', 'null')"
            " AND coalesce(jsonb_typeof(ai_mentor -> 'hints'), 'null') IN ('array', 'null')",
            name=op.f("ck_exercises_ai_mentor_shape"),
        ),
        sa.CheckConstraint("complexity IN ('basic', 'intermediate', 'advanced')", name=op.f("ck_exercises_complexity")),
        sa.CheckConstraint(
            "evaluation IS NULL OR jsonb_typeof(evaluation) = 'object'"
            " AND coalesce(jsonb_typeof(evaluation -> 'instructions'), 'null') IN ('string')"
            " AND coalesce(jsonb_typeof(evaluation -> 'passing_percentage'), 'null') IN ('number', 'null')",
            name=op.f("ck_exercises_evaluation_shape"),
        ),
        sa.CheckConstraint(
            "exercise_type IN ('CASE_ANALYSIS', 'ROLEPLAY', 'REFLECTION')", name=op.f("ck_exercises_exercise_type")
        ),
        sa.CheckConstraint(
            "learning_anchor IS NULL OR jsonb_typeof(learning_anchor) = 'object'"
            " AND coalesce(jsonb_typeof(learning_anchor -> 'concept'), 'null') IN ('string')"
            " AND coalesce(jsonb_typeof(learning_anchor -> 'reminder'), 'null') IN ('string', 'null')",
            name=op.f("ck_exercises_learning_anchor_shape"),
        ),
        sa.CheckConstraint(
            "scenario IS NULL OR jsonb_typeof(scenario) = 'object'"
            " AND coalesce(jsonb_typeof(scenario -> 'situation'), 'null') IN ('string')"
            " AND coalesce(jsonb_typeof(scenario -> 'learner_role'), 'null') IN ('string', 'null')"
            " AND coalesce(jsonb_typeof(scenario -> 'characters'), 'null') IN ('array', 'null')",
            name=op.f("ck_exercises_scenario_shape"),
        ),
        sa.CheckConstraint("status IN ('draft', 'review', 'approved')", name=op.f("ck_exercises_status")),
        sa.CheckConstraint("estimated_minutes > 0", name=op.f("ck_exercises_estimated_minutes")),
        sa.CheckConstraint(
            "success_criteria IS NULL OR jsonb_typeof(success_criteria) = 'array'"
            f" AND NOT success_criteria @? '{ONLY_OBJECTS}'"
            f" AND NOT jsonb_path_exists(success_criteria, '$[*] ? ({CRITERION})')",
            name=op.f("ck_exercises_success_criteria_shape"),
        ),
        sa.ForeignKeyConstraint(
            ["approved_by"], ["core.accounts.id"], name=op.f("fk_exercises_approved_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["core.accounts.id"], name=op.f("fk_exercises_created_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["studio.sessions.id"], name=op.f("fk_exercises_session_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exercises")),
        sa.UniqueConstraint("session_id", name=op.f("uq_exercises_session_id")),
        schema="studio",
    )
    op.create_index(op.f("ix_exercises_approved_by"), "exercises", ["approved_by"], schema="studio")
    op.create_index(op.f("ix_exercises_created_by"), "exercises", ["created_by"], schema="studio")
    op.execute("SELECT core.watch_updates('studio.articles')")
    op.execute("SELECT core.watch_updates('studio.videos')")
    op.execute("SELECT core.watch_updates('studio.quizzes')")
    op.execute("SELECT core.watch_updates('studio.exercises')")
    # Closed to everybody until the policies come.
    for table in ("articles", "videos", "quizzes", "exercises"):
        op.execute(f"ALTER TABLE studio.{table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE studio.{table} FORCE ROW LEVEL SECURITY")


def downgrade() -> None:
    op.drop_table("exercises", schema="studio")
    op.drop_table("quizzes", schema="studio")
    op.drop_table("videos", schema="studio")
    op.drop_table("articles", schema="studio")
