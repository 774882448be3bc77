"""The number of seats is edited up and down while people buy: never below what is taken, and never oversold."""

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING

from chaos.client import identifier
from chaos.contests.answers import RETURN_TO, checkout_of, compare_seats, told
from chaos.people import Person, Seats, make_admin, make_cohort, make_people
from chaos.scenario import Facts, Scale

if TYPE_CHECKING:
    from chaos.client import Caller
    from chaos.ledger import Ledger
    from chaos.stage import Stage

CROWD = 16
SMALLEST, LARGEST = 2, 14
LOOK_EVERY = 0.02
ENOUGH = 15
"""Edits without which nothing is shown: a machine that is busy with other things gets more time for them."""
LONGEST = 20.0
BELOW = "409 academy.capacity_below_seats_taken"
LAWFUL = {
    "buy": {"201", "409 academy.cohort_full"},
    "give back": {"200"},
    "edit": {"200", BELOW},
}

# One statement is one snapshot: what it sees was true at one moment.
_NOW = """
SELECT max_capacity AS seats, (SELECT count(*) FROM academy.enrollments e WHERE e.cohort_id = c.id AND e.has_seat)
     + (SELECT count(*) FROM academy.waitlist w WHERE w.offered_cohort_id = c.id AND w.status = 'offered') AS taken
FROM academy.cohorts c WHERE c.id = $1
"""


@dataclass(slots=True)
class Contest:
    """One cohort, its crowd, and what was seen of it until `ends_at`."""

    stage: "Stage"
    caller: "Caller"
    ledger: "Ledger"
    chance: Random
    cohort: Seats
    ends_at: float
    answers: Counter[str] = field(default_factory=Counter)
    seated: int = 0
    looks: int = 0
    edits_tried: int = 0

    @property
    def goes_on(self) -> bool:
        """Whether there is time left, or too little was edited."""
        late = time.monotonic() - self.ends_at
        return late < 0 or (self.edits_tried < ENOUGH and late < LONGEST)

    def note(self, what: str, answer: str) -> None:
        """Count an answer; one that this request cannot have is an offence."""
        self.answers[f"{what} {answer}"] += 1
        if answer not in LAWFUL[what]:
            self.ledger.offence("counters", f"capacity under load: {what} answered {answer}")

    async def buys_and_gives_back(self, buyer: Person) -> None:
        """Buy; keep the seat for a moment; give it back most of the time."""
        path = checkout_of(self.cohort.id)
        while self.goes_on:
            answer = await self.caller.call(buyer, "POST", path, RETURN_TO)
            self.note("buy", told(answer))
            if answer.status != 201:
                await asyncio.sleep(self.chance.uniform(0.01, 0.1))
                continue
            self.seated += 1
            if self.chance.random() < 0.02:
                return
            end = f"/academy/enrollments/{identifier(answer, 'enrollment')}/cancellation"
            answer = await self.caller.call(buyer, "POST", end, {})
            self.note("give back", told(answer))
            self.seated -= answer.status == 200

    async def edits(self, admin: Person) -> None:
        """Set another number of seats, and see that it stays until the next one is set."""
        path = f"/academy/cohorts/{self.cohort.id}"
        while self.goes_on:
            wanted = self.chance.randint(SMALLEST, LARGEST)
            answer = await self.caller.call(admin, "PATCH", path, {"max_capacity": wanted})
            self.edits_tried += 1
            self.note("edit", told(answer))
            if answer.status != 200:
                continue
            seats = await self.stage.database.fetchval(
                "SELECT max_capacity FROM academy.cohorts WHERE id = $1", self.cohort.id
            )
            if seats != wanted:
                self.ledger.offence("lost", f"capacity was set to {wanted}, and is {seats}")

    async def watches(self) -> None:
        """See at every moment no more taken than there are."""
        while self.goes_on:
            row = await self.stage.database.fetchrow(_NOW, self.cohort.id)
            self.looks += 1
            if row is not None and row["taken"] > row["seats"]:
                self.ledger.offence("counters", f"{row['taken']} taken of {row['seats']} while capacity was edited")
            await asyncio.sleep(LOOK_EVERY)


async def run(stage: "Stage", caller: "Caller", ledger: "Ledger", chance: Random, scale: Scale) -> Facts:
    """A crowd that buys and gives back, one admin who edits, one who watches."""
    cohort = await make_cohort(stage, (SMALLEST + LARGEST) // 2)
    buyers = await make_people(stage, CROWD)
    admin = await make_admin(stage)
    contest = Contest(stage, caller, ledger, chance, cohort, time.monotonic() + scale.pick(15.0, 3.0))
    await asyncio.gather(
        *(contest.buys_and_gives_back(buyer) for buyer in buyers), contest.edits(admin), contest.watches()
    )
    await compare_seats(stage, ledger, "capacity under load", cohort.id, contest.seated)
    return {
        "edits done": contest.answers["edit 200"],
        "edits refused as below what is taken": contest.answers[f"edit {BELOW}"],
        "seats bought meanwhile": contest.answers["buy 201"],
        "refused as full meanwhile": contest.answers["buy 409 academy.cohort_full"],
        "moments watched": contest.looks,
    }
