"""Two things that PostgreSQL does better than code: `updated_at`, and tables that are kept by months.

- `core.watch_updates(table)`: from now on every change of a row writes its `updated_at`, unless the statement does.
- `core.keep_months(table, ahead)`: makes the partitions of this month and of `ahead` months more; returns how many.
- `core.drop_months(table, before)`: drops the partitions that ended before `before`; returns how many.

The runtime role owns nothing and so could make no partition: the last two run with the owner's rights, on partitioned
tables of ours only, and never touch this month or the last.
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

# A partition is made beside its table and then attached: CREATE TABLE … PARTITION OF would lock out every reader.
KEEP = """
CREATE FUNCTION core.keep_months(kept regclass, ahead integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    place text;
    name text;
    begins date;
    made integer := 0;
BEGIN
    SELECT n.nspname, c.relname INTO place, name
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.oid = kept AND c.relkind = 'p' AND n.nspname IN ('core', 'academy', 'community', 'tracker');
    IF place IS NULL OR ahead NOT BETWEEN 0 AND 24 THEN
        RAISE EXCEPTION 'not a table that is kept by months, or too far ahead: %, %', kept, ahead;
    END IF;
    PERFORM pg_advisory_xact_lock(kept::oid::bigint);
    FOR month IN 0..ahead LOOP
        begins := (date_trunc('month', now() AT TIME ZONE 'UTC') + make_interval(months => month))::date;
        CONTINUE WHEN to_regclass(format('%I.%I', place, name || to_char(begins, '"_m"YYYYMM'))) IS NOT NULL;
        EXECUTE format('CREATE TABLE %1$I.%2$I (LIKE %1$I.%3$I INCLUDING ALL EXCLUDING INDEXES)',
            place, name || to_char(begins, '"_m"YYYYMM'), name);
        EXECUTE format('ALTER TABLE %1$I.%3$I ATTACH PARTITION %1$I.%2$I FOR VALUES FROM (%4$L) TO (%5$L)',
            place, name || to_char(begins, '"_m"YYYYMM'), name,
            begins::timestamp AT TIME ZONE 'UTC', (begins + interval '1 month')::timestamp AT TIME ZONE 'UTC');
        made := made + 1;
    END LOOP;
    RETURN made;
END
$body$
"""

DROP = """
CREATE FUNCTION core.drop_months(kept regclass, before date) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    old regclass;
    dropped integer := 0;
BEGIN
    IF before > (date_trunc('month', now() AT TIME ZONE 'UTC') - interval '1 month')::date THEN
        RAISE EXCEPTION 'this month and the last are never dropped: %', before;
    END IF;
    FOR old IN
        SELECT c.oid::regclass FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        JOIN pg_class parent ON parent.oid = i.inhparent AND parent.relkind = 'p'
        WHERE i.inhparent = kept
          AND parent.relnamespace::regnamespace::text IN ('core', 'academy', 'community', 'tracker')
          AND to_date(right(c.relname, 6), 'YYYYMM') + interval '1 month' <= before
        ORDER BY c.relname
    LOOP
        EXECUTE format('DROP TABLE %s', old);
        dropped := dropped + 1;
    END LOOP;
    RETURN dropped;
END
$body$
"""


def upgrade() -> None:
    for statement in (TOUCH, WATCH, WATCH_THE_FIRST, KEEP, DROP):
        op.execute(statement)
    op.execute(
        f"CREATE TRIGGER touch BEFORE UPDATE OF {PAYMENT_COLUMNS} ON academy.payments FOR EACH ROW"
        " WHEN (NEW.updated_at IS NOT DISTINCT FROM OLD.updated_at) EXECUTE FUNCTION core.touch()"
    )
    op.execute("REVOKE ALL ON FUNCTION core.watch_updates(regclass) FROM public")


def downgrade() -> None:
    op.execute("DROP FUNCTION core.drop_months(regclass, date)")
    op.execute("DROP FUNCTION core.keep_months(regclass, integer)")
    op.execute("DROP FUNCTION core.watch_updates(regclass)")
    op.execute("DROP FUNCTION core.touch() CASCADE")
