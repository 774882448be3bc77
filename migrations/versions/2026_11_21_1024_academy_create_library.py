"""The library: resources, the glossary, prompts."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSVECTOR

revision: str = "0124_academy_library"
down_revision: str | None = "0123_webhooks_deliveries"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


# The columns that are searched, the weightiest first.
SEARCHED = {
    "resources": "'title', 'description', 'content'",
    "glossary_terms": "'term', 'abbreviation', 'definition', 'extended_definition'",
    "prompts": "'title', 'description', 'prompt_template'",
}


def upgrade() -> None:
    op.create_table(
        "resources",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("tags", ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("content", sa.Text(), nullable=True),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.Column("file_type", sa.Text(), nullable=True),
        sa.Column("external_url", sa.Text(), nullable=True),
        sa.Column("video_url", sa.Text(), nullable=True),
        sa.Column("access_level", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("download_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("view_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("is_featured", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("sort_order", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("search", TSVECTOR(), nullable=False),
        sa.Column(
            "rating",
            sa.Float(),
            sa.Computed("rating_sum::double precision / NULLIF(rating_count, 0)::double precision", persisted=True),
            nullable=True,
        ),
        sa.Column("rating_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("rating_sum", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint(
            "access_level IN ('public', 'registered', 'enrolled', 'course_specific', 'premium')",
            name=op.f("ck_resources_access_level"),
        ),
        sa.CheckConstraint(
            "type IN ('template', 'framework', 'prompt', 'glossary', 'case_study', 'checklist', 'tool_guide',"
            " 'video', 'article', 'external_link')",
            name=op.f("ck_resources_type"),
        ),
        sa.CheckConstraint("download_count >= 0 AND view_count >= 0", name=op.f("ck_resources_counts")),
        sa.CheckConstraint(
            "rating_count >= 0 AND rating_sum BETWEEN rating_count AND 5 * rating_count",
            name=op.f("ck_resources_rating"),
        ),
        sa.ForeignKeyConstraint(
            ["author_id"], ["academy.users.id"], name=op.f("fk_resources_author_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["file_id"], ["core.files.id"], name=op.f("fk_resources_file_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resources")),
        schema="academy",
    )
    op.create_index("ix_resources_author_id", "resources", ["author_id"], schema="academy")
    op.create_index(
        "ix_resources_category_is_active_sort_order",
        "resources",
        ["category", "is_active", "sort_order"],
        schema="academy",
    )
    op.create_index("ix_resources_file_id", "resources", ["file_id"], schema="academy")
    op.create_index(
        "ix_resources_is_featured_is_active_sort_order",
        "resources",
        ["is_featured", "is_active", "sort_order"],
        schema="academy",
    )
    op.create_index("ix_resources_search", "resources", ["search"], schema="academy", postgresql_using="gin")
    op.create_index(
        "ix_resources_type_is_active_sort_order", "resources", ["type", "is_active", "sort_order"], schema="academy"
    )
    op.create_index("uq_resources_slug", "resources", ["slug"], unique=True, schema="academy")
    op.create_table(
        "resource_courses",
        sa.Column("resource_id", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["course_id"], ["academy.courses.id"], name=op.f("fk_resource_courses_course_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["resource_id"], ["academy.resources.id"], name=op.f("fk_resource_courses_resource_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("resource_id", "course_id", name=op.f("pk_resource_courses")),
        schema="academy",
    )
    op.create_index("ix_resource_courses_course_id", "resource_courses", ["course_id"], schema="academy")
    op.create_table(
        "glossary_terms",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("term", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("abbreviation", sa.Text(), nullable=True),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.Column("extended_definition", sa.Text(), nullable=True),
        sa.Column("examples", ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("search", TSVECTOR(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_glossary_terms")),
        schema="academy",
    )
    op.create_index("ix_glossary_terms_abbreviation", "glossary_terms", ["abbreviation"], schema="academy")
    op.create_index(
        "ix_glossary_terms_category_is_active", "glossary_terms", ["category", "is_active"], schema="academy"
    )
    op.create_index("ix_glossary_terms_search", "glossary_terms", ["search"], schema="academy", postgresql_using="gin")
    op.create_index("uq_glossary_terms_slug", "glossary_terms", ["slug"], unique=True, schema="academy")
    op.create_table(
        "glossary_related_terms",
        sa.Column("term_id", sa.Uuid(), nullable=False),
        sa.Column("related_term_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("term_id <> related_term_id", name=op.f("ck_glossary_related_terms_not_itself")),
        sa.ForeignKeyConstraint(
            ["related_term_id"],
            ["academy.glossary_terms.id"],
            name=op.f("fk_glossary_related_terms_related_term_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["term_id"],
            ["academy.glossary_terms.id"],
            name=op.f("fk_glossary_related_terms_term_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("term_id", "related_term_id", name=op.f("pk_glossary_related_terms")),
        schema="academy",
    )
    op.create_index(
        "ix_glossary_related_terms_related_term_id", "glossary_related_terms", ["related_term_id"], schema="academy"
    )
    op.create_table(
        "prompts",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("subcategory", sa.Text(), nullable=False),
        sa.Column("prompt_template", sa.Text(), nullable=False),
        sa.Column("variables", JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
        sa.Column("example_output", sa.Text(), nullable=True),
        sa.Column("recommended_models", ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("model_settings", JSONB(), nullable=True),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("tags", ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("use_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("is_featured", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("access_level", sa.Text(), nullable=False),
        sa.Column("search", TSVECTOR(), nullable=False),
        sa.Column(
            "rating",
            sa.Float(),
            sa.Computed("rating_sum::double precision / NULLIF(rating_count, 0)::double precision", persisted=True),
            nullable=True,
        ),
        sa.Column("rating_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("rating_sum", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint(
            "access_level IN ('public', 'registered', 'enrolled', 'premium')", name=op.f("ck_prompts_access_level")
        ),
        sa.CheckConstraint(
            "category IN ('writing', 'analysis', 'coding', 'research', 'business', 'creative', 'system')",
            name=op.f("ck_prompts_category"),
        ),
        sa.CheckConstraint(
            "model_settings IS NULL OR jsonb_typeof(model_settings) = 'object'"
            " AND coalesce(jsonb_typeof(model_settings -> 'temperature'), 'null') IN ('number', 'null')"
            " AND coalesce(jsonb_typeof(model_settings -> 'max_tokens'), 'null') IN ('number', 'null')",
            name=op.f("ck_prompts_model_settings_shape"),
        ),
        sa.CheckConstraint(
            'NOT jsonb_path_exists(variables, \'$[*].type ? (!(@ == "text" || @ == "textarea" || @ == "select"))\')',
            name=op.f("ck_prompts_variable_types"),
        ),
        sa.CheckConstraint(
            "rating_count >= 0 AND rating_sum BETWEEN rating_count AND 5 * rating_count", name=op.f("ck_prompts_rating")
        ),
        sa.CheckConstraint("use_count >= 0", name=op.f("ck_prompts_use_count")),
        sa.CheckConstraint(
            "variables IS NULL OR jsonb_typeof(variables) = 'array'"
            " AND NOT variables @? 'strict $[*] ? (@.type() != \"object\")'"
            ' AND NOT jsonb_path_exists(variables, \'$[*] ? (@.type() != "object"'
            ' || !(@."name".type() == "string") || !(@."description".type() == "string")'
            ' || !(@."type".type() == "string") || !(@."required".type() == "boolean")'
            ' || (@."default_value".type() != "string" && @."default_value".type() != "null")'
            """ || (@."options".type() != "array" && @."options".type() != "null"))')""",
            name=op.f("ck_prompts_variables_shape"),
        ),
        sa.ForeignKeyConstraint(
            ["author_id"], ["academy.users.id"], name=op.f("fk_prompts_author_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prompts")),
        schema="academy",
    )
    op.create_index("ix_prompts_author_id", "prompts", ["author_id"], schema="academy")
    op.create_index("ix_prompts_category_is_active", "prompts", ["category", "is_active"], schema="academy")
    op.create_index("ix_prompts_is_featured_is_active", "prompts", ["is_featured", "is_active"], schema="academy")
    op.create_index("ix_prompts_search", "prompts", ["search"], schema="academy", postgresql_using="gin")
    op.create_index("ix_prompts_subcategory_is_active", "prompts", ["subcategory", "is_active"], schema="academy")
    op.create_index("uq_prompts_slug", "prompts", ["slug"], unique=True, schema="academy")
    for table, texts in SEARCHED.items():
        op.execute(f"SELECT core.watch_updates('academy.{table}')")
        op.execute(f"SELECT core.watch_search('academy.{table}', {texts})")


def downgrade() -> None:
    for table in ("prompts", "glossary_related_terms", "glossary_terms", "resource_courses", "resources"):
        op.drop_table(table, schema="academy")
