"""A release under load: both API processes and both workers are asked to go and started again, one after the other.

Whoever is answered is answered as on any other day; whose connection breaks comes back with the same key.
"""

import asyncio
import time
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING

from chaos.contests.patience import until
from chaos.measure import Times
from chaos.scenario import Facts, Scale
from chaos.storms.load import prepare

if TYPE_CHECKING:
    from chaos.client import Caller
    from chaos.ledger import Ledger
    from chaos.stage import Stage

ACTORS = 10
BROKEN = ("reset", "cut off", "refused", "timeout")
STILL_AFTER = 10.0
"""Seconds after which a job of this load, which takes milliseconds, is not being worked on by anybody."""

_RUNNING = "SELECT count(*) FROM core.jobs WHERE state = 'running' AND event_id IS NOT NULL"
_FORSAKEN = """
SELECT name || ', its lease runs for another ' || (lease_expires_at - now()) FROM core.jobs
WHERE state = 'running' AND event_id IS NOT NULL AND updated_at < now() - $1::interval
"""


async def run(stage: "Stage", caller: "Caller", ledger: "Ledger", chance: Random, scale: Scale) -> Facts:
    """Restart everybody by SIGTERM while people live their lives (in the smoke: one of each kind)."""
    load = await prepare(stage, caller, chance)
    apis, workers = Times("API process asked to go → its successor answers"), Times("worker asked to go → it has gone")
    pause = scale.pick(1.0, 0.4)
    load.start(ACTORS)
    try:
        await asyncio.sleep(pause)
        for number in range(scale.pick(len(stage.api), 1)):
            began = time.monotonic()
            _went(ledger, f"api-{number}", await stage.restart_api(number))
            apis.add(time.monotonic() - began)
            await asyncio.sleep(pause)
        for number in range(scale.pick(len(stage.workers), 1)):
            began = time.monotonic()
            _went(ledger, f"worker-{number}", await stage.workers[number].stop())
            workers.add(time.monotonic() - began)
            await stage.start_worker(number)
            await asyncio.sleep(pause)
        await load.stop()
        forsaken = await _forsaken(stage, ledger)
    except BaseException:
        await load.cancel()
        raise
    bad = {name: count for name, count in caller.statuses.items() if name.startswith("5")}
    for name, count in bad.items():
        ledger.offence("lost", f"answered {name} during a rolling restart, {count} times")
    unanswered = [call for call in ledger.calls if not call.is_final]
    for call in unanswered:
        ledger.offence("lost", f"{call.kind} was never answered: {call.answer.status or call.answer.broke}")
    return {
        **apis.facts(),
        **workers.facts(),
        "answers by class": ", ".join(f"{name} {count}" for name, count in _classes(caller).items()),
        "connections that broke": sum(caller.statuses[name] for name in BROKEN),
        "requests never answered": len(unanswered),
        "jobs left to their leases": forsaken,
        "lives lived": load.lives.total(),
    }


async def _forsaken(stage: "Stage", ledger: "Ledger") -> int:
    """Jobs that a worker took and did not give back when it went: they stand still until their lease has run out."""

    async def none_runs() -> bool:
        return not await stage.database.fetchval(_RUNNING)

    await until(none_runs, STILL_AFTER + 2)
    left = [row[0] for row in await stage.database.fetch(_FORSAKEN, timedelta(seconds=STILL_AFTER))]
    for each in left:
        ledger.offence("orphaned work", f"taken, and not given back by a worker that went: {each}")
    return len(left)


def _went(ledger: "Ledger", name: str, by_itself: bool) -> None:
    if not by_itself:
        ledger.offence("orphaned work", f"{name} was asked to go, and had to be killed")


def _classes(caller: "Caller") -> dict[str, int]:
    found: dict[str, int] = {}
    for name, count in sorted(caller.statuses.items()):
        if name not in BROKEN:
            found[f"{name[0]}xx"] = found.get(f"{name[0]}xx", 0) + count
    return found
