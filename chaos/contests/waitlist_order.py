"""Two hundred wait, fifty seats fall free from sixteen sides at once: the first fifty are offered them, in order."""

import asyncio
import itertools
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING
from uuid import UUID

from chaos.client import identifier
from chaos.contests.answers import RETURN_TO, checkout_of, compare, compare_seats, tally
from chaos.people import Person, Seats, make_cohort, make_people
from chaos.scenario import Facts, Scale

if TYPE_CHECKING:
    from chaos.client import Caller
    from chaos.http import Answer
    from chaos.ledger import Ledger
    from chaos.stage import Stage

SIDES = 16
FULL = "409 academy.cohort_full"
RESERVED = "409 academy.reserved_for_waitlist"

_QUEUE = "SELECT id, position, status FROM academy.waitlist WHERE cohort_id = $1 ORDER BY position"
_TOLD = """
SELECT w.position FROM core.outbox o JOIN academy.waitlist w ON w.id = (o.payload ->> 'entry_id')::uuid
WHERE o.kind = 'academy.waitlist_offered' AND w.cohort_id = $1 ORDER BY o.number
"""


@dataclass(frozen=True, slots=True)
class Line:
    """A full cohort and who waits for it."""

    cohort: Seats
    seated: list[tuple[Person, str]]
    places: dict[UUID, int]


async def run(stage: "Stage", caller: "Caller", ledger: "Ledger", chance: Random, scale: Scale) -> Facts:
    """Fill a cohort, let the others queue all at once, then free seats while strangers try to slip in."""
    waiters, free = scale.pick((200, 50), (80, 20))
    line = await _lined_up(stage, caller, ledger, free + 10, waiters)
    leaving = chance.sample(line.seated, free)
    strangers, belated = await make_people(stage, 40), await make_people(stage, 10)
    latecomers = await make_people(stage, 10)
    path = checkout_of(line.cohort.id)
    queue = path.replace("checkout", "waitlist")
    freed, tried, joined = await asyncio.gather(
        _freed(caller, leaving),
        asyncio.gather(*(_after_a_moment(chance, caller.call(each, "POST", path, RETURN_TO)) for each in strangers)),
        asyncio.gather(*(_after_a_moment(chance, caller.call(each, "POST", queue)) for each in latecomers)),
    )
    compare(ledger, "counters", "freeing seats", {"200": free}, tally(freed))
    # By now every freed seat is held for somebody: on a slow machine the others came before the first was.
    tried += await asyncio.gather(*(caller.call(each, "POST", path, RETURN_TO) for each in belated))
    lawful = tally(tried)
    compare(ledger, "counters", "strangers at a queue", {FULL: len(tried), RESERVED: len(tried)}, lawful)
    compare(ledger, "counters", "latecomers to a queue", {"201": len(latecomers)}, tally(joined))
    await compare_seats(stage, ledger, "after freeing", line.cohort.id, 10)
    rows = await stage.database.fetch(_QUEUE, line.cohort.id)
    offered = [row["position"] for row in rows if row["status"] == "offered"]
    inversions = _inversions([row["status"] == "offered" for row in rows])
    told = [row["position"] for row in await stage.database.fetch(_TOLD, line.cohort.id)]
    out_of_turn = sum(later < earlier for earlier, later in itertools.pairwise(told))
    _enter(ledger, inversions, "pairs of which the later was offered a seat and the earlier still waits")
    _enter(ledger, out_of_turn, "offers announced before that of somebody in front")
    _enter(ledger, abs(len(offered) - free), f"seats freed and not offered, of {free}")
    _enter(ledger, len(set(told) ^ set(offered)), "offers that differ from their announcements")
    return {
        "waiting": len(line.places),
        "seats freed": free,
        "connections that freed them": SIDES,
        "offered": len(offered),
        "last position offered": max(offered, default=0),
        "inversions": inversions,
        "announced out of turn": out_of_turn,
        "strangers refused": len(tried) - lawful["201"],
    }


async def _lined_up(stage: "Stage", caller: "Caller", ledger: "Ledger", seats: int, waiters: int) -> Line:
    cohort = await make_cohort(stage, seats)
    buyers, line = await make_people(stage, seats), await make_people(stage, waiters)
    path = checkout_of(cohort.id)
    sold = await asyncio.gather(*(caller.call(buyer, "POST", path, RETURN_TO) for buyer in buyers))
    compare(ledger, "counters", "filling a cohort", {"201": seats}, tally(sold))
    queue = path.replace("checkout", "waitlist")
    joined = await asyncio.gather(*(caller.call(each, "POST", queue) for each in line))
    compare(ledger, "counters", "joining a queue", {"201": waiters}, tally(joined))
    places = {UUID(identifier(each)): int(each.body["position"]) for each in joined if each.status == 201}
    _enter(ledger, len(set(range(1, waiters + 1)) ^ set(places.values())), "positions given twice or not at all")
    seated = [(b, identifier(each, "enrollment")) for b, each in zip(buyers, sold, strict=True) if each.status == 201]
    return Line(cohort, seated, places)


async def _freed(caller: "Caller", leaving: Sequence[tuple[Person, str]]) -> "list[Answer]":
    """Sixteen at a time, each ending one enrollment after the other."""

    async def one_side(mine: Sequence[tuple[Person, str]]) -> "list[Answer]":
        return [
            await caller.call(person, "POST", f"/academy/enrollments/{enrollment}/cancellation", {})
            for person, enrollment in mine
        ]

    sides = await asyncio.gather(*(one_side(leaving[number::SIDES]) for number in range(SIDES)))
    return [answer for side in sides for answer in side]


async def _after_a_moment(chance: Random, call: "Coroutine[None, None, Answer]") -> "Answer":
    await asyncio.sleep(chance.uniform(0, 0.5))
    return await call


def _inversions(offered: Sequence[bool]) -> int:
    """Pairs, in the order of the queue, of which the later has an offer and the earlier has none."""
    count = passed_over = 0
    for has_offer in offered:
        count += passed_over if has_offer else 0
        passed_over += not has_offer
    return count


def _enter(ledger: "Ledger", count: int, meaning: str) -> None:
    for _ in range(count):
        ledger.offence("counters", meaning)
