"""An index to find the webhooks whose bodies may be forgotten."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0261_webhooks_old_bodies"
down_revision: str | None = "0260_notifications_by_month"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_index(
        "ix_inbox_bodies",
        "inbox",
        ["processed_at"],
        schema="core",
        postgresql_where=sa.text("state IN ('processed', 'ignored') AND body <> ''::bytea"),
    )


def downgrade() -> None:
    op.drop_index("ix_inbox_bodies", "inbox", schema="core")
