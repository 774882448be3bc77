"""Waiting until nothing is left to do: the moment at which a ledger may be closed."""

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chaos.stage import Stage

# Jobs of the clock come again every half minute; what waits for them is asked about in the ledger itself.
_WORK = """
SELECT (SELECT count(*) FROM core.outbox WHERE relayed_at IS NULL) AS events,
       (SELECT count(*) FROM core.jobs WHERE state = 'queued' AND event_id IS NOT NULL) AS queued,
       (SELECT count(*) FROM core.jobs WHERE state = 'running' AND event_id IS NOT NULL) AS running,
       (SELECT count(*) FROM core.jobs WHERE event_id IS NULL
        AND (state = 'queued' AND run_at <= now() OR state = 'running' AND lease_expires_at < now())) AS clocks
"""

# A job that failed waits longer each time, up to an hour where money is concerned: nobody waits here for that.
_HURRY = "UPDATE core.jobs SET run_at = now() WHERE state = 'queued' AND run_at > now() AND event_id IS NOT NULL"

_DELIVERIES = "SELECT count(*) FROM deliveries WHERE state = 'pending'"
_LOOK_EVERY = 0.25


@dataclass(frozen=True, slots=True)
class Drained:
    """`is_empty`: nothing was left in time; else `left` says what. `hurried`: waits of failed jobs cut short."""

    is_empty: bool
    seconds: float
    hurried: int
    left: str


async def drain(stage: "Stage", patience: float) -> Drained:
    """Wait until every event is relayed, every job has ended and every webhook is delivered, or patience ends.

    The waits between the tries of a failed job are cut short, once per look; a lease is waited for as it is.
    """
    loop = asyncio.get_running_loop()
    began, hurried, left = loop.time(), 0, ""
    while loop.time() - began < patience:
        left = await _left(stage)
        if not left:
            return Drained(True, loop.time() - began, hurried, "")
        hurried += int((await stage.database.execute(_HURRY)).split()[-1])
        await asyncio.sleep(_LOOK_EVERY)
    return Drained(False, loop.time() - began, hurried, left)


async def _left(stage: "Stage") -> str:
    work = await stage.database.fetchrow(_WORK)
    counts = dict(work or {})
    counts["deliveries"] = (await asyncio.to_thread(stage.twin_rows, _DELIVERIES))[0][0]
    return ", ".join(f"{count} {name}" for name, count in counts.items() if count)
