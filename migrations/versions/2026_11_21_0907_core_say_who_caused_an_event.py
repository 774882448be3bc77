"""Who caused an event, beside the request that did: the outbox is then a log of who did what."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0008_core_event_account"
down_revision: str | None = "0007_academy_seats"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("outbox", sa.Column("account_id", sa.Uuid(), nullable=True), schema="core")


def downgrade() -> None:
    op.drop_column("outbox", "account_id", schema="core")
