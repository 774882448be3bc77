"""Notices are kept by months. Those that exist stay where they are: their table becomes the partition of everything
until the end of this month.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "0260_notifications_by_month"
down_revision: str | None = "0247_crm_events"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

INDEXES = ("ix_notifications_account_id", "ix_notifications_actor_id", "ix_notifications_unread")

# Names of this month: what is renamed makes room for its equal on the partitioned table, which adopts it.
STEP_ASIDE = f"""
DO $body$
DECLARE
    month text := to_char(now() AT TIME ZONE 'UTC', '"_m"YYYYMM');
    name text;
BEGIN
    DROP TRIGGER touch ON core.notifications;
    ALTER TABLE core.notifications DROP CONSTRAINT pk_notifications;
    FOREACH name IN ARRAY ARRAY[{", ".join(f"'{index}'" for index in INDEXES)}] LOOP
        EXECUTE format('ALTER INDEX core.%I RENAME TO %I', name, name || month);
    END LOOP;
    EXECUTE format('ALTER TABLE core.notifications RENAME TO %I', 'notifications' || month);
    EXECUTE format('ALTER TABLE core.%I ADD CONSTRAINT %I PRIMARY KEY (id, created_at)',
        'notifications' || month, 'pk_notifications' || month);
END
$body$
"""

ATTACH = """
DO $body$
DECLARE
    month text := to_char(now() AT TIME ZONE 'UTC', '"notifications_m"YYYYMM');
    ends timestamptz := (date_trunc('month', now() AT TIME ZONE 'UTC') + interval '1 month') AT TIME ZONE 'UTC';
    holder oid;
BEGIN
    EXECUTE format('ALTER TABLE core.notifications ATTACH PARTITION core.%I FOR VALUES FROM (MINVALUE) TO (%L)',
        month, ends);
    -- From now on it is reached through its table only.
    EXECUTE format('REVOKE ALL ON TABLE core.%I FROM public', month);
    FOR holder IN SELECT DISTINCT grantee FROM pg_class, aclexplode(relacl)
        WHERE pg_class.oid = format('core.%I', month)::regclass AND grantee NOT IN (0, relowner)
    LOOP
        EXECUTE format('REVOKE ALL ON TABLE core.%I FROM %I', month, pg_get_userbyid(holder));
    END LOOP;
END
$body$
"""


BACK = """
INSERT INTO core.notifications
    (id, account_id, type, actor_id, actor_name, data, read_at, created_at, updated_at)
SELECT id, account_id, type, actor_id, actor_name, data, read_at, created_at, updated_at
FROM core.notifications_by_month
"""


def _create(name: str, *keys: str, **options: str) -> None:
    op.create_table(
        name,
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("actor_name", sa.Text(), nullable=True),
        sa.Column("data", JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["core.accounts.id"], name=op.f("fk_notifications_account_id")),
        sa.ForeignKeyConstraint(["actor_id"], ["core.accounts.id"], name=op.f("fk_notifications_actor_id")),
        sa.PrimaryKeyConstraint(*keys, name=op.f("pk_notifications")),
        schema="core",
        **options,
    )


def _index(name: str) -> None:
    op.create_index("ix_notifications_account_id", name, ["account_id", "created_at", "id"], schema="core")
    op.create_index("ix_notifications_actor_id", name, ["actor_id"], schema="core")
    unread = sa.text("read_at IS NULL")
    op.create_index("ix_notifications_unread", name, ["account_id"], schema="core", postgresql_where=unread)


def upgrade() -> None:
    op.execute(STEP_ASIDE)
    _create("notifications", "id", "created_at", postgresql_partition_by="RANGE (created_at)")
    _index("notifications")
    op.execute(ATTACH)
    op.execute("SELECT core.watch_updates('core.notifications')")
    op.execute("SELECT core.keep_months('core.notifications', 3)")


def downgrade() -> None:
    op.rename_table("notifications", "notifications_by_month", schema="core")
    op.execute("ALTER TABLE core.notifications_by_month DROP CONSTRAINT pk_notifications")
    for index in INDEXES:
        op.execute(f"DROP INDEX core.{index}")
    _create("notifications", "id")
    op.execute(BACK)
    op.drop_table("notifications_by_month", schema="core")
    _index("notifications")
    op.execute("SELECT core.watch_updates('core.notifications')")
