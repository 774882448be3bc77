"""Learning gains to twelve decimals: bands are compared with what was measured, not with what is shown (Z-107)."""

from collections.abc import Sequence

from alembic import op

revision: str = "0300_academy_unrounded_gains"
down_revision: str | None = "0295_academy_gradings"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    # Five digits in front: from 99.99 of 100 down to nothing is a gain of -9,999, and unrounded of nearly -20,000.
    op.execute("ALTER TABLE academy.learning_gain_analytics ALTER COLUMN normalized_gain TYPE numeric(18, 12)")


def downgrade() -> None:
    op.execute(
        "ALTER TABLE academy.learning_gain_analytics ALTER COLUMN normalized_gain TYPE numeric(10, 6)"
        " USING greatest(normalized_gain, -9999)"
    )
