"""Two things that PostgreSQL does better than code: `updated_at`, and tables that are kept by months.

- `core.watch_updates(table)`: from now on every change of a row writes its `updated_at`, unless the statement does.
- `core.keep_months(table, ahead)`: makes the partitions of this month and of `ahead` months more; returns how many.
- `core.drop_months(table, before)`: drops the partitions that ended before `before`; returns how many.

The runtime role owns nothing and so could make no partition: the last two run with the owner's rights, on partitioned
tables of ours only, and never drop this month or the last. `grant_runtime` lets that role, and nobody else, call them.
"""

from collections.abc import Sequence

from alembic import op

revision: str = "0011_core_touch_and_months"
down_revision: str | None = "0010_core_invariants"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

# Whoever compares a payment with Stripe notes when (`compared_at`); that is no change of the payment.
PAYMENT_COLUMNS = (
    "enrollment_id, amount_cents, currency, state, success_url, cancel_url, expires_at, checkout_url,"
    " stripe_checkout_session_id, stripe_payment_intent_id, amount_paid_cents, paid_at, refunded_cents, refund_reason,"
    " refund_requested_cents, stripe_refund_id, disputed_at"
)

TOUCH = """
CREATE FUNCTION core.touch() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    NEW.updated_at = now();
    RETURN NEW;
END
$body$
"""

WATCH = """
CREATE FUNCTION core.watch_updates(watched regclass) RETURNS void LANGUAGE plpgsql AS $body$
BEGIN
    EXECUTE format(
        'CREATE TRIGGER touch BEFORE UPDATE ON %s FOR EACH ROW'
        ' WHEN (NEW.updated_at IS NOT DISTINCT FROM OLD.updated_at) EXECUTE FUNCTION core.touch()', watched);
END
$body$
"""

# What is there already. Later migrations watch the tables they make.
WATCH_THE_FIRST = """
DO $body$
DECLARE
    found regclass;
BEGIN
    FOR found IN
        SELECT c.oid::regclass FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
        WHERE c.relnamespace::regnamespace::text IN ('core', 'academy') AND c.relkind = 'r'
          AND a.attname = 'updated_at' AND c.oid <> 'academy.payments'::regclass
    LOOP
        PERFORM core.watch_updates(found);
    END LOOP;
END
$body$
"""

# What there is of a table that is kept by months. A partition with an open end has begun, or ends, at infinity.
MONTHS = """
CREATE FUNCTION core.months_of(kept regclass)
RETURNS TABLE (month regclass, begins timestamptz, ends timestamptz)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' SET datestyle = 'ISO' AS $body$
    SELECT part.oid::regclass,
           coalesce((regexp_match(bound, $$FROM \\('([^']+)'\\)$$))[1]::timestamptz, '-infinity'),
           coalesce((regexp_match(bound, $$TO \\('([^']+)'\\)$$))[1]::timestamptz, 'infinity')
    FROM pg_inherits JOIN pg_class part ON part.oid = inhrelid, pg_get_expr(part.relpartbound, part.oid) bound
    WHERE inhparent = kept
$body$
"""

# Ours, and split by the months of one timestamptz; else an error.
REQUIRE = """
CREATE FUNCTION core.require_months(kept regclass) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    IF NOT EXISTS (
        SELECT FROM pg_class c JOIN pg_partitioned_table p ON p.partrelid = c.oid
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = p.partattrs[0]
        WHERE c.oid = kept AND p.partstrat = 'r' AND p.partnatts = 1 AND a.atttypid = 'timestamptz'::regtype
          AND c.relnamespace::regnamespace::text IN ('core', 'academy', 'community', 'tracker', 'studio', 'crm')
    ) THEN
        RAISE EXCEPTION '% is not a table that is kept by months', kept;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('months of ' || kept, 0));
END
$body$
"""

# The runtime role calls the next two. What it could set beforehand to lead them astray (the path, the clock's zone,
# the way dates are written) is set here; they wait as briefly for their locks as a migration should.

# A partition is made beside its table and then attached: CREATE TABLE … PARTITION OF would lock out every reader. It is
# reached through its table only, where the rights and the row policies are.
KEEP = """
CREATE FUNCTION core.keep_months(kept regclass, ahead integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' SET datestyle = 'ISO' SET lock_timeout = '500ms' AS $body$
DECLARE
    starts timestamptz;
    place text;
    name text;
    made text;
    holder oid;
    count integer := 0;
BEGIN
    PERFORM core.require_months(kept);
    IF ahead IS NULL OR ahead NOT BETWEEN 0 AND 24 THEN
        RAISE EXCEPTION 'no months are made so far ahead: %', ahead;
    END IF;
    SELECT relnamespace::regnamespace::text, relname INTO place, name FROM pg_class WHERE oid = kept;
    FOR month IN 0..ahead LOOP
        starts := date_trunc('month', now()) + make_interval(months => month);
        CONTINUE WHEN EXISTS (SELECT FROM core.months_of(kept) m WHERE m.begins <= starts AND m.ends > starts);
        made := format('%I.%I', place, name || to_char(starts, '"_m"YYYYMM'));
        EXECUTE format('CREATE TABLE %s (LIKE %s INCLUDING ALL EXCLUDING INDEXES EXCLUDING IDENTITY)', made, kept);
        EXECUTE format('REVOKE ALL ON TABLE %s FROM public', made);
        FOR holder IN SELECT DISTINCT grantee FROM pg_class, aclexplode(relacl)
            WHERE pg_class.oid = made::regclass AND grantee NOT IN (0, relowner)
        LOOP
            EXECUTE format('REVOKE ALL ON TABLE %s FROM %I', made, pg_get_userbyid(holder));
        END LOOP;
        EXECUTE format('ALTER TABLE %s ATTACH PARTITION %s FOR VALUES FROM (%L) TO (%L)',
            kept, made, starts, starts + interval '1 month');
        count := count + 1;
    END LOOP;
    RETURN count;
END
$body$
"""

# Whoever may delete the rows one by one may drop their month. Where something guards them (no right to delete, a
# trigger, row policies) only what is five years old goes, whatever the caller says.
DROP = """
CREATE FUNCTION core.drop_months(kept regclass, before date) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' SET datestyle = 'ISO' SET lock_timeout = '500ms' AS $body$
DECLARE
    is_guarded boolean;
    latest date;
    old regclass;
    count integer := 0;
BEGIN
    PERFORM core.require_months(kept);
    SELECT relrowsecurity OR NOT has_table_privilege(session_user, oid, 'DELETE')
           OR EXISTS (SELECT FROM pg_trigger WHERE tgrelid = kept AND NOT tgisinternal AND tgtype & 8 <> 0)
    INTO is_guarded FROM pg_class WHERE oid = kept;
    latest := date_trunc('month', now()) - make_interval(months => CASE WHEN is_guarded THEN 60 ELSE 1 END);
    IF before IS NULL OR before > latest THEN
        RAISE EXCEPTION 'nothing of % after % is dropped by months: %', kept, latest, before;
    END IF;
    FOR old IN SELECT m.month FROM core.months_of(kept) m WHERE m.ends <= before ORDER BY m.ends LOOP
        EXECUTE format('DROP TABLE %s', old);
        count := count + 1;
    END LOOP;
    RETURN count;
END
$body$
"""


def upgrade() -> None:
    for statement in (TOUCH, WATCH, WATCH_THE_FIRST, MONTHS, REQUIRE, KEEP, DROP):
        op.execute(statement)
    op.execute(
        f"CREATE TRIGGER touch BEFORE UPDATE OF {PAYMENT_COLUMNS} ON academy.payments FOR EACH ROW"
        " WHEN (NEW.updated_at IS NOT DISTINCT FROM OLD.updated_at) EXECUTE FUNCTION core.touch()"
    )
    for function in ("watch_updates(regclass)", "keep_months(regclass, integer)", "drop_months(regclass, date)"):
        op.execute(f"REVOKE ALL ON FUNCTION core.{function} FROM public")


def downgrade() -> None:
    op.execute("DROP FUNCTION core.drop_months(regclass, date)")
    op.execute("DROP FUNCTION core.keep_months(regclass, integer)")
    op.execute("DROP FUNCTION core.require_months(regclass)")
    op.execute("DROP FUNCTION core.months_of(regclass)")
    op.execute("DROP FUNCTION core.watch_updates(regclass)")
    op.execute("DROP FUNCTION core.touch() CASCADE")
