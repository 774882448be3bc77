"""More requests at once than there are connections, all of them stuck: they wait, and all are answered in the end."""

import asyncio
import time
from random import Random
from typing import TYPE_CHECKING

from chaos.contests.answers import RETURN_TO, checkout_of, compare, percentile, tally, told
from chaos.people import Person, Seats, make_cohorts, make_people
from chaos.scenario import Facts, Scale

if TYPE_CHECKING:
    from chaos.client import Caller
    from chaos.http import Answer
    from chaos.ledger import Ledger
    from chaos.stage import Stage

COHORTS = 50
SOON = 2.0
LOOK_EVERY = 0.25

_STUCK = "SELECT id FROM academy.cohorts WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE"


async def run(stage: "Stage", caller: "Caller", ledger: "Ledger", chance: Random, scale: Scale) -> Facts:
    """Hold the rows that all buyers want, for longer than a request may wait for a lock; then let go."""
    buyers = await make_people(stage, scale.pick(400, 120))
    readers = await make_people(stage, 20)
    cohorts = await make_cohorts(stage, COHORTS, len(buyers))
    before = caller.statuses.copy()
    began = time.monotonic()
    async with asyncio.TaskGroup() as crowd:
        let_go = crowd.create_task(_hold(stage, cohorts, scale.pick(14.0, 2.5)))
        alive = crowd.create_task(_asks_for_life(stage, caller, ledger, let_go))
        bought = [crowd.create_task(_buys(caller, chance, each, cohorts)) for each in buyers]
        read = [crowd.create_task(_reads(caller, chance, each)) for each in readers]
    sold, seen = [task.result() for task in bought], [task.result() for task in read]
    compare(ledger, "lost", "buyers before a full pool", {"201": len(buyers)}, tally(sold))
    compare(ledger, "lost", "readers before a full pool", {"200": len(readers)}, tally(seen))
    attempts = caller.statuses - before
    return {
        "buyers at once": len(buyers),
        "rows held for, s": round(let_go.result(), 1),
        "sold": tally(sold)["201"],
        "answered 503 on the way": attempts["503"],
        "answered 500": attempts["500"],
        "connections that broke": sum(attempts[name] for name in ("reset", "refused", "cut off", "timeout")),
        "slowest sign of life, ms": percentile(alive.result(), 1.0),
        "all answered after, s": round(time.monotonic() - began, 1),
    }


async def _hold(stage: "Stage", cohorts: list[Seats], seconds: float) -> float:
    began = time.monotonic()
    async with stage.database.acquire() as connection, connection.transaction():
        await connection.execute(_STUCK, [cohort.id for cohort in cohorts])
        await asyncio.sleep(seconds)
    return time.monotonic() - began


async def _buys(caller: "Caller", chance: Random, buyer: Person, cohorts: list[Seats]) -> "Answer":
    await asyncio.sleep(chance.uniform(0.1, 0.6))  # when the rows are held
    return await caller.call(buyer, "POST", checkout_of(chance.choice(cohorts).id), RETURN_TO)


async def _reads(caller: "Caller", chance: Random, reader: Person) -> "Answer":
    await asyncio.sleep(chance.uniform(0.6, 2.0))  # when the pool is full
    return await caller.call(reader, "GET", "/academy/me/enrollments")


async def _asks_for_life(
    stage: "Stage", caller: "Caller", ledger: "Ledger", while_running: "asyncio.Task[float]"
) -> list[float]:
    """Both processes have to say that they live all the time: whoever asks needs no connection of theirs."""
    seconds = []
    while not while_running.done():
        for api in range(len(stage.api_urls)):
            began = time.monotonic()
            answer = await caller.once(None, "GET", "/healthz", api=api)
            seconds.append(time.monotonic() - began)
            if answer.status != 200 or seconds[-1] > SOON:
                ledger.offence("lost", f"/healthz with a full pool: {told(answer)} in {seconds[-1]:.1f} s")
        await asyncio.sleep(LOOK_EVERY)
    return seconds
