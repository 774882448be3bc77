"""Subscriptions to a path: they begin, are renewed, are not paid, end; in every order that Stripe may tell it."""

from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.models import LearningPath, PathEnrollment, PathPurchase
from app.core.clock import utc_now
from app.gateways import Gateways
from app.gateways.stripe.signatures import sign
from app.identity.models import Account
from tests.academy.path_enrollments.world import Track, in_path, offer, track
from tests.academy.path_payments.conftest import PathShop
from tests.support.worker import WorkerOnDemand


async def for_sale(session: AsyncSession, **more: object) -> tuple[Track, str]:
    """A path with a monthly subscription, and the offer's id."""
    made = await track(session, pricing_model="subscription", bundle_price=None)
    monthly = await offer(session, made.path, **more)
    await session.commit()
    return made, str(monthly.id)


async def ends(shop: PathShop, person: Account, made: Track) -> datetime:
    """When somebody's access ends."""
    enrollment = await shop.enrollment(person, made)
    assert enrollment is not None
    assert enrollment.expires_at is not None
    return enrollment.expires_at


async def period_of(gateways: Gateways, purchase: PathPurchase) -> datetime:
    """When the period at Stripe ends that runs."""
    found = await gateways.stripe.get_subscription(str(purchase.stripe_subscription_id))
    assert found.period_ends_at is not None
    return found.period_ends_at


@pytest.mark.req("A-LPA-12", "Z-124")
async def test_a_subscription_lets_its_buyer_in_for_as_long_as_its_period(
    shop: PathShop, session: AsyncSession, learner: Account, gateways: Gateways
) -> None:
    made, monthly = await for_sale(session)
    purchase = await shop.bought(learner, made, offer_id=monthly)
    assert (purchase.state, purchase.subscription_status, purchase.kind) == ("paid", "active", "subscription")
    assert await shop.stands(purchase) == "paid, active"
    enrollment = await shop.enrollment(learner, made)
    assert enrollment is not None
    assert enrollment.payment_type == "subscription"
    assert enrollment.stripe_subscription_id == purchase.stripe_subscription_id
    assert enrollment.expires_at == await period_of(gateways, purchase)
    assert timedelta(days=27) < await ends(shop, learner, made) - utc_now() < timedelta(days=32)


@pytest.mark.req("A-LPA-12", "Z-124")
async def test_a_subscription_is_looked_up_at_stripe_before_it_is_refused(
    shop: PathShop, session: AsyncSession, learner: Account, gateways: Gateways
) -> None:
    made, monthly = await for_sale(session)
    purchase = await shop.open(learner, made, offer_id=monthly)
    mine, url = await shop.client.as_(learner), f"{made.url}/enrollments"
    early = await mine.post(url, {"payment_type": "subscription"}, key="early")
    assert (early.status_code, early.json()["code"]) == (402, "academy.path_not_paid")
    shop.twins.outcome(str(purchase.stripe_checkout_session_id), "paid")
    page = await gateways.stripe.get_checkout_session(str(purchase.stripe_checkout_session_id))
    other = {"payment_type": "subscription", "stripe_subscription_id": "sub_of_somebody_else"}
    assert (await mine.post(url, other, key="other")).status_code == 402
    own = {"payment_type": "subscription", "stripe_subscription_id": page.subscription_id}
    answer = await mine.post(url, own, key="own")
    assert (answer.status_code, answer.json()["payment_type"]) == (201, "subscription")
    await shop.deliver()
    fresh = await shop.purchase(purchase.id)
    assert await ends(shop, learner, made) == await period_of(gateways, fresh)


@pytest.mark.req("Z-124")
async def test_the_end_moves_with_every_period_that_begins(
    shop: PathShop, session: AsyncSession, learner: Account, gateways: Gateways
) -> None:
    made, monthly = await for_sale(session)
    purchase = await shop.bought(learner, made, offer_id=monthly)
    known = [await ends(shop, learner, made)]
    for _ in range(3):
        await shop.happens(purchase, "renewed")
        known.append(await ends(shop, learner, made))
    assert all(later - earlier > timedelta(days=27) for earlier, later in pairwise(known))
    assert known[-1] == await period_of(gateways, purchase)
    told = await shop.worker.announced("academy.path_enrollment_renewed")
    assert len(told) == 3


@pytest.mark.req("Z-124", "A-LPA-12")
async def test_a_year_is_a_year(shop: PathShop, session: AsyncSession, learner: Account) -> None:
    made, yearly = await for_sale(session, billing_interval="year")
    await shop.bought(learner, made, offer_id=yearly)
    assert timedelta(days=364) < await ends(shop, learner, made) - utc_now() < timedelta(days=367)


@pytest.mark.req("Z-124")
async def test_who_cancels_stays_to_the_end_of_what_was_paid(
    shop: PathShop, session: AsyncSession, learner: Account, worker: WorkerOnDemand
) -> None:
    made, monthly = await for_sale(session)
    purchase = await shop.bought(learner, made, offer_id=monthly)
    period = await ends(shop, learner, made)
    await shop.happens(purchase, "cancelled_later")
    assert (await shop.purchase(purchase.id)).is_ending
    assert await ends(shop, learner, made) == period
    await shop.happens(purchase, "ended")
    assert await shop.stands(purchase) == "paid, active"
    assert await ends(shop, learner, made) == period
    await session.execute(text("UPDATE academy.user_path_enrollments SET expires_at = now() - interval '61 minutes'"))
    await session.commit()
    await worker.run_schedule("academy.expire_path_enrollments")
    assert await shop.stands(purchase) == "paid, expired"


@pytest.mark.req("Z-124")
async def test_a_period_that_nobody_paid_gives_nothing_once_stripe_has_given_up(
    shop: PathShop, session: AsyncSession, learner: Account
) -> None:
    made, monthly = await for_sale(session)
    purchase = await shop.bought(learner, made, offer_id=monthly)
    paid_until = await ends(shop, learner, made)
    await shop.happens(purchase, "renewal_failed")
    assert (await shop.purchase(purchase.id)).subscription_status == "past_due"
    assert await ends(shop, learner, made) > paid_until  # Stripe still tries
    assert len(await shop.worker.announced("academy.path_renewal_failed")) == 1
    await shop.happens(purchase, "ended")
    assert await ends(shop, learner, made) == paid_until


@pytest.mark.req("A-LPA-03", "Z-124")
async def test_an_expired_enrollment_goes_on_when_its_subscription_does(
    shop: PathShop, session: AsyncSession, learner: Account
) -> None:
    made, monthly = await for_sale(session)
    purchase = await shop.bought(learner, made, offer_id=monthly)
    await session.execute(text("UPDATE academy.user_path_enrollments SET status = 'expired', expires_at = now()"))
    await session.commit()
    await shop.happens(purchase, "renewed")
    assert await shop.stands(purchase) == "paid, active"


STORIES = {
    "renewed twice": ["paid", "renewed", "renewed"],
    "renewed, not paid, ended": ["paid", "renewed", "renewal_failed", "ended"],
    "cancelled": ["paid", "renewed", "cancelled_later", "ended"],
    "begun": ["paid"],
    "ended at once": ["paid", "ended"],
    "given back": ["paid", "renewed", "refunded"],
    "given back and renewed": ["paid", "refunded", "renewed"],
}


@pytest.mark.req("Z-70", "Z-124")
@pytest.mark.parametrize("story", STORIES)
async def test_the_end_is_the_same_in_every_order(
    shop: PathShop, session: AsyncSession, learner: Account, story: str
) -> None:
    found = []
    for seed in (None, 1, 2):
        made, monthly = await for_sale(session)
        purchase = await shop.open(learner, made, offer_id=monthly)
        for outcome in STORIES[story]:
            shop.twins.outcome(str(purchase.stripe_checkout_session_id), outcome)
        await shop.deliver(times=1 if seed is None else 2, shuffled=seed)
        fresh = await shop.purchase(purchase.id)
        enrollment = await shop.enrollment(learner, made)
        # Told of its end before its beginning, nobody was ever let in: that is as good as let in and out again.
        about = None if enrollment is None else _months(enrollment)
        assert "parked" not in await shop.inbox()
        found.append((fresh.state, fresh.subscription_status, about))
    assert len(set(found)) == 1, found


def _months(enrollment: PathEnrollment) -> int | None:
    """How many months of access there are, from enrolling; None for what has ended."""
    if enrollment.status == "expired" or enrollment.expires_at is None:
        return None
    return round((enrollment.expires_at - enrollment.enrolled_at) / timedelta(days=30.4))


async def test_money_of_a_period_that_went_back_ends_access_until_the_next_is_paid(
    shop: PathShop, session: AsyncSession, learner: Account
) -> None:
    made, monthly = await for_sale(session)
    purchase = await shop.bought(learner, made, offer_id=monthly)
    await shop.happens(purchase, "refunded")
    assert await shop.stands(purchase) == "paid, expired"
    await shop.happens(purchase, "renewed")
    assert await shop.stands(purchase) == "paid, active"


async def test_a_second_subscription_is_ended_and_paid_back(
    shop: PathShop, session: AsyncSession, learner: Account, gateways: Gateways
) -> None:
    made, monthly = await for_sale(session)
    purchase = await shop.open(learner, made, offer_id=monthly)
    await in_path(session, learner, await session.get_one(LearningPath, made.path.id))
    await session.commit()
    await shop.happens(purchase, "paid")
    await shop.deliver()
    fresh = await shop.purchase(purchase.id)
    assert await shop.stands(purchase) == "refunded, active"
    assert (await gateways.stripe.get_subscription(str(fresh.stripe_subscription_id))).status == "canceled"
    intent = await gateways.stripe.find_invoice_intent(str(fresh.stripe_invoice_id))
    assert (await gateways.stripe.get_payment_intent(str(intent))).refunded


async def test_an_admin_ends_a_subscription_by_its_refund(
    shop: PathShop, session: AsyncSession, learner: Account, admin: Account, gateways: Gateways
) -> None:
    made, monthly = await for_sale(session)
    purchase = await shop.bought(learner, made, offer_id=monthly)
    boss = await shop.client.as_(admin)
    await boss.post(f"/academy/path-purchases/{purchase.id}/refund", {}, key="one")
    await shop.worker.drain()
    await shop.deliver()
    assert await shop.stands(purchase) == "refunded, expired"
    assert (await gateways.stripe.get_subscription(str(purchase.stripe_subscription_id))).status == "canceled"


async def test_lost_webhooks_of_a_subscription_are_made_up_for(
    shop: PathShop, session: AsyncSession, learner: Account, gateways: Gateways
) -> None:
    made, monthly = await for_sale(session)
    purchase = await shop.bought(learner, made, offer_id=monthly)
    shop.twins.outcome(str(purchase.stripe_checkout_session_id), "renewed")
    shop.twins.take_webhooks()
    long_ago = "created_at = now() - interval '2 days', compared_at = now() - interval '2 days'"
    await session.execute(text(f"UPDATE academy.path_purchases SET {long_ago}"))  # noqa: S608 - our own text
    await session.commit()
    await shop.worker.run_schedule("academy.compare_path_purchases")
    assert await ends(shop, learner, made) == await period_of(gateways, purchase)


async def test_other_peoples_subscriptions_are_none_of_our_business(
    shop: PathShop, session: AsyncSession, learner: Account
) -> None:
    made, monthly = await for_sale(session)
    purchase = await shop.open(learner, made, offer_id=monthly)
    shop.twins.outcome(str(purchase.stripe_checkout_session_id), "paid")
    taken = shop.twins.take_webhooks()
    for webhook in taken:
        if webhook.type in {"customer.subscription.created", "invoice.paid"}:
            name = b'"path_purchase_id"'
            assert name in webhook.body
            body = webhook.body.replace(name, b'"somebody_elses_id"')
            headers = {**webhook.headers, "Stripe-Signature": sign(body, "whsec_test_secret")}
            await shop.client.request("POST", "/webhooks/stripe", content=body, headers=headers)
    await shop.worker.drain()
    assert await shop.inbox() == {"ignored": 2}
