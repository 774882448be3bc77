"""A till: sells seats through the API, lets things happen at Stripe's twin, and brings its webhooks to the API."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from random import Random
from uuid import UUID

import pytest
from httpx import Response
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.models import Cohort, Enrollment, Payment
from app.identity.models import Account
from tests.academy.enrollments.conftest import RETURN_TO, counters, plan
from tests.support.client import ApiClient
from tests.support.twins import Twins, Webhook
from tests.support.worker import WorkerOnDemand

__all__ = ["counters", "plan"]  # fixtures are found by name in this module

PRICE = 49_900
Drain = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Sale:
    """A checkout of one person: what the API answered, and the names of the money."""

    account: Account
    cohort: Cohort
    enrollment_id: UUID
    payment_id: UUID
    page_id: str
    url: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a payment and its seat stand."""

    payment: str
    enrollment: str
    has_seat: bool

    def __str__(self) -> str:
        return f"{self.payment}, {self.enrollment}, {'seated' if self.has_seat else 'no seat'}"


class Till:
    """Everything a test of money does over and over."""

    def __init__(self, client: ApiClient, session: AsyncSession, twins: Twins, worker: WorkerOnDemand) -> None:
        self.client = client
        self.session = session
        self.twins = twins
        self.worker = worker

    async def check_out(self, account: Account, cohort: Cohort, *, key: str = "key") -> Response:
        """The answer to a checkout request."""
        buyer = await self.client.as_(account)
        return await buyer.post(f"/academy/cohorts/{cohort.id}/checkout", RETURN_TO, key=key)

    async def sell(self, account: Account, cohort: Cohort, *, key: str = "key") -> Sale:
        """A seat on hold with its page open."""
        answer = await self.check_out(account, cohort, key=key)
        assert answer.status_code == 201, answer.text
        enrollment_id = UUID(answer.json()["enrollment"]["id"])
        payment = await self.payment_of(enrollment_id)
        assert payment.stripe_checkout_session_id is not None
        page_id = payment.stripe_checkout_session_id
        return Sale(account, cohort, enrollment_id, payment.id, page_id, answer.json()["checkout_url"])

    async def sell_paid(self, account: Account, cohort: Cohort, *, key: str = "key") -> Sale:
        """A seat that was paid for, with Stripe's word of it."""
        sale = await self.sell(account, cohort, key=key)
        await self.happens(sale, "paid")
        return sale

    async def post(self, webhook: Webhook) -> Response:
        """Stripe at our door."""
        return await self.client.request("POST", "/webhooks/stripe", content=webhook.body, headers=webhook.headers)

    async def deliver(self, *, times: int = 1, shuffled: int | None = None) -> Sequence[Webhook]:
        """Bring all waiting webhooks to the API, `times` each, in the order of a seed if one is given; then work."""
        taken = self.twins.take_webhooks() * times
        if shuffled is not None:
            Random(shuffled).shuffle(taken)  # noqa: S311 - the same disorder in every run
        for webhook in taken:
            answer = await self.post(webhook)
            assert (answer.status_code, answer.json()) == (200, {"received": True})
        await self.worker.drain()
        return taken

    async def happens(self, sale: Sale, outcome: str) -> None:
        """Something happens at Stripe, and its webhooks are delivered and worked on."""
        self.twins.outcome(sale.page_id, outcome)
        await self.deliver()

    def lose_webhooks(self) -> None:
        """What Stripe has to tell never arrives."""
        self.twins.take_webhooks()

    async def payment_of(self, enrollment_id: UUID) -> Payment:
        """The latest payment of an enrollment, fresh."""
        self.session.expunge_all()
        rows = await self.session.execute(
            text("SELECT id FROM academy.payments WHERE enrollment_id = :id ORDER BY created_at DESC, id DESC"),
            {"id": enrollment_id},
        )
        return await self.session.get_one(Payment, rows.scalars().first())

    async def payment(self, sale: Sale) -> Payment:
        """The payment of a sale, fresh."""
        self.session.expunge_all()
        return await self.session.get_one(Payment, sale.payment_id)

    async def enrollment(self, sale: Sale) -> Enrollment:
        """The enrollment of a sale, fresh."""
        self.session.expunge_all()
        return await self.session.get_one(Enrollment, sale.enrollment_id)

    async def stands(self, sale: Sale) -> str:
        """Where a sale stands, in a line: `paid, completed, seated`."""
        payment, enrollment = await self.payment(sale), await self.enrollment(sale)
        return str(Standing(payment.state, enrollment.payment_status, enrollment.has_seat))

    async def hold_is_over(self, sale: Sale, *, seconds: int = 1) -> None:
        """The time to pay has been over for so long."""
        await self._write(
            "UPDATE academy.enrollments SET hold_expires_at = now() - make_interval(secs => :n) WHERE id = :id",
            id=sale.enrollment_id,
            n=seconds,
        )
        await self._write(
            "UPDATE academy.payments SET expires_at = now() - make_interval(secs => :n) WHERE id = :id",
            id=sale.payment_id,
            n=seconds,
        )

    async def time_passes(self, hours: float = 0.5) -> None:
        """Everything about all payments is so much longer ago."""
        times = ("created_at", "updated_at", "expires_at", "compared_at")
        shifts = ", ".join(f"{column} = {column} - make_interval(secs => :n)" for column in times)
        await self._write(f"UPDATE academy.payments SET {shifts}", n=hours * 3600)  # noqa: S608 - our own column names
        await self._write(
            "UPDATE academy.enrollments SET hold_expires_at = hold_expires_at - make_interval(secs => :n)",
            n=hours * 3600,
        )

    async def starts(self, cohort: Cohort) -> None:
        """The cohort begins."""
        await self._write(
            "UPDATE academy.cohorts SET start_date = now() - interval '1 hour' WHERE id = :id", id=cohort.id
        )

    async def _write(self, statement: str, **values: object) -> None:
        await self.session.execute(text(statement), values)
        await self.session.commit()


@pytest.fixture
def till(client: ApiClient, session: AsyncSession, twins: Twins, worker: WorkerOnDemand) -> Till:
    """The till of this test."""
    return Till(client, session, twins, worker)


@pytest.fixture
def no_stripe(twins: Twins) -> Callable[[], None]:
    """Switches Stripe's answers off: every call ends in a 500."""

    def switch_off() -> None:
        twins.faults(server_error=1)

    return switch_off
