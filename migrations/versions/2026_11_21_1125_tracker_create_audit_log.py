"""Who changed what: a table that only its trigger writes, and the list of what it must not quote.

The runtime role reads both. Their rights are settled here, or `grant_runtime` would give it all of them. A month of
the log is a table with rights of its own: there `tracker.guard_audit` refuses what the log itself does not allow.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision: str = "0225_tracker_audit_log"
down_revision: str | None = "0224_tracker_planning_center"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

# Dates of birth, addresses of all kinds, free notes about people, and what quotes them.
MASKS = """
INSERT INTO tracker.audit_mask (table_name, columns) VALUES
    ('people', '{email,phone,date_of_birth,address1,address2,city,state,zip}'),
    ('course_enrollment', '{notes,registration_notes}'),
    ('content_completion', '{notes}'),
    ('planning_center_sync_log', '{error_details}'),
    ('planning_center_webhook_events', '{payload,error_message}'),
    ('planning_center_registrations_cache', '{registration_notes,custom_field_responses}')
"""

# An operator's runtime role may have another name, and then is given its rights by hand.
READ_ONLY = """
DO $body$
BEGIN
    REVOKE ALL ON tracker.audit_log, tracker.audit_mask FROM public;
    IF to_regrole('lyceum_app') IS NOT NULL THEN
        REVOKE ALL ON tracker.audit_log, tracker.audit_mask FROM lyceum_app;
        GRANT SELECT ON tracker.audit_log, tracker.audit_mask TO lyceum_app;
    END IF;
END
$body$
"""

# Whoever has the owner's rights passes: the trigger that writes the log, and nobody who serves requests.
GUARD = """
CREATE FUNCTION tracker.guard_audit() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    IF NOT pg_has_role((SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'USAGE') THEN
        RAISE insufficient_privilege USING MESSAGE = 'tracker.audit_log is written by its trigger alone';
    END IF;
    RETURN coalesce(NEW, OLD);
END
$body$
"""


def upgrade() -> None:
    op.create_table(
        "audit_mask",
        sa.Column("table_name", sa.Text(), nullable=False),
        sa.Column("columns", ARRAY(sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("table_name", name=op.f("pk_audit_mask")),
        schema="tracker",
    )
    op.execute(MASKS)
    op.create_table(
        "audit_log",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("table_name", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("old_values", JSONB(), nullable=True),
        sa.Column("new_values", JSONB(), nullable=True),
        sa.Column("changed_by", sa.Uuid(), nullable=True),
        sa.Column(
            "changed_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("ip_address", sa.Text(), nullable=True),
        sa.Column("user_agent", sa.Text(), nullable=True),
        sa.CheckConstraint("(action = 'delete') = (new_values IS NULL)", name=op.f("ck_audit_log_new_values")),
        sa.CheckConstraint("(action = 'insert') = (old_values IS NULL)", name=op.f("ck_audit_log_old_values")),
        sa.CheckConstraint("action IN ('insert', 'update', 'delete')", name=op.f("ck_audit_log_action")),
        sa.ForeignKeyConstraint(
            ["changed_by"], ["core.accounts.id"], name=op.f("fk_audit_log_changed_by"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", "changed_at", name=op.f("pk_audit_log")),
        schema="tracker",
        postgresql_partition_by="RANGE (changed_at)",
    )
    op.create_index("ix_audit_log_changed_at", "audit_log", ["changed_at"], schema="tracker")
    op.create_index("ix_audit_log_changed_by", "audit_log", ["changed_by", "changed_at"], schema="tracker")
    op.create_index(
        "ix_audit_log_table_name_record_id", "audit_log", ["table_name", "record_id", "changed_at"], schema="tracker"
    )
    op.execute(READ_ONLY)
    op.execute(GUARD)
    op.execute(
        "CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON tracker.audit_log"
        " FOR EACH ROW EXECUTE FUNCTION tracker.guard_audit()"
    )
    op.execute("SELECT core.keep_months('tracker.audit_log', 3)")


def downgrade() -> None:
    op.drop_table("audit_log", schema="tracker")
    op.execute("DROP FUNCTION tracker.guard_audit()")
    op.drop_table("audit_mask", schema="tracker")
