"""Comments of reviewers have a version, because their authors edit them (X-API-04)."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0286_studio_comment_versions"
down_revision: str | None = "0280_studio_totals"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column(
        "review_comments",
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        schema="studio",
    )


def downgrade() -> None:
    op.drop_column("review_comments", "version", schema="studio")
