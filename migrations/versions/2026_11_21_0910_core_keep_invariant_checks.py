"""The last look at each invariant, for the metrics."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0010_core_invariants"
down_revision: str | None = "0008_core_event_account"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "invariant_checks",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("violations", sa.BigInteger(), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("announced_violations", sa.BigInteger(), nullable=True),
        sa.Column("announced_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('broken', 'late')", name=op.f("ck_invariant_checks_kind")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_invariant_checks")),
        schema="core",
    )


def downgrade() -> None:
    op.drop_table("invariant_checks", schema="core")
