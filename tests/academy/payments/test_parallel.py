"""Money on real connections: one key pressed twice, two workers with one story, an event that meets its payment."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from pydantic_core import from_json
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.academy.cohorts import counters, seats
from app.academy.models import Cohort, Enrollment, Payment
from app.academy.payments import service
from app.academy.payments.rules import Fact, FactKind
from app.academy.permissions import AcademyActor
from app.core.clock import utc_now
from app.gateways import Gateways
from app.identity.models import Account
from tests.academy.conftest import enter
from tests.academy.enrollments.conftest import RETURN_TO
from tests.academy.payments.conftest import PRICE
from tests.factories import academy
from tests.support.client import ApiClient
from tests.support.twins import Twins
from tests.support.worker import WorkerOnDemand

pytestmark = pytest.mark.parallel

HOUSE = AcademyActor.system()
Sessions = async_sessionmaker[AsyncSession]


async def _plan(parallel: Sessions, **more: object) -> Cohort:
    async with parallel.begin() as session:
        course = academy.course(price_b2c=PRICE)
        session.add(course)
        await session.flush()  # the cohort points at it
        cohort = academy.cohort(course, **more)
        session.add(cohort)
    return cohort


async def _people(parallel: Sessions, count: int) -> list[Account]:
    async with parallel.begin() as session:
        return [await enter(session) for _ in range(count)]


async def _check_out(buyer: ApiClient, cohort: Cohort, key: str) -> Any:
    return await buyer.post(f"/academy/cohorts/{cohort.id}/checkout", RETURN_TO, key=key)


async def _pages(gateways: Gateways, ids: set[str]) -> list[str]:
    lately = gateways.stripe.list_checkout_sessions(utc_now() - timedelta(minutes=5))
    return [page.id async for page in lately if page.client_reference_id in ids]


@pytest.mark.req("A-PAY-07")
async def test_one_key_pressed_many_times_at_once_opens_one_page_for_one_hold(
    crowd: ApiClient, parallel: Sessions, gateways: Gateways, twins: Twins
) -> None:
    cohort, (account,) = await _plan(parallel), await _people(parallel, 1)
    buyer = await crowd.as_(account)
    twins.faults(answer_delay_ms=200)  # long enough for all of them to meet
    answers = await asyncio.gather(*(_check_out(buyer, cohort, "one") for _ in range(8)))
    made = [answer for answer in answers if answer.status_code == 201]
    assert made
    assert len({answer.content for answer in made}) == 1
    assert {answer.json()["code"] for answer in answers if answer not in made} <= {"core.idempotency_in_flight"}
    async with parallel() as session:
        enrollment = (await session.scalars(select(Enrollment))).one()
        assert (await session.scalars(select(Payment.id))).all() != []
        assert await seats.drifted_cohorts(session) == []
    assert len(await _pages(gateways, {str(enrollment.id)})) == 1


@pytest.mark.req("A-PAY-07")
async def test_a_crowd_that_presses_twice_gets_a_page_each_and_no_more_seats_than_there_are(
    crowd: ApiClient, parallel: Sessions, gateways: Gateways, twins: Twins
) -> None:
    twins.faults(answer_delay_ms=50)
    cohort = await _plan(parallel, max_capacity=5)
    buyers = [await crowd.as_(account) for account in await _people(parallel, 12)]
    answers = await asyncio.gather(
        *(_check_out(buyer, cohort, f"key-{n}") for n, buyer in enumerate(buyers) for _ in range(2))
    )
    codes = Counter(answer.json().get("code", "sold") for answer in answers)
    assert set(codes) <= {"sold", "academy.cohort_full", "core.idempotency_in_flight"}
    sold = {answer.json()["enrollment"]["id"] for answer in answers if answer.status_code == 201}
    assert len(sold) == 5
    assert len(await _pages(gateways, sold)) == 5
    async with parallel() as session:
        assert (await session.get_one(Cohort, cohort.id)).current_enrollment == 5
        assert await seats.drifted_cohorts(session) == []


@pytest.mark.req("A-PAY-07")
async def test_a_checkout_that_cannot_lock_its_seat_again_goes_on_by_itself(
    crowd: ApiClient, parallel: Sessions, gateways: Gateways, twins: Twins
) -> None:
    cohort, (account,) = await _plan(parallel), await _people(parallel, 1)
    buyer = await crowd.as_(account)
    twins.faults(answer_delay_ms=500)
    checkout = asyncio.create_task(_check_out(buyer, cohort, "one"))
    async with parallel.begin() as session:
        await _until(lambda: _has_enrollment(parallel))  # the first of its two transactions is over
        await counters.lock_cohort(session, cohort.id)
        await _until(lambda: _is_waiting(parallel))
        await _until(lambda: _is_waiting(parallel, no_more=True))  # it waited as long as the database lets anybody
    answer = await checkout
    assert answer.status_code == 201
    assert len(await _pages(gateways, {answer.json()["enrollment"]["id"]})) == 1


async def _has_enrollment(parallel: Sessions) -> bool:
    async with parallel() as session:
        return await session.scalar(select(Enrollment.id)) is not None


Sell = Callable[[Cohort, Account], Awaitable[Payment]]


@pytest.fixture
def sell(crowd: ApiClient, parallel: Sessions, twins: Twins) -> Sell:
    """A seat on hold with its page open."""
    del twins  # calm before anything is sold

    async def sold(cohort: Cohort, account: Account) -> Payment:
        answer = await _check_out(await crowd.as_(account), cohort, "key")
        assert answer.status_code == 201
        enrollment_id = UUID(answer.json()["enrollment"]["id"])
        async with parallel() as session:
            return (await session.scalars(select(Payment).where(Payment.enrollment_id == enrollment_id))).one()

    return sold


async def test_facts_that_meet_each_other_take_turns(parallel: Sessions, sell: Sell) -> None:
    cohort = await _plan(parallel, max_capacity=10)
    payments = [await sell(cohort, account) for account in await _people(parallel, 6)]

    async def tell(fact: Fact) -> None:
        async with parallel.begin() as session:
            assert await service.apply_fact(session, HOUSE, fact)

    kinds = (FactKind.expired, FactKind.paid, FactKind.processing, FactKind.paid)
    await asyncio.gather(
        *(
            tell(Fact(kind, payment_id=payment.id, payment_intent_id=f"pi_{payment.id}", amount_cents=PRICE))
            for kind in kinds
            for payment in payments
        )
    )
    async with parallel() as session:
        assert set(await session.scalars(select(Payment.state))) == {"paid"}
        assert set(await session.scalars(select(Enrollment.payment_status))) == {"completed"}
        assert (await session.get_one(Cohort, cohort.id)).current_enrollment == 6
        assert await seats.drifted_cohorts(session) == []
        confirmed = text("SELECT count(*) FROM core.outbox WHERE kind = 'academy.enrollment_confirmed'")
        assert await session.scalar(confirmed) == 6


async def test_a_last_seat_paid_for_by_many_latecomers_goes_to_one_and_the_money_of_the_rest_back(
    parallel: Sessions, sell: Sell
) -> None:
    cohort = await _plan(parallel, max_capacity=6)
    payments = [await sell(cohort, account) for account in await _people(parallel, 6)]

    async def tell(kind: FactKind, payment: Payment) -> None:
        async with parallel.begin() as session:
            await service.apply_fact(session, HOUSE, Fact(kind, payment_id=payment.id, amount_cents=PRICE))

    for payment in payments:
        await tell(FactKind.expired, payment)
    async with parallel.begin() as session:
        await session.execute(text("UPDATE academy.cohorts SET max_capacity = 1"))
    await asyncio.gather(*(tell(FactKind.paid, payment) for payment in payments))
    async with parallel() as session:
        assert Counter(await session.scalars(select(Payment.state))) == {"paid": 1, "refund_due": 5}
        assert await seats.drifted_cohorts(session) == []


@pytest.fixture
def working(parallel: Sessions, gateways: Gateways) -> WorkerOnDemand:
    """The worker on connections of its own."""
    return WorkerOnDemand(parallel, {Gateways: gateways})


async def test_an_event_that_is_parked_while_its_payment_becomes_known_is_replayed(
    parallel: Sessions, crowd: ApiClient, sell: Sell, twins: Twins, working: WorkerOnDemand
) -> None:
    payment = await sell(await _plan(parallel), (await _people(parallel, 1))[0])
    page_id = payment.stripe_checkout_session_id or ""
    for outcome in ("paid", "disputed"):
        twins.outcome(page_id, outcome)
    webhooks = {webhook.type: webhook for webhook in twins.take_webhooks()}
    dispute = webhooks["charge.dispute.created"]
    answer = await crowd.request("POST", "/webhooks/stripe", content=dispute.body, headers=dispute.headers)
    assert answer.status_code == 200
    async with parallel() as learning:
        # The payment learns its intent here, and nobody can see it yet.
        await learning.begin()
        intent = _intent_of(dispute.body)
        paid = Fact(FactKind.paid, payment_id=payment.id, payment_intent_id=intent, amount_cents=PRICE)
        await service.apply_fact(learning, HOUSE, paid)
        await learning.flush()
        parking = asyncio.create_task(working.drain())
        await _until(lambda: _is_waiting(parallel))
        await learning.commit()
    await parking
    async with parallel() as session:
        assert (await session.scalars(text("SELECT state FROM core.inbox"))).all() == ["processed"]
        assert (await session.get_one(Payment, payment.id)).disputed_at is not None


def _intent_of(body: bytes) -> str:
    intent: str = from_json(body)["data"]["object"]["payment_intent"]
    return intent


async def _is_waiting(parallel: Sessions, *, no_more: bool = False) -> bool:
    """Whether a connection stands before a lock that another one has."""
    async with parallel() as session:
        count = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        waiting = await session.scalar(text(count))
    return bool(waiting) is not no_more


async def _until(happened: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(10):
        while not await happened():
            await asyncio.sleep(0.01)
