"""How long a video will be is computed from the words of its script, as their number is (S-CNT-01, Z-194)."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0285_studio_estimates"
down_revision: str | None = "0280_studio_totals"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

# 150 words a minute are 2.5 a second.
_SECONDS = r"(regexp_count(script, '\S+') * 2 + 2) / 5"


def upgrade() -> None:
    op.drop_column("videos", "estimated_duration", schema="studio")
    op.add_column(
        "videos",
        sa.Column(
            "estimated_duration",
            sa.Text(),
            sa.Computed(f"{_SECONDS} / 60 || ':' || lpad(({_SECONDS} % 60)::text, 2, '0')", persisted=True),
            nullable=True,
        ),
        schema="studio",
    )


def downgrade() -> None:
    op.drop_column("videos", "estimated_duration", schema="studio")
    op.add_column("videos", sa.Column("estimated_duration", sa.Text(), nullable=True), schema="studio")
