"""Five events of one payment in all their 120 orders, each told three times, to both API processes: one end.

Every order is told twice to two sets of payments. To the first slowly: the next event is sent when the one before has
been worked on, and the third copy of each comes when all is over. To the second in one go, so that the workers choose.
"""

import asyncio
import itertools
from collections import Counter
from collections.abc import Sequence
from random import Random
from typing import TYPE_CHECKING

from chaos.contests.answers import compare, told
from chaos.contests.patience import until
from chaos.contests.stripe_story import PRICE, Story, Webhook, tell
from chaos.scenario import Facts, Scale

if TYPE_CHECKING:
    from chaos.client import Caller
    from chaos.ledger import Ledger
    from chaos.stage import Stage

EVENTS = 5
COPIES = 3
READ_WITHIN = 60.0

Order = tuple[int, ...]

_UNREAD = "SELECT count(*) FROM core.inbox WHERE state = 'received'"
_ENDS = """
SELECT e.id, e.payment_status, e.enrollment_status, e.has_seat, e.hold_expires_at IS NOT NULL AS holds,
       p.state, p.amount_paid_cents AS paid, p.refunded_cents AS back, c.current_enrollment - found.rows AS drift,
       (SELECT count(*) FROM academy.payments other WHERE other.enrollment_id = e.id) AS payments
FROM academy.enrollments e
JOIN academy.payments p ON p.enrollment_id = e.id
JOIN academy.cohorts c ON c.id = e.cohort_id
CROSS JOIN LATERAL (
    SELECT count(*) AS rows FROM academy.enrollments other WHERE other.cohort_id = c.id AND other.has_seat) found
WHERE e.id = ANY($1::uuid[])
"""
_END = {
    "payment_status": "refunded",
    "enrollment_status": "active",
    "has_seat": False,
    "holds": False,
    "state": "refunded",
    "paid": PRICE,
    "back": PRICE,
    "drift": 0,
    "payments": 1,
}
# What must have been announced once, whatever the order.
_ANNOUNCED = """
SELECT kind, payload ->> 'enrollment_id' AS enrollment, count(*) AS times FROM core.outbox
WHERE kind IN ('academy.enrollment_refunded', 'academy.seat_released')
  AND (payload ->> 'enrollment_id')::uuid = ANY($1::uuid[]) GROUP BY 1, 2
"""
_INBOX = "SELECT external_id, count(*) AS rows, min(state) AS state FROM core.inbox GROUP BY external_id"


async def run(stage: "Stage", caller: "Caller", ledger: "Ledger", chance: Random, scale: Scale) -> Facts:
    """Sell, let everything happen at Stripe, tell it both ways, look at every end."""
    every = list(itertools.permutations(range(EVENTS)))
    orders = scale.pick(every, chance.sample(every, 12))
    await stage.faults(hold=True)
    try:
        stories = await tell(stage, caller, 2 * len(orders))
    finally:
        await stage.faults(hold=False)
    slow, fast = stories[: len(orders)], stories[len(orders) :]
    answers = await _one_by_one(stage, caller, chance, slow, orders)
    answers += await _in_one_go(stage, caller, fast, orders)
    compare(ledger, "lost", "webhooks", {"200": answers.total()}, answers)
    ends, wrong = await _judge(stage, ledger, stories, [*orders, *orders])
    return {
        "orders": len(orders),
        "payments": len(stories),
        "webhooks sent": answers.total(),
        "answered 200": answers["200"],
        "different ends": ends,
        "payments with another end": wrong,
    }


async def _one_by_one(
    stage: "Stage", caller: "Caller", chance: Random, stories: Sequence[Story], orders: Sequence[Order]
) -> Counter[str]:
    answers: Counter[str] = Counter()
    for step in range(EVENTS):
        now = [story.events[order[step]] for story, order in zip(stories, orders, strict=True)]
        answers += await _post(caller, [*now, *now])
        await _read(stage)
    late = [event for story in stories for event in story.events]
    chance.shuffle(late)
    answers += await _post(caller, late)
    await _read(stage)
    return answers


async def _in_one_go(
    stage: "Stage", caller: "Caller", stories: Sequence[Story], orders: Sequence[Order]
) -> Counter[str]:
    async def whole(story: Story, order: Order) -> Counter[str]:
        answers: Counter[str] = Counter()
        for number in order:
            answers += await _post(caller, [story.events[number]] * COPIES)
        return answers

    told_all = await asyncio.gather(*(whole(*pair) for pair in zip(stories, orders, strict=True)))
    await _read(stage)
    return sum(told_all, Counter())


async def _post(caller: "Caller", webhooks: Sequence[Webhook]) -> Counter[str]:
    """Bring them all at once, in turn to one process and to the other."""
    posts = (
        caller.call(
            None,
            "POST",
            "/webhooks/stripe",
            webhook.body,
            api=number % len(caller.stage.api_urls),
            headers={"stripe-signature": webhook.signature},
        )
        for number, webhook in enumerate(webhooks)
    )
    return Counter(told(answer) for answer in await asyncio.gather(*posts))


async def _read(stage: "Stage") -> None:
    """Wait until every event in the inbox was worked on. One that never is shows in the ledger."""

    async def all_read() -> bool:
        return not await stage.database.fetchval(_UNREAD)

    await until(all_read, READ_WITHIN)


async def _judge(
    stage: "Stage", ledger: "Ledger", stories: Sequence[Story], orders: Sequence[Order]
) -> tuple[int, int]:
    """Enter what differs from the one end there may be; returns how many ends there are, and how many differ."""
    ids = [story.enrollment for story in stories]
    rows = {row["id"]: {name: row[name] for name in _END} for row in await stage.database.fetch(_ENDS, ids)}
    wrong = 0
    for story, order in zip(stories, orders, strict=True):
        end = rows.get(story.enrollment, {})
        differs = {name: end.get(name) for name, wanted in _END.items() if end.get(name) != wanted}
        if differs:
            ledger.offence("money", f"told as {order}, enrollment {story.enrollment} ends as {differs}")
            wrong += 1
    announced = {(row["kind"], row["enrollment"]): row["times"] for row in await stage.database.fetch(_ANNOUNCED, ids)}
    for kind in ("academy.enrollment_refunded", "academy.seat_released"):
        for each in ids:
            if (times := announced.get((kind, str(each)), 0)) != 1:
                ledger.offence("doubled" if times else "lost", f"{kind} of {each} was announced {times} times")
    inbox = {row["external_id"]: row for row in await stage.database.fetch(_INBOX)}
    for event in (event for story in stories for event in story.events):
        row = inbox.get(event.event_id)
        if row is None or row["state"] != "processed":
            ledger.offence("lost", f"webhook {event.event_id} is {row and row['state']} in the inbox")
    return len({tuple(end.items()) for end in rows.values()}), wrong
