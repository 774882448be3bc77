"""Brings the webhooks to the API: signed anew at each attempt, repeated until it answers 2xx, in no promised order.

The queue is in the store, so the API or the twin may be down meanwhile. Here too expired checkout sessions are ended.
"""

from __future__ import annotations

import asyncio
import time

import httpx
import structlog

from app.gateways.stripe.signatures import sign
from app.gateways.stripe.twin.faults import Faults
from app.gateways.stripe.twin.ledger import Ledger
from app.gateways.stripe.twin.store import Delivery, Store

log = structlog.get_logger(__name__)

AT_ONCE = 8
BATCH = 64
TIMEOUT_SECONDS = 10.0
TICK_SECONDS = 1.0
FIRST_PAUSE_SECONDS = 0.25
LONGEST_PAUSE_SECONDS = 15.0
GIVE_UP_AFTER_SECONDS = 3 * 86_400.0


def pause_after(attempts: int) -> float:
    """Seconds to wait after this many failures: a quarter, doubled each time, at most fifteen."""
    return min(FIRST_PAUSE_SECONDS * 2.0 ** min(attempts - 1, 10), LONGEST_PAUSE_SECONDS)


class Courier:
    """`run()` is a task of the twin's event loop; `wake()` tells it that something is due."""

    def __init__(self, store: Store, faults: Faults, *, target: str, secret: str) -> None:
        self._store = store
        self._faults = faults
        self._target = target
        self._secret = secret
        self._bell = asyncio.Event()
        self._next_look = 0.0

    def wake(self) -> None:
        self._bell.set()

    async def run(self) -> None:
        """Until cancelled. A failure of one round is logged, the next round comes."""
        async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS, trust_env=False) as http:
            while True:
                self._bell.clear()
                try:
                    self.expire_sessions()
                    busy = await self._round(http)
                except Exception:
                    log.exception("stripe_twin_round_failed")
                    busy = False
                if not busy:
                    await self._rest()

    def expire_sessions(self) -> None:
        """End the checkout sessions whose time is over; looks once a second, however busy the rounds are."""
        now = time.time()
        if now < self._next_look:
            return
        self._next_look = now + TICK_SECONDS
        for session_id in self._store.sessions_to_expire(now):
            with self._store.transaction():
                session = self._store.find("checkout.session", session_id)
                if session is not None:
                    Ledger(self._store, self._faults).expire(session)

    async def _round(self, http: httpx.AsyncClient) -> bool:
        """Send what is due; true when there may be more at once."""
        if self._faults.hold:
            return False
        due = self._store.deliveries(due_by=time.time(), limit=BATCH)
        gate = asyncio.Semaphore(AT_ONCE)

        async def send(delivery: Delivery) -> None:
            async with gate:
                await self._send(http, delivery)

        await asyncio.gather(*(send(delivery) for delivery in due))
        return len(due) == BATCH

    async def _send(self, http: httpx.AsyncClient, delivery: Delivery) -> None:
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Stripe-Signature": sign(delivery.body, self._secret),
            "User-Agent": "Stripe/1.0 (local twin)",
        }
        try:
            answer = await http.post(self._target, content=delivery.body, headers=headers)
            outcome, delivered = f"HTTP {answer.status_code}", answer.is_success
        except httpx.HTTPError as error:
            outcome, delivered = type(error).__name__, False
        self.settle(delivery, delivered=delivered, outcome=outcome)

    def settle(self, delivery: Delivery, *, delivered: bool, outcome: str) -> None:
        """Note what came of an attempt, and when the next one is."""
        now = time.time()
        state = "delivered" if delivered else "pending"
        if not delivered and now - delivery.created_at > GIVE_UP_AFTER_SECONDS:
            state = "dead"
        due_at = now + pause_after(delivery.attempts + 1)
        self._store.settle_delivery(delivery.id, state=state, outcome=outcome, due_at=due_at)

    async def _rest(self) -> None:
        due = self._store.next_due()
        wait = TICK_SECONDS if due is None or self._faults.hold else min(TICK_SECONDS, max(0.01, due - time.time()))
        try:
            async with asyncio.timeout(wait):
                await self._bell.wait()
        except TimeoutError:
            pass
