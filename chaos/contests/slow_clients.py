"""Two hundred sockets that send their headers or their bodies byte by byte: everybody else is answered as before."""

import asyncio
import itertools
import time
from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from chaos.contests.answers import RETURN_TO, checkout_of, percentile, told
from chaos.people import Person, Seats, make_cohort, make_people
from chaos.scenario import Facts, Scale

if TYPE_CHECKING:
    from chaos.client import Caller
    from chaos.ledger import Ledger
    from chaos.stage import Stage

SOCKETS = 200
HALF = 0.5
BUYS = 0.2
ORDINARY = 8
DRIP_EVERY = 0.5
DEADLINE = 15.0
"""Seconds in which the product wants a body to be there (rule 38)."""
SLACK = 5.0
LONGEST = 5.0
"""Seconds beyond which an ordinary request counts as not answered."""
LAWFUL = {"200", "201"}


@dataclass(slots=True)
class Ordinary:
    """People who do what people do, one request after the other, until they are told to stop."""

    caller: "Caller"
    ledger: "Ledger"
    chance: Random
    cohort: Seats
    seconds: list[float] = field(default_factory=list)
    is_over: bool = False

    async def goes_on(self, crowd: list[Person]) -> None:
        """Look at the catalogue, at one's own seats; now and then buy one."""
        while crowd and not self.is_over:
            person = crowd.pop()
            await self._asks(person, "GET", "/academy/courses?limit=20")
            await self._asks(person, "GET", "/academy/me/enrollments")
            if self.chance.random() < BUYS:
                await self._asks(person, "POST", checkout_of(self.cohort.id))

    async def _asks(self, person: Person, method: str, path: str) -> None:
        began = time.monotonic()
        answer = await self.caller.once(person, method, path, RETURN_TO if method == "POST" else None)
        took = time.monotonic() - began
        self.seconds.append(took)
        if told(answer) not in LAWFUL or took > LONGEST:
            self.ledger.offence("lost", f"an ordinary {method} beside slow clients: {told(answer)} in {took:.1f} s")


async def run(stage: "Stage", caller: "Caller", ledger: "Ledger", chance: Random, scale: Scale) -> Facts:
    """Ordinary requests alone, then beside the slow ones, for longer than a body may take (in the smoke: shorter)."""
    cohort = await make_cohort(stage, 100_000)
    people = await make_people(stage, scale.pick(6_000, 1_000))
    alone = Ordinary(caller, ledger, chance, cohort)
    await _play(alone, people, scale.pick(4.0, 1.0))
    beside = Ordinary(caller, ledger, chance, cohort)
    lasts = scale.pick(DEADLINE + SLACK, 2.5)
    slow = [
        asyncio.create_task(_drips(address, people[0], chance.random() < HALF, lasts))
        for address, _ in zip(itertools.cycle(stage.api_urls), range(SOCKETS), strict=False)
    ]
    try:
        await _play(beside, people, lasts)
        ends = await asyncio.gather(*slow)
    finally:
        for task in slow:
            task.cancel()
    found = Counter(ends)
    if scale.is_full:
        for end in ends:
            if end.startswith("body") and end != "body 408":
                ledger.offence("orphaned work", f"a body that never ends: {end} after {lasts:.0f} s")
    return {
        "slow sockets": SOCKETS,
        **{f"ended: {end}": count for end, count in sorted(found.items())},
        "ordinary requests alone": len(alone.seconds),
        "ordinary requests beside": len(beside.seconds),
        "p99 alone, ms": percentile(alone.seconds, 0.99),
        "p99 beside, ms": percentile(beside.seconds, 0.99),
        "slowest beside, ms": percentile(beside.seconds, 1.0),
    }


async def _play(ordinary: Ordinary, people: list[Person], seconds: float) -> None:
    crowd = asyncio.gather(*(ordinary.goes_on(people) for _ in range(ORDINARY)))
    await asyncio.sleep(seconds)
    ordinary.is_over = True
    await crowd


async def _drips(address: str, person: Person, in_headers: bool, lasts: float) -> str:
    """One slow socket: what became of it, in two words."""
    kind = "headers" if in_headers else "body"
    where = urlsplit(address)
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    try:
        writer.write(_beginning(person, in_headers))
        answer = asyncio.create_task(reader.readline())
        deadline = time.monotonic() + lasts
        while not answer.done() and time.monotonic() < deadline:
            writer.write(b"x-drip: 1\r\n" if in_headers else b" ")
            await asyncio.wait([answer], timeout=DRIP_EVERY)
        if not answer.done():
            answer.cancel()
            return f"{kind} still open"
        line = await answer
        return f"{kind} {line.split()[1].decode()}" if line else f"{kind} closed"
    except OSError:
        return f"{kind} reset"
    finally:
        writer.close()


def _beginning(person: Person, in_headers: bool) -> bytes:
    """A request that has only begun; of one with a slow body all but the body."""
    lines = ["POST /api/v1/webhooks/stripe HTTP/1.1", "host: slow", f"authorization: Bearer {person.token}"]
    if in_headers:
        return "\r\n".join([*lines, ""]).encode()
    return "\r\n".join([*lines, "content-type: application/json", "content-length: 5000", "", ""]).encode()
