"""What the worker does about money when webhooks are late, lost or early, and when Stripe is silent."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest
from pydantic_core import to_json
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.enrollments import service as enrollments
from app.academy.models import Cohort, Enrollment
from app.academy.payments import refunds
from app.academy.permissions import AcademyActor
from app.core.ids import new_id
from app.gateways import Gateways
from app.gateways.stripe.signatures import sign
from app.gateways.stripe.types import CheckoutOrder, CheckoutSession
from app.identity.models import Account
from tests.academy.conftest import enter
from tests.academy.enrollments.conftest import Plan
from tests.academy.payments.conftest import PRICE, Sale, Till
from tests.support.twins import Webhook

HOUSE = AcademyActor.system()
Count = Callable[[Cohort], Awaitable[tuple[int, int, int]]]
SWEEP = "academy.release_expired_holds"
COMPARE = "academy.compare_with_stripe"


# Holds that are over


@pytest.mark.req("A-ENR-14")
async def test_a_hold_that_is_over_is_closed_at_stripe_and_its_seat_is_free(
    till: Till, plan: Plan, learner: Account, gateways: Gateways, counters: Count
) -> None:
    cohort = await plan(price=PRICE)
    sale = await till.sell(learner, cohort)
    await till.hold_is_over(sale)
    await till.worker.run_schedule(SWEEP)
    assert (await gateways.stripe.get_checkout_session(sale.page_id)).status == "expired"
    assert await till.stands(sale) == "expired, failed, no seat"
    assert await counters(cohort) == (0, 0, 0)


@pytest.mark.req("A-ENR-14")
async def test_a_released_seat_is_offered_to_whoever_waits(
    till: Till, session: AsyncSession, plan: Plan, learner: Account, counters: Count
) -> None:
    cohort = await plan(price=PRICE, max_capacity=1)
    sale = await till.sell(learner, cohort)
    waiting = await till.client.as_(await enter(session))
    await waiting.post(f"/academy/cohorts/{cohort.id}/waitlist", {}, key="w")
    await till.hold_is_over(sale)
    await till.worker.run_schedule(SWEEP)
    assert (await waiting.get("/academy/me/waitlist")).json()["items"][0]["status"] == "offered"
    assert await counters(cohort) == (0, 1, 0)


async def test_a_hold_that_is_not_over_is_left_alone(till: Till, plan: Plan, learner: Account) -> None:
    sale = await till.sell(learner, await plan(price=PRICE))
    await till.worker.run_schedule(SWEEP)
    assert await till.stands(sale) == "open, pending, seated"


async def test_who_paid_in_the_last_second_keeps_the_seat(
    till: Till, plan: Plan, learner: Account, counters: Count
) -> None:
    cohort = await plan(price=PRICE)
    sale = await till.sell(learner, cohort)
    await till.hold_is_over(sale)
    till.twins.outcome(sale.page_id, "paid")
    await till.worker.run_schedule(SWEEP)
    assert await till.stands(sale) == "paid, completed, seated"
    assert await counters(cohort) == (1, 0, 1)


async def test_who_began_to_pay_slowly_in_the_last_second_keeps_the_seat(
    till: Till, plan: Plan, learner: Account
) -> None:
    sale = await till.sell(learner, await plan(price=PRICE))
    await till.hold_is_over(sale)
    till.twins.outcome(sale.page_id, "processing")
    await till.worker.run_schedule(SWEEP)
    assert await till.stands(sale) == "processing, pending, seated"


@pytest.mark.parametrize(("seconds", "end"), [(5, "open, pending, seated"), (90, "expired, failed, no seat")])
async def test_while_stripe_is_silent_a_hold_waits_a_minute_for_stripes_own_clock(
    till: Till, plan: Plan, learner: Account, no_stripe: Callable[[], None], seconds: int, end: str
) -> None:
    sale = await till.sell(learner, await plan(price=PRICE))
    await till.hold_is_over(sale, seconds=seconds)
    no_stripe()
    await till.worker.run_schedule(SWEEP)
    assert await till.stands(sale) == end


async def test_a_hold_whose_page_was_never_made_is_released_without_asking_stripe(
    till: Till, plan: Plan, learner: Account, no_stripe: Callable[[], None], counters: Count
) -> None:
    cohort = await plan(price=PRICE)
    no_stripe()
    answer = await till.check_out(learner, cohort)
    assert answer.status_code == 503
    await till._write("UPDATE academy.enrollments SET hold_expires_at = now() - interval '1 second'")
    await till.worker.run_schedule(SWEEP)
    assert await counters(cohort) == (0, 0, 0)


async def test_stripe_is_not_asked_for_every_hold_while_it_is_silent(
    till: Till,
    session: AsyncSession,
    plan: Plan,
    no_stripe: Callable[[], None],
    gateways: Gateways,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cohort = await plan(price=PRICE)
    sales = [await till.sell(await enter(session), cohort) for _ in range(4)]
    for sale in sales:
        await till.hold_is_over(sale, seconds=90)
    no_stripe()
    asked = counted(monkeypatch, gateways, "expire_checkout_session")
    await till.worker.run_schedule(SWEEP)
    assert {await till.stands(sale) for sale in sales} == {"expired, failed, no seat"}
    assert len(asked) == 1


def counted(monkeypatch: pytest.MonkeyPatch, gateways: Gateways, name: str) -> list[str]:
    """The ids with which a call of the gateway is made from here on; the calls themselves go through."""
    asked: list[str] = []
    real = getattr(gateways.stripe, name)

    async def noted(session_id: str) -> CheckoutSession:
        asked.append(session_id)
        page: CheckoutSession = await real(session_id)
        return page

    monkeypatch.setattr(gateways.stripe, name, noted)
    return asked


# A process that dies


class Killed(BaseException):
    """The process ends here."""


Kill = Callable[..., Awaitable[Sale]]


@pytest.fixture
def killed(till: Till, gateways: Gateways, monkeypatch: pytest.MonkeyPatch) -> Kill:
    """A checkout whose process dies `before` or `after` Stripe was asked, and whose lease has run out since."""

    async def kill(account: Account, cohort: Cohort, dies: str) -> Sale:
        real = gateways.stripe.create_checkout_session

        async def mortal(order: CheckoutOrder, *, idempotency_key: str) -> CheckoutSession:
            if dies == "after":
                await real(order, idempotency_key=idempotency_key)
            raise Killed

        with monkeypatch.context() as patch:
            patch.setattr(gateways.stripe, "create_checkout_session", mortal)
            with pytest.raises(Killed):
                await till.check_out(account, cohort)
        await till._write("UPDATE core.idempotency_keys SET lease_expires_at = now() - interval '1 second'")
        enrollment_id = await till.session.scalar(
            text("SELECT id FROM academy.enrollments WHERE user_id = :id"), {"id": account.id}
        )
        assert isinstance(enrollment_id, UUID)
        payment = await till.payment_of(enrollment_id)
        assert (payment.state, payment.stripe_checkout_session_id) == ("created", None)
        pages = await _pages(gateways, str(enrollment_id), payment.created_at)
        return Sale(account, cohort, enrollment_id, payment.id, pages[0].id if pages else "", "")

    return kill


async def _pages(gateways: Gateways, enrollment_id: str, since: Any) -> list[CheckoutSession]:
    return [
        page
        async for page in gateways.stripe.list_checkout_sessions(since)
        if page.client_reference_id == enrollment_id
    ]


@pytest.mark.req("A-PAY-07")
@pytest.mark.parametrize("dies", ["before", "after"])
async def test_a_checkout_whose_process_died_goes_on_to_one_page_and_one_hold(
    till: Till, plan: Plan, learner: Account, gateways: Gateways, counters: Count, killed: Kill, dies: str
) -> None:
    cohort = await plan(price=PRICE)
    sale = await killed(learner, cohort, dies)
    answer = await till.check_out(learner, cohort)
    assert answer.status_code == 201
    assert answer.json()["enrollment"]["id"] == str(sale.enrollment_id)
    assert await counters(cohort) == (1, 0, 1)
    payment = await till.payment(sale)
    assert [page.id for page in await _pages(gateways, str(sale.enrollment_id), payment.created_at)] == [
        payment.stripe_checkout_session_id
    ]


@pytest.mark.req("A-PAY-07")
async def test_a_checkout_that_died_before_its_answer_was_kept_is_answered_from_what_was_written(
    till: Till, plan: Plan, learner: Account
) -> None:
    cohort = await plan(price=PRICE)
    first = await till.check_out(learner, cohort)
    await till._write(
        "UPDATE core.idempotency_keys SET answer_status = NULL, answer_body = NULL, lease_expires_at = now()"
    )
    till.twins.faults(server_error=1)  # nobody needs Stripe for this
    again = await till.check_out(learner, cohort)
    assert (again.status_code, again.json()) == (201, first.json())


async def test_a_hold_too_old_for_stripe_begins_anew_when_the_checkout_goes_on(
    till: Till, plan: Plan, learner: Account, gateways: Gateways, counters: Count, killed: Kill
) -> None:
    cohort = await plan(price=PRICE)
    sale = await killed(learner, cohort, "before")
    await till._write("UPDATE academy.payments SET expires_at = now() + interval '5 minutes'")
    await till._write("UPDATE academy.enrollments SET hold_expires_at = now() + interval '5 minutes'")
    answer = await till.check_out(learner, cohort)
    assert answer.status_code == 201
    assert answer.json()["enrollment"]["id"] == str(sale.enrollment_id)
    payment = await till.payment_of(sale.enrollment_id)
    page = await gateways.stripe.get_checkout_session(payment.stripe_checkout_session_id or "")
    assert page.url == answer.json()["checkout_url"]
    assert abs((page.expires_at - payment.expires_at).total_seconds()) < 1
    assert await counters(cohort) == (1, 0, 1)
    assert await till.stands(sale) == "expired, pending, seated"


async def test_a_checkout_whose_hold_was_released_meanwhile_begins_anew(
    till: Till, plan: Plan, learner: Account, counters: Count, killed: Kill
) -> None:
    cohort = await plan(price=PRICE)
    sale = await killed(learner, cohort, "before")
    await till.hold_is_over(sale)
    await till.worker.run_schedule(SWEEP)
    answer = await till.check_out(learner, cohort)
    assert answer.status_code == 201
    assert answer.json()["enrollment"]["id"] != str(sale.enrollment_id)
    assert answer.json()["checkout_url"] is not None
    assert await counters(cohort) == (1, 0, 1)


async def test_a_page_paid_before_it_was_written_down_is_paid(
    till: Till, plan: Plan, learner: Account, killed: Kill
) -> None:
    sale = await killed(learner, await plan(price=PRICE), "after")
    await till.happens(sale, "paid")
    assert await till.stands(sale) == "paid, completed, seated"
    assert (await till.enrollment(sale)).stripe_checkout_session_id == sale.page_id


# Events that come too early


def _event(kind: str, **subject: Any) -> Webhook:
    body = to_json(
        {
            "id": f"evt_{new_id().hex}",
            "object": "event",
            "api_version": None,
            "created": 1_793_534_495,
            "type": kind,
            "data": {"object": subject},
        }
    )
    return Webhook("", kind, body, sign(body, "whsec_test_secret"))


@pytest.mark.req("A-PAY-01")
async def test_money_for_a_page_we_do_not_know_waits_until_we_know_it(
    till: Till, session: AsyncSession, plan: Plan, learner: Account
) -> None:
    early = _event(
        "checkout.session.completed",
        id="cs_early",
        mode="payment",
        payment_status="paid",
        payment_intent="pi_early",
        amount_total=PRICE,
        metadata={},
    )
    assert (await till.post(early)).status_code == 200
    await till.worker.drain()
    assert await session.scalar(text("SELECT state FROM core.inbox")) == "parked"
    cohort = await plan(price=PRICE)
    made = await enrollments.create_enrollment(session, HOUSE, learner.id, cohort.id, "cs_early")
    await session.commit()
    await till.worker.drain()
    session.expunge_all()
    row = await session.get_one(Enrollment, made.id)
    assert (row.payment_status, row.stripe_payment_intent_id) == ("completed", "pi_early")
    assert await session.scalar(text("SELECT state FROM core.inbox")) == "processed"


@pytest.mark.req("A-PAY-01")
async def test_a_dispute_told_before_the_payment_waits_for_it(
    till: Till, session: AsyncSession, plan: Plan, learner: Account
) -> None:
    sale = await till.sell(learner, await plan(price=PRICE))
    till.twins.outcome(sale.page_id, "paid")
    till.twins.outcome(sale.page_id, "disputed")
    till.twins.outcome(sale.page_id, "dispute_lost")
    # A dispute carries no metadata: only the payment intent leads to its payment.
    webhooks = sorted(till.twins.take_webhooks(), key=lambda webhook: not webhook.type.startswith("charge.dispute"))
    for webhook in webhooks[:2]:
        await till.post(webhook)
    await till.worker.drain()
    parked = await session.scalars(text("SELECT state FROM core.inbox"))
    assert set(parked) == {"parked"}
    for webhook in webhooks[2:]:
        await till.post(webhook)
    await till.worker.drain()
    assert await till.stands(sale) == "refunded, refunded, no seat"
    assert len(await till.worker.announced("academy.dispute_opened")) == 1


# Lost webhooks


async def _compared(till: Till) -> None:
    await till.time_passes()
    await till.worker.run_schedule(COMPARE)


LOST = [
    (["paid"], "paid, completed, seated", (1, 0, 1)),
    (["expired"], "expired, failed, no seat", (0, 0, 0)),
    (["processing"], "processing, pending, seated", (1, 0, 1)),
    (["processing", "failed"], "failed, failed, no seat", (0, 0, 0)),
    (["processing", "settled"], "paid, completed, seated", (1, 0, 1)),
    (["paid", "refunded"], "refunded, refunded, no seat", (0, 0, 0)),
    (["paid", "disputed", "dispute_lost"], "refunded, refunded, no seat", (0, 0, 0)),
]


@pytest.mark.parametrize(("outcomes", "end", "seats"), LOST, ids=str)
async def test_comparing_repairs_what_was_never_told(
    till: Till,
    plan: Plan,
    learner: Account,
    counters: Count,
    outcomes: list[str],
    end: str,
    seats: tuple[int, int, int],
) -> None:
    cohort = await plan(price=PRICE)
    sale = await till.sell(learner, cohort)
    for outcome in outcomes:
        till.twins.outcome(sale.page_id, outcome)
    till.lose_webhooks()
    await _compared(till)
    assert await till.stands(sale) == end
    assert await counters(cohort) == seats


async def test_comparing_repairs_a_refund_that_was_never_told_of_a_payment_that_was(
    till: Till, plan: Plan, learner: Account
) -> None:
    sale = await till.sell_paid(learner, await plan(price=PRICE))
    till.twins.outcome(sale.page_id, "refunded")
    till.lose_webhooks()
    await _compared(till)
    assert await till.stands(sale) == "refunded, refunded, no seat"


async def test_comparing_finds_the_page_of_a_process_that_died(
    till: Till, plan: Plan, learner: Account, killed: Kill
) -> None:
    sale = await killed(learner, await plan(price=PRICE), "after")
    till.twins.outcome(sale.page_id, "paid")
    till.lose_webhooks()
    await _compared(till)
    assert await till.stands(sale) == "paid, completed, seated"


async def test_comparing_finds_what_was_paid_on_a_page_that_had_ended_here(
    till: Till, plan: Plan, learner: Account, no_stripe: Callable[[], None]
) -> None:
    sale = await till.sell(learner, await plan(price=PRICE))
    await till.hold_is_over(sale, seconds=90)
    no_stripe()
    await till.worker.run_schedule(SWEEP)
    till.twins.calm()
    assert await till.stands(sale) == "expired, failed, no seat"
    till.twins.outcome(sale.page_id, "paid")
    till.lose_webhooks()
    await _compared(till)
    assert await till.stands(sale) == "paid, completed, seated"


async def test_comparing_asks_about_an_ended_page_once(
    till: Till, plan: Plan, learner: Account, gateways: Gateways, monkeypatch: pytest.MonkeyPatch
) -> None:
    sale = await till.sell(learner, await plan(price=PRICE))
    await till.hold_is_over(sale)
    await till.worker.run_schedule(SWEEP)
    asked = counted(monkeypatch, gateways, "get_checkout_session")
    for _ in range(3):
        await _compared(till)
    assert asked == [sale.page_id]


async def test_comparing_leaves_alone_what_agrees(till: Till, plan: Plan, learner: Account) -> None:
    sale = await till.sell(learner, await plan(price=PRICE))
    before = await till.worker.announced()
    await _compared(till)
    assert await till.stands(sale) == "open, pending, seated"
    assert await till.worker.announced() == before


async def test_a_page_that_stripe_has_forgotten_does_not_keep_others_from_being_compared(
    till: Till, session: AsyncSession, plan: Plan, learner: Account
) -> None:
    cohort = await plan(price=PRICE)
    forgotten, sale = await till.sell(learner, cohort), await till.sell(await enter(session), cohort)
    await till._write(
        "UPDATE academy.payments SET stripe_checkout_session_id = 'cs_gone', created_at = now() - interval '1 hour'"
        " WHERE id = :id",
        id=forgotten.payment_id,
    )
    till.twins.outcome(sale.page_id, "paid")
    till.lose_webhooks()
    await _compared(till)
    assert await till.stands(sale) == "paid, completed, seated"


# Money on its way back


async def _refund(till: Till, admin: Account, sale: Sale, body: dict[str, Any], key: str = "refund") -> None:
    caller = await till.client.as_(admin)
    answer = await caller.post(f"/academy/enrollments/{sale.enrollment_id}/refund", body, key=key)
    assert answer.status_code == 202


async def test_a_refund_waits_out_stripes_silence_and_is_made_once(
    till: Till,
    plan: Plan,
    learner: Account,
    admin: Account,
    gateways: Gateways,
    session: AsyncSession,
) -> None:
    sale = await till.sell_paid(learner, await plan(price=PRICE))
    await _refund(till, admin, sale, {"amount_cents": 10_000})
    till.twins.faults(lost_answer=1)  # the money goes, the word of it does not arrive
    await till.worker.drain(failures_expected=True)
    assert (await till.payment(sale)).refunded_cents == 0
    till.twins.calm()
    await session.execute(text("UPDATE core.jobs SET run_at = now() WHERE state = 'queued'"))
    await session.commit()
    await till.worker.drain()
    payment = await till.payment(sale)
    assert payment.refunded_cents == 10_000
    refunds = await gateways.stripe.list_refunds(payment.stripe_payment_intent_id or "")
    assert [refund.amount for refund in refunds] == [10_000]


async def test_what_went_back_at_stripe_already_is_written_down_and_not_tried_for_ever(
    till: Till, plan: Plan, learner: Account, admin: Account
) -> None:
    sale = await till.sell_paid(learner, await plan(price=PRICE))
    await _refund(till, admin, sale, {})
    till.twins.outcome(sale.page_id, "refunded")  # somebody was faster, by Stripe's own dashboard
    till.lose_webhooks()
    await till.worker.drain()
    assert await till.stands(sale) == "refunded, refunded, no seat"


async def test_a_part_that_stripe_will_not_give_back_is_not_on_its_way_any_more(
    till: Till, plan: Plan, learner: Account, admin: Account, gateways: Gateways
) -> None:
    sale = await till.sell_paid(learner, await plan(price=PRICE))
    await _refund(till, admin, sale, {"amount_cents": 30_000})
    intent = (await till.payment(sale)).stripe_payment_intent_id or ""
    await gateways.stripe.create_refund(intent, amount_cents=40_000, idempotency_key=f"by hand {intent}")
    await till.worker.drain()
    payment = await till.payment(sale)
    assert (payment.state, payment.refunded_cents, payment.refund_requested_cents) == ("paid", 40_000, 0)


async def test_a_refund_of_disputed_money_waits_for_the_bank(
    till: Till, plan: Plan, learner: Account, admin: Account, gateways: Gateways
) -> None:
    sale = await till.sell_paid(learner, await plan(price=PRICE))
    await till.happens(sale, "disputed")
    await _refund(till, admin, sale, {})
    await till.worker.drain()
    assert await till.stands(sale) == "refund_due, completed, seated"
    await till.happens(sale, "dispute_lost")
    assert await till.stands(sale) == "refunded, refunded, no seat"
    intent = (await till.payment(sale)).stripe_payment_intent_id or ""
    assert await gateways.stripe.list_refunds(intent) == []


async def test_a_refund_that_is_due_for_a_day_is_asked_for_again_once_a_day(
    till: Till, plan: Plan, learner: Account, admin: Account, session: AsyncSession
) -> None:
    sale = await till.sell_paid(learner, await plan(price=PRICE))
    await _refund(till, admin, sale, {})
    await session.execute(text("UPDATE core.outbox SET relayed_at = now()"))  # its job is lost
    await session.commit()
    await till.time_passes(hours=23)
    await till.worker.run_schedule(COMPARE)
    assert await till.stands(sale) == "refund_due, completed, seated"
    await till.time_passes(hours=2)
    await till.worker.run_schedule(COMPARE)
    assert await till.stands(sale) == "refunded, refunded, no seat"


async def test_a_refund_is_asked_for_again_only_after_another_day(
    till: Till, plan: Plan, learner: Account, session: AsyncSession
) -> None:
    sale = await till.sell_paid(learner, await plan(price=PRICE))
    await till._write("UPDATE academy.payments SET state = 'refund_due', updated_at = now() - interval '25 hours'")
    await refunds.repeat_refund(session, HOUSE, sale.payment_id)
    await session.commit()
    await session.execute(text("UPDATE core.outbox SET relayed_at = now()"))
    await session.commit()
    await till.worker.run_schedule(COMPARE)
    assert len(await till.worker.announced("academy.refund_requested")) == 1


# The books


async def test_what_came_in_less_what_went_back_is_what_stripe_has(
    till: Till, session: AsyncSession, plan: Plan, admin: Account, gateways: Gateways, no_stripe: Callable[[], None]
) -> None:
    cohort = await plan(price=PRICE, max_capacity=12)
    sales = [await till.sell(await enter(session), cohort) for _ in range(9)]
    ends: tuple[list[str], ...] = (
        ["paid"],
        ["processing", "settled"],
        ["failed", "paid"],
        ["processing", "failed"],
        ["expired"],
        ["paid", "refunded"],
        [],
        ["paid"],
        ["paid"],
    )
    for sale, outcomes in zip(sales, ends, strict=True):
        for outcome in outcomes:
            till.twins.outcome(sale.page_id, outcome)
    await till.deliver(times=2, shuffled=3)
    await _refund(till, admin, sales[0], {"amount_cents": 12_300}, "part")
    await _refund(till, admin, sales[7], {}, "whole")
    await till.worker.drain()
    await till.hold_is_over(sales[6], seconds=90)
    no_stripe()
    await till.worker.run_schedule(SWEEP)
    till.twins.faults(server_error=0)
    await session.execute(text("UPDATE academy.cohorts SET max_capacity = current_enrollment"))
    await session.commit()
    till.twins.outcome(sales[6].page_id, "paid")  # too late, and the cohort is full
    await till.deliver()
    rows = await session.execute(
        text("SELECT stripe_payment_intent_id AS intent, amount_paid_cents, refunded_cents FROM academy.payments")
    )
    for row in rows.all():
        if row.intent is None:
            assert (row.amount_paid_cents, row.refunded_cents) == (None, 0)
            continue
        intent = await gateways.stripe.get_payment_intent(row.intent)
        assert (row.amount_paid_cents or 0, row.refunded_cents) == (intent.amount_received, intent.amount_refunded)
    kept = await session.scalar(
        text("SELECT sum(coalesce(amount_paid_cents, 0) - refunded_cents) FROM academy.payments")
    )
    assert kept == 4 * PRICE - 12_300
    orphaned = await session.scalar(
        text(
            "SELECT count(*) FROM academy.payments p JOIN academy.enrollments e ON e.id = p.enrollment_id"
            " WHERE p.state = 'paid' AND NOT (e.has_seat AND e.payment_status = 'completed')"
        )
    )
    assert orphaned == 0


# A cohort that will not take place


@pytest.mark.req("A-COH-07")
async def test_a_cancelled_cohort_gives_back_money_seats_and_closes_its_pages(
    till: Till,
    session: AsyncSession,
    plan: Plan,
    learner: Account,
    member: Account,
    admin: Account,
    gateways: Gateways,
    counters: Count,
) -> None:
    cohort = await plan(price=PRICE)
    paid = await till.sell_paid(learner, cohort)
    unpaid = await till.sell(await enter(session), cohort)
    slow = await till.sell(await enter(session), cohort)
    await till.happens(slow, "processing")
    seat = await (await till.client.as_(member)).post(f"/academy/cohorts/{cohort.id}/enrollments", {}, key="seat")
    assert seat.status_code == 201
    answer = await (await till.client.as_(admin)).put(f"/academy/cohorts/{cohort.id}/status", {"status": "cancelled"})
    assert answer.status_code == 200
    await till.worker.drain()
    await till.deliver()
    assert await till.stands(paid) == "refunded, refunded, no seat"
    assert await till.stands(unpaid) == "expired, failed, no seat"
    assert (await gateways.stripe.get_checkout_session(unpaid.page_id)).status == "expired"
    intent = await gateways.stripe.get_payment_intent((await till.payment(paid)).stripe_payment_intent_id or "")
    assert intent.refunded
    assert await counters(cohort) == (0, 0, 0)
    assert await session.scalar(text("SELECT seats_used FROM academy.organizations")) == 0
    statuses = await session.scalars(text("SELECT DISTINCT enrollment_status FROM academy.enrollments"))
    assert statuses.all() == ["cancelled"]
    await till.happens(slow, "settled")  # what was on its way when the cohort was cancelled goes back too
    assert await till.stands(slow) == "refunded, refunded, no seat"


async def test_a_cohort_cancelled_while_stripe_is_silent_is_settled_when_it_speaks_again(
    till: Till,
    session: AsyncSession,
    plan: Plan,
    learner: Account,
    admin: Account,
    counters: Count,
    no_stripe: Callable[[], None],
) -> None:
    cohort = await plan(price=PRICE)
    free_of_pages = await till.sell_paid(learner, cohort)
    unpaid = await till.sell(await enter(session), cohort)
    no_stripe()
    await (await till.client.as_(admin)).put(f"/academy/cohorts/{cohort.id}/status", {"status": "cancelled"})
    await till.worker.drain(failures_expected=True)
    assert await till.stands(free_of_pages) == "refund_due, completed, no seat"
    assert await till.stands(unpaid) == "open, pending, seated"
    till.twins.calm()
    await session.execute(text("UPDATE core.jobs SET run_at = now() WHERE state = 'queued'"))
    await session.commit()
    await till.worker.drain()
    assert await till.stands(free_of_pages) == "refunded, refunded, no seat"
    assert await till.stands(unpaid) == "expired, failed, no seat"
    assert await counters(cohort) == (0, 0, 0)
