"""An offered seat: its owner accepts and declines it while its time runs out. It ends once, and its seat goes on."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING
from uuid import UUID

from app.core.ids import new_id
from chaos.contests.answers import RETURN_TO, told
from chaos.contests.patience import until
from chaos.people import Person, Seats, make_cohorts, make_people
from chaos.scenario import Facts, Scale

if TYPE_CHECKING:
    import asyncpg

    from chaos.client import Caller
    from chaos.ledger import Ledger
    from chaos.stage import Stage

AT_ONCE = 50
WINDOW = 0.6
"""Seconds in which everything happens to the offers of one batch, their expiry included."""
SWEEPS = 12
SWEEP_AGAIN = 0.2
SETTLED_WITHIN = 20.0
PRICES = (0, 49_900)
LAWFUL = {
    "accept": {
        "201",
        "410 academy.offer_expired",
        "409 academy.entry_ended",
        "409 academy.already_enrolled",
    },
    "leave": {"204", "409 academy.entry_ended"},
}

_COUNTED = "UPDATE academy.cohorts SET held = 1, waiting = 1, waitlist_last_position = 2 WHERE id = ANY($1::uuid[])"
_OFFERED = """
INSERT INTO academy.waitlist (id, user_id, course_id, cohort_id, position, status, offered_at, offer_expires_at,
                              offered_cohort_id)
SELECT entry, person, $4, cohort, 1, 'offered', now(), now() + interval '1 day', cohort
FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]) AS given(entry, person, cohort)
"""
_WAITING = """
INSERT INTO academy.waitlist (id, user_id, course_id, cohort_id, position)
SELECT entry, person, $4, cohort, 2 FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]) AS given(entry, person, cohort)
"""
_RUNS_OUT = """
UPDATE academy.waitlist SET offer_expires_at = now() + make_interval(secs => left_over)
FROM unnest($1::uuid[], $2::float8[]) AS given(entry, left_over) WHERE id = entry
"""
# The clock brings this job twice a minute, never two at once; here it has to meet those who answer in the same second.
_SWEEP = """
INSERT INTO core.jobs (name, payload) SELECT 'academy.sweep_waitlist', '{}'
WHERE NOT EXISTS (SELECT FROM core.jobs WHERE name = 'academy.sweep_waitlist' AND state IN ('queued', 'running'))
"""
_OVER = """
SELECT count(*) FROM academy.waitlist WHERE id = ANY($1::uuid[]) AND status = 'offered' AND offer_expires_at <= now()
"""
_END = """
SELECT first.id, first.status AS first, second.status AS second, c.current_enrollment AS taken, c.held, c.waiting,
       (SELECT count(*) FROM academy.enrollments e WHERE e.cohort_id = c.id) AS enrollments,
       (SELECT count(*) FROM academy.enrollments e WHERE e.id = first.enrollment_id AND e.has_seat) AS seats,
       (SELECT count(*) FROM core.outbox o WHERE o.kind = 'academy.waitlist_left'
        AND o.payload ->> 'entry_id' = first.id::text) AS left_told,
       (SELECT count(*) FROM core.outbox o WHERE o.kind = 'academy.waitlist_offered'
        AND o.payload ->> 'entry_id' = second.id::text) AS offers_told
FROM academy.waitlist first
JOIN academy.cohorts c ON c.id = first.cohort_id
JOIN academy.waitlist second ON second.cohort_id = c.id AND second.position = 2
WHERE first.id = ANY($1::uuid[])
"""

# What has to be told, taken, held, waiting and offered on, for each way in which the first offer can end.
_SHAPES = {
    "enrolled": {"second": "waiting", "taken": 1, "held": 0, "waiting": 1, "seats": 1, "left_told": 0},
    "expired": {"second": "offered", "taken": 0, "held": 1, "waiting": 0, "seats": 0, "left_told": 1},
    "cancelled": {"second": "offered", "taken": 0, "held": 1, "waiting": 0, "seats": 0, "left_told": 1},
    "offered": {"second": "waiting", "taken": 0, "held": 1, "waiting": 1, "seats": 0, "left_told": 0},
}


@dataclass(slots=True)
class Race:
    """One offer, who has it, and what its owner was told."""

    entry: UUID
    owner: Person
    cohort: Seats
    runs_out: float | None
    told: Counter[str] = field(default_factory=Counter)


async def run(stage: "Stage", caller: "Caller", ledger: "Ledger", chance: Random, scale: Scale) -> Facts:
    """Batches of races; after each, every offer is looked at."""
    races = scale.pick(500, 60)
    owners, waiters = await make_people(stage, AT_ONCE), await make_people(stage, AT_ONCE)
    ends: Counter[str] = Counter()
    answers: Counter[str] = Counter()
    broken = 0
    for begin in range(0, races, AT_ONCE):
        size = min(AT_ONCE, races - begin)
        batch = await _arranged(stage, chance, owners[:size], waiters[:size], PRICES[begin // AT_ONCE % 2])
        await _run_out(stage, batch)
        await asyncio.gather(*(_race(caller, ledger, chance, race) for race in batch), _sweeps(stage))
        await _settled(stage, [race.entry for race in batch])
        broken += await _judge(stage, ledger, batch, ends)
        answers.update(sum((race.told for race in batch), Counter()))
    return {
        "races": races,
        **{f"ended as {name}": ends[name] for name in _SHAPES},
        "accepted": answers["accept 201"],
        "too late": answers["accept 410 academy.offer_expired"],
        "declined": answers["leave 204"],
        "races that ended wrongly": broken,
    }


async def _arranged(
    stage: "Stage", chance: Random, owners: list[Person], waiters: list[Person], price: int
) -> list[Race]:
    """Cohorts of one seat each, which is offered to the first of two in line."""
    cohorts = await make_cohorts(stage, len(owners), 1, price)
    races = [
        Race(new_id(), owner, cohort, chance.uniform(-0.05, WINDOW) if chance.random() < 0.7 else None)
        for owner, cohort in zip(owners, cohorts, strict=True)
    ]
    course, places = cohorts[0].course_id, [cohort.id for cohort in cohorts]
    async with stage.database.acquire() as connection, connection.transaction():
        await connection.execute(_COUNTED, places)
        await connection.execute(_OFFERED, [race.entry for race in races], [each.id for each in owners], places, course)
        await connection.execute(_WAITING, [new_id() for _ in races], [each.id for each in waiters], places, course)
    return races


async def _run_out(stage: "Stage", races: list[Race]) -> None:
    ending = {race.entry: race.runs_out for race in races if race.runs_out is not None}
    await stage.database.execute(_RUNS_OUT, list(ending), list(ending.values()))


async def _race(caller: "Caller", ledger: "Ledger", chance: Random, race: Race) -> None:
    """Some of: accept, accept again with another key, decline, decline again; each at some moment of the window."""
    accept, leave = f"/academy/waitlist/{race.entry}/acceptance", f"/academy/waitlist/{race.entry}"
    acts = chance.sample(["accept", "accept", "leave", "leave"], chance.randint(1, 4))

    async def does(what: str) -> None:
        await asyncio.sleep(chance.uniform(0, WINDOW))
        if what == "accept":
            answer = await caller.call(race.owner, "POST", accept, RETURN_TO)
        else:
            answer = await caller.call(race.owner, "DELETE", leave)
        said = told(answer)
        race.told[f"{what} {said}"] += 1
        if said not in LAWFUL[what]:
            ledger.offence("lost", f"{what} of an offer was answered {said}")

    await asyncio.gather(*(does(what) for what in acts))


async def _sweeps(stage: "Stage") -> None:
    for _ in range(SWEEPS):
        await stage.database.execute(_SWEEP)
        await asyncio.sleep(WINDOW / SWEEPS)


async def _settled(stage: "Stage", entries: list[UUID]) -> None:
    """Wait until no offer is over and still open; after a while that is an offence, and told by the judge."""

    async def none_is_over() -> bool:
        if not await stage.database.fetchval(_OVER, entries):
            return True
        await stage.database.execute(_SWEEP)
        await asyncio.sleep(SWEEP_AGAIN)
        return False

    await until(none_is_over, SETTLED_WITHIN)


async def _judge(stage: "Stage", ledger: "Ledger", races: list[Race], ends: Counter[str]) -> int:
    rows = {row["id"]: row for row in await stage.database.fetch(_END, [race.entry for race in races])}
    broken = 0
    for race in races:
        row = rows[race.entry]
        ends[row["first"]] += 1
        for equation, offence in _offences(race, row):
            ledger.offence(equation, f"offer {race.entry}: {offence}")
            broken += 1
    return broken


def _offences(race: Race, row: "asyncpg.Record") -> list[tuple[str, str]]:
    """What is wrong with how an offer ended: the equation that breaks, and how."""
    end = row["first"]
    found = [
        ("doubled", f"{end}, and {name} is {row[name]}")
        for name, wanted in _SHAPES.get(end, {}).items()
        if row[name] != wanted
    ]
    if end not in _SHAPES:
        found.append(("lost", f"is {end}"))
    if row["enrollments"] != (end == "enrolled"):
        found.append(("doubled", f"{end}, with {row['enrollments']} enrollments"))
    if row["offers_told"] != (row["second"] == "offered"):
        found.append(("doubled", f"the next in line was told {row['offers_told']} times"))
    if end == "offered" and (race.runs_out is not None or race.told["leave 204"]):
        found.append(("orphaned work", "is over, and nobody ends it"))
    if end == "expired" and race.runs_out is None:
        found.append(("lost", "expired before its time"))
    accepted = race.told["accept 201"]
    if accepted != (end == "enrolled"):
        found.append(("doubled" if accepted > 1 else "lost", f"accepted {accepted} times, and is {end}"))
    if race.told["leave 204"] and end not in {"cancelled", "expired"}:
        found.append(("lost", f"declined, and is {end}"))
    return found
