"""How far a badge's holder has been told of its end."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0291_academy_badge_reminders"
down_revision: str | None = "0290_academy_signing_keys"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("skill_badges", sa.Column("reminded_days", sa.Integer(), nullable=True), schema="academy")
    op.create_check_constraint(
        op.f("ck_skill_badges_reminded_days"), "skill_badges", "reminded_days >= 0", schema="academy"
    )


def downgrade() -> None:
    op.drop_column("skill_badges", "reminded_days", schema="academy")
