"""The load under every storm: people who buy, pay, queue, accept, decline, cancel, want their money back, and learn.

Each life is one person's, told by the seed; how the lives mix is up to the scheduler. Nobody here minds refusals: what
a person was told is in the ledger, and that is what has to add up.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING
from uuid import UUID

from chaos.client import Caller
from chaos.http import Answer, identifier
from chaos.people import Person, Seats, make_admin, make_cohorts, make_people
from chaos.storms.school import School, found

if TYPE_CHECKING:
    from chaos.stage import Stage

RETURN_TO = {"success_url": "https://app.example.com/welcome", "cancel_url": "https://app.example.com/courses"}
PRICE = 49_900
# Moods of Stripe's twin while a storm lasts.
BAD_DAY: dict[str, float] = {
    "answer_delay_ms": 30,
    "lost_answer": 0.08,
    "server_error": 0.08,
    "rate_limited": 0.05,
    "duplicate": 0.3,
    "reorder_ms": 1_500,
}
# What becomes of a payment page, and how often.
_OUTCOMES = {"paid": 60, "processing": 15, "failed": 5, "expired": 10, "": 10}
_PATIENCE = 120.0


@dataclass(slots=True)
class Load:
    """`start` lets `actors` live one life after the other until `stop`."""

    stage: "Stage"
    caller: Caller
    chance: Random
    admin: Person
    free: list[Seats]
    paid: list[Seats]
    people: list[Person]
    school: School
    lives: Counter[str] = field(default_factory=Counter)
    pause: float = 0.03
    _stopping: asyncio.Event = field(default_factory=asyncio.Event)
    _actors: list[asyncio.Task[None]] = field(default_factory=list)

    def start(self, actors: int) -> None:
        """Begin."""
        self._actors = [asyncio.create_task(self._act(), name=f"actor {number}") for number in range(actors)]

    async def stop(self) -> None:
        """Let everybody finish the life they are in. Raises what went wrong in one."""
        self._stopping.set()
        await asyncio.gather(*self._actors)

    async def cancel(self) -> None:
        """Leave at once: something else broke."""
        for actor in self._actors:
            actor.cancel()
        await asyncio.gather(*self._actors, return_exceptions=True)

    async def _act(self) -> None:
        lives: list[tuple[str, Callable[[Person], Awaitable[None]], int]] = [
            ("free", self._free, 30),
            ("paid", self._paid, 45),
            ("reader", self._reads, 10),
            ("learner", self._learns, 15),
        ]
        while not self._stopping.is_set():
            name, live, _ = self.chance.choices(lives, [weight for _, _, weight in lives])[0]
            person = await self._somebody()
            await live(person)
            self.lives[name] += 1
            await asyncio.sleep(self.pause)

    async def _somebody(self) -> Person:
        if not self.people:
            self.people.extend(await make_people(self.stage, 200))
        return self.people.pop()

    # Lives

    async def _free(self, person: Person) -> None:
        """A free seat, sometimes given back, sometimes asked for twice; or the queue."""
        cohort = self.chance.choice(self.free)
        key = self.caller.new_key()
        answer = await self._check_out(person, cohort, key)
        if self.chance.random() < 0.15:
            await self._check_out(person, cohort, key)
        if answer.status == 201:
            await self._rest()
            if self.chance.random() < 0.5:
                await self._cancel(person, identifier(answer, "enrollment"))
        elif answer.status == 409:
            await self._queue(person, cohort)

    async def _paid(self, person: Person) -> None:
        """A seat that has to be paid, with everything that can become of the payment; or the queue."""
        cohort = self.chance.choice(self.paid)
        answer = await self._check_out(person, cohort, self.caller.new_key())
        if answer.status == 201:
            await self._pay(person, answer)
        elif answer.status == 409:
            await self._queue(person, cohort)

    async def _reads(self, person: Person) -> None:
        await self._call(person, "GET", "/academy/courses")
        await self._call(person, "GET", f"/academy/cohorts/{self.chance.choice(self.free).id}")
        await self._call(person, "GET", "/academy/me/enrollments")

    async def _learns(self, person: Person) -> None:
        """A seat in the school, and everything up to the certificate."""
        answer = await self._check_out(person, self.school.cohort, self.caller.new_key())
        if answer.status == 201:
            await self.school.study(person, identifier(answer, "enrollment"))

    async def _queue(self, person: Person, cohort: Seats) -> None:
        """Wait a while for an offer; take it, decline it, or leave."""
        joined = await self._call(person, "POST", f"/academy/cohorts/{cohort.id}/waitlist")
        entry = identifier(joined)
        if not entry:
            return
        for _ in range(self.chance.randint(1, 6)):
            await self._rest()
            found = await self._call(person, "GET", f"/academy/waitlist/{entry}")
            if isinstance(found.body, dict) and found.body.get("status") == "offered":
                await self._answer_offer(person, entry)
                return
        if self.chance.random() < 0.6:
            await self._call(person, "DELETE", f"/academy/waitlist/{entry}")

    async def _answer_offer(self, person: Person, entry: str) -> None:
        if self.chance.random() < 0.3:
            await self._call(person, "DELETE", f"/academy/waitlist/{entry}")
            return
        bought = await self._call(person, "POST", f"/academy/waitlist/{entry}/acceptance", RETURN_TO)
        if bought.status == 201 and bought.body.get("checkout_url"):
            await self._pay(person, bought)

    async def _pay(self, person: Person, bought: Answer) -> None:
        """At Stripe's page: pay, pay slowly, fail, run out of time, or go away; then change one's mind."""
        enrollment = identifier(bought, "enrollment")
        page = bought.body.get("checkout_url")
        if page is None:  # paid or ended meanwhile, when an interrupted checkout was taken up again
            return
        await self._rest()
        outcome = self.chance.choices(list(_OUTCOMES), list(_OUTCOMES.values()))[0]
        if outcome:
            await self.at_page(page, outcome)
        if outcome == "processing":
            await self._rest()
            await self.at_page(page, self.chance.choice(["settled", "settled", "failed"]))
        elif outcome == "failed" and self.chance.random() < 0.5:
            await self.at_page(page, "paid")
        await self._rest()
        await self._change_mind(person, enrollment)

    async def _change_mind(self, person: Person, enrollment: str) -> None:
        choice = self.chance.random()
        path = f"/academy/enrollments/{enrollment}/refund"
        if choice < 0.2:
            await self._call(self.admin, "POST", path, {"reason": "asked for"})
        elif choice < 0.3:
            await self._call(self.admin, "POST", path, {"amount_cents": 10_000, "reason": "a part"})
        elif choice < 0.45:
            await self._cancel(person, enrollment)

    # Means

    async def at_page(self, page: str, outcome: str) -> bool:
        """What the buyer does at Stripe; its events come late, repeated and in any order. Whether it could be done."""
        path = "/" + page.split("/", 3)[3]
        wish = {"outcome": outcome, "repeat": self.chance.choice([1, 1, 2, 3])}
        answer = await self.stage.twin("POST", f"{path}/outcome", wish)
        return answer.status == 200

    async def _check_out(self, person: Person, cohort: Seats, key: str) -> Answer:
        return await self.caller.call(
            person, "POST", f"/academy/cohorts/{cohort.id}/checkout", RETURN_TO, key=key, patience=_PATIENCE
        )

    async def _cancel(self, person: Person, enrollment: str) -> None:
        await self._call(
            person, "POST", f"/academy/enrollments/{enrollment}/cancellation", {"reason": "changed my mind"}
        )

    async def _call(self, person: Person, method: str, path: str, body: object = None) -> Answer:
        return await self.caller.call(person, method, path, body, patience=_PATIENCE)

    async def _rest(self) -> None:
        await asyncio.sleep(self.chance.uniform(0.05, 0.4))

    async def paid_seats(self, count: int) -> list[UUID]:
        """Enrollments that are paid for, in a cohort of their own: what a refund can be asked for."""
        cohort = (await make_cohorts(self.stage, 1, count, PRICE))[0]
        buyers = await make_people(self.stage, count)
        bought = await asyncio.gather(*(self._check_out(each, cohort, self.caller.new_key()) for each in buyers))
        for answer in bought:
            if answer.status != 201 or not await self.at_page(answer.body["checkout_url"], "paid"):
                raise RuntimeError(f"a seat could not be bought before the storm: {answer.status}")
        found = [UUID(identifier(answer, "enrollment")) for answer in bought]
        await self._until_paid(found)
        return found

    async def _until_paid(self, enrollments: list[UUID]) -> None:
        question = """SELECT count(*) FROM academy.enrollments
                      WHERE id = ANY($1::uuid[]) AND payment_status = 'completed'"""
        while (await self.stage.fetch(question, enrollments))[0][0] < len(enrollments):  # noqa: ASYNC110 - another process's event
            await asyncio.sleep(0.1)

    async def refund(self, enrollment: UUID) -> Answer:
        """Ask for the money of a paid seat: a job that has to speak with Stripe."""
        path = f"/academy/enrollments/{enrollment}/refund"
        return await self.caller.call(self.admin, "POST", path, {"reason": "asked for"}, patience=_PATIENCE)


async def prepare(stage: "Stage", caller: Caller, chance: Random) -> Load:
    """A world to live in: small cohorts, free and paid, so that queues form."""
    free = await make_cohorts(stage, 12, seats=8)
    paid = await make_cohorts(stage, 12, seats=8, price=PRICE)
    admin = await make_admin(stage)
    school = await found(stage, caller, chance, admin)
    return Load(stage, caller, chance, admin, free, paid, await make_people(stage, 400), school)
