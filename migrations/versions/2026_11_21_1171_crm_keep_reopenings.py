"""When an admin took a completion back: what was there before then completes nobody a second time (P-CMP-06)."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0271_crm_reopenings"
down_revision: str | None = "0270_crm_audit"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column(
        "program_participation",
        sa.Column("reopened_at", sa.DateTime(timezone=True), nullable=True),
        schema="crm",
    )


def downgrade() -> None:
    op.drop_column("program_participation", "reopened_at", schema="crm")
