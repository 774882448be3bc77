"""The enablement kit of a course."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0113_academy_kit"
down_revision: str | None = "0108_academy_credentials"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "enablement_kit_items",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.Column("external_url", sa.Text(), nullable=True),
        sa.Column("order", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint(
            "type IN ('slides', 'prompts', 'template', 'chatbot', 'worksheet')",
            name=op.f("ck_enablement_kit_items_type"),
        ),
        sa.CheckConstraint('"order" >= 0', name=op.f("ck_enablement_kit_items_order")),
        sa.CheckConstraint(
            "num_nonnulls(file_id, external_url) = 1", name=op.f("ck_enablement_kit_items_file_or_link")
        ),
        sa.ForeignKeyConstraint(
            ["course_id"], ["academy.courses.id"], name=op.f("fk_enablement_kit_items_course_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["core.files.id"], name=op.f("fk_enablement_kit_items_file_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enablement_kit_items")),
        schema="academy",
    )
    op.create_index(
        "ix_enablement_kit_items_course_id_order",
        "enablement_kit_items",
        ["course_id", "order"],
        schema="academy",
    )
    op.create_index("ix_enablement_kit_items_file_id", "enablement_kit_items", ["file_id"], schema="academy")
    op.execute("SELECT core.watch_updates('academy.enablement_kit_items')")


def downgrade() -> None:
    op.drop_table("enablement_kit_items", schema="academy")
