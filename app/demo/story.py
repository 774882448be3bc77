"""`lyceum demo`: a cohort of 20 seats sells out to 200 buyers, and everything goes wrong that can.

Payments come out of order and twice, checkouts are abandoned, the worker is killed in the middle, the queue moves up.
At the end the account has to add up. Every run plays with a cohort of its own, so a run that was killed half-way is
simply followed by another.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import httpx
from rich.console import Console
from rich.table import Table
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.academy.models import Learner, Role
from app.academy.people.service import ensure_learner
from app.academy.permissions import AcademyActor
from app.core.clock import utc_now
from app.core.database.engine import create_engine, create_sessions
from app.core.ids import new_id
from app.demo import ledger
from app.demo.ledger import Equation, StripeAccount
from app.demo.stage import kill_worker, stage
from app.gateways import build_gateways
from app.gateways.stripe.client import StripeGateway
from app.identity.accounts import service as accounts
from app.identity.accounts.service import Person
from app.identity.actor import Actor
from app.identity.models import Account
from app.identity.sessions.service import access_tokens_for
from app.local.progress import counted
from app.local.reach import join
from app.local.running import Running

Each = TypeVar("Each")

BUYERS = 200
SEATS = 20
PRICE = 49_900
PATIENCE = 120.0
RETURN_TO = {"success_url": "https://app.example.com/welcome", "cancel_url": "https://app.example.com/courses"}

# What becomes of the twenty who got a seat.
PAY_AT_ONCE = 12
PAY_LATER = 3
PAYMENT_FAILS = 2
ABANDON = 3


@dataclass(slots=True)
class Buyer:
    """Somebody with a browser: a token, and what they were told so far."""

    token: str
    enrollment_id: str = ""
    checkout_url: str = ""
    entry_id: str = ""


@dataclass(slots=True)
class Story:
    """One run: the service, the cast, the console."""

    api: httpx.AsyncClient
    stripe: StripeGateway
    sessions: async_sessionmaker[AsyncSession]
    here: Running
    console: Console
    seed: int
    run: str = field(default_factory=lambda: new_id().hex[-8:])
    buyers: list[Buyer] = field(default_factory=list)
    admin: str = ""
    cohort_id: str = ""
    told: Counter[str] = field(default_factory=Counter)

    async def play(self) -> list[Equation]:
        """From the first buyer to the closing account."""
        chance = random.Random(self.seed)  # noqa: S311  (a story that can be told again, not a secret)
        await self._cast()
        await self._plan_cohort()
        holders, rest = await self._rush()
        await self._queue_up(rest)
        await self._pay(holders, chance)
        await self._settled(PAY_AT_ONCE + PAY_LATER)
        await self._move_up(rest, chance)
        return await self._account()

    async def _account(self) -> list[Equation]:
        """The closing account, drawn up when no job is left: schedules cause new ones at any moment."""
        cohort = await self._as(self.admin, "GET", f"/academy/cohorts/{self.cohort_id}")
        self.told["free"] = cohort["seats_available"]
        stripe = await self._stripe_account()
        drawn_up: list[Equation] = []

        async def is_quiet() -> bool:
            nonlocal drawn_up
            async with self.sessions() as session:
                drawn_up = await ledger.close_account(session, UUID(self.cohort_id), stripe, self.told)
            return all(equation.holds for equation in drawn_up if equation.group == "work")

        await self._until("the last job is done", is_quiet)
        return drawn_up

    # Chapters

    async def _cast(self) -> None:
        people = [Person(f"buyer{n}.{self.run}@example.com", f"Buyer {n}") for n in range(BUYERS)]
        operator = Person(f"operator.{self.run}@example.com", "Operator")
        async with self.sessions.begin() as session:
            entered = await accounts.create_accounts(session, Actor.system(), [operator, *people])
            await _appoint(session, entered[0])
            tokens = await access_tokens_for(session, Actor.system(), entered)
        self.admin, *others = tokens
        self.buyers = [Buyer(token) for token in others]
        self._say(f"{BUYERS} buyers have an account")

    async def _plan_cohort(self) -> None:
        start = utc_now() + timedelta(days=30)
        course = await self._as(
            self.admin,
            "POST",
            "/academy/courses",
            {
                "title": f"AI Fundamentals, demo {self.run}",
                "description": "A cohort that sells out.",
                "session_type": "cohort",
                "price_b2c": PRICE,
                "price_b2b": PRICE,
                "max_participants": SEATS,
                "impact_level": "L1",
                "capability_level": "fundamentals",
            },
            expect=201,
        )
        await self._as(self.admin, "PUT", f"/academy/courses/{course['id']}/publication")
        cohort = await self._as(
            self.admin,
            "POST",
            f"/academy/courses/{course['id']}/cohorts",
            {
                "name": f"Demo {self.run}",
                "start_date": start.isoformat(),
                "end_date": (start + timedelta(days=2)).isoformat(),
                "max_capacity": SEATS,
            },
            expect=201,
        )
        self.cohort_id = cohort["id"]
        await self._as(self.admin, "PUT", f"/academy/cohorts/{self.cohort_id}/status", {"status": "open"})
        self.told |= {"buyers": BUYERS, "price": PRICE}
        self._say(f"A cohort of {SEATS} seats is open, {PRICE / 100:.0f} dollars each")

    async def _rush(self) -> tuple[list[Buyer], list[Buyer]]:
        path = f"/academy/cohorts/{self.cohort_id}/checkout"

        async def check_out(buyer: Buyer) -> None:
            answer = await self._send(buyer.token, "POST", path, RETURN_TO)
            if answer.status_code == 201:
                buyer.enrollment_id = answer.json()["enrollment"]["id"]
                buyer.checkout_url = answer.json()["checkout_url"]
                self.told["holding"] += 1
            elif answer.status_code == 409 and answer.json()["code"] == "academy.cohort_full":
                self.told["full"] += 1
            else:
                raise StoryBroken(f"checkout answered {answer.status_code}: {answer.text}")

        await self._together("Buying", self.buyers, check_out)
        holders = [buyer for buyer in self.buyers if buyer.checkout_url]
        rest = [buyer for buyer in self.buyers if not buyer.checkout_url]
        self._say(f"{BUYERS} buyers at once: {len(holders)} hold a seat, {len(rest)} were told that it is full")
        return holders, rest

    async def _queue_up(self, rest: Sequence[Buyer]) -> None:
        async def join(buyer: Buyer) -> None:
            path = f"/academy/cohorts/{self.cohort_id}/waitlist"
            entry = await self._as(buyer.token, "POST", path, expect=201)
            buyer.entry_id = entry["id"]
            self.told["joined"] += 1

        await self._together("Queueing", rest, join)
        self._say(f"{self.told['joined']} join the waitlist")

    async def _pay(self, holders: Sequence[Buyer], chance: random.Random) -> None:
        """Outcomes in any order, events twice and delayed at random; the worker dies among them."""
        at_once, later = holders[:PAY_AT_ONCE], holders[PAY_AT_ONCE : PAY_AT_ONCE + PAY_LATER]
        failing = holders[PAY_AT_ONCE + PAY_LATER : PAY_AT_ONCE + PAY_LATER + PAYMENT_FAILS]
        abandoned = holders[-ABANDON:]
        wishes = [
            *((buyer, "paid") for buyer in at_once),
            *((buyer, "processing") for buyer in (*later, *failing)),
            *((buyer, "expired") for buyer in abandoned),
        ]
        chance.shuffle(wishes)
        await self._together("Paying", wishes[: len(wishes) // 2], lambda wish: self._outcome(*wish, chance))
        if kill_worker(Path(self.here.state)):
            self._say("The worker is killed (SIGKILL) while events are coming in; another takes over")
        await self._together("Paying", wishes[len(wishes) // 2 :], lambda wish: self._outcome(*wish, chance))
        ends = [*((buyer, "settled") for buyer in later), *((buyer, "failed") for buyer in failing)]
        chance.shuffle(ends)
        await self._together("Settling", ends, lambda wish: self._outcome(*wish, chance))
        self._say(
            f"{PAY_AT_ONCE} pay, {PAY_LATER} by bank transfer; {PAYMENT_FAILS} payments fail, {ABANDON} walk away;"
            " every event comes twice, some late"
        )

    async def _settled(self, paid: int) -> None:
        async def is_settled() -> bool:
            async with self.sessions() as session:
                unsettled = await ledger.unsettled_payments(session, UUID(self.cohort_id))
            cohort = await self._as(self.admin, "GET", f"/academy/cohorts/{self.cohort_id}")
            counts = (cohort["current_enrollment"], cohort["held"])
            return unsettled == 0 and counts == (paid, SEATS - paid)

        await self._until("payments have settled and freed seats are offered", is_settled)
        self._say(f"{paid} seats are paid, {SEATS - paid} were freed and offered to the first of the queue")

    async def _move_up(self, rest: Sequence[Buyer], chance: random.Random) -> None:
        """Of five offered, three buy and one declines; somebody gets their money back; the queue moves on."""
        first = await self._offered(rest)
        for buyer in first[:3]:
            bought = await self._as(
                buyer.token, "POST", f"/academy/waitlist/{buyer.entry_id}/acceptance", RETURN_TO, expect=201
            )
            buyer.checkout_url = bought["checkout_url"]
            await self._outcome(buyer, "paid", chance)
        await self._as(first[3].token, "DELETE", f"/academy/waitlist/{first[3].entry_id}", expect=204)
        refunded = next(buyer for buyer in self.buyers if buyer.checkout_url and not buyer.entry_id)
        await self._until("a payment is there to be refunded", lambda: self._is_paid(refunded))
        await self._outcome(refunded, "refunded", chance)

        async def has_moved_on() -> bool:
            cohort = await self._as(self.admin, "GET", f"/academy/cohorts/{self.cohort_id}")
            return (cohort["current_enrollment"], cohort["held"]) == (PAY_AT_ONCE + PAY_LATER + 3 - 1, 3)

        await self._until("the queue has moved up", has_moved_on)
        self._say("Of those offered three buy and one declines; one buyer is refunded; the next in line are offered")

    # Means

    async def _offered(self, rest: Sequence[Buyer]) -> list[Buyer]:
        path = f"/academy/cohorts/{self.cohort_id}/waitlist?status=offered&limit=50"
        offered = await self._as(self.admin, "GET", path)
        by_entry = {buyer.entry_id: buyer for buyer in rest}
        return [by_entry[entry["id"]] for entry in offered["items"]]

    async def _is_paid(self, buyer: Buyer) -> bool:
        enrollment = await self._as(buyer.token, "GET", f"/academy/enrollments/{buyer.enrollment_id}")
        return bool(enrollment["payment_status"] == "completed")

    async def _outcome(self, buyer: Buyer, outcome: str, chance: random.Random) -> None:
        wish = {"outcome": outcome, "repeat": 2, "delay_ms": chance.choice([0, 0, 150, 600])}
        answer = await self.api.post(f"{buyer.checkout_url}/outcome", json=wish)
        if answer.status_code != 200:
            raise StoryBroken(f"Stripe's twin refused {outcome}: {answer.text}")

    async def _stripe_account(self) -> StripeAccount:
        """The money of this cohort as Stripe's side has it."""
        async with self.sessions() as session:
            names = await ledger.payment_intents(session, UUID(self.cohort_id))
        intents = [await self.stripe.get_payment_intent(name) for name in names]
        return StripeAccount(
            received=sum(intent.amount_received for intent in intents),
            given_back=sum(intent.amount_refunded for intent in intents),
        )

    async def _as(
        self, token: str, method: str, path: str, body: dict[str, Any] | None = None, *, expect: int = 200
    ) -> Any:
        answer = await self._send(token, method, path, body)
        if answer.status_code != expect:
            raise StoryBroken(f"{method} {path} answered {answer.status_code}: {answer.text}")
        return answer.json() if answer.content else None

    async def _send(self, token: str, method: str, path: str, body: dict[str, Any] | None = None) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}"}
        if method == "POST":
            headers["Idempotency-Key"] = str(new_id())
        over = asyncio.get_running_loop().time() + PATIENCE
        while True:
            answer = await self.api.request(method, f"/api/v1{path}", json=body, headers=headers)
            if answer.status_code != 503 or asyncio.get_running_loop().time() > over:
                return answer
            # A crowd on a slow machine: whoever is told when to come again does so, with the same key.
            await asyncio.sleep(float(answer.headers["Retry-After"]))

    async def _together(self, name: str, whom: Sequence[Each], act: Callable[[Each], Awaitable[None]]) -> None:
        with counted(name, len(whom)) as advance:

            async def one(each: Each) -> None:
                await act(each)
                advance(1)

            await asyncio.gather(*(one(each) for each in whom))

    async def _until(self, what: str, holds: Callable[[], Awaitable[bool]]) -> None:
        deadline = asyncio.get_running_loop().time() + PATIENCE
        while not await holds():
            if asyncio.get_running_loop().time() > deadline:
                raise StoryBroken(f"waited {PATIENCE:.0f} s in vain until {what}")
            await asyncio.sleep(0.25)

    def _say(self, what: str) -> None:
        self.console.print(f"  {what}")


class StoryBroken(RuntimeError):
    """The service did something that the story does not allow."""


async def _appoint(session: AsyncSession, account: Account) -> None:
    learner: Learner = await ensure_learner(session, AcademyActor.system(), account.id)
    learner.role = Role.platform_admin


def table_of(equations: Iterable[Equation]) -> Table:
    """The closing account as a table."""
    table = Table("", "has to be equal", "one side", "other side", "", title="The account")
    for equation in equations:
        sign = "[green]✓[/]" if equation.holds else "[red]✗[/]"
        table.add_row(equation.group, equation.says, f"{equation.left:,}", f"{equation.right:,}", sign)
    return table


async def play(state: Path, seed: int) -> bool:
    """Play the story and print the account. Whether everything adds up."""
    console = Console(highlight=False)
    async with AsyncExitStack() as stack:
        here = await stack.enter_async_context(stage(state))
        configured = join(here)
        engine = create_engine(configured.database)
        stack.push_async_callback(engine.dispose)
        gateways = build_gateways(configured)
        stack.push_async_callback(gateways.aclose)
        browsers = httpx.AsyncClient(
            base_url=here.api_url, limits=httpx.Limits(max_connections=BUYERS), timeout=60, trust_env=False
        )
        api = await stack.enter_async_context(browsers)
        console.print(f"The story of a cohort that sells out (seed {seed}), at {here.api_url}")
        story = Story(api, gateways.stripe, create_sessions(engine), here, console, seed)
        equations = await story.play()
    console.print(table_of(equations))
    adds_up = all(equation.holds for equation in equations)
    console.print("Everything adds up." if adds_up else "[red]It does not add up.[/]")
    return adds_up
