"""Groups of path steps have a version, because admins edit them as they edit steps (X-API-04)."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0320_academy_group_versions"
down_revision: str | None = "0291_academy_badge_reminders"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column(
        "learning_path_step_groups",
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        schema="academy",
    )


def downgrade() -> None:
    op.drop_column("learning_path_step_groups", "version", schema="academy")
