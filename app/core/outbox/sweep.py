"""The sweep: from domain events to jobs, from clocks to jobs, from due jobs to the pool that runs them.

It runs in every worker each half second and whenever the doorbell rings. Everything it decides is one statement under
row locks, so any number of sweeps may run at once; nothing is remembered between two of them.
"""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.core.database.locks import try_lock
from app.core.outbox.listen import Listener

BATCH = 500

# One relay at a time: two of them, each skipping the other's locked rows, could put a later event of a key first.
_RELAY = text("""
WITH batch AS (
    SELECT number, id, kind, key, payload FROM core.outbox
    WHERE relayed_at IS NULL ORDER BY number LIMIT :limit FOR UPDATE
), made AS (
    INSERT INTO core.jobs (name, event_id, number, key, payload)
    SELECT heard.name, batch.id, batch.number, batch.key, batch.payload
    FROM batch JOIN unnest(CAST(:kinds AS text[]), CAST(:names AS text[])) AS heard(kind, name) USING (kind)
    ON CONFLICT (event_id, name) DO NOTHING
)
UPDATE core.outbox SET relayed_at = now() FROM batch WHERE outbox.number = batch.number
""")

_DUE_SLOTS = text("""
WITH due AS (
    SELECT name, to_timestamp(floor((extract(epoch FROM now()) - shift) / period) * period + shift) AS slot
    FROM unnest(CAST(:names AS text[]), CAST(:periods AS float8[]), CAST(:shifts AS float8[])) AS s(name, period, shift)
), moved AS (
    INSERT INTO core.schedules AS known (name, last_slot) SELECT name, slot FROM due
    ON CONFLICT (name) DO UPDATE SET last_slot = excluded.last_slot WHERE known.last_slot < excluded.last_slot
    RETURNING known.name, known.last_slot
)
INSERT INTO core.jobs (name, payload)
SELECT name, jsonb_build_object('slot', last_slot) FROM moved
WHERE NOT EXISTS (SELECT FROM core.jobs open WHERE open.name = moved.name AND open.state IN ('queued', 'running'))
""")

# `pushed_at` keeps the half-second sweeps from pushing one job twenty times; after ten seconds it is pushed again,
# because Redis may have forgotten it. An older unfinished job of the same listener and key goes first (X-EVT-01).
_PUSH = text("""
UPDATE core.jobs SET pushed_at = now() WHERE id IN (
    SELECT id FROM core.jobs job
    WHERE name = ANY(CAST(:names AS text[]))
      AND (state = 'queued' AND run_at <= now() AND (pushed_at IS NULL OR pushed_at < now() - interval '10 seconds')
           OR state = 'running' AND lease_expires_at < now())
      AND NOT EXISTS (SELECT FROM core.jobs older WHERE older.name = job.name AND older.key = job.key
                      AND older.number < job.number AND older.state IN ('queued', 'running'))
    ORDER BY run_at LIMIT :limit FOR UPDATE SKIP LOCKED
) RETURNING id, name
""")


@dataclass(frozen=True, slots=True)
class DueJob:
    """A job to run now: its id travels through Redis, nothing else does."""

    id: UUID
    name: str


async def relay(session: AsyncSession, listeners: dict[str, Listener]) -> int:
    """Turn new domain events into one job per listener. Returns how many events were relayed."""
    if not await try_lock(session, "core.outbox.relay"):
        return 0
    heard = [(listener.event.kind, name) for name, listener in listeners.items() if listener.event]
    done = await session.execute(
        _RELAY, {"limit": BATCH, "kinds": [kind for kind, _ in heard], "names": [name for _, name in heard]}
    )
    return int(done.rowcount)  # type: ignore[attr-defined]  # a cursor result has one


async def start_due_schedules(session: AsyncSession, listeners: dict[str, Listener]) -> None:
    """Make a job of every schedule whose next slot has come, unless its last job is still unfinished."""
    clocks = [(name, x.period.total_seconds(), x.offset.total_seconds()) for name, x in listeners.items() if x.period]
    await session.execute(
        _DUE_SLOTS,
        {
            "names": [name for name, _, _ in clocks],
            "periods": [period for _, period, _ in clocks],
            "shifts": [shift for _, _, shift in clocks],
        },
    )


async def take_due_jobs(session: AsyncSession, listeners: dict[str, Listener], limit: int = 200) -> list[DueJob]:
    """Mark the jobs that are due as pushed and return them; jobs of listeners this process lacks stay for others."""
    rows = await session.execute(_PUSH, {"names": list(listeners), "limit": limit})
    return [DueJob(row.id, row.name) for row in rows]


async def sweep(sessions: async_sessionmaker[AsyncSession], listeners: dict[str, Listener]) -> list[DueJob]:
    """One sweep, in short transactions. Returns the jobs to push."""
    async with sessions.begin() as session:
        await start_due_schedules(session, listeners)
    relayed = BATCH
    while relayed == BATCH:
        async with sessions.begin() as session:
            relayed = await relay(session, listeners)
    async with sessions.begin() as session:
        return await take_due_jobs(session, listeners)
