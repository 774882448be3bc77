"""A thousand buyers who hang up in the middle: each purchase has happened wholly or not at all, and nothing leaks.

Afterwards each of them comes back with the same key, as a good client does, and gets the one seat.
"""

import asyncio
import json
import socket
import struct
import time
from collections import Counter
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from chaos.contests.answers import RETURN_TO, checkout_of, compare, tally
from chaos.contests.leaks import connections_left_open, places
from chaos.contests.patience import until
from chaos.people import Person, Seats, make_cohorts, make_people
from chaos.scenario import Facts, Scale

if TYPE_CHECKING:
    from chaos.client import Caller
    from chaos.ledger import Ledger
    from chaos.stage import Stage

COHORTS = 8
AT_ONCE = 100
PRICE = 49_900
LONGEST_WAIT = 0.15
SETTLED_WITHIN = 20.0
QUIET_FOR = 1.0
MOMENTS = ("in the headers", "in the body", "at once", "later", "later")
UNFINISHED = {"in the headers", "in the body"}
"""A request of which the last byte was never sent."""

_BEGUN = """
SELECT count(*) AS all, count(*) FILTER (WHERE answer_status IS NULL) AS unanswered
FROM core.idempotency_keys WHERE key = ANY($1::text[])
"""
_DONE = """
SELECT given.key, known.answer_status AS answer, e.id IS NOT NULL AS enrolled,
       (SELECT count(*) FROM core.outbox o WHERE o.kind = 'academy.enrollment_created'
        AND o.payload ->> 'enrollment_id' = e.id::text) AS told,
       (SELECT count(*) FROM academy.payments p WHERE p.enrollment_id = e.id
        AND p.state = 'open' AND p.stripe_checkout_session_id IS NOT NULL) AS pages
FROM unnest($1::text[], $2::uuid[], $3::uuid[]) AS given(key, person, cohort)
LEFT JOIN core.idempotency_keys known ON known.key = given.key
LEFT JOIN academy.enrollments e ON e.user_id = given.person AND e.cohort_id = given.cohort
"""


@dataclass(frozen=True, slots=True)
class Abort:
    """One purchase, and the moment at which its buyer hangs up. `is_rude`: with a reset instead of a farewell."""

    buyer: Person
    cohort: Seats
    key: str
    moment: str
    wait: float
    is_rude: bool
    address: str


async def run(stage: "Stage", caller: "Caller", ledger: "Ledger", chance: Random, scale: Scale) -> Facts:
    """Count the places, hang up on everybody, look at what is left, count again, come back."""
    aborts = await _planned(stage, caller, chance, scale.pick(1_000, 150))
    before = await places(stage, caller)
    await stage.faults(answer_delay_ms=60)  # a payment page takes its time, and some hang up just then
    for begin in range(0, len(aborts), AT_ONCE):
        await asyncio.gather(*(_hangs_up(abort) for abort in aborts[begin : begin + AT_ONCE]))
    await _settled(stage, [abort.key for abort in aborts])
    left_open = await connections_left_open(stage, ledger)
    after = await places(stage, caller)
    for _ in range(before - after):
        ledger.offence("orphaned work", f"a place that nobody can have any more: {after} of {before} are left")
    found = await _judge(stage, ledger, aborts)
    again = await asyncio.gather(
        *(
            caller.call(each.buyer, "POST", checkout_of(each.cohort.id), RETURN_TO, key=each.key, patience=120.0)
            for each in aborts
        )
    )
    compare(ledger, "lost", "those who hung up and came back", {"201": len(aborts)}, tally(again))
    return {
        "requests aborted": len(aborts),
        "of them before their last byte": sum(abort.moment in UNFINISHED for abort in aborts),
        "done all the same": found["whole"],
        "not done": found["nothing"],
        "done in part": found["part"],
        "served when they came back": tally(again)["201"],
        "connections left in a transaction": left_open,
        "requests inside at once before": before,
        "requests inside at once after": after,
    }


async def _settled(stage: "Stage", keys: list[str]) -> None:
    """Wait until every request that came through has ended: none is without an answer, and no more come."""
    seen, since = -1, time.monotonic()

    async def is_quiet() -> bool:
        nonlocal seen, since
        row = await stage.database.fetchrow(_BEGUN, keys)
        if row is None or row["unanswered"] or row["all"] != seen:
            seen, since = (row["all"] if row else -1), time.monotonic()
        return time.monotonic() - since > QUIET_FOR

    await until(is_quiet, SETTLED_WITHIN)


async def _planned(stage: "Stage", caller: "Caller", chance: Random, count: int) -> list[Abort]:
    buyers = await make_people(stage, count)
    cohorts = [*await make_cohorts(stage, COHORTS, count), *await make_cohorts(stage, COHORTS, count, PRICE)]
    return [
        Abort(
            buyer,
            chance.choice(cohorts),
            caller.new_key(),
            chance.choice(MOMENTS),
            chance.uniform(0, LONGEST_WAIT),
            chance.random() < 0.5,
            chance.choice(stage.api_urls),
        )
        for buyer in buyers
    ]


async def _hangs_up(abort: Abort) -> None:
    """Send what is to be sent, wait a moment, close."""
    where = urlsplit(abort.address)
    _, writer = await asyncio.open_connection(where.hostname, where.port)
    try:
        writer.write(_cut(abort, where.netloc))
        if abort.moment != "at once":
            await writer.drain()
            await asyncio.sleep(abort.wait)
        if abort.is_rude:
            taken = writer.get_extra_info("socket")
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    except OSError:
        pass  # told to go before we went
    finally:
        writer.close()


def _cut(abort: Abort, host: str) -> bytes:
    """As much of the request as is sent."""
    body = json.dumps(RETURN_TO).encode()
    lines = [
        f"POST /api/v1{checkout_of(abort.cohort.id)} HTTP/1.1",
        f"host: {host}",
        f"authorization: Bearer {abort.buyer.token}",
        f"idempotency-key: {abort.key}",
        "content-type: application/json",
        f"content-length: {len(body)}",
        "",
        "",
    ]
    head = "\r\n".join(lines).encode()
    if abort.moment == "in the headers":
        return head[:-2]
    return head + (body[: len(body) // 2] if abort.moment == "in the body" else body)


async def _judge(stage: "Stage", ledger: "Ledger", aborts: list[Abort]) -> Counter[str]:
    """Each purchase: whole, nothing, or a part of it, which may not be."""
    by_key = {abort.key: abort for abort in aborts}
    rows = await stage.database.fetch(
        _DONE,
        list(by_key),
        [abort.buyer.id for abort in aborts],
        [abort.cohort.id for abort in aborts],
    )
    found: Counter[str] = Counter()
    for row in rows:
        abort = by_key[row["key"]]
        shape = (row["answer"], row["enrolled"], row["told"], row["pages"])
        if shape == (201, True, 1, int(abort.cohort.price > 0)):
            found["whole"] += 1
            if abort.moment in UNFINISHED:
                ledger.offence("doubled", f"{abort.key} had its effect, and was cut {abort.moment}")
        elif shape == (None, False, 0, 0):
            found["nothing"] += 1
        else:
            found["part"] += 1
            names = dict(zip(("answer", "enrolled", "told", "pages"), shape, strict=True))
            ledger.offence("lost", f"{abort.key}, cut {abort.moment}, happened in part: {names}")
    return found
