"""Learning paths: their steps, their choices and their prices."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision: str = "0106_academy_paths"
down_revision: str | None = "0105_academy_evidence"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


WATCHED = ("learning_paths", "path_offers", "learning_path_step_groups", "learning_path_steps")


def upgrade() -> None:
    op.create_table(
        "learning_paths",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("short_description", sa.Text(), nullable=False),
        sa.Column("target_audience", sa.Text(), nullable=False),
        sa.Column("target_role", sa.Text(), nullable=True),
        sa.Column("estimated_duration", sa.Text(), nullable=False),
        sa.Column("total_courses", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("total_hours", sa.Numeric(precision=8, scale=2), server_default=sa.text("0"), nullable=False),
        sa.Column("outcomes", ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("pricing_model", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), server_default=sa.text("'usd'"), nullable=False),
        sa.Column("list_price", sa.Integer(), nullable=True),
        sa.Column("bundle_price", sa.Integer(), nullable=True),
        sa.Column(
            "bundle_discount",
            sa.Integer(),
            sa.Computed(
                "CASE WHEN bundle_price < list_price"
                " THEN round(100.0 * (list_price - bundle_price) / list_price)::integer END",
                persisted=True,
            ),
            nullable=True,
        ),
        sa.Column("thumbnail_id", sa.Uuid(), nullable=True),
        sa.Column("icon_url", sa.Text(), nullable=True),
        sa.Column("color", sa.Text(), nullable=True),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("is_featured", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("sort_order", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("enrollment_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("completion_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint(
            "(bundle_price IS NOT NULL) = (pricing_model = 'bundled')",
            name=op.f("ck_learning_paths_bundled_has_a_price"),
        ),
        sa.CheckConstraint(
            "pricing_model IN ('individual', 'bundled', 'subscription')", name=op.f("ck_learning_paths_pricing_model")
        ),
        sa.CheckConstraint(
            "target_audience IN ('individual', 'team', 'enterprise', 'all')",
            name=op.f("ck_learning_paths_target_audience"),
        ),
        sa.CheckConstraint("bundle_price >= 0 AND list_price >= 0", name=op.f("ck_learning_paths_prices")),
        sa.CheckConstraint("enrollment_count >= 0 AND completion_count >= 0", name=op.f("ck_learning_paths_counts")),
        sa.CheckConstraint("total_courses >= 0 AND total_hours >= 0", name=op.f("ck_learning_paths_totals")),
        sa.ForeignKeyConstraint(
            ["thumbnail_id"], ["core.files.id"], name=op.f("fk_learning_paths_thumbnail_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_learning_paths")),
        schema="academy",
    )
    op.create_index(
        "ix_learning_paths_is_featured_is_active",
        "learning_paths",
        ["is_featured", "is_active"],
        schema="academy",
    )
    op.create_index(
        "ix_learning_paths_target_audience_is_active",
        "learning_paths",
        ["target_audience", "is_active"],
        schema="academy",
    )
    op.create_index("ix_learning_paths_thumbnail_id", "learning_paths", ["thumbnail_id"], schema="academy")
    op.create_index("uq_learning_paths_slug", "learning_paths", ["slug"], unique=True, schema="academy")
    op.create_table(
        "learning_path_skills",
        sa.Column("path_id", sa.Uuid(), nullable=False),
        sa.Column("skill_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["path_id"], ["academy.learning_paths.id"], name=op.f("fk_learning_path_skills_path_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["skill_id"], ["academy.skills.id"], name=op.f("fk_learning_path_skills_skill_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("path_id", "skill_id", name=op.f("pk_learning_path_skills")),
        schema="academy",
    )
    op.create_index("ix_learning_path_skills_skill_id", "learning_path_skills", ["skill_id"], schema="academy")
    op.create_table(
        "path_offers",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("path_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("for_organizations", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("price_cents", sa.Integer(), nullable=False),
        sa.Column("currency", sa.Text(), server_default=sa.text("'usd'"), nullable=False),
        sa.Column("billing_interval", sa.Text(), nullable=True),
        sa.Column("stripe_price_id", sa.Text(), nullable=True),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint(
            "(billing_interval IS NOT NULL) = (kind = 'subscription')", name=op.f("ck_path_offers_has_an_interval")
        ),
        sa.CheckConstraint("billing_interval IN ('month', 'year')", name=op.f("ck_path_offers_billing_interval")),
        sa.CheckConstraint("kind IN ('bundle', 'subscription')", name=op.f("ck_path_offers_kind")),
        sa.CheckConstraint("price_cents >= 0", name=op.f("ck_path_offers_price_cents")),
        sa.ForeignKeyConstraint(
            ["path_id"], ["academy.learning_paths.id"], name=op.f("fk_path_offers_path_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_path_offers")),
        schema="academy",
    )
    op.create_index("ix_path_offers_path_id", "path_offers", ["path_id", "is_active"], schema="academy")
    op.create_index("uq_path_offers_stripe_price_id", "path_offers", ["stripe_price_id"], unique=True, schema="academy")
    op.create_table(
        "learning_path_step_groups",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("path_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("choose_n", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("choose_n >= 1", name=op.f("ck_learning_path_step_groups_choose_n")),
        sa.ForeignKeyConstraint(
            ["path_id"],
            ["academy.learning_paths.id"],
            name=op.f("fk_learning_path_step_groups_path_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_learning_path_step_groups")),
        sa.UniqueConstraint("id", "path_id", name="uq_learning_path_step_groups_id_path_id"),
        schema="academy",
    )
    op.create_index("ix_learning_path_step_groups_path_id", "learning_path_step_groups", ["path_id"], schema="academy")
    op.create_table(
        "learning_path_steps",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("path_id", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("step_number", sa.Integer(), nullable=False),
        sa.Column("step_group_id", sa.Uuid(), nullable=True),
        sa.Column("is_required", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("unlock_rule", sa.Text(), server_default=sa.text("'sequential'"), nullable=False),
        sa.Column("unlock_after_step_id", sa.Uuid(), nullable=True),
        sa.Column("unlock_after_days", sa.Integer(), nullable=True),
        sa.Column("recommended_timeframe", sa.Text(), nullable=True),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint(
            "(unlock_after_days IS NOT NULL) = (unlock_rule = 'after_days')",
            name=op.f("ck_learning_path_steps_after_days"),
        ),
        sa.CheckConstraint(
            "(unlock_after_step_id IS NOT NULL) = (unlock_rule = 'after_completion')",
            name=op.f("ck_learning_path_steps_after_step"),
        ),
        sa.CheckConstraint(
            "unlock_rule IN ('immediate', 'sequential', 'after_days', 'after_completion')",
            name=op.f("ck_learning_path_steps_unlock_rule"),
        ),
        sa.CheckConstraint("step_number >= 1", name=op.f("ck_learning_path_steps_step_number")),
        sa.CheckConstraint("unlock_after_days >= 0", name=op.f("ck_learning_path_steps_unlock_after_days")),
        sa.CheckConstraint("unlock_after_step_id <> id", name=op.f("ck_learning_path_steps_after_another")),
        sa.ForeignKeyConstraint(
            ["course_id"], ["academy.courses.id"], name=op.f("fk_learning_path_steps_course_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["path_id"], ["academy.learning_paths.id"], name=op.f("fk_learning_path_steps_path_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["step_group_id", "path_id"],
            ["academy.learning_path_step_groups.id", "academy.learning_path_step_groups.path_id"],
            name=op.f("fk_learning_path_steps_step_group_id_path_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["unlock_after_step_id", "path_id"],
            ["academy.learning_path_steps.id", "academy.learning_path_steps.path_id"],
            name=op.f("fk_learning_path_steps_unlock_after_step_id_path_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_learning_path_steps")),
        sa.UniqueConstraint("id", "path_id", name="uq_learning_path_steps_id_path_id"),
        sa.UniqueConstraint(
            "path_id",
            "step_number",
            deferrable=True,
            initially="IMMEDIATE",
            name="uq_learning_path_steps_path_id_step_number",
        ),
        schema="academy",
    )
    op.create_index("ix_learning_path_steps_course_id", "learning_path_steps", ["course_id"], schema="academy")
    op.create_index("ix_learning_path_steps_step_group_id", "learning_path_steps", ["step_group_id"], schema="academy")
    op.create_index(
        "ix_learning_path_steps_unlock_after_step_id",
        "learning_path_steps",
        ["unlock_after_step_id"],
        schema="academy",
    )
    for table in WATCHED:
        op.execute(f"SELECT core.watch_updates('academy.{table}')")


def downgrade() -> None:
    op.drop_table("learning_path_steps", schema="academy")
    op.drop_table("learning_path_step_groups", schema="academy")
    op.drop_table("path_offers", schema="academy")
    op.drop_table("learning_path_skills", schema="academy")
    op.drop_table("learning_paths", schema="academy")
