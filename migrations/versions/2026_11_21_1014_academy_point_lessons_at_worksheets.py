"""A lesson points at its worksheet in the kit of its course."""

from collections.abc import Sequence

from alembic import op

revision: str = "0114_academy_worksheets"
down_revision: str | None = "0113_academy_kit"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_foreign_key(
        op.f("fk_lessons_worksheet_id"),
        "lessons",
        "enablement_kit_items",
        ["worksheet_id"],
        ["id"],
        source_schema="academy",
        referent_schema="academy",
        ondelete="SET NULL",
    )


def downgrade() -> None:
    op.drop_constraint(op.f("fk_lessons_worksheet_id"), "lessons", schema="academy", type_="foreignkey")
