"""The story of one payment, as Stripe tells it: begun by bank debit, settled, a part given back, then all of it."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from chaos.client import identifier
from chaos.contests.answers import RETURN_TO, checkout_of
from chaos.http import exchange
from chaos.people import Person, Seats, make_cohorts, make_people

if TYPE_CHECKING:
    from chaos.client import Caller
    from chaos.stage import Stage

PRICE = 49_900
PART = 10_000
PER_COHORT = 20
AT_ONCE = 16
# Those of a story's events that say something about the seat; the rest of them are lost on the way.
TOLD = ("checkout.session.completed", "payment_intent.succeeded", "checkout.session.async_payment_succeeded")
GIVEN_BACK = "charge.refunded"
_KEY = {"authorization": "Bearer sk_test_chaos"}
_FORM = {**_KEY, "content-type": "application/x-www-form-urlencoded"}


class StoryBroken(RuntimeError):
    """The twin does not tell the story that was asked for, so nothing is proven."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """One signed event."""

    event_id: str
    body: bytes
    signature: str


@dataclass(frozen=True, slots=True)
class Story:
    """One sale and its five events, in the order in which they happened."""

    enrollment: UUID
    events: tuple[Webhook, ...]


async def tell(stage: "Stage", caller: "Caller", count: int) -> list[Story]:
    """So many sales, all of whose story has happened at Stripe, and none of which was told here yet.

    The twin must hold its webhooks back. Raises StoryBroken.
    """
    cohorts = await make_cohorts(stage, -(-count // PER_COHORT), PER_COHORT, PRICE)
    buyers = await make_people(stage, count)
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(number: int, buyer: Person) -> tuple[UUID, str, str]:
        async with gate:
            return await _happens(stage, caller, buyer, cohorts[number // PER_COHORT])

    sales = await asyncio.gather(*(one(number, buyer) for number, buyer in enumerate(buyers)))
    events = await _taken(stage)
    return [Story(enrollment, _five(events, page, intent)) for enrollment, page, intent in sales]


async def _happens(stage: "Stage", caller: "Caller", buyer: Person, cohort: Seats) -> tuple[UUID, str, str]:
    """Sell one seat and let its story happen; returns enrollment, checkout session and payment intent."""
    sold = await caller.call(buyer, "POST", checkout_of(cohort.id), RETURN_TO)
    if sold.status != 201:
        raise StoryBroken(f"a seat could not be sold: {sold.status} {sold.code}")
    page = str(sold.body["checkout_url"]).rsplit("/", 1)[-1]
    for outcome in ("processing", "settled"):
        await _outcome(stage, page, outcome)
    found = await exchange(stage.twins_url, "GET", f"/stripe/v1/checkout/sessions/{page}", headers=_KEY)
    intent = str(found.body["payment_intent"])
    wish = f"payment_intent={intent}&amount={PART}".encode()
    part = await exchange(stage.twins_url, "POST", "/stripe/v1/refunds", headers=_FORM, body=wish)
    if part.status != 200:
        raise StoryBroken(f"a part could not be given back: {part.body}")
    await _outcome(stage, page, "refunded")
    return UUID(identifier(sold, "enrollment")), page, intent


async def _outcome(stage: "Stage", page: str, outcome: str) -> None:
    answer = await stage.twin("POST", f"/stripe/checkout/{page}/outcome", {"outcome": outcome})
    if answer.status != 200:
        raise StoryBroken(f"{outcome} could not happen: {answer.body}")


async def _taken(stage: "Stage") -> list[tuple[str, dict[str, Any], Webhook]]:
    """All webhooks that wait, by type, with the object that each tells of."""
    found: list[tuple[str, dict[str, Any], Webhook]] = []
    while True:
        answer = await stage.twin("POST", "/stripe/_deliveries/take")
        if not answer.body["deliveries"]:
            return found
        for each in answer.body["deliveries"]:
            subject = json.loads(each["body"])["data"]["object"]
            webhook = Webhook(each["event_id"], each["body"].encode(), each["signature"])
            found.append((each["event_type"], subject, webhook))


def _five(events: Sequence[tuple[str, dict[str, Any], Webhook]], page: str, intent: str) -> tuple[Webhook, ...]:
    names = {page, intent}
    own = [(kind, each, webhook) for kind, each, webhook in events if names & {each["id"], each.get("payment_intent")}]
    told = [next((webhook for kind, _, webhook in own if kind == name), None) for name in TOLD]
    back = sorted(
        ((each["amount_refunded"], webhook) for kind, each, webhook in own if kind == GIVEN_BACK),
        key=lambda pair: int(pair[0]),
    )
    five = [*told, *(webhook for _, webhook in back)]
    if len(back) != 2 or None in five:
        raise StoryBroken(f"Stripe tells {[kind for kind, _, _ in own]} of {page}")
    return tuple(webhook for webhook in five if webhook is not None)
