"""Five hundred buyers and thirty seats, over and over; one person who will not stop; one key pressed fifty times.

A buyer who is asked to come again (503 with Retry-After) does so, under the same key: what counts is what stands.
"""

import asyncio
import json
import time
from collections import Counter
from random import Random
from typing import TYPE_CHECKING

from chaos.client import identifier
from chaos.contests.answers import RETURN_TO, checkout_of, compare, compare_seats, percentile, tally
from chaos.people import Person, Seats, make_cohort, make_people
from chaos.scenario import Facts, Scale

if TYPE_CHECKING:
    from chaos.client import Caller
    from chaos.ledger import Ledger
    from chaos.stage import Stage

SEATS = 30
REPEATS = 50
PRICES = (0, 49_900)
FULL = "409 academy.cohort_full"
TAKEN = "409 academy.already_enrolled"


async def run(stage: "Stage", caller: "Caller", ledger: "Ledger", chance: Random, scale: Scale) -> Facts:
    """Rounds of free and paid seats in turn, then the two who repeat themselves, on both kinds of seat."""
    buyers = await make_people(stage, scale.pick(500, 120))
    rounds = scale.pick(20, 3)
    found: Counter[str] = Counter()
    seconds = []
    for number in range(rounds):
        chance.shuffle(buyers)
        cohort = await make_cohort(stage, SEATS, PRICES[number % 2])
        began = time.monotonic()
        found += await _round(stage, caller, ledger, buyers, cohort)
        seconds.append(time.monotonic() - began)
    facts: Facts = {
        "rounds": rounds,
        "buyers per round": len(buyers),
        "seats per round": SEATS,
        "sold": found["201"],
        "refused as full": found[FULL],
        "other answers": found.total() - found["201"] - found[FULL],
        "asked to come again on the way, 503": caller.statuses["503"],
        "median round, ms": percentile(seconds, 0.5),
    }
    for price in PRICES:
        kind = "paid" if price else "free"
        facts[f"seats of one person, {REPEATS} keys, {kind}"] = await _one_person(stage, caller, ledger, price)
        facts[f"different answers to one key, {REPEATS} times, {kind}"] = await _one_key(stage, caller, ledger, price)
    return facts


async def _round(
    stage: "Stage", caller: "Caller", ledger: "Ledger", buyers: list[Person], cohort: Seats
) -> Counter[str]:
    where = f"a round at {cohort.price} cents"
    path = checkout_of(cohort.id)
    found = tally(await asyncio.gather(*(caller.call(buyer, "POST", path, RETURN_TO) for buyer in buyers)))
    compare(ledger, "counters", where, {"201": SEATS, FULL: len(buyers) - SEATS}, found)
    await compare_seats(stage, ledger, where, cohort.id, SEATS)
    return found


async def _one_person(stage: "Stage", caller: "Caller", ledger: "Ledger", price: int) -> int:
    """The same person with a new key each time: one seat, and a refusal for every other try."""
    where = f"one person at {price} cents"
    cohort = await make_cohort(stage, SEATS, price)
    (buyer,) = await make_people(stage, 1)
    tries = (caller.call(buyer, "POST", checkout_of(cohort.id), RETURN_TO) for _ in range(REPEATS))
    found = tally(await asyncio.gather(*tries))
    compare(ledger, "doubled", where, {"201": 1, TAKEN: REPEATS - 1}, found)
    await compare_seats(stage, ledger, where, cohort.id, 1)
    return found["201"]


async def _one_key(stage: "Stage", caller: "Caller", ledger: "Ledger", price: int) -> int:
    """The same request with the same key: one seat, and everybody is told of that one in the same words."""
    where = f"one key at {price} cents"
    cohort = await make_cohort(stage, SEATS, price)
    (buyer,) = await make_people(stage, 1)
    key = caller.new_key()
    answers = await asyncio.gather(
        *(caller.call(buyer, "POST", checkout_of(cohort.id), RETURN_TO, key=key) for _ in range(REPEATS))
    )
    compare(ledger, "doubled", where, {"201": REPEATS}, tally(answers))
    for another in {identifier(each, "enrollment") for each in answers if each.status == 201} - {
        identifier(answers[0], "enrollment")
    }:
        ledger.offence("doubled", f"{where}: another enrollment {another}")
    await compare_seats(stage, ledger, where, cohort.id, 1)
    return len({json.dumps(each.body, sort_keys=True) for each in answers})
