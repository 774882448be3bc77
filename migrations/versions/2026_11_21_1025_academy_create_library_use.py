"""What people do with the library, and who has premium."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0125_academy_library_use"
down_revision: str | None = "0124_academy_library"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "resource_interactions",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("resource_id", sa.Uuid(), nullable=True),
        sa.Column("glossary_term_id", sa.Uuid(), nullable=True),
        sa.Column("prompt_id", sa.Uuid(), nullable=True),
        sa.Column(
            "item_type",
            sa.Text(),
            sa.Computed(
                "CASE WHEN resource_id IS NOT NULL THEN 'resource'::text"
                " WHEN glossary_term_id IS NOT NULL THEN 'glossary'::text"
                " WHEN prompt_id IS NOT NULL THEN 'prompt'::text ELSE NULL::text END",
                persisted=True,
            ),
            nullable=False,
        ),
        sa.Column(
            "item_id",
            sa.Uuid(),
            sa.Computed("COALESCE(resource_id, glossary_term_id, prompt_id)", persisted=True),
            nullable=False,
        ),
        sa.Column("interaction_type", sa.Text(), nullable=False),
        sa.Column("rating", sa.SmallInteger(), nullable=True),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "(interaction_type = 'rate') = (rating IS NOT NULL)", name=op.f("ck_resource_interactions_rated")
        ),
        sa.CheckConstraint(
            "interaction_type <> 'rate' OR glossary_term_id IS NULL",
            name=op.f("ck_resource_interactions_terms_are_not_rated"),
        ),
        sa.CheckConstraint(
            "interaction_type IN ('view', 'download', 'bookmark', 'rate', 'share')",
            name=op.f("ck_resource_interactions_interaction_type"),
        ),
        sa.CheckConstraint(
            "item_type IN ('resource', 'glossary', 'prompt')", name=op.f("ck_resource_interactions_item_type")
        ),
        sa.CheckConstraint(
            "superseded_at IS NULL OR interaction_type = 'rate'", name=op.f("ck_resource_interactions_superseded")
        ),
        sa.CheckConstraint(
            "num_nonnulls(resource_id, glossary_term_id, prompt_id) = 1", name=op.f("ck_resource_interactions_item")
        ),
        sa.CheckConstraint("rating BETWEEN 1 AND 5", name=op.f("ck_resource_interactions_rating")),
        sa.ForeignKeyConstraint(
            ["glossary_term_id"],
            ["academy.glossary_terms.id"],
            name=op.f("fk_resource_interactions_glossary_term_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["prompt_id"], ["academy.prompts.id"], name=op.f("fk_resource_interactions_prompt_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["resource_id"],
            ["academy.resources.id"],
            name=op.f("fk_resource_interactions_resource_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["academy.users.id"], name=op.f("fk_resource_interactions_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resource_interactions")),
        schema="academy",
    )
    op.create_index(
        "ix_resource_interactions_glossary_term_id", "resource_interactions", ["glossary_term_id"], schema="academy"
    )
    op.create_index(
        "ix_resource_interactions_prompt_id_interaction_type",
        "resource_interactions",
        ["prompt_id", "interaction_type"],
        schema="academy",
    )
    op.create_index(
        "ix_resource_interactions_resource_id_interaction_type",
        "resource_interactions",
        ["resource_id", "interaction_type"],
        schema="academy",
    )
    op.create_index(
        "ix_resource_interactions_user_id_resource_id",
        "resource_interactions",
        ["user_id", "resource_id"],
        schema="academy",
    )
    op.create_index(
        "uq_resource_interactions_rating",
        "resource_interactions",
        ["user_id", "item_id"],
        unique=True,
        schema="academy",
        postgresql_where=sa.text("interaction_type = 'rate' AND superseded_at IS NULL"),
    )
    op.create_table(
        "user_bookmarks",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("saved_resource_id", sa.Uuid(), nullable=True),
        sa.Column("saved_term_id", sa.Uuid(), nullable=True),
        sa.Column("saved_prompt_id", sa.Uuid(), nullable=True),
        sa.Column(
            "resource_type",
            sa.Text(),
            sa.Computed(
                "CASE WHEN saved_resource_id IS NOT NULL THEN 'resource'::text"
                " WHEN saved_term_id IS NOT NULL THEN 'glossary'::text"
                " WHEN saved_prompt_id IS NOT NULL THEN 'prompt'::text ELSE NULL::text END",
                persisted=True,
            ),
            nullable=False,
        ),
        sa.Column(
            "resource_id",
            sa.Text(),
            sa.Computed("COALESCE(saved_resource_id, saved_term_id, saved_prompt_id)::text", persisted=True),
            nullable=False,
        ),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "resource_type IN ('resource', 'glossary', 'prompt')", name=op.f("ck_user_bookmarks_resource_type")
        ),
        sa.CheckConstraint(
            "num_nonnulls(saved_resource_id, saved_term_id, saved_prompt_id) = 1", name=op.f("ck_user_bookmarks_item")
        ),
        sa.ForeignKeyConstraint(
            ["saved_prompt_id"],
            ["academy.prompts.id"],
            name=op.f("fk_user_bookmarks_saved_prompt_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["saved_resource_id"],
            ["academy.resources.id"],
            name=op.f("fk_user_bookmarks_saved_resource_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["saved_term_id"],
            ["academy.glossary_terms.id"],
            name=op.f("fk_user_bookmarks_saved_term_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["academy.users.id"], name=op.f("fk_user_bookmarks_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_bookmarks")),
        schema="academy",
    )
    op.create_index("ix_user_bookmarks_saved_prompt_id", "user_bookmarks", ["saved_prompt_id"], schema="academy")
    op.create_index("ix_user_bookmarks_saved_resource_id", "user_bookmarks", ["saved_resource_id"], schema="academy")
    op.create_index("ix_user_bookmarks_saved_term_id", "user_bookmarks", ["saved_term_id"], schema="academy")
    op.create_index(
        "uq_user_bookmarks_item",
        "user_bookmarks",
        ["user_id", "resource_type", "resource_id"],
        unique=True,
        schema="academy",
    )
    op.create_table(
        "entitlements",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), server_default=sa.text("'premium'"), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=True),
        sa.Column("stripe_subscription_id", sa.Text(), nullable=True),
        sa.Column("granted_by_id", sa.Uuid(), nullable=True),
        sa.Column("learning_path_id", sa.Uuid(), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_reason", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "(source = 'plan') = (plan IS NOT NULL) AND (source = 'admin') = (granted_by_id IS NOT NULL)"
            " AND (source = 'path') = (learning_path_id IS NOT NULL)",
            name=op.f("ck_entitlements_granted_by"),
        ),
        sa.CheckConstraint("kind IN ('premium')", name=op.f("ck_entitlements_kind")),
        sa.CheckConstraint("source IN ('plan', 'admin', 'path')", name=op.f("ck_entitlements_source")),
        sa.CheckConstraint(
            "stripe_subscription_id IS NULL OR source = 'plan'", name=op.f("ck_entitlements_subscription")
        ),
        sa.CheckConstraint("(revoked_at IS NULL) = (revoked_reason IS NULL)", name=op.f("ck_entitlements_revoked")),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_entitlements_period")),
        sa.ForeignKeyConstraint(
            ["granted_by_id"], ["academy.users.id"], name=op.f("fk_entitlements_granted_by_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["academy.users.id"], name=op.f("fk_entitlements_user_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entitlements")),
        schema="academy",
    )
    op.create_index(
        "ix_entitlements_ends_at",
        "entitlements",
        ["ends_at"],
        schema="academy",
        postgresql_where=sa.text("revoked_at IS NULL"),
    )
    op.create_index("ix_entitlements_granted_by_id", "entitlements", ["granted_by_id"], schema="academy")
    op.create_index("ix_entitlements_learning_path_id", "entitlements", ["learning_path_id"], schema="academy")
    op.create_index("ix_entitlements_user_id_kind", "entitlements", ["user_id", "kind"], schema="academy")
    op.create_index(
        "uq_entitlements_live",
        "entitlements",
        ["user_id", "kind", "source"],
        unique=True,
        schema="academy",
        postgresql_where=sa.text("source <> 'path' AND revoked_at IS NULL"),
    )
    op.create_index(
        "uq_entitlements_live_path",
        "entitlements",
        ["user_id", "kind", "learning_path_id"],
        unique=True,
        schema="academy",
        postgresql_where=sa.text("source = 'path' AND revoked_at IS NULL"),
    )
    op.create_index(
        "uq_entitlements_stripe_subscription_id_kind",
        "entitlements",
        ["stripe_subscription_id", "kind"],
        unique=True,
        schema="academy",
    )
    for table in ("user_bookmarks", "entitlements"):
        op.execute(f"SELECT core.watch_updates('academy.{table}')")


def downgrade() -> None:
    for table in ("entitlements", "user_bookmarks", "resource_interactions"):
        op.drop_table(table, schema="academy")
