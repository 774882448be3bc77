"""Facts about money, in every order and any number of times: there is one end, and no way back from it (Z-70)."""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import permutations
from random import Random

import pytest
from pydantic_core import from_json
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.academy.enrollments import service as enrollments
from app.academy.models import Cohort, Enrollment, Payment
from app.academy.payments import queries, refunds, rules, service, stripe_pages
from app.academy.payments.errors import NothingToRefund
from app.academy.payments.rules import Fact, FactKind
from app.academy.permissions import AcademyActor
from app.core.outbox.models import OutboxRow
from app.gateways import Gateways
from app.gateways.stripe import answers
from app.identity.models import Account
from tests.academy.conftest import enter
from tests.academy.enrollments.conftest import Plan
from tests.academy.payments.conftest import PRICE, Sale, Till
from tests.support.queries import recorded

HOUSE = AcademyActor.system()


@asynccontextmanager
async def undone(session: AsyncSession) -> AsyncIterator[None]:
    """What happens inside has not happened afterwards."""
    part = await session.begin_nested()
    yield
    await part.rollback()
    session.expunge_all()


async def told(till: Till) -> list[Fact]:
    """What the waiting webhooks say, each thing once."""
    events = [answers.event(from_json(webhook.body)) for webhook in till.twins.take_webhooks()]
    return [fact for event in events if (fact := rules.fact_of(event)) is not None]


async def end_of(session: AsyncSession, sale: Sale, order: Sequence[Fact]) -> tuple[object, ...]:
    """Everything that facts leave behind, told in this order: payment, seat and counter."""
    async with undone(session):
        for fact in order:
            assert await service.apply_fact(session, HOUSE, fact)
        await session.flush()
        payment = (
            await session.execute(
                select(
                    Payment.state,
                    Payment.amount_paid_cents,
                    Payment.paid_at.is_not(None),
                    Payment.refunded_cents,
                    Payment.stripe_payment_intent_id,
                    Payment.stripe_checkout_session_id,
                ).where(Payment.id == sale.payment_id)
            )
        ).one()
        seat = (
            await session.execute(
                select(
                    Enrollment.payment_status,
                    Enrollment.enrollment_status,
                    Enrollment.has_seat,
                    Enrollment.hold_expires_at,
                    Enrollment.stripe_payment_intent_id,
                    Cohort.current_enrollment,
                )
                .join(Cohort, Cohort.id == Enrollment.cohort_id)
                .where(Enrollment.id == sale.enrollment_id)
            )
        ).one()
    return (*payment, *seat)


def orders(facts: Sequence[Fact]) -> list[list[Fact]]:
    """Every order of the facts, each of them told one to three times."""
    dice = Random(1)  # noqa: S311 - the same orders in every run
    return [[fact for fact in order for _ in range(dice.randint(1, 3))] for order in permutations(facts)]


async def _part(gateways: Gateways, sale: Sale, amount: int) -> None:
    page = await gateways.stripe.get_checkout_session(sale.page_id)
    intent = page.payment_intent_id or ""
    await gateways.stripe.create_refund(intent, amount_cents=amount, idempotency_key=f"{amount} of {intent}")


@pytest.mark.slow
@pytest.mark.req("A-PAY-02")
async def test_a_story_of_five_events_has_one_end_in_all_its_120_orders(
    till: Till, session: AsyncSession, plan: Plan, learner: Account, gateways: Gateways
) -> None:
    sale = await till.sell(learner, await plan(price=PRICE))
    till.twins.outcome(sale.page_id, "processing")
    till.twins.outcome(sale.page_id, "settled")
    await _part(gateways, sale, 10_000)
    till.twins.outcome(sale.page_id, "refunded")
    facts = await told(till)
    assert Counter(fact.kind for fact in facts) == {"processing": 1, "paid": 2, "refunded": 2}
    every = orders(facts)
    assert len(every) == 120
    ends = {await end_of(session, sale, order) for order in every}
    intent = facts[0].payment_intent_id
    paid = ("refunded", PRICE, True, PRICE, intent, sale.page_id)
    assert ends == {(*paid, "refunded", "active", False, None, intent, 0)}


@pytest.mark.parametrize(
    ("outcomes", "end"),
    [
        (["processing", "settled"], "paid completed"),
        (["processing", "failed"], "failed failed"),
        (["processing", "settled", "disputed", "dispute_won"], "paid completed"),
        (["expired"], "expired failed"),
        (["failed", "paid"], "paid completed"),
    ],
)
async def test_a_shorter_story_has_one_end_in_all_its_orders(
    till: Till, session: AsyncSession, plan: Plan, learner: Account, outcomes: list[str], end: str
) -> None:
    sale = await till.sell(learner, await plan(price=PRICE))
    for outcome in outcomes:
        till.twins.outcome(sale.page_id, outcome)
    facts = [replace(fact, payment_id=sale.payment_id) for fact in await told(till)]
    ends = {await end_of(session, sale, order) for order in orders(facts)}
    assert [f"{found[0]} {found[6]}" for found in ends] == [end]


async def test_a_page_that_expired_here_and_was_paid_there_is_paid_whichever_is_told_first(
    till: Till, session: AsyncSession, plan: Plan, learner: Account
) -> None:
    sale = await till.sell(learner, await plan(price=PRICE))
    till.twins.outcome(sale.page_id, "paid")
    facts = [*await told(till), Fact(FactKind.expired, payment_id=sale.payment_id)]
    ends = {await end_of(session, sale, order) for order in orders(facts)}
    assert [(found[0], found[6], found[8], found[11]) for found in ends] == [("paid", "completed", True, 1)]


@pytest.mark.req("A-PAY-02", "Z-70")
@pytest.mark.parametrize("late", list(FactKind))
@pytest.mark.parametrize("already", ["paid", "refunded"])
async def test_nothing_leads_back_from_paid_or_refunded(
    till: Till, session: AsyncSession, plan: Plan, learner: Account, already: str, late: FactKind
) -> None:
    sale = await till.sell(learner, await plan(price=PRICE))
    paid = Fact(FactKind.paid, payment_id=sale.payment_id, amount_cents=PRICE)
    refunded = Fact(FactKind.refunded, payment_id=sale.payment_id, amount_cents=PRICE, is_whole=True)
    story = [paid] if already == "paid" else [paid, refunded]
    again = Fact(late, payment_id=sale.payment_id, amount_cents=PRICE, is_whole=True)
    before, after = await end_of(session, sale, story), await end_of(session, sale, [*story, again])
    moves_on = already == "paid" and late in {FactKind.refunded, FactKind.dispute_lost}
    assert after == (await end_of(session, sale, [paid, refunded]) if moves_on else before)


async def test_a_page_that_ends_says_nothing_about_a_payment_the_bank_has(
    till: Till, session: AsyncSession, plan: Plan, learner: Account
) -> None:
    sale = await till.sell(learner, await plan(price=PRICE))
    await till.happens(sale, "processing")
    await service.apply_fact(session, HOUSE, Fact(FactKind.expired, payment_id=sale.payment_id))
    await session.commit()
    assert await till.stands(sale) == "processing, pending, seated"


async def test_a_page_written_down_late_does_not_reopen_what_was_paid(
    till: Till, session: AsyncSession, plan: Plan, learner: Account, gateways: Gateways
) -> None:
    sale = await till.sell(learner, await plan(price=PRICE))
    page = await gateways.stripe.get_checkout_session(sale.page_id)
    await till.happens(sale, "paid")
    await stripe_pages.record_page(session, HOUSE, sale.payment_id, page)
    await session.commit()
    assert await till.stands(sale) == "paid, completed, seated"


async def test_money_that_came_in_while_its_enrollment_was_being_cancelled_goes_back(
    till: Till, session: AsyncSession, plan: Plan, learner: Account
) -> None:
    sale = await till.sell_paid(learner, await plan(price=PRICE))  # told after the page was closed, before this
    last_word = Fact(FactKind.paid, payment_id=sale.payment_id, amount_cents=PRICE)
    await enrollments.cancel(session, HOUSE, sale.enrollment_id, last_word=last_word)
    await session.commit()
    assert await till.stands(sale) == "refund_due, completed, no seat"


async def test_a_dispute_is_announced_once(till: Till, session: AsyncSession, plan: Plan, learner: Account) -> None:
    sale = await till.sell_paid(learner, await plan(price=PRICE))
    fact = Fact(FactKind.dispute_opened, payment_id=sale.payment_id)
    for _ in range(3):
        await service.apply_fact(session, HOUSE, fact)
    await session.commit()
    assert len(await till.worker.announced("academy.dispute_opened")) == 1


# Whose money is it?


async def test_stripes_own_id_of_a_payment_is_surer_than_what_was_written_on_it(
    till: Till, session: AsyncSession, plan: Plan, learner: Account
) -> None:
    cohort = await plan(price=PRICE)
    paid, other = await till.sell_paid(learner, cohort), await till.sell(await enter(session), cohort)
    intent = (await till.payment(paid)).stripe_payment_intent_id
    names = Fact(FactKind.refunded, payment_id=other.payment_id, payment_intent_id=intent)
    found = await queries.find_payment(session, names)
    assert found is not None
    assert found.id == paid.payment_id


async def test_a_second_payment_under_one_name_gets_a_row_of_its_own_and_goes_back(
    till: Till, session: AsyncSession, plan: Plan, learner: Account
) -> None:
    sale = await till.sell_paid(learner, await plan(price=PRICE))
    second = Fact(
        FactKind.paid,
        payment_id=sale.payment_id,
        enrollment_id=sale.enrollment_id,
        payment_intent_id="pi_second",
        checkout_session_id="cs_second",
        amount_cents=PRICE,
    )
    for _ in range(3):
        await service.apply_fact(session, HOUSE, second)
    await session.commit()
    assert await till.stands(sale) == "paid, completed, seated"
    other = (await session.scalars(select(Payment).where(Payment.stripe_payment_intent_id == "pi_second"))).one()
    assert (other.state, other.refund_reason, other.amount_paid_cents) == ("refund_due", "paid_twice", PRICE)
    requested = await till.worker.announced("academy.refund_requested")
    assert [found.payload["payment_id"] for found in requested] == [str(other.id)]


@pytest.mark.parametrize("is_told_first", [True, False])
async def test_the_refund_of_a_second_payment_leaves_the_enrollment_alone(
    till: Till, session: AsyncSession, plan: Plan, learner: Account, is_told_first: bool
) -> None:
    sale = await till.sell_paid(learner, await plan(price=PRICE))
    names = Fact(FactKind.paid, payment_id=sale.payment_id, payment_intent_id="pi_second", amount_cents=PRICE)
    facts = [names, replace(names, kind=FactKind.refunded, is_whole=True)]
    for fact in reversed(facts) if is_told_first else facts:
        await service.apply_fact(session, HOUSE, fact)
    await session.commit()
    assert await till.stands(sale) == "paid, completed, seated"
    assert (await till.payment_of(sale.enrollment_id)).state == "refunded"
    assert len(await till.worker.announced("academy.payment_returned")) == 1
    assert await till.worker.announced("academy.enrollment_refunded") == []


async def test_another_page_that_ends_says_nothing_about_this_one(
    till: Till, session: AsyncSession, plan: Plan, learner: Account
) -> None:
    sale = await till.sell(learner, await plan(price=PRICE))
    stray = Fact(FactKind.expired, payment_id=sale.payment_id, checkout_session_id="cs_other")
    assert await service.apply_fact(session, HOUSE, stray)
    await session.commit()
    assert await till.stands(sale) == "open, pending, seated"


async def test_an_enrollment_paid_twice_through_two_payments_keeps_one(
    till: Till, session: AsyncSession, plan: Plan, learner: Account
) -> None:
    sale = await till.sell_paid(learner, await plan(price=PRICE))
    first = await till.payment(sale)
    second = await service.open_payment(
        session,
        HOUSE,
        sale.enrollment_id,
        amount_cents=PRICE,
        currency="usd",
        success_url="",
        cancel_url="",
        expires_at=first.expires_at,
    )
    await service.apply_fact(session, HOUSE, Fact(FactKind.paid, payment_id=second.id, amount_cents=PRICE))
    assert (second.state, second.refund_reason) == ("refund_due", "paid_twice")
    await service.apply_fact(session, HOUSE, Fact(FactKind.refunded, payment_id=second.id, is_whole=True))
    await session.commit()
    assert await till.stands(sale) == "paid, completed, seated"


async def test_a_payment_follows_its_enrollment_into_another_cohort(
    till: Till, session: AsyncSession, plan: Plan, learner: Account
) -> None:
    old = await plan(price=PRICE)
    new = Cohort(
        course_id=old.course_id,
        name="Later",
        start_date=old.start_date,
        end_date=old.end_date,
        max_capacity=5,
        status="open",
    )
    session.add(new)
    await session.commit()
    sale = await till.sell_paid(learner, old)
    moved = await enrollments.transfer(session, HOUSE, sale.enrollment_id, new.id)
    await session.commit()
    await till.happens(sale, "refunded")
    assert await till.stands(sale) == "refunded, completed, no seat"  # the former one is history, and stays it
    row = await session.get_one(Enrollment, moved.id)
    assert (row.payment_status, row.has_seat) == ("refunded", False)


@pytest.mark.parametrize(
    "fact",
    [
        Fact(FactKind.paid, payment_intent_id="pi_of_somebody_else"),
        Fact(FactKind.paid, checkout_session_id="cs_of_somebody_else"),
        Fact(FactKind.paid),
    ],
)
async def test_money_of_somebody_else_is_not_ours(session: AsyncSession, fact: Fact) -> None:
    assert not await service.apply_fact(session, HOUSE, fact)


async def test_a_payment_that_we_do_not_know_is_not_guessed_from_its_enrollment(
    till: Till, session: AsyncSession, plan: Plan, learner: Account
) -> None:
    sale = await till.sell(learner, await plan(price=PRICE))
    stray = Fact(FactKind.paid, payment_id=sale.enrollment_id, enrollment_id=sale.enrollment_id)
    assert not await service.apply_fact(session, HOUSE, stray)


# Seats and money together


async def test_a_seat_that_was_given_back_is_not_taken_again_while_the_waitlist_has_it(
    till: Till, session: AsyncSession, plan: Plan, learner: Account
) -> None:
    cohort = await plan(price=PRICE, max_capacity=1)
    sale = await till.sell(learner, cohort)
    waiting = await till.client.as_(await enter(session))
    assert (await waiting.post(f"/academy/cohorts/{cohort.id}/waitlist", {}, key="w")).status_code == 201
    await till.happens(sale, "expired")
    offered = (await waiting.get("/academy/me/waitlist")).json()["items"][0]
    assert offered["status"] == "offered"
    await service.apply_fact(session, HOUSE, Fact(FactKind.paid, payment_id=sale.payment_id, amount_cents=PRICE))
    await session.commit()
    assert await till.stands(sale) == "refund_due, failed, no seat"


async def test_money_that_comes_after_the_start_goes_back(
    till: Till, session: AsyncSession, plan: Plan, learner: Account
) -> None:
    cohort = await plan(price=PRICE)
    sale = await till.sell(learner, cohort)
    await till.happens(sale, "expired")
    await till.starts(cohort)
    await service.apply_fact(session, HOUSE, Fact(FactKind.paid, payment_id=sale.payment_id, amount_cents=PRICE))
    await session.commit()
    assert await till.stands(sale) == "refund_due, failed, no seat"


async def test_a_page_bought_with_a_full_discount_has_nothing_to_send_back(
    till: Till, session: AsyncSession, plan: Plan, learner: Account
) -> None:
    sale = await till.sell(learner, await plan(price=PRICE))
    await service.apply_fact(session, HOUSE, Fact(FactKind.paid, payment_id=sale.payment_id, amount_cents=0))
    payment = await queries.lock_payment(session, sale.payment_id)
    await refunds.request_refund(session, HOUSE, payment, "requested")
    await session.commit()
    await till.worker.drain()
    assert await till.stands(sale) == "refunded, refunded, no seat"
    assert (await till.payment(sale)).refunded_cents == 0


async def test_a_refund_of_what_was_not_paid_is_refused(
    till: Till, session: AsyncSession, plan: Plan, learner: Account
) -> None:
    sale = await till.sell(learner, await plan(price=PRICE))
    payment = await queries.lock_payment(session, sale.payment_id)
    with pytest.raises(NothingToRefund):
        await refunds.request_refund(session, HOUSE, payment, "requested")


@pytest.mark.req("A-ENR-01", "A-PAY-01")
async def test_a_page_that_was_opened_before_we_heard_of_it_is_paid_like_any_other(
    session: AsyncSession, plan: Plan, learner: Account
) -> None:
    cohort = await plan(price=PRICE)
    made = await enrollments.create_enrollment(session, HOUSE, learner.id, cohort.id, "cs_opened_elsewhere")
    fact = Fact(FactKind.paid, checkout_session_id="cs_opened_elsewhere", payment_intent_id="pi_1", amount_cents=PRICE)
    assert await service.apply_fact(session, HOUSE, fact)
    await session.commit()
    session.expunge_all()
    row = await session.get_one(Enrollment, made.id)
    assert (row.payment_status, row.has_seat, row.stripe_payment_intent_id) == ("completed", True, "pi_1")


# What it costs


async def test_a_paid_checkout_costs_a_handful_of_statements(
    till: Till, engine: AsyncEngine, session: AsyncSession, plan: Plan, learner: Account
) -> None:
    cohort = await plan(price=PRICE)
    with recorded(engine) as checkout:
        sale = await till.sell(learner, cohort)
    till.twins.outcome(sale.page_id, "paid")
    facts = await told(till)
    with recorded(engine) as first:
        await service.apply_fact(session, HOUSE, facts[-1])
        await session.flush()
    with recorded(engine) as again:
        await service.apply_fact(session, HOUSE, facts[-1])
        await session.flush()
    assert len(checkout) <= 36, "\n\n".join(checkout)
    assert len(first) <= 10, "\n\n".join(first)
    assert len(again) <= 6, "\n\n".join(again)


async def test_nobody_is_told_twice_that_a_seat_is_theirs(
    till: Till, session: AsyncSession, plan: Plan, learner: Account
) -> None:
    sale = await till.sell(learner, await plan(price=PRICE))
    for _ in range(5):
        await service.apply_fact(session, HOUSE, Fact(FactKind.paid, payment_id=sale.payment_id))
    await session.commit()
    kinds = select(func.count()).where(OutboxRow.kind == "academy.enrollment_confirmed")
    assert await session.scalar(kinds) == 1
    assert await session.scalar(text("SELECT count(*) FROM academy.payments")) == 1
