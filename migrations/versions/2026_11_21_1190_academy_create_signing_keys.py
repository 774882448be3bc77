"""The keys that sign credentials: one active, the others kept to verify."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0290_academy_signing_keys"
down_revision: str | None = "0300_academy_unrounded_gains"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "signing_keys",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("public_key", sa.Text(), nullable=False),
        sa.Column("private_key", sa.LargeBinary(), nullable=True),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("public_key ~ '^z6Mk[1-9A-HJ-NP-Za-km-z]{44}$'", name=op.f("ck_signing_keys_public_key")),
        sa.CheckConstraint("octet_length(private_key) > 28", name=op.f("ck_signing_keys_encrypted")),
        sa.CheckConstraint("(retired_at IS NULL) = (private_key IS NOT NULL)", name=op.f("ck_signing_keys_retired")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signing_keys")),
        schema="academy",
    )
    op.create_index("uq_signing_keys_public_key", "signing_keys", ["public_key"], unique=True, schema="academy")
    op.create_index(
        "uq_signing_keys_active",
        "signing_keys",
        [sa.literal_column("(retired_at IS NULL)")],
        unique=True,
        schema="academy",
        postgresql_where=sa.text("retired_at IS NULL"),
    )
    op.execute("SELECT core.watch_updates('academy.signing_keys')")


def downgrade() -> None:
    op.drop_table("signing_keys", schema="academy")
