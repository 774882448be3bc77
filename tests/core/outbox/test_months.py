"""The clock of the months: what is kept by months is kept so, as long as its setting says."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from pydantic import ValidationError
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.pool import NullPool

from app.core.database.engine import normalise
from app.core.database.roles import SCHEMAS
from app.core.invariants import _ask
from app.core.outbox import months as keeping
from app.core.outbox.invariants import INVARIANTS
from app.core.outbox.listen import listeners
from app.core.outbox.run import run_job
from app.local.services import Services
from app.settings import RetentionSettings
from tests.support.copies import Copy, copied

NOTICES = "core.notifications"
MONTH = "to_char(now() AT TIME ZONE 'UTC' + make_interval(months => {}), 'YYYYMM')"
YEARS_AGO = """
DO $body$ DECLARE begins date := date_trunc('month', now() AT TIME ZONE 'UTC') - interval '3 years'; BEGIN
    EXECUTE format('CREATE TABLE core.old_m%s PARTITION OF core.old FOR VALUES FROM (%L) TO (%L)',
        to_char(begins, 'YYYYMM'), begins || ' 00:00+00', (begins + interval '1 month')::date || ' 00:00+00');
END $body$
"""


@pytest.fixture(scope="module")
def copy(server: Services) -> Iterator[Copy]:
    """With a log of which one month is three years old, and a table whose next months are missing."""
    with copied(server) as made:
        asyncio.run(
            made.as_owner(
                "CREATE TABLE core.old (created_at timestamptz) PARTITION BY RANGE (created_at)",
                YEARS_AGO,
                "CREATE TABLE core.bare (created_at timestamptz) PARTITION BY RANGE (created_at)",
                "SELECT core.keep_months('core.bare', 0)",
            )
        )
        yield made


@pytest_asyncio.fixture
async def worker_sessions(copy: Copy) -> AsyncIterator[async_sessionmaker[AsyncSession]]:
    address, arguments = normalise(copy.service_url)
    engine = create_async_engine(address, poolclass=NullPool, connect_args=arguments)
    yield async_sessionmaker(engine, expire_on_commit=False)
    await engine.dispose()


async def run(worker_sessions: async_sessionmaker[AsyncSession]) -> bool:
    async with worker_sessions.begin() as session:
        job_id = await session.scalar(
            text("INSERT INTO core.jobs (name, payload) VALUES ('core.keep_months', '{}') RETURNING id")
        )
    return await run_job(worker_sessions, listeners()["core.keep_months"], job_id, {})


async def missing(worker_sessions: async_sessionmaker[AsyncSession]) -> list[str]:
    promise = next(each for each in INVARIANTS if each.name == "core.months_are_made")
    async with worker_sessions() as session:
        return [sample.subject for sample in (await _ask(session, promise, 9)).samples]


async def months(copy: Copy, table: str) -> int:
    ((found,),) = await copy.as_owner(
        "SELECT count(*) FROM core.months_of(CAST(CAST(:table AS text) AS regclass))", table=table
    )
    return int(found)


async def test_a_month_that_is_missing_is_noticed_and_made(
    copy: Copy, worker_sessions: async_sessionmaker[AsyncSession]
) -> None:
    assert await missing(worker_sessions) == ["core.bare", "core.old"]
    assert await run(worker_sessions)
    assert await missing(worker_sessions) == []
    assert await months(copy, "core.bare") == 1 + keeping.AHEAD


async def test_what_has_no_setting_is_kept_for_ever(
    copy: Copy, worker_sessions: async_sessionmaker[AsyncSession]
) -> None:
    await run(worker_sessions)
    assert await months(copy, "core.old") == 2 + keeping.AHEAD


async def test_what_is_older_than_its_setting_goes(
    copy: Copy, worker_sessions: async_sessionmaker[AsyncSession], monkeypatch: pytest.MonkeyPatch
) -> None:
    for kept, left in ((0, 5), (36, 5), (35, 4)):
        monkeypatch.setattr(RetentionSettings, "months", {"core.old": kept})
        await run(worker_sessions)
        assert await months(copy, "core.old") == left, kept


async def test_a_table_that_is_busy_does_not_hold_up_the_others(
    copy: Copy, worker_sessions: async_sessionmaker[AsyncSession]
) -> None:
    for table in ("a_busy", "b_free"):
        await copy.as_owner(f"CREATE TABLE core.{table} (created_at timestamptz) PARTITION BY RANGE (created_at)")
    holding = asyncio.create_task(
        copy.as_owner(
            "DO $$ BEGIN LOCK TABLE core.a_busy IN SHARE UPDATE EXCLUSIVE MODE; PERFORM pg_sleep(1.5); END $$"
        )
    )
    await asyncio.sleep(0.3)
    assert not await run(worker_sessions)
    assert (await months(copy, "core.a_busy"), await months(copy, "core.b_free")) == (0, 4)
    await holding
    (job,) = await copy.as_owner("SELECT state, error FROM core.jobs WHERE state <> 'done'")
    assert job.state == "queued"
    assert "core.a_busy" in job.error


async def test_every_table_that_is_kept_by_months_has_its_setting(session: AsyncSession) -> None:
    kept = await session.scalars(keeping._KEPT, {"schemas": list(SCHEMAS)})
    assert set(kept) - set(RetentionSettings().months) == set()


def test_an_audit_log_is_kept_for_five_years_or_for_ever() -> None:
    assert RetentionSettings(audit_log=0).months["tracker.audit_log"] == 0
    with pytest.raises(ValidationError):
        RetentionSettings(audit_log=59)
