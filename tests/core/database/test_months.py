"""Tables that are kept by months: made and dropped by the database, for the service, and for nobody's harm."""

import asyncio
from collections.abc import Iterator

import pytest
from sqlalchemy.exc import DBAPIError

from app.local.services import Services
from tests.support.copies import Copy, copied

THIS_MONTH = "date_trunc('month', now() AT TIME ZONE 'UTC')::date"

# A ledger like tracker.audit_log, an ordinary log, and what must never be taken for one of them.
TABLES = (
    """
    CREATE TABLE core.log (
        id uuid, number int GENERATED ALWAYS AS IDENTITY,
        state text NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'old')),
        account_id uuid REFERENCES core.accounts (id), created_at timestamptz, PRIMARY KEY (id, created_at)
    ) PARTITION BY RANGE (created_at)
    """,
    "CREATE INDEX ON core.log (account_id)",
    'CREATE TABLE core."odd; name" (created_at timestamptz) PARTITION BY RANGE (created_at)',
    "CREATE TABLE core.ledger (LIKE core.log) PARTITION BY RANGE (created_at)",
    "REVOKE DELETE ON core.ledger FROM lyceum_app",
    "CREATE TABLE core.watched (LIKE core.log) PARTITION BY RANGE (created_at)",
    "CREATE TRIGGER refuse BEFORE DELETE ON core.watched FOR EACH ROW EXECUTE FUNCTION core.touch()",
    "CREATE TABLE core.tenants (LIKE core.log) PARTITION BY RANGE (created_at)",
    "ALTER TABLE core.tenants ENABLE ROW LEVEL SECURITY",
    "CREATE TABLE public.theirs (created_at timestamptz) PARTITION BY RANGE (created_at)",
    "CREATE TABLE core.by_id (id int) PARTITION BY RANGE (id)",
    "CREATE TABLE core.by_day (at date) PARTITION BY RANGE (at)",
    "CREATE TABLE core.listed (created_at timestamptz) PARTITION BY LIST (created_at)",
    "CREATE TABLE core.whole (created_at timestamptz)",
)
# Six years of one table; the runtime role could not have made them.
OLD = """
DO $body$ DECLARE begins date; BEGIN
    FOR month IN 1..72 LOOP
        begins := date_trunc('month', now() AT TIME ZONE 'UTC') - make_interval(months => month);
        EXECUTE format('CREATE TABLE core.%1$s_m%2$s PARTITION OF core.%1$s FOR VALUES FROM (%3$L) TO (%4$L)',
            '{table}', to_char(begins, 'YYYYMM'), begins || ' 00:00+00',
            (begins + interval '1 month')::date || ' 00:00+00');
    END LOOP;
END $body$
"""


@pytest.fixture(scope="module")
def copy(server: Services) -> Iterator[Copy]:
    with copied(server) as made:
        asyncio.run(
            made.as_owner(*TABLES, *(OLD.format(table=name) for name in ("log", "ledger", "watched", "tenants")))
        )
        yield made


MONTHS = """
SELECT month::text, (extract(year FROM age(begins, this)) * 12 + extract(month FROM age(begins, this)))::int,
       (extract(year FROM age(ends, this)) * 12 + extract(month FROM age(ends, this)))::int
FROM core.months_of(CAST(CAST(:table AS text) AS regclass)), date_trunc('month', now() AT TIME ZONE 'UTC') this
WHERE isfinite(begins) ORDER BY begins
"""


async def months(copy: Copy, table: str) -> list[tuple[str, int, int]]:
    """The months of a table: its name, and when it begins and ends, counted from this month."""
    return [tuple(row) for row in await copy.as_owner(MONTHS, table=table)]


async def made_ahead(copy: Copy, table: str) -> list[int]:
    return [begins for _, begins, _ in await months(copy, table) if begins >= 0]


# Making ────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_service_makes_months_that_follow_each_other_and_making_them_again_makes_none(copy: Copy) -> None:
    assert await copy.as_service("SELECT core.keep_months('core.log', 2)") == [(3,)]
    assert await copy.as_service("SELECT core.keep_months('core.log', 3)") == [(1,)]
    assert await copy.as_service("SELECT core.keep_months('core.log', 3)") == [(0,)]
    found = await months(copy, "core.log")
    assert await made_ahead(copy, "core.log") == [0, 1, 2, 3]
    assert all(ends == begins + 1 for _, begins, ends in found)


async def test_a_month_holds_what_its_table_holds(copy: Copy) -> None:
    await copy.as_service("SELECT core.keep_months('core.log', 3)")
    (checks,) = await copy.as_owner(
        "SELECT count(*) FILTER (WHERE contype = 'c'), count(*) FILTER (WHERE contype = 'f'),"
        " count(*) FILTER (WHERE contype = 'p') FROM pg_constraint"
        " WHERE conrelid = ('core.log_m' || to_char(now() AT TIME ZONE 'UTC', 'YYYYMM'))::regclass"
    )
    assert checks == (1, 1, 1)
    (row,) = await copy.as_service(
        "INSERT INTO core.log (id, created_at) VALUES (gen_random_uuid(), now() + interval '1 month')"
        " RETURNING number, state"
    )
    assert row == (1, "new")


async def test_what_the_caller_has_set_leads_nobody_astray(copy: Copy) -> None:
    """IST is Israel to the parser and India to the writer: a month made from it would begin two hours late."""
    await copy.as_service(
        "SET timezone = 'Asia/Kolkata'",
        "SET datestyle = 'German'",
        "CREATE TEMP TABLE pg_class (oid oid)",
        "CREATE FUNCTION pg_temp.date_trunc(text, timestamptz) RETURNS timestamptz LANGUAGE sql"
        " AS 'SELECT timestamptz ''2001-01-01'''",
        "SET search_path = pg_temp, pg_catalog",
        "SELECT core.keep_months('core.\"odd; name\"', 1)",
    )
    assert await made_ahead(copy, 'core."odd; name"') == [0, 1]
    assert await copy.as_owner(
        "SELECT bool_and(extract(epoch FROM begins)::bigint % 86400 = 0) FROM core.months_of('core.\"odd; name\"')"
    ) == [(True,)]


@pytest.mark.parametrize(
    "table", ["public.theirs", "core.by_id", "core.by_day", "core.listed", "core.whole", "pg_catalog.pg_class"]
)
@pytest.mark.parametrize("call", ["core.keep_months('{}', 1)", "core.drop_months('{}', '2001-01-01')"])
async def test_other_tables_are_refused(copy: Copy, table: str, call: str) -> None:
    with pytest.raises(DBAPIError, match="is not a table that is kept by months"):
        await copy.as_service(f"SELECT {call.format(table)}")


@pytest.mark.parametrize("ahead", ["25", "-1", "NULL", "2147483647"])
async def test_nobody_makes_months_without_end(copy: Copy, ahead: str) -> None:
    with pytest.raises(DBAPIError, match="no months are made so far ahead"):
        await copy.as_service(f"SELECT core.keep_months('core.log', {ahead})")


async def test_making_months_waits_half_a_second_for_its_locks_and_not_longer(copy: Copy) -> None:
    """Whoever waits for a lock lets others queue behind: here everybody who writes an account."""
    holding = asyncio.create_task(
        copy.as_service("DO $$ BEGIN UPDATE core.accounts SET name = name; PERFORM pg_sleep(1.5); END $$")
    )
    await asyncio.sleep(0.3)
    began = asyncio.get_running_loop().time()
    with pytest.raises(DBAPIError, match="lock timeout"):
        await copy.as_service("SELECT core.keep_months('core.log', 12)")
    assert asyncio.get_running_loop().time() - began < 1.2
    await holding


# Dropping ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def before(months_ago: int) -> str:
    return f"({THIS_MONTH} - make_interval(months => {months_ago}))::date"


async def test_months_that_ended_before_are_dropped_and_no_others(copy: Copy) -> None:
    await copy.as_service(f"SELECT core.drop_months('core.log', {before(70)})")
    assert [begins for _, begins, _ in await months(copy, "core.log") if begins < 0] == [*range(-70, 0)]
    assert await copy.as_service(f"SELECT core.drop_months('core.log', {before(1)})") == [(69,)]
    assert [begins for _, begins, _ in await months(copy, "core.log") if begins < 0] == [-1]


async def test_a_month_that_is_not_quite_over_stays(copy: Copy) -> None:
    await copy.as_service(f"SELECT core.drop_months('core.tenants', {before(70)} + 27)")
    assert (await months(copy, "core.tenants"))[0][1] == -70


@pytest.mark.parametrize("date", [before(0), "'infinity'", "NULL", f"{before(1)} + 1"])
async def test_this_month_and_the_last_are_never_dropped(copy: Copy, date: str) -> None:
    with pytest.raises(DBAPIError, match="is dropped by months"):
        await copy.as_service(f"SELECT core.drop_months('core.log', {date})")


@pytest.mark.parametrize("table", ["core.ledger", "core.watched", "core.tenants"])
async def test_what_the_service_may_not_delete_it_may_not_drop_for_five_years(copy: Copy, table: str) -> None:
    with pytest.raises(DBAPIError, match="is dropped by months"):
        await copy.as_service(f"SELECT core.drop_months('{table}', {before(59)})")
    await copy.as_service(f"SELECT core.drop_months('{table}', {before(60)})")
    assert (await months(copy, table))[0][1] == -60


# Rights ────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_only_the_owner_and_the_service_may_call(copy: Copy) -> None:
    rows = await copy.as_owner(
        "SELECT proname, array_agg(DISTINCT coalesce(nullif(grantee, 0)::regrole::text, 'public')"
        " ORDER BY coalesce(nullif(grantee, 0)::regrole::text, 'public'))"
        " FROM pg_proc, aclexplode(proacl) WHERE prosecdef AND pronamespace = 'core'::regnamespace"
        " AND proname LIKE '%months' GROUP BY proname"
    )
    assert {row[0] for row in rows} == {"keep_months", "drop_months"}
    assert all("public" not in holders and "lyceum_app" in holders for _, holders in rows)


async def test_a_month_is_reached_through_its_table_only(copy: Copy) -> None:
    """The rights of a ledger and the policies of tenants are the table's: its months must not lead around them."""
    await copy.as_service("SELECT core.keep_months('core.ledger', 1)", "SELECT core.keep_months('core.log', 1)")
    with pytest.raises(DBAPIError, match="permission denied"):
        await copy.as_service(f"TABLE {(await months(copy, 'core.ledger'))[-1][0]}")
    await copy.as_service("INSERT INTO core.log (id, created_at) VALUES (gen_random_uuid(), now())")
    assert await copy.as_service("SELECT count(*) > 0 FROM core.log") == [(True,)]
