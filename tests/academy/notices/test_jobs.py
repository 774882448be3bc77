"""What people are told of their seat and their money, in the inbox and by mail."""

from collections.abc import Callable

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.enrollments import service as enrollments
from app.academy.models import Learner
from app.academy.permissions import AcademyActor
from app.identity.models import Account
from tests.academy.conftest import enter
from tests.academy.enrollments.conftest import Plan
from tests.academy.notices.conftest import Inbox, Mailbox
from tests.academy.payments.conftest import PRICE, Till
from tests.factories import academy

HOUSE = AcademyActor.system()


async def test_a_buyer_is_welcomed_once(
    till: Till, plan: Plan, learner: Account, inbox: Inbox, mailbox: Mailbox
) -> None:
    cohort = await plan(price=PRICE, name="Spring 2027")
    sale = await till.sell(learner, cohort)
    assert await inbox(learner) == []
    till.twins.outcome(sale.page_id, "paid", repeat=3)
    await till.deliver(times=2)
    assert [notice["type"] for notice in await inbox(learner)] == ["academy.enrollment_confirmed"]
    (mail,) = mailbox(learner)
    assert mail["subject"] == "You are in: Working with language models"
    assert "Spring 2027" in mail["text"]
    assert mail["category"] == "transactional"


async def test_a_notice_names_what_a_front_end_needs_to_lead_there(
    till: Till, plan: Plan, learner: Account, inbox: Inbox
) -> None:
    cohort = await plan(price=0)
    await till.check_out(learner, cohort)
    await till.worker.drain()
    (notice,) = await inbox(learner)
    data = notice["data"]
    assert (data["cohort_id"], data["course_id"]) == (str(cohort.id), str(cohort.course_id))
    assert data["learner_name"] == learner.name


async def test_a_buyer_whose_bank_refused_is_told_the_amount(
    till: Till, plan: Plan, learner: Account, inbox: Inbox, mailbox: Mailbox
) -> None:
    sale = await till.sell(learner, await plan(price=PRICE))
    await till.happens(sale, "processing")
    await till.happens(sale, "failed")
    assert [notice["type"] for notice in await inbox(learner)] == ["academy.payment_failed"]
    assert "USD 499.00" in mailbox(learner)[0]["text"]


@pytest.mark.req("A-AUT-06")
@pytest.mark.parametrize(("wanted", "mails"), [(True, 1), (False, 0)])
async def test_a_reminder_of_an_unpaid_seat_is_mailed_only_to_those_who_want_it(
    till: Till,
    session: AsyncSession,
    plan: Plan,
    learner: Account,
    inbox: Inbox,
    mailbox: Mailbox,
    wanted: bool,
    mails: int,
) -> None:
    profile = await session.get_one(Learner, learner.id)
    profile.email_notifications = wanted
    await session.commit()
    sale = await till.sell(learner, await plan(price=PRICE))
    await till.happens(sale, "expired")
    assert [notice["type"] for notice in await inbox(learner)] == ["academy.checkout_expired"]
    assert len(mailbox(learner)) == mails


@pytest.mark.req("A-AUT-06")
async def test_what_is_owed_is_mailed_to_those_who_want_no_mail_too(
    till: Till, session: AsyncSession, plan: Plan, learner: Account, mailbox: Mailbox
) -> None:
    profile = await session.get_one(Learner, learner.id)
    profile.email_notifications = False
    await session.commit()
    sale = await till.sell_paid(learner, await plan(price=PRICE))
    await till.happens(sale, "refunded")
    assert [mail["subject"].split(":")[0] for mail in mailbox(learner)] == ["You are in", "Your refund"]


async def test_a_refund_says_what_went_back(till: Till, plan: Plan, learner: Account, mailbox: Mailbox) -> None:
    sale = await till.sell_paid(learner, await plan(price=PRICE))
    await till._write("UPDATE academy.payments SET amount_cents = 60000")  # there was a discount on Stripe's page
    await till.happens(sale, "refunded")
    assert "We have sent back USD 499.00" in mailbox(learner)[-1]["text"]


async def test_a_buyer_who_came_too_late_is_told_that_the_money_goes_back(
    till: Till,
    session: AsyncSession,
    plan: Plan,
    learner: Account,
    inbox: Inbox,
    mailbox: Mailbox,
    no_stripe: Callable[[], None],
) -> None:
    cohort = await plan(price=PRICE, max_capacity=1)
    sale = await till.sell(learner, cohort)
    await till.hold_is_over(sale, seconds=90)
    no_stripe()
    await till.worker.run_schedule("academy.release_expired_holds")
    till.twins.calm()
    await till.sell(await enter(session), cohort)
    await till.happens(sale, "paid")
    await till.deliver()
    told = [notice["type"] for notice in await inbox(learner)]
    assert told == ["academy.checkout_expired", "academy.payment_refunded"]
    assert "USD 499.00" in mailbox(learner)[-1]["text"]


async def test_who_paid_twice_is_told_of_the_one_that_goes_back(
    till: Till,
    plan: Plan,
    learner: Account,
    inbox: Inbox,
    no_stripe: Callable[[], None],
) -> None:
    cohort = await plan(price=PRICE)
    first = await till.sell(learner, cohort)
    await till.hold_is_over(first, seconds=90)
    no_stripe()
    await till.worker.run_schedule("academy.release_expired_holds")
    till.twins.calm()
    second = await till.sell(learner, cohort, key="second")
    await till.happens(second, "paid")
    await till.happens(first, "paid")
    told = [notice["type"] for notice in await inbox(learner)]
    assert told == ["academy.checkout_expired", "academy.enrollment_confirmed", "academy.payment_refunded"]


async def test_a_dispute_is_told_of_without_taking_anything_away(
    till: Till, plan: Plan, learner: Account, inbox: Inbox, mailbox: Mailbox
) -> None:
    sale = await till.sell_paid(learner, await plan(price=PRICE))
    await till.happens(sale, "disputed")
    assert [notice["type"] for notice in await inbox(learner)][1:] == ["academy.dispute_opened"]
    assert "you keep your seat" in mailbox(learner)[-1]["text"]
    assert await till.stands(sale) == "paid, completed, seated"


async def test_an_end_and_a_move_are_confirmed(
    till: Till, session: AsyncSession, plan: Plan, learner: Account, inbox: Inbox
) -> None:
    course = academy.course(price_b2c=0)
    session.add(course)
    await session.flush()  # the cohorts point at it
    old, new = await plan(course, name="Old"), await plan(course, name="New")
    enrollment_id = (await till.check_out(learner, old)).json()["enrollment"]["id"]
    moved = await enrollments.transfer(session, HOUSE, enrollment_id, new.id)
    await enrollments.cancel(session, HOUSE, moved.id)
    await session.commit()
    await till.worker.drain()
    told = [(notice["type"], notice["data"]["cohort_name"]) for notice in await inbox(learner)]
    assert ("academy.enrollment_transferred", "New") in told
    assert ("academy.enrollment_cancelled", "New") in told


@pytest.mark.req("A-COH-07")
async def test_everybody_is_told_of_a_cancelled_cohort(
    till: Till, session: AsyncSession, plan: Plan, learner: Account, member: Account, admin: Account, inbox: Inbox
) -> None:
    cohort = await plan(price=PRICE, max_capacity=3)
    await till.sell_paid(learner, cohort)
    unpaid, waiting = await enter(session), await enter(session)
    await till.sell(unpaid, cohort)
    await (await till.client.as_(member)).post(f"/academy/cohorts/{cohort.id}/enrollments", {}, key="seat")
    answer = await (await till.client.as_(waiting)).post(f"/academy/cohorts/{cohort.id}/waitlist", {}, key="w")
    assert answer.status_code == 201
    await (await till.client.as_(admin)).put(f"/academy/cohorts/{cohort.id}/status", {"status": "cancelled"})
    await till.worker.drain()
    for account in (learner, unpaid, member, waiting):
        told = [notice["type"] for notice in await inbox(account)]
        assert told.count("academy.cohort_cancelled") == 1
    assert "academy.payment_refunded" in [notice["type"] for notice in await inbox(learner)]


@pytest.mark.req("A-WTL-04")
async def test_an_offer_is_told_of_in_the_transaction_that_makes_it(
    till: Till, session: AsyncSession, plan: Plan, learner: Account, inbox: Inbox, mailbox: Mailbox
) -> None:
    cohort = await plan(price=PRICE, max_capacity=1)
    sale = await till.sell(await enter(session), cohort)
    waiting = await till.client.as_(learner)
    await waiting.post(f"/academy/cohorts/{cohort.id}/waitlist", {}, key="w")
    holder = await till.client.as_(sale.account)
    await holder.post(f"/academy/enrollments/{sale.enrollment_id}/cancellation", {})
    # Nothing has been worked on yet: the notice and the mail are there because the offer is.
    offered = (await waiting.get("/academy/me/waitlist")).json()["items"][0]
    assert offered["status"] == "offered"
    assert [notice["type"] for notice in await inbox(learner)] == ["academy.waitlist_offer"]
    queued = await session.execute(
        text("SELECT state, category FROM core.mails WHERE account_id = :id"), {"id": learner.id}
    )
    assert [tuple(row) for row in queued] == [("queued", "transactional")]
    assert mailbox(learner) == []
    await till.worker.drain()
    assert mailbox(learner)[0]["subject"].startswith("A seat is free")


async def test_an_offer_that_nobody_took_is_told_of_and_a_refusal_of_ones_own_is_not(
    till: Till, session: AsyncSession, plan: Plan, learner: Account, inbox: Inbox
) -> None:
    cohort = await plan(price=PRICE, max_capacity=1)
    sale = await till.sell(await enter(session), cohort)
    declining = await enter(session)
    for account in (learner, declining):
        await (await till.client.as_(account)).post(f"/academy/cohorts/{cohort.id}/waitlist", {}, key="w")
    await till.happens(sale, "expired")
    await till._write(
        "UPDATE academy.waitlist SET offer_expires_at = now() - interval '1 second' WHERE status = 'offered'"
    )
    await till.worker.run_schedule("academy.sweep_waitlist")
    assert "academy.waitlist_offer_expired" in [notice["type"] for notice in await inbox(learner)]
    caller = await till.client.as_(declining)
    entry = (await caller.get("/academy/me/waitlist")).json()["items"][0]
    assert (await caller.delete(f"/academy/waitlist/{entry['id']}")).status_code == 204
    await till.worker.drain()
    assert [notice["type"] for notice in await inbox(declining)] == ["academy.waitlist_offer"]
