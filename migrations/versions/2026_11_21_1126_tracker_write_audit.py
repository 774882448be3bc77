"""Every change of a row of `tracker` leaves one row in `tracker.audit_log`, in the same transaction (C-AUD-01).

- `tracker.watch_changes(table)`: from now on changes of this table are written down. Each table of `tracker` has it.
- `tracker.write_audit()`: the trigger. It writes with the owner's rights what the runtime role may not write itself.

By whom is what the transaction said of itself: `lyceum.actor`, `lyceum.ip_address`, `lyceum.user_agent`, each set with
`set_config(…, true)`. A setting that was local to a transaction is empty after it, so empty and unset are the same.
"""

from collections.abc import Sequence

from alembic import op

revision: str = "0226_tracker_write_audit"
down_revision: str | None = "0225_tracker_audit_log"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

# All but the log itself. The caches and the books of the sync are no exception: what changed there, and when, is how a
# wrong enrollment is traced back to Planning Center.
TABLES = (
    *("people", "campus", "role", "people_campus", "people_role"),
    *("course", "course_prerequisite", "course_instance", "content_type", "content", "course_role"),
    *("course_enrollment", "content_completion"),
    *("certification", "certification_course", "certification_progress"),
    *("planning_center_sync_log", "planning_center_webhook_events"),
    *("planning_center_events_cache", "planning_center_registrations_cache"),
    "audit_mask",
)

# `before` and `after` have the same keys in the same order, so they are read side by side.
WRITE = """
CREATE FUNCTION tracker.write_audit() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    -- That a row was written, or only looked at by the sync, is no change of what it says.
    bookkeeping CONSTANT text[] := '{updated_at,version,last_synced_at,planning_center_updated_at}';
    masked CONSTANT jsonb := '"***"';
    before jsonb := to_jsonb(OLD) - bookkeeping;
    after jsonb := to_jsonb(NEW) - bookkeeping;
    secret text[];
    old_values jsonb;
    new_values jsonb;
BEGIN
    IF before = after THEN
        RETURN NULL;
    END IF;
    SELECT columns INTO secret FROM tracker.audit_mask WHERE table_name = TG_TABLE_NAME;
    SELECT jsonb_object_agg(field, CASE WHEN hidden AND old_value <> 'null' THEN masked ELSE old_value END),
           jsonb_object_agg(field, CASE WHEN hidden AND new_value <> 'null' THEN masked ELSE new_value END)
    INTO old_values, new_values
    FROM ROWS FROM (jsonb_each(before), jsonb_each(after)) AS pair (old_field, old_value, new_field, new_value)
         CROSS JOIN LATERAL (SELECT coalesce(old_field, new_field) AS field) AS named
         CROSS JOIN LATERAL (SELECT coalesce(field = ANY (secret), false) AS hidden) AS known
    WHERE coalesce(old_value, 'null') <> coalesce(new_value, 'null');
    INSERT INTO tracker.audit_log (
        table_name, record_id, action, old_values, new_values, changed_by, changed_at, ip_address, user_agent
    ) VALUES (
        TG_TABLE_NAME,
        array_to_string(ARRAY(SELECT coalesce(before, after) ->> part FROM unnest(TG_ARGV) AS part), '/'),
        lower(TG_OP),
        CASE WHEN TG_OP <> 'INSERT' THEN old_values END,
        CASE WHEN TG_OP <> 'DELETE' THEN new_values END,
        nullif(current_setting('lyceum.actor', true), '')::uuid,
        clock_timestamp(),
        nullif(current_setting('lyceum.ip_address', true), ''),
        nullif(current_setting('lyceum.user_agent', true), '')
    );
    RETURN NULL;
END
$body$
"""

WATCH = """
CREATE FUNCTION tracker.watch_changes(watched regclass) RETURNS void LANGUAGE plpgsql AS $body$
DECLARE
    key text;
BEGIN
    SELECT string_agg(quote_literal(a.attname), ', ' ORDER BY array_position(i.indkey::int2[], a.attnum)) INTO key
    FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
    WHERE i.indrelid = watched AND i.indisprimary;
    EXECUTE format(
        'CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON %s'
        ' FOR EACH ROW EXECUTE FUNCTION tracker.write_audit(%s)', watched, key);
END
$body$
"""


def upgrade() -> None:
    op.execute(WRITE)
    op.execute(WATCH)
    # Or anybody could hang it on a temporary table and have it write what never happened.
    op.execute("REVOKE ALL ON FUNCTION tracker.write_audit(), tracker.watch_changes(regclass) FROM public")
    for table in TABLES:
        op.execute(f"SELECT tracker.watch_changes('tracker.{table}')")


def downgrade() -> None:
    op.execute("DROP FUNCTION tracker.watch_changes(regclass)")
    op.execute("DROP FUNCTION tracker.write_audit() CASCADE")
