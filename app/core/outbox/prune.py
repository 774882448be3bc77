"""Housekeeping of the machinery's own tables, in small steps, so that no statement runs long."""

from datetime import timedelta

from sqlalchemy import text

from app.core.outbox.listen import Patience, every
from app.core.outbox.run import JobRun

BATCH = 2_000
KEPT = timedelta(days=30)
# They come every minute and tell nothing that their next run does not tell.
SCHEDULES_KEPT = timedelta(days=3)

# An event goes with its jobs (ON DELETE CASCADE), and stays as long as one of them is not settled: a dead job is
# somebody's to look at.
_EVENTS = text("""
DELETE FROM core.outbox WHERE number IN (
    SELECT number FROM core.outbox event
    WHERE created_at < now() - CAST(:kept AS interval) AND relayed_at IS NOT NULL
      AND NOT EXISTS (SELECT FROM core.jobs WHERE event_id = event.id AND state NOT IN ('done', 'cancelled'))
    ORDER BY created_at LIMIT :batch)
""")

# What is left of an event that stays for a dead job's sake: its other listeners are done.
_SETTLED = text("""
DELETE FROM core.jobs WHERE id IN (
    SELECT job.id FROM core.outbox event JOIN core.jobs job ON job.event_id = event.id
    WHERE event.created_at < now() - CAST(:kept AS interval) AND job.state IN ('done', 'cancelled')
    LIMIT :batch)
""")

_SCHEDULED = text("""
DELETE FROM core.jobs WHERE id IN (
    SELECT id FROM core.jobs
    WHERE event_id IS NULL AND state NOT IN ('queued', 'running') AND finished_at < now() - CAST(:kept AS interval)
    LIMIT :batch)
""")

_KEYS = text("""
DELETE FROM core.idempotency_keys WHERE id IN (
    SELECT id FROM core.idempotency_keys WHERE expires_at < now() - CAST(:kept AS interval)
    ORDER BY expires_at LIMIT :batch)
""")

_CHORES = ((_EVENTS, KEPT), (_SETTLED, KEPT), (_SCHEDULED, SCHEDULES_KEPT), (_KEYS, timedelta()))


@every(hours=24, at=timedelta(hours=4), patience=Patience(tries=3, time_limit=timedelta(minutes=10)))
async def prune(job: JobRun) -> None:
    """Delete settled jobs and events after 30 days, runs of schedules after 3, and idempotency keys that ran out."""
    for statement, kept in _CHORES:
        deleted = BATCH
        while deleted == BATCH:
            async with job.transaction() as session:
                done = await session.execute(statement, {"kept": kept, "batch": BATCH})
            deleted = done.rowcount  # type: ignore[attr-defined]  # a cursor result has one
