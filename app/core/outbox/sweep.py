"""The sweep: from domain events to jobs, from clocks to jobs, from due jobs to the pool that runs them.

It runs in every worker each half second and whenever the doorbell rings. Everything it decides is one statement under
row locks, so any number of sweeps may run at once; nothing is remembered between two of them. When there is nothing
to do, one read says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.core.database.locks import try_lock
from app.core.outbox.domain_event import known_events
from app.core.outbox.listen import Listener

BATCH = 500
# Of one listener at a time: a thousand mails must not stand before one payment.
MOST_OF_ONE = 50

# One relay at a time: two of them, each skipping the other's locked rows, could put a later event of a key first.
# A kind this process does not know is left for one that does: while a release rolls out, old workers run beside new.
_RELAY = text("""
WITH batch AS (
    SELECT number, id, kind, key, payload FROM core.outbox
    WHERE relayed_at IS NULL AND kind = ANY(CAST(:known AS text[])) ORDER BY number LIMIT :limit FOR UPDATE
), made AS (
    INSERT INTO core.jobs (name, event_id, number, key, payload)
    SELECT heard.name, batch.id, batch.number, batch.key, batch.payload
    FROM batch JOIN unnest(CAST(:kinds AS text[]), CAST(:names AS text[])) AS heard(kind, name) USING (kind)
    ON CONFLICT (event_id, name) DO NOTHING
)
UPDATE core.outbox SET relayed_at = now() FROM batch WHERE outbox.number = batch.number
""")

_SLOTS = """
SELECT s.name, s.slot FROM (
    SELECT name, to_timestamp(floor((extract(epoch FROM now()) - shift) / period) * period + shift) AS slot
    FROM unnest(CAST(:clocks AS text[]), CAST(:periods AS float8[]), CAST(:shifts AS float8[]))
         AS clock(name, period, shift)
) s LEFT JOIN core.schedules known ON known.name = s.name
WHERE known.last_slot IS NULL OR known.last_slot < s.slot
"""  # (without that condition each look would lock every row, and write)

_DUE_SLOTS = text(f"""
WITH due AS ({_SLOTS}), moved AS (
    INSERT INTO core.schedules AS known (name, last_slot) SELECT name, slot FROM due
    ON CONFLICT (name) DO UPDATE SET last_slot = excluded.last_slot WHERE known.last_slot < excluded.last_slot
    RETURNING known.name, known.last_slot
)
INSERT INTO core.jobs (name, payload)
SELECT name, jsonb_build_object('slot', last_slot) FROM moved
WHERE NOT EXISTS (SELECT FROM core.jobs open WHERE open.name = moved.name AND open.state IN ('queued', 'running'))
""")  # noqa: S608  (put together from constants)

# `pushed_at` keeps the half-second sweeps from pushing one job twenty times; after ten seconds it is pushed again,
# because Redis may have forgotten it. An older unfinished job of the same listener and key goes first (X-EVT-01).
_READY = """
(job.pushed_at IS NULL OR job.pushed_at < now() - interval '10 seconds')
AND NOT EXISTS (SELECT FROM core.jobs older WHERE older.name = job.name AND older.key = job.key
                AND older.number < job.number AND older.state IN ('queued', 'running'))
"""

_PUSH = text(f"""
WITH queued AS (
    SELECT found.id, found.due_at FROM unnest(CAST(:names AS text[]), CAST(:quotas AS int[])) AS wanted(name, quota)
    CROSS JOIN LATERAL (
        SELECT job.id, job.run_at AS due_at FROM core.jobs job
        WHERE job.name = wanted.name AND job.state = 'queued' AND job.run_at <= now() AND {_READY}
        ORDER BY job.run_at LIMIT wanted.quota FOR UPDATE SKIP LOCKED
    ) found
), forsaken AS (
    SELECT job.id, job.lease_expires_at AS due_at FROM core.jobs job
    WHERE job.state = 'running' AND job.lease_expires_at < now() AND job.name = ANY(CAST(:names AS text[])) AND {_READY}
    ORDER BY job.lease_expires_at LIMIT :limit FOR UPDATE SKIP LOCKED
)
UPDATE core.jobs SET pushed_at = now()
WHERE id IN (SELECT id FROM (SELECT * FROM queued UNION ALL SELECT * FROM forsaken) due ORDER BY due_at LIMIT :limit)
RETURNING id, name
""")  # noqa: S608  (put together from constants)

_LOOK = text(f"""
SELECT EXISTS (SELECT FROM core.outbox WHERE relayed_at IS NULL AND kind = ANY(CAST(:known AS text[]))) AS events,
       EXISTS ({_SLOTS}) AS slots,
       EXISTS (SELECT FROM core.jobs WHERE state = 'queued' AND run_at <= now()
               AND (pushed_at IS NULL OR pushed_at < now() - interval '10 seconds'))
       OR EXISTS (SELECT FROM core.jobs WHERE state = 'running' AND lease_expires_at < now()) AS jobs
""")  # noqa: S608  (put together from constants)


@dataclass(frozen=True, slots=True)
class DueJob:
    """A job to run now: its id travels through Redis, nothing else does."""

    id: UUID
    name: str


def _clocks(listeners: dict[str, Listener]) -> dict[str, list[str] | list[float]]:
    timed = [(name, x.period.total_seconds(), x.offset.total_seconds()) for name, x in listeners.items() if x.period]
    return {
        "clocks": [name for name, _, _ in timed],
        "periods": [period for _, period, _ in timed],
        "shifts": [shift for _, _, shift in timed],
    }


async def relay(session: AsyncSession, listeners: dict[str, Listener]) -> int:
    """Turn new domain events into one job per listener. Returns how many events were relayed."""
    if not await try_lock(session, "core.outbox.relay"):
        return 0
    heard = [(listener.event.kind, name) for name, listener in listeners.items() if listener.event]
    done = await session.execute(
        _RELAY,
        {
            "limit": BATCH,
            "known": list(known_events()),
            "kinds": [kind for kind, _ in heard],
            "names": [name for _, name in heard],
        },
    )
    return int(done.rowcount)  # type: ignore[attr-defined]  # a cursor result has one


async def start_due_schedules(session: AsyncSession, listeners: dict[str, Listener]) -> None:
    """Make a job of every schedule whose next slot has come, unless its last job is still unfinished."""
    await session.execute(_DUE_SLOTS, _clocks(listeners))


async def take_due_jobs(
    session: AsyncSession, listeners: dict[str, Listener], limit: int = 200, busy: Mapping[str, int] | None = None
) -> list[DueJob]:
    """Mark the jobs that are due as pushed and return them; jobs of listeners this process lacks stay for others.

    `busy`: how many jobs of each name are in the works here already; a name gets `MOST_OF_ONE` less that.
    """
    quotas = {name: MOST_OF_ONE - (busy or {}).get(name, 0) for name in listeners}
    free = {name: min(quota, limit) for name, quota in quotas.items() if quota > 0}
    rows = await session.execute(_PUSH, {"names": list(free), "quotas": list(free.values()), "limit": limit})
    return [DueJob(row.id, row.name) for row in rows]


async def sweep(
    sessions: async_sessionmaker[AsyncSession],
    listeners: dict[str, Listener],
    limit: int = 200,
    busy: Mapping[str, int] | None = None,
) -> list[DueJob]:
    """One sweep, in short transactions. Returns the jobs to push."""
    async with sessions() as session:
        look = {"known": list(known_events()), **_clocks(listeners)}
        events, slots, jobs = (await session.execute(_LOOK, look)).one()
    if slots:
        async with sessions.begin() as session:
            await start_due_schedules(session, listeners)
    relayed = BATCH if events else 0
    while relayed == BATCH:
        async with sessions.begin() as session:
            relayed = await relay(session, listeners)
    if limit <= 0 or not (events or slots or jobs):
        return []
    async with sessions.begin() as session:
        return await take_due_jobs(session, listeners, limit, busy)
