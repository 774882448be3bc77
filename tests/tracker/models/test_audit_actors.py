"""By whom a change was made is what its transaction said, and nobody can write the log but by changing something."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.core.database.acting import MOST_OF_A_USER_AGENT, act_for
from app.core.database.engine import create_engine
from app.core.ids import new_id
from app.settings import DatabaseSettings
from app.tracker.models import AuditEntry, Campus
from tests.factories import identity, tracker
from tests.tracker.models.church import Church
from tests.tracker.models.trail import change, entries, remove

pytestmark = pytest.mark.req("C-AUD-01")

Sessions = async_sessionmaker[AsyncSession]


async def last(session: AsyncSession, campus: Campus) -> AuditEntry:
    return (await entries(session, campus))[-1]


async def test_a_change_tells_who_made_it_and_from_where(session: AsyncSession, church: Church) -> None:
    await act_for(session, church.account.id, ip_address="2001:db8::1", user_agent="Firefox")
    await change(session, church.campus, name="Hill")
    entry = await last(session, church.campus)
    assert (entry.changed_by, entry.ip_address, entry.user_agent) == (church.account.id, "2001:db8::1", "Firefox")


@pytest.mark.parametrize("says_so", [True, False], ids=["a job that says so", "SQL by hand"])
async def test_what_nobody_did_has_no_actor(session: AsyncSession, church: Church, says_so: bool) -> None:
    if says_so:
        await act_for(session, None)
    await change(session, church.campus, name="Hill")
    entry = await last(session, church.campus)
    assert (entry.action, entry.changed_by, entry.ip_address, entry.user_agent) == ("update", None, None, None)


async def test_who_acts_may_change_within_a_transaction(session: AsyncSession, church: Church) -> None:
    await act_for(session, church.account.id, ip_address="192.0.2.1", user_agent="Firefox")
    await act_for(session, None)
    await change(session, church.campus, name="Hill")
    entry = await last(session, church.campus)
    assert (entry.changed_by, entry.ip_address, entry.user_agent) == (None, None, None)


async def test_a_user_agent_is_kept_as_far_as_it_is_of_use(session: AsyncSession, church: Church) -> None:
    await act_for(session, None, user_agent="Fire\0fox" + "x" * 10_000)
    await change(session, church.campus, name="Hill")
    kept = (await last(session, church.campus)).user_agent or ""
    assert (kept[:8], len(kept)) == ("Firefoxx", MOST_OF_A_USER_AGENT)


async def test_what_an_account_did_keeps_the_account(session: AsyncSession, church: Church) -> None:
    await act_for(session, church.account.id)
    await change(session, church.campus, name="Hill")
    with pytest.raises(DBAPIError, match="fk_audit_log_changed_by"):
        await session.execute(text("DELETE FROM core.accounts WHERE id = :id"), {"id": church.account.id})


async def test_nobody_acts_for_an_account_that_there_is_not(session: AsyncSession, church: Church) -> None:
    await act_for(session, new_id())
    with pytest.raises(DBAPIError, match="fk_audit_log_changed_by"):
        await change(session, church.campus, name="Hill")


# Transactions


@pytest.mark.parallel
async def test_two_transactions_beside_each_other_keep_their_actors_apart(parallel: Sessions) -> None:
    one, two, hall, chapel, yard = identity.account(), identity.account(), *(tracker.campus() for _ in range(3))
    async with parallel.begin() as session:
        session.add_all([one, two, hall, chapel, yard])
    async with parallel.begin() as first, parallel.begin() as second, parallel.begin() as third:
        await act_for(first, one.id, ip_address="192.0.2.1")
        await act_for(second, two.id, ip_address="192.0.2.2")
        await change(third, yard, name="Third")
        await change(second, chapel, name="Second")
        await change(first, hall, name="First")
    async with parallel() as session:
        told = [
            (entry.changed_by, entry.ip_address)
            for entry in [await last(session, each) for each in (hall, chapel, yard)]
        ]
    assert told == [(one.id, "192.0.2.1"), (two.id, "192.0.2.2"), (None, None)]


@pytest.mark.parallel
@pytest.mark.parametrize("ends", ["commit", "rollback"])
async def test_the_next_transaction_on_a_connection_knows_nothing_of_the_last(
    parallel: Sessions, database_url: str, ends: str
) -> None:
    account, campus = identity.account(), tracker.campus()
    async with parallel.begin() as session:
        session.add_all([account, campus])
    engine = create_engine(DatabaseSettings(DATABASE_POOL_SIZE=1), database_url)
    pool = async_sessionmaker(engine)
    async with pool() as session:
        await act_for(session, account.id, ip_address="192.0.2.1", user_agent="Firefox")
        await change(session, campus, name="Hill")
        backend = await session.scalar(text("SELECT pg_backend_pid()"))
        await getattr(session, ends)()
    async with pool() as session:
        assert await session.scalar(text("SELECT pg_backend_pid()")) == backend
        await change(session, campus, name="Quay")
        entry = await last(session, campus)
        assert (entry.changed_by, entry.ip_address, entry.user_agent) == (None, None, None)
    await engine.dispose()


@pytest.mark.parallel
async def test_a_change_that_is_rolled_back_leaves_no_trace(parallel: Sessions) -> None:
    campus = tracker.campus()
    async with parallel.begin() as session:
        session.add(campus)
    async with parallel() as session:
        await change(session, campus, name="Hill")
        assert len(await entries(session, campus)) == 2
        await session.rollback()
        assert [entry.action for entry in await entries(session, campus)] == ["insert"]


async def test_a_part_of_a_transaction_that_is_rolled_back_leaves_no_trace_and_no_actor(
    session: AsyncSession, church: Church
) -> None:
    async with session.begin_nested() as part:
        await act_for(session, church.account.id)
        await change(session, church.campus, name="Hill")
        await part.rollback()
    await change(session, church.campus, name="Quay")
    told = [(entry.action, entry.changed_by) for entry in await entries(session, church.campus)]
    assert told == [("insert", None), ("update", None)]


# The log is written by changing something, and in no other way


@pytest.fixture
def month() -> str:
    """The part of the log that holds this month."""
    return "SELECT 'tracker.audit_log_m' || to_char(now() AT TIME ZONE 'UTC', 'YYYYMM')"


FORGED = "INSERT INTO {} (table_name, record_id, action, new_values) VALUES ('campus', '1', 'insert', '{{}}')"
ATTEMPTS = [FORGED, "UPDATE {} SET record_id = '2'", "DELETE FROM {}", "TRUNCATE {}"]


@pytest.mark.parametrize("attempt", ATTEMPTS)
@pytest.mark.usefixtures("church")
async def test_the_service_may_not_write_the_log(session: AsyncSession, attempt: str) -> None:
    with pytest.raises(DBAPIError, match="permission denied"):
        await session.execute(text(attempt.format("tracker.audit_log")))


@pytest.mark.parametrize("attempt", ATTEMPTS)
@pytest.mark.usefixtures("church")
async def test_nor_the_months_that_it_consists_of(session: AsyncSession, month: str, attempt: str) -> None:
    with pytest.raises(DBAPIError, match=r"permission denied|written by its trigger alone"):
        await session.execute(text(attempt.format(await session.scalar(text(month)))))


@pytest.mark.parametrize(
    "attempt",
    [
        "INSERT INTO tracker.audit_mask VALUES ('course', '{name}')",
        "UPDATE tracker.audit_mask SET columns = '{}'",
        "DELETE FROM tracker.audit_mask",
    ],
)
async def test_nor_the_list_of_what_it_must_not_quote(session: AsyncSession, attempt: str) -> None:
    with pytest.raises(DBAPIError, match="permission denied"):
        await session.execute(text(attempt))


@pytest.mark.parametrize(
    "attempt", ["SELECT tracker.watch_changes('core.accounts')", "ALTER TABLE tracker.campus DISABLE TRIGGER audit"]
)
async def test_nor_choose_what_is_watched(session: AsyncSession, attempt: str) -> None:
    with pytest.raises(DBAPIError, match=r"permission denied|must be owner"):
        await session.execute(text(attempt))


async def test_nor_lend_the_trigger_to_a_table_of_its_own(session: AsyncSession) -> None:
    await session.execute(text("CREATE TEMPORARY TABLE campus (id uuid PRIMARY KEY)"))
    with pytest.raises(DBAPIError, match="permission denied for function"):
        await session.execute(
            text("CREATE TRIGGER audit AFTER INSERT ON campus FOR EACH ROW EXECUTE FUNCTION tracker.write_audit('id')")
        )


async def test_what_lies_in_the_way_of_names_misleads_no_trigger(session: AsyncSession, church: Church) -> None:
    """It runs with the owner's rights, so it looks for functions and tables only where the owner put them."""
    await session.execute(text("CREATE TEMPORARY TABLE audit_log (LIKE tracker.audit_log)"))
    await session.execute(text("SELECT set_config('search_path', 'pg_temp, public', true)"))
    await remove(session, church.webhook_event)
    assert [entry.action for entry in await entries(session, church.webhook_event)] == ["insert", "delete"]


async def test_the_service_may_read_the_log(session: AsyncSession, church: Church) -> None:
    assert (
        await session.scalar(select(AuditEntry.action).where(AuditEntry.record_id == str(church.campus.id))) == "insert"
    )
