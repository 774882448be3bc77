"""Skills, what shows that somebody has them, and where they are taught."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision: str = "0101_academy_skills"
down_revision: str | None = "0013_core_search"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


WATCHED = ("skills", "competencies", "course_skills")


def upgrade() -> None:
    op.create_table(
        "skills",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("max_level", sa.Text(), server_default=sa.text("'expert'"), nullable=False),
        sa.Column("parent_skill_id", sa.Uuid(), nullable=True),
        sa.Column("icon_url", sa.Text(), nullable=True),
        sa.Column("badge_valid_days", sa.Integer(), nullable=True),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("sort_order", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint(
            "array_position(ARRAY['foundational', 'practitioner', 'advanced', 'expert'], level)"
            " <= array_position(ARRAY['foundational', 'practitioner', 'advanced', 'expert'], max_level)",
            name=op.f("ck_skills_levels"),
        ),
        sa.CheckConstraint(
            "category IN ('technical', 'strategic', 'leadership', 'domain')", name=op.f("ck_skills_category")
        ),
        sa.CheckConstraint(
            "level IN ('foundational', 'practitioner', 'advanced', 'expert')", name=op.f("ck_skills_level")
        ),
        sa.CheckConstraint(
            "max_level IN ('foundational', 'practitioner', 'advanced', 'expert')", name=op.f("ck_skills_max_level")
        ),
        sa.CheckConstraint("badge_valid_days > 0", name=op.f("ck_skills_badge_valid_days")),
        sa.CheckConstraint("parent_skill_id <> id", name=op.f("ck_skills_parent")),
        sa.ForeignKeyConstraint(
            ["parent_skill_id"], ["academy.skills.id"], name=op.f("fk_skills_parent_skill_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_skills")),
        schema="academy",
    )
    op.create_index("ix_skills_category", "skills", ["category"], schema="academy")
    op.create_index("ix_skills_level", "skills", ["level"], schema="academy")
    op.create_index("ix_skills_parent_skill_id", "skills", ["parent_skill_id"], schema="academy")
    op.create_index("uq_skills_slug", "skills", ["slug"], unique=True, schema="academy")
    op.create_table(
        "skill_prerequisites",
        sa.Column("skill_id", sa.Uuid(), nullable=False),
        sa.Column("prerequisite_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("prerequisite_id <> skill_id", name=op.f("ck_skill_prerequisites_another")),
        sa.ForeignKeyConstraint(
            ["prerequisite_id"],
            ["academy.skills.id"],
            name=op.f("fk_skill_prerequisites_prerequisite_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["skill_id"], ["academy.skills.id"], name=op.f("fk_skill_prerequisites_skill_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("skill_id", "prerequisite_id", name=op.f("pk_skill_prerequisites")),
        schema="academy",
    )
    op.create_index(
        "ix_skill_prerequisites_prerequisite_id",
        "skill_prerequisites",
        ["prerequisite_id"],
        schema="academy",
    )
    op.create_table(
        "competencies",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("skill_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("assessment_criteria", sa.Text(), nullable=False),
        sa.Column("evidence_types", ARRAY(sa.Text()), nullable=False),
        sa.Column("passing_threshold", sa.Numeric(precision=5, scale=2), nullable=False),
        sa.Column("level", sa.Text(), nullable=True),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint(
            "evidence_types <@ ARRAY['quiz', 'project', 'peer_review', 'instructor_assessment',"
            " 'self_assessment']::text[]",
            name=op.f("ck_competencies_evidence_types"),
        ),
        sa.CheckConstraint(
            "level IN ('foundational', 'practitioner', 'advanced', 'expert')", name=op.f("ck_competencies_level")
        ),
        sa.CheckConstraint("cardinality(evidence_types) > 0", name=op.f("ck_competencies_can_be_shown")),
        sa.CheckConstraint("passing_threshold BETWEEN 0 AND 100", name=op.f("ck_competencies_passing_threshold")),
        sa.ForeignKeyConstraint(
            ["skill_id"], ["academy.skills.id"], name=op.f("fk_competencies_skill_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_competencies")),
        schema="academy",
    )
    op.create_index("ix_competencies_skill_id", "competencies", ["skill_id"], schema="academy")
    op.create_table(
        "course_skills",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("skill_id", sa.Uuid(), nullable=False),
        sa.Column("skill_level", sa.Text(), nullable=False),
        sa.Column("weight", sa.Numeric(precision=5, scale=2), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint(
            "skill_level IN ('introduces', 'develops', 'masters')", name=op.f("ck_course_skills_skill_level")
        ),
        sa.CheckConstraint("weight BETWEEN 0 AND 100", name=op.f("ck_course_skills_weight")),
        sa.ForeignKeyConstraint(
            ["course_id"], ["academy.courses.id"], name=op.f("fk_course_skills_course_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["skill_id"], ["academy.skills.id"], name=op.f("fk_course_skills_skill_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_skills")),
        schema="academy",
    )
    op.create_index("ix_course_skills_skill_id", "course_skills", ["skill_id"], schema="academy")
    op.create_index(
        "uq_course_skills_course_id_skill_id", "course_skills", ["course_id", "skill_id"], unique=True, schema="academy"
    )
    for table in WATCHED:
        op.execute(f"SELECT core.watch_updates('academy.{table}')")


def downgrade() -> None:
    op.drop_table("course_skills", schema="academy")
    op.drop_table("competencies", schema="academy")
    op.drop_table("skill_prerequisites", schema="academy")
    op.drop_table("skills", schema="academy")
