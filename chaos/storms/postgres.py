"""PostgreSQL is stopped with `-m immediate` and started again. Meanwhile: 503, a time to come back, and no hanging."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field

from chaos.http import Answer
from chaos.measure import Times
from chaos.people import Person, Seats, make_cohort, make_people
from chaos.storms.load import RETURN_TO
from chaos.storms.scene import Scene

# The pool waits 2 s for a connection and a connection 5 s for its server: whoever needs longer than both hangs.
HANGS_AFTER = 10.0


@dataclass(slots=True)
class _Probe:
    """Asks one API process, many times a second, for a seat in a cohort that has plenty, or for the courses."""

    scene: Scene
    api: int
    cohort: Seats
    people: list[Person]
    statuses: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0

    async def while_away(self, back: asyncio.Event) -> None:
        """Until the database is on its way back: every answer has to be 503, with a time, in time."""
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            answer = await self._ask(write=bool(self.scene.chance.getrandbits(1)))
            if back.is_set():
                return  # it may have been answered by the database that is back
            self.slowest = max(self.slowest, loop.time() - began)
            shown = str(answer.status) if answer.status else answer.broke
            self.statuses[shown] += 1
            if answer.status != 503:
                self.scene.caller.wrong.append(f"without a database API process {self.api} answers {shown}")
            await asyncio.sleep(0.1)

    async def until_good(self) -> None:
        """Until somebody new has got a seat."""
        while (await self._ask(write=True)).status != 201:  # noqa: ASYNC110 - another process's event
            await asyncio.sleep(0.02)

    async def _ask(self, *, write: bool) -> Answer:
        caller = self.scene.caller
        if not write:
            return await caller.once(self.people[0], "GET", "/academy/courses", api=self.api, patience=HANGS_AFTER)
        person = self.people.pop() if len(self.people) > 1 else self.people[0]
        path = f"/academy/cohorts/{self.cohort.id}/checkout"
        return await caller.once(person, "POST", path, RETURN_TO, api=self.api, patience=HANGS_AFTER)


async def crash_postgres(scene: Scene) -> None:
    """Crash it under load, leave it away for seconds, start it, and time the first good answer of each API process."""
    stage = scene.stage
    loop = asyncio.get_running_loop()
    times, recovery = Times("PostgreSQL back → first good answer"), Times("PostgreSQL's own recovery")
    rounds = scene.scale.pick(full=3, smoke=1)
    cohort = await make_cohort(stage, seats=2_000)
    probes = [_Probe(scene, api, cohort, await make_people(stage, 150 * rounds)) for api in range(len(stage.api))]
    for _ in range(rounds):
        await stage.crash_postgres()
        back = asyncio.Event()
        asking = [asyncio.create_task(probe.while_away(back)) for probe in probes]
        await asyncio.sleep(scene.scale.pick(full=4.0, smoke=2.0))
        back.set()
        began = loop.time()
        await stage.start_postgres()
        recovery.add(loop.time() - began)
        began = loop.time()
        await asyncio.gather(*asking)

        async def good(probe: _Probe, began: float = began) -> None:
            await asyncio.wait_for(probe.until_good(), 60)
            times.add(loop.time() - began)

        await asyncio.gather(*(good(probe) for probe in probes))
        await asyncio.sleep(scene.chance.uniform(1.0, 3.0))
    statuses = sum((probe.statuses for probe in probes), Counter[str]())
    scene.facts |= {
        "PostgreSQL crashed": rounds,
        "answers while it was away, 503 with Retry-After": statuses["503"],
        "answers while it was away, others": statuses.total() - statuses["503"],
        "slowest answer while it was away, s": round(max(probe.slowest for probe in probes), 1),
        **recovery.facts(),
        **times.facts(),
    }
