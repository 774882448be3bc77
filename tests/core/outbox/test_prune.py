"""Housekeeping: what is settled and old goes, what somebody still needs stays."""

from datetime import timedelta

from app.core.outbox import prune as prune_module
from app.core.outbox.listen import listeners
from app.core.outbox.run import run_job
from tests.core.outbox.conftest import Machinery

EVENT = """
WITH event AS (
    INSERT INTO core.outbox (kind, key, payload, created_at, relayed_at)
    VALUES ('tests.happened', gen_random_uuid(), '{}', now() - CAST(:age AS interval), now()) RETURNING id
) INSERT INTO core.jobs (name, event_id, payload, state, finished_at)
SELECT :name, id, '{}', :state, now() - CAST(:age AS interval) FROM event
"""
SCHEDULED = """
INSERT INTO core.jobs (name, payload, state, finished_at)
VALUES (:name, '{}', :state, now() - CAST(:age AS interval))
"""
KEY = """
INSERT INTO core.idempotency_keys (caller, method, route, key, body_hash, expires_at)
VALUES ('somebody', 'POST', '/', :key, '\\x00', now() + CAST(:life AS interval))
"""


async def prune(machinery: Machinery) -> None:
    listener = listeners()["core.prune"]
    await machinery.execute("INSERT INTO core.jobs (name, payload) VALUES ('core.prune', '{}')")
    (job,) = await machinery.execute("SELECT id FROM core.jobs WHERE name = 'core.prune'")
    assert await run_job(machinery.sessions, listener, job.id, {})


async def names(machinery: Machinery) -> set[str]:
    return {job.name for job in await machinery.jobs()} - {"core.prune"}


async def test_settled_jobs_go_after_a_month_and_others_stay(machinery: Machinery) -> None:
    old, young = timedelta(days=31), timedelta(days=29)
    for name, state, age in (("old", "done", old), ("dropped", "cancelled", old), ("young", "done", young)):
        await machinery.execute(EVENT, name=name, state=state, age=age)
    for state in ("dead", "queued", "running"):
        await machinery.execute(EVENT, name=state, state=state, age=old)
    await prune(machinery)
    assert await names(machinery) == {"young", "dead", "queued", "running"}


async def test_events_go_with_their_jobs_and_unrelayed_ones_stay(machinery: Machinery) -> None:
    await machinery.execute(EVENT, name="old", state="done", age=timedelta(days=31))
    await machinery.execute(
        "INSERT INTO core.outbox (kind, key, payload, created_at)"
        " VALUES ('tests.waiting', gen_random_uuid(), '{}', now() - interval '90 days')"
    )
    await prune(machinery)
    assert [row.kind for row in await machinery.execute("SELECT kind FROM core.outbox")] == ["tests.waiting"]


async def test_the_dead_job_of_an_event_stays_without_its_siblings(machinery: Machinery) -> None:
    """They are done, and would otherwise be kept as long as nobody looks at the dead one."""
    for age in (timedelta(days=31), timedelta(days=29)):
        await machinery.execute(EVENT, name="dead", state="dead", age=age)
        await machinery.execute(
            "INSERT INTO core.jobs (name, event_id, payload, state) SELECT :name || '_' || state, id, '{}', state"
            " FROM core.outbox, unnest(ARRAY['done', 'cancelled']) state WHERE created_at < now() - interval '28 days'"
            " AND NOT EXISTS (SELECT FROM core.jobs WHERE event_id = outbox.id AND name <> 'dead')",
            name=f"{age.days}",
        )
    await prune(machinery)
    assert await names(machinery) == {"dead", "29_done", "29_cancelled"}
    assert len(await machinery.execute("SELECT id FROM core.outbox")) == 2


async def test_runs_of_schedules_go_after_three_days(machinery: Machinery) -> None:
    for name, state, days in (("old", "done", 4), ("old", "dead", 4), ("young", "done", 2)):
        await machinery.execute(SCHEDULED, name=name, state=state, age=timedelta(days=days))
    await prune(machinery)
    assert await names(machinery) == {"young"}


async def test_idempotency_keys_go_when_they_have_run_out(machinery: Machinery) -> None:
    await machinery.execute(KEY, key="over", life=timedelta(seconds=-1))
    await machinery.execute(KEY, key="alive", life=timedelta(hours=1))
    await prune(machinery)
    assert [row.key for row in await machinery.execute("SELECT key FROM core.idempotency_keys")] == ["alive"]


async def test_a_backlog_goes_in_batches(machinery: Machinery) -> None:
    await machinery.execute(
        "INSERT INTO core.outbox (kind, key, payload, created_at, relayed_at)"
        " SELECT 'tests.happened', gen_random_uuid(), '{}', now() - interval '40 days', now()"
        " FROM generate_series(1, :count)",
        count=2 * prune_module.BATCH + 1,
    )
    await prune(machinery)
    assert await machinery.execute("SELECT id FROM core.outbox") == []
