"""Checkout, Stripe's word, refunds: the money of a seat as clients and Stripe see it."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.models import Cohort, Enrollment, Payment
from app.core.clock import utc_now
from app.gateways import Gateways
from app.gateways.stripe.types import CheckoutSession
from app.identity.models import Account
from tests.academy.conftest import enter
from tests.academy.enrollments.conftest import RETURN_TO, Plan
from tests.academy.payments.conftest import PRICE, Till
from tests.factories import academy

Count = Callable[[Cohort], Awaitable[tuple[int, int, int]]]


# Checkout


@pytest.mark.req("A-ENR-14")
async def test_a_checkout_holds_the_seat_for_at_least_thirty_minutes(
    till: Till, plan: Plan, learner: Account, counters: Count
) -> None:
    cohort = await plan(price=PRICE)
    before = utc_now()
    answer = await till.check_out(learner, cohort)
    assert answer.status_code == 201
    assert datetime.fromisoformat(answer.json()["expires_at"]) >= before + timedelta(minutes=30)
    assert answer.json()["enrollment"]["has_seat"] is True
    assert await counters(cohort) == (1, 0, 1)


async def test_the_buyer_is_led_to_stripes_page_which_carries_the_enrollment(
    till: Till, plan: Plan, learner: Account, gateways: Gateways
) -> None:
    sale = await till.sell(learner, await plan(price=PRICE))
    page = await gateways.stripe.get_checkout_session(sale.page_id)
    assert page.url == sale.url
    assert page.client_reference_id == str(sale.enrollment_id)
    assert page.metadata == {"enrollment_id": str(sale.enrollment_id), "payment_id": str(sale.payment_id)}


@pytest.mark.req("A-PAY-06")
@pytest.mark.parametrize(("price", "currency"), [(49_900, "usd"), (12_345, "eur"), (80_000, "jpy")])
async def test_the_amount_is_the_courses_price(
    till: Till, session: AsyncSession, plan: Plan, learner: Account, gateways: Gateways, price: int, currency: str
) -> None:
    course = academy.course(price_b2c=price, currency=currency)
    session.add(course)
    await session.flush()  # the cohort points at it
    sale = await till.sell(learner, await plan(course))
    page = await gateways.stripe.get_checkout_session(sale.page_id)
    assert (page.amount_total, page.currency) == (price, currency)


@pytest.mark.req("A-PAY-06")
@pytest.mark.parametrize("field", ["price", "amount_cents", "currency", "payment_status"])
async def test_a_client_cannot_say_what_it_pays(
    till: Till, plan: Plan, learner: Account, counters: Count, field: str
) -> None:
    cohort = await plan(price=PRICE)
    buyer = await till.client.as_(learner)
    answer = await buyer.post(f"/academy/cohorts/{cohort.id}/checkout", RETURN_TO | {field: 1}, key="k")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == f"/{field}"
    assert await counters(cohort) == (0, 0, 0)


async def test_a_free_course_enrolls_at_once(till: Till, plan: Plan, learner: Account, session: AsyncSession) -> None:
    answer = await till.check_out(learner, await plan(price=0))
    assert answer.status_code == 201
    assert (answer.json()["checkout_url"], answer.json()["expires_at"]) == (None, None)
    assert answer.json()["enrollment"]["payment_status"] == "completed"
    assert (await session.scalars(select(Payment))).all() == []


async def test_the_page_is_shown_while_it_can_be_paid_and_not_afterwards(
    till: Till, plan: Plan, learner: Account
) -> None:
    sale = await till.sell(learner, await plan(price=PRICE))
    buyer = await till.client.as_(learner)
    path = f"/academy/enrollments/{sale.enrollment_id}"
    assert (await buyer.get(path)).json()["checkout_url"] == sale.url
    await till.happens(sale, "paid")
    assert (await buyer.get(path)).json()["checkout_url"] is None


# Again and again


@pytest.mark.req("A-PAY-07")
async def test_the_same_key_gets_the_same_answer(till: Till, plan: Plan, learner: Account, counters: Count) -> None:
    cohort = await plan(price=PRICE)
    first, again = await till.check_out(learner, cohort), await till.check_out(learner, cohort)
    assert again.status_code == 201
    assert again.content == first.content
    assert again.headers["Idempotent-Replayed"] == "true"
    assert await counters(cohort) == (1, 0, 1)


@pytest.mark.req("A-PAY-07")
async def test_a_key_with_another_body_is_refused(till: Till, plan: Plan, learner: Account) -> None:
    cohort = await plan(price=PRICE)
    await till.check_out(learner, cohort)
    buyer = await till.client.as_(learner)
    body = RETURN_TO | {"cancel_url": "https://app.example.com/elsewhere"}
    answer = await buyer.post(f"/academy/cohorts/{cohort.id}/checkout", body, key="key")
    assert (answer.status_code, answer.json()["code"]) == (422, "core.idempotency_key_reused")


async def test_a_checkout_needs_a_key(till: Till, plan: Plan, learner: Account) -> None:
    buyer = await till.client.as_(learner)
    answer = await buyer.post(f"/academy/cohorts/{(await plan(price=PRICE)).id}/checkout", RETURN_TO)
    assert (answer.status_code, answer.json()["code"]) == (400, "core.idempotency_key_required")


@pytest.mark.req("A-PAY-07")
@pytest.mark.parametrize("fault", ["lost_answer", "server_error", "rate_limited"])
async def test_a_checkout_goes_on_with_its_key_after_stripe_was_silent(
    till: Till, plan: Plan, learner: Account, gateways: Gateways, counters: Count, fault: str
) -> None:
    cohort = await plan(price=PRICE)
    till.twins.faults(**{fault: 1})
    silent = await till.check_out(learner, cohort)
    assert (silent.status_code, silent.json()["code"]) == (503, "core.gateway_unavailable")
    assert int(silent.headers["Retry-After"]) >= 1
    assert await counters(cohort) == (1, 0, 1)
    till.twins.calm()
    answer = await till.check_out(learner, cohort)
    assert answer.status_code == 201
    assert await counters(cohort) == (1, 0, 1)
    pages = await _pages(gateways, answer.json()["enrollment"]["id"])
    assert [page.url for page in pages] == [answer.json()["checkout_url"]]


async def _pages(gateways: Gateways, enrollment_id: str) -> list[CheckoutSession]:
    """Every page that Stripe was ever asked for and opened for an enrollment."""
    lately = gateways.stripe.list_checkout_sessions(utc_now() - timedelta(minutes=10))
    return [page async for page in lately if page.client_reference_id == enrollment_id]


# Stripe says no


async def test_a_refused_checkout_leaves_no_seat_taken(
    till: Till, session: AsyncSession, plan: Plan, learner: Account, counters: Count
) -> None:
    cohort = await plan(price=30)  # less than Stripe's smallest charge
    answer = await till.check_out(learner, cohort)
    assert (answer.status_code, answer.json()["code"]) == (502, "academy.payment_refused")
    assert await counters(cohort) == (0, 0, 0)
    row = (await session.scalars(select(Enrollment))).one()
    assert (row.payment_status, row.hold_expires_at, row.stripe_checkout_session_id) == ("failed", None, None)
    assert (await session.scalars(select(Payment.state))).all() == ["failed"]
    assert await till.worker.announced("academy.payment_failed") == []


async def test_a_refused_checkout_begins_anew_with_the_same_key(
    till: Till, plan: Plan, learner: Account, counters: Count
) -> None:
    cohort = await plan(price=30)
    await till.check_out(learner, cohort)
    await till._write("UPDATE academy.courses SET price_b2c = 5000 WHERE id = :id", id=cohort.course_id)
    answer = await till.check_out(learner, cohort)
    assert answer.status_code == 201
    assert answer.json()["checkout_url"] is not None
    assert await counters(cohort) == (1, 0, 1)


# Stripe's word


@pytest.mark.req("A-PAY-01")
async def test_paid_completes_the_enrollment(till: Till, plan: Plan, learner: Account, counters: Count) -> None:
    cohort = await plan(price=PRICE)
    sale = await till.sell(learner, cohort)
    await till.happens(sale, "paid")
    assert await till.stands(sale) == "paid, completed, seated"
    payment, enrollment = await till.payment(sale), await till.enrollment(sale)
    assert payment.amount_paid_cents == PRICE
    assert payment.paid_at is not None
    assert enrollment.stripe_payment_intent_id == payment.stripe_payment_intent_id is not None
    assert enrollment.hold_expires_at is None
    assert await counters(cohort) == (1, 0, 1)


@pytest.mark.req("A-PAY-02")
async def test_paid_told_many_times_is_confirmed_once(till: Till, plan: Plan, learner: Account) -> None:
    sale = await till.sell(learner, await plan(price=PRICE))
    till.twins.outcome(sale.page_id, "paid", repeat=3)
    await till.deliver(times=2)
    assert await till.stands(sale) == "paid, completed, seated"
    assert len(await till.worker.announced("academy.enrollment_confirmed")) == 1


@pytest.mark.req("A-PAY-02")
async def test_an_event_is_stored_and_worked_on_once(
    till: Till, session: AsyncSession, plan: Plan, learner: Account
) -> None:
    sale = await till.sell(learner, await plan(price=PRICE))
    events = till.twins.outcome(sale.page_id, "paid", repeat=3)
    taken = await till.deliver(times=2)
    assert len(taken) == 6 * len(events)
    stored = await session.execute(text("SELECT external_id, state FROM core.inbox"))
    assert {row.external_id: row.state for row in stored}.keys() == set(events)
    assert len(await till.worker.announced("webhooks.stripe_event_received")) == len(events)


async def test_a_slow_method_keeps_the_seat_without_a_limit(
    till: Till, plan: Plan, learner: Account, counters: Count
) -> None:
    cohort = await plan(price=PRICE)
    sale = await till.sell(learner, cohort)
    await till.happens(sale, "processing")
    assert await till.stands(sale) == "processing, pending, seated"
    assert (await till.enrollment(sale)).hold_expires_at is None
    await till.worker.run_schedule("academy.release_expired_holds")
    assert await counters(cohort) == (1, 0, 1)


@pytest.mark.req("A-PAY-01")
async def test_a_slow_method_that_settles_completes(till: Till, plan: Plan, learner: Account) -> None:
    sale = await till.sell(learner, await plan(price=PRICE))
    await till.happens(sale, "processing")
    await till.happens(sale, "settled")
    assert await till.stands(sale) == "paid, completed, seated"


@pytest.mark.req("A-PAY-01", "A-PAY-03")
async def test_a_slow_method_that_fails_frees_the_seat(
    till: Till, plan: Plan, learner: Account, counters: Count
) -> None:
    cohort = await plan(price=PRICE)
    sale = await till.sell(learner, cohort)
    await till.happens(sale, "processing")
    await till.happens(sale, "failed")
    assert await till.stands(sale) == "failed, failed, no seat"
    assert await counters(cohort) == (0, 0, 0)


@pytest.mark.req("A-PAY-03", "A-ENR-14", "Z-61")
async def test_an_expired_page_frees_the_seat(till: Till, plan: Plan, learner: Account, counters: Count) -> None:
    cohort = await plan(price=PRICE)
    sale = await till.sell(learner, cohort)
    await till.happens(sale, "expired")
    assert await till.stands(sale) == "expired, failed, no seat"
    assert await counters(cohort) == (0, 0, 0)


async def test_a_declined_card_changes_nothing_because_the_buyer_may_try_another(
    till: Till, plan: Plan, learner: Account
) -> None:
    sale = await till.sell(learner, await plan(price=PRICE))
    await till.happens(sale, "failed")
    assert await till.stands(sale) == "open, pending, seated"
    await till.happens(sale, "paid")
    assert await till.stands(sale) == "paid, completed, seated"


ACCESS = ("has_materials_access", "has_office_hours_access", "has_chatbot_access")


async def _access(till: Till, account: Account, enrollment_id: object) -> list[bool]:
    shown = (await (await till.client.as_(account)).get(f"/academy/enrollments/{enrollment_id}")).json()
    return [shown[window] for window in ACCESS]


@pytest.mark.req("A-PAY-01", "A-PAY-03")
async def test_a_whole_refund_ends_access_at_once_and_frees_the_seat_before_the_start(
    till: Till, plan: Plan, learner: Account, counters: Count
) -> None:
    cohort = await plan(price=PRICE)
    sale = await till.sell_paid(learner, cohort)
    assert await _access(till, learner, sale.enrollment_id) == [True, True, True]
    await till.happens(sale, "refunded")
    assert await till.stands(sale) == "refunded, refunded, no seat"
    assert await _access(till, learner, sale.enrollment_id) == [False, False, False]
    assert await counters(cohort) == (0, 0, 0)


@pytest.mark.req("A-PAY-03")
async def test_a_whole_refund_after_the_start_ends_access_and_keeps_the_seat_taken(
    till: Till, plan: Plan, learner: Account, counters: Count
) -> None:
    cohort = await plan(price=PRICE)
    sale = await till.sell_paid(learner, cohort)
    await till.starts(cohort)
    await till.happens(sale, "refunded")
    assert await till.stands(sale) == "refunded, refunded, seated"
    assert await _access(till, learner, sale.enrollment_id) == [False, False, False]
    assert await counters(cohort) == (1, 0, 1)


@pytest.mark.req("A-PAY-03", "Z-66")
async def test_a_partial_refund_changes_nothing_but_the_amount(
    till: Till, plan: Plan, learner: Account, gateways: Gateways
) -> None:
    sale = await till.sell_paid(learner, await plan(price=PRICE))
    intent = (await till.payment(sale)).stripe_payment_intent_id or ""
    await gateways.stripe.create_refund(intent, amount_cents=10_000, idempotency_key=f"part of {intent}")
    await till.deliver()
    assert await till.stands(sale) == "paid, completed, seated"
    assert (await till.payment(sale)).refunded_cents == 10_000
    assert await _access(till, learner, sale.enrollment_id) == [True, True, True]


@pytest.mark.req("Z-66")
async def test_a_lost_dispute_is_a_refund(till: Till, plan: Plan, learner: Account, counters: Count) -> None:
    cohort = await plan(price=PRICE)
    sale = await till.sell_paid(learner, cohort)
    await till.happens(sale, "disputed")
    assert await till.stands(sale) == "paid, completed, seated"
    await till.happens(sale, "dispute_lost")
    assert await till.stands(sale) == "refunded, refunded, no seat"
    assert await counters(cohort) == (0, 0, 0)


async def test_a_dispute_that_is_won_leaves_everything_as_it_was(till: Till, plan: Plan, learner: Account) -> None:
    sale = await till.sell_paid(learner, await plan(price=PRICE))
    await till.happens(sale, "disputed")
    await till.happens(sale, "dispute_won")
    assert await till.stands(sale) == "paid, completed, seated"


async def test_what_is_no_business_of_ours_is_ignored(
    till: Till, session: AsyncSession, plan: Plan, learner: Account
) -> None:
    sale = await till.sell(learner, await plan(price=PRICE))
    await till.happens(sale, "paid")
    states = await session.execute(text("SELECT event_type, state FROM core.inbox"))
    assert {row.event_type: row.state for row in states} == {
        "charge.succeeded": "ignored",
        "payment_intent.succeeded": "processed",
        "checkout.session.completed": "processed",
    }


@pytest.mark.req("A-PAY-02")
async def test_a_whole_story_told_in_any_order_and_three_times_ends_where_it_should(
    till: Till, plan: Plan, learner: Account, gateways: Gateways, counters: Count
) -> None:
    cohort = await plan(price=PRICE)
    sale = await till.sell(learner, cohort)
    till.twins.outcome(sale.page_id, "processing")
    till.twins.outcome(sale.page_id, "settled")
    intent = (await gateways.stripe.get_checkout_session(sale.page_id)).payment_intent_id or ""
    await gateways.stripe.create_refund(intent, amount_cents=10_000, idempotency_key=f"part of {intent}")
    till.twins.outcome(sale.page_id, "refunded")
    await till.deliver(times=3, shuffled=7)
    assert await till.stands(sale) == "refunded, refunded, no seat"
    assert await counters(cohort) == (0, 0, 0)
    payment = await till.payment(sale)
    assert (payment.amount_paid_cents, payment.refunded_cents) == (PRICE, PRICE)


# Money without a seat


@pytest.mark.req("A-PAY-04")
async def test_money_that_comes_late_gets_a_seat_while_there_is_one(
    till: Till, plan: Plan, learner: Account, counters: Count, no_stripe: Callable[[], None]
) -> None:
    cohort = await plan(price=PRICE)
    sale = await _released_but_payable(till, learner, cohort, no_stripe)
    await till.happens(sale, "paid")
    assert await till.stands(sale) == "paid, completed, seated"
    assert await counters(cohort) == (1, 0, 1)


@pytest.mark.req("A-PAY-04", "Z-69")
async def test_money_that_comes_when_the_cohort_is_full_goes_back_and_the_buyer_is_told(
    till: Till,
    session: AsyncSession,
    plan: Plan,
    learner: Account,
    gateways: Gateways,
    counters: Count,
    no_stripe: Callable[[], None],
) -> None:
    cohort = await plan(price=PRICE, max_capacity=1)
    sale = await _released_but_payable(till, learner, cohort, no_stripe)
    winner = await till.sell(await enter(session), cohort)
    await till.happens(sale, "paid")
    assert await till.stands(sale) == "refunded, refunded, no seat"
    intent = await gateways.stripe.get_payment_intent((await till.payment(sale)).stripe_payment_intent_id or "")
    assert intent.refunded
    assert await till.stands(winner) == "open, pending, seated"
    assert await counters(cohort) == (1, 0, 1)
    inbox = (await (await till.client.as_(learner)).get("/notifications")).json()["items"]
    assert "academy.payment_refunded" in [notice["type"] for notice in inbox]


async def _released_but_payable(till: Till, account: Account, cohort: Cohort, no_stripe: Callable[[], None]) -> Any:
    """A sale whose hold was released while Stripe was silent, so that its page could not be closed."""
    sale = await till.sell(account, cohort)
    await till.hold_is_over(sale, seconds=90)
    no_stripe()
    await till.worker.run_schedule("academy.release_expired_holds")
    till.twins.calm()
    assert await till.stands(sale) == "expired, failed, no seat"
    return sale


async def test_who_pays_for_a_seat_and_then_for_the_first_page_gets_the_second_payment_back(
    till: Till, plan: Plan, learner: Account, gateways: Gateways, counters: Count, no_stripe: Callable[[], None]
) -> None:
    cohort = await plan(price=PRICE)
    first = await _released_but_payable(till, learner, cohort, no_stripe)
    second = await till.sell(learner, cohort, key="second")
    await till.happens(second, "paid")
    await till.happens(first, "paid")
    assert await till.stands(second) == "paid, completed, seated"
    assert await till.stands(first) == "refunded, refunded, no seat"
    intent = await gateways.stripe.get_payment_intent((await till.payment(first)).stripe_payment_intent_id or "")
    assert intent.refunded
    assert await counters(cohort) == (1, 0, 1)


async def test_money_for_a_cancelled_enrollment_goes_back(
    till: Till, plan: Plan, learner: Account, gateways: Gateways, counters: Count
) -> None:
    cohort = await plan(price=PRICE)
    sale = await till.sell(learner, cohort)
    # As if the process had died before it wrote the page down: nobody here can close what nobody here knows.
    await till._write("UPDATE academy.payments SET stripe_checkout_session_id = NULL, state = 'created'")
    buyer = await till.client.as_(learner)
    assert (await buyer.post(f"/academy/enrollments/{sale.enrollment_id}/cancellation", {})).status_code == 200
    await till.happens(sale, "paid")
    assert await till.stands(sale) == "refunded, refunded, no seat"
    intent = await gateways.stripe.get_payment_intent((await till.payment(sale)).stripe_payment_intent_id or "")
    assert intent.refunded
    assert await counters(cohort) == (0, 0, 0)


async def _cancel(till: Till, account: Account, sale: Any) -> Any:
    return await (await till.client.as_(account)).post(f"/academy/enrollments/{sale.enrollment_id}/cancellation", {})


async def test_cancelling_closes_the_page_at_stripe(
    till: Till, plan: Plan, learner: Account, gateways: Gateways, counters: Count
) -> None:
    cohort = await plan(price=PRICE)
    sale = await till.sell(learner, cohort)
    assert (await _cancel(till, learner, sale)).status_code == 200
    assert (await gateways.stripe.get_checkout_session(sale.page_id)).status == "expired"
    await till.deliver()
    assert await till.stands(sale) == "expired, failed, no seat"
    assert await counters(cohort) == (0, 0, 0)


async def test_who_pays_in_the_moment_of_cancelling_gets_the_money_back(
    till: Till, plan: Plan, learner: Account, gateways: Gateways
) -> None:
    sale = await till.sell(learner, await plan(price=PRICE))
    till.twins.outcome(sale.page_id, "paid")
    assert (await _cancel(till, learner, sale)).status_code == 200
    await till.deliver()
    assert await till.stands(sale) == "refunded, refunded, no seat"
    intent = await gateways.stripe.get_payment_intent((await till.payment(sale)).stripe_payment_intent_id or "")
    assert intent.refunded


async def test_what_the_bank_has_cannot_be_cancelled(till: Till, plan: Plan, learner: Account) -> None:
    sale = await till.sell(learner, await plan(price=PRICE))
    till.twins.outcome(sale.page_id, "processing")
    answer = await _cancel(till, learner, sale)
    assert (answer.status_code, answer.json()["code"]) == (409, "academy.payment_settling")
    await till.deliver()
    assert await till.stands(sale) == "processing, pending, seated"
    assert (await _cancel(till, learner, sale)).status_code == 409


async def test_nothing_is_cancelled_while_stripe_cannot_close_the_page(
    till: Till, plan: Plan, learner: Account, no_stripe: Callable[[], None]
) -> None:
    sale = await till.sell(learner, await plan(price=PRICE))
    no_stripe()
    assert (await _cancel(till, learner, sale)).status_code == 503
    assert await till.stands(sale) == "open, pending, seated"


async def test_a_page_that_stripe_has_forgotten_does_not_stand_in_the_way(
    till: Till, plan: Plan, learner: Account
) -> None:
    sale = await till.sell(learner, await plan(price=PRICE))
    await till._write("UPDATE academy.payments SET stripe_checkout_session_id = 'cs_gone'")
    assert (await _cancel(till, learner, sale)).status_code == 200
    assert await till.stands(sale) == "expired, failed, no seat"


# Refunds by hand


async def _refund(till: Till, caller: Account, sale: Any, body: dict[str, Any], key: str = "refund") -> Any:
    return await (await till.client.as_(caller)).post(
        f"/academy/enrollments/{sale.enrollment_id}/refund", body, key=key
    )


async def test_an_admin_gives_the_whole_payment_back(
    till: Till, plan: Plan, learner: Account, admin: Account, gateways: Gateways, counters: Count
) -> None:
    cohort = await plan(price=PRICE)
    sale = await till.sell_paid(learner, cohort)
    answer = await _refund(till, admin, sale, {"reason": "Illness"})
    assert (answer.status_code, answer.json()["payment_status"]) == (202, "completed")
    assert await till.stands(sale) == "refund_due, completed, seated"
    await till.worker.drain()
    assert await till.stands(sale) == "refunded, refunded, no seat"
    payment = await till.payment(sale)
    refunds = await gateways.stripe.list_refunds(payment.stripe_payment_intent_id or "")
    assert [(refund.id, refund.amount) for refund in refunds] == [(payment.stripe_refund_id, PRICE)]
    assert await counters(cohort) == (0, 0, 0)
    await till.deliver()  # what Stripe has to say of it is no news
    assert await till.stands(sale) == "refunded, refunded, no seat"


async def test_an_admin_gives_a_part_back_and_then_the_rest(
    till: Till, plan: Plan, learner: Account, admin: Account, gateways: Gateways
) -> None:
    sale = await till.sell_paid(learner, await plan(price=PRICE))
    assert (await _refund(till, admin, sale, {"amount_cents": 10_000}, "part")).status_code == 202
    await till.worker.drain()
    assert await till.stands(sale) == "paid, completed, seated"
    assert (await till.payment(sale)).refunded_cents == 10_000
    assert (await _refund(till, admin, sale, {"amount_cents": PRICE - 10_000}, "rest")).status_code == 202
    await till.worker.drain()
    assert await till.stands(sale) == "refunded, refunded, no seat"
    refunds = await gateways.stripe.list_refunds((await till.payment(sale)).stripe_payment_intent_id or "")
    assert [refund.amount for refund in refunds] == [PRICE - 10_000, 10_000]


@pytest.mark.parametrize("before", ["nothing was paid", "all went back", "it is free", "more than was paid"])
async def test_what_cannot_go_back_is_refused(
    till: Till, plan: Plan, learner: Account, admin: Account, before: str
) -> None:
    body: dict[str, Any] = {}
    if before == "it is free":
        answer = await till.check_out(learner, await plan(price=0))
        path = f"/academy/enrollments/{answer.json()['enrollment']['id']}/refund"
    else:
        sale = await till.sell(learner, await plan(price=PRICE))
        path = f"/academy/enrollments/{sale.enrollment_id}/refund"
        if before != "nothing was paid":
            await till.happens(sale, "paid")
        if before == "all went back":
            await till.happens(sale, "refunded")
        if before == "more than was paid":
            body = {"amount_cents": PRICE + 1}
    answer = await (await till.client.as_(admin)).post(path, body, key="refund")
    assert (answer.status_code, answer.json()["code"]) == (409, "academy.nothing_to_refund")


async def test_two_parts_that_are_too_much_together_are_not_both_promised(
    till: Till, plan: Plan, learner: Account, admin: Account
) -> None:
    sale = await till.sell_paid(learner, await plan(price=PRICE))
    first = await _refund(till, admin, sale, {"amount_cents": 30_000}, "one")
    second = await _refund(till, admin, sale, {"amount_cents": 30_000}, "two")
    assert (first.status_code, second.status_code) == (202, 409)


async def test_only_an_admin_gives_money_back(till: Till, session: AsyncSession, plan: Plan, learner: Account) -> None:
    sale = await till.sell_paid(learner, await plan(price=PRICE))
    path = f"/academy/enrollments/{sale.enrollment_id}/refund"
    assert (await till.client.post(path, {}, key="k")).status_code == 401
    assert (await _refund(till, await enter(session), sale, {})).status_code == 404
    assert (await _refund(till, learner, sale, {})).status_code == 403
    assert await till.stands(sale) == "paid, completed, seated"
