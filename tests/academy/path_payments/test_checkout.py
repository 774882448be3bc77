"""Buying a path: the page at Stripe, what is asked of it, and what happens when it is paid, left or refused."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.models import Cohort, LearningPath, PathPurchase, UnlockRule
from app.academy.permissions import AcademyActor
from app.academy.progress import service as courses
from app.core.clock import utc_now
from app.gateways import Gateways
from app.identity.models import Account
from tests.academy.conftest import enter
from tests.academy.path_enrollments.world import OPTIONAL, Track, in_path, offer, open_cohort, track
from tests.academy.path_payments.conftest import PathShop
from tests.support.client import ApiClient

BUNDLE = {"payment_type": "bundle"}


@pytest.mark.req("A-LPA-12", "Z-124")
async def test_a_bundle_that_was_paid_lets_its_buyer_in(
    shop: PathShop, session: AsyncSession, learner: Account, gateways: Gateways
) -> None:
    made = await track(session)
    await session.commit()
    told = (await shop.check_out(learner, made)).json()
    assert (told["kind"], told["amount_cents"], told["state"]) == ("bundle", 99_700, "open")
    assert told["checkout_url"].startswith("http")
    purchase = await shop.purchase(told["id"])
    page = await gateways.stripe.get_checkout_session(str(purchase.stripe_checkout_session_id))
    assert (page.mode, page.amount_total, page.client_reference_id) == ("payment", 99_700, told["id"])
    assert page.metadata == {"path_purchase_id": told["id"]}
    assert await shop.stands(purchase) == "open, None"
    await shop.happens(purchase, "paid")
    enrollment = await shop.enrollment(learner, made)
    assert enrollment is not None
    assert (enrollment.status, enrollment.payment_type) == ("active", "bundle")
    assert enrollment.stripe_checkout_session_id == purchase.stripe_checkout_session_id
    bought = await shop.purchase(purchase.id)
    assert (bought.state, bought.path_enrollment_id, bought.amount_paid_cents) == ("paid", enrollment.id, 99_700)
    path = await session.get_one(LearningPath, made.path.id, populate_existing=True)
    assert path.enrollment_count == 1
    assert await shop.inbox() == {"processed": 2, "ignored": 1}


@pytest.mark.req("A-LPA-12", "Z-124")
async def test_who_comes_back_from_stripe_before_its_word_is_let_in(
    shop: PathShop, session: AsyncSession, learner: Account
) -> None:
    made = await track(session)
    await session.commit()
    purchase = await shop.open(learner, made)
    mine = await shop.client.as_(learner)
    early = await mine.post(f"{made.url}/enrollments", BUNDLE, key="early")
    assert (early.status_code, early.json()["code"]) == (402, "academy.path_not_paid")
    shop.twins.outcome(str(purchase.stripe_checkout_session_id), "paid")
    late = await mine.post(f"{made.url}/enrollments", BUNDLE, key="late")
    assert (late.status_code, late.json()["payment_type"]) == (201, "bundle")
    await shop.deliver(times=2)
    assert await shop.stands(purchase) == "paid, active"
    again = await mine.post(f"{made.url}/enrollments", BUNDLE, key="again")
    assert (again.status_code, again.json()["code"]) == (409, "academy.path_already_enrolled")


@pytest.mark.req("Z-124")
async def test_a_bundle_is_used_once(shop: PathShop, session: AsyncSession, learner: Account) -> None:
    made = await track(session)
    await session.commit()
    first = await shop.bought(learner, made)
    await session.execute(text("UPDATE academy.user_path_enrollments SET expires_at = now() - interval '1 day'"))
    await session.commit()
    mine = await shop.client.as_(learner)
    answer = await mine.post(f"{made.url}/enrollments", BUNDLE, key="for-nothing")
    assert (answer.status_code, answer.json()["code"]) == (402, "academy.path_not_paid")
    second = await shop.bought(learner, made)
    enrollment = await shop.enrollment(learner, made)
    assert enrollment is not None
    assert enrollment.expires_at is not None
    assert enrollment.expires_at > utc_now() + timedelta(days=364)
    assert first.path_enrollment_id == second.path_enrollment_id == enrollment.id


async def test_an_offer_has_its_own_price(shop: PathShop, session: AsyncSession, learner: Account) -> None:
    made = await track(session, pricing_model="subscription", bundle_price=None)
    once = await offer(session, made.path, kind="bundle", billing_interval=None, price_cents=249_700)
    await session.commit()
    purchase = await shop.bought(learner, made, offer_id=str(once.id))
    assert (purchase.kind, purchase.amount_cents, purchase.offer_id) == ("bundle", 249_700, once.id)
    enrollment = await shop.enrollment(learner, made)
    assert enrollment is not None
    assert enrollment.offer_id == once.id


@pytest.mark.parametrize(
    ("values", "status", "code"),
    [
        ({"is_active": False}, 422, "academy.path_offer_unknown"),
        ({"for_organizations": True}, 422, "academy.path_offer_unknown"),
        ({"price_cents": 0}, 409, "academy.path_not_for_sale"),
    ],
)
async def test_not_everything_is_sold(
    shop: PathShop, session: AsyncSession, learner: Account, values: dict[str, Any], status: int, code: str
) -> None:
    made = await track(session)
    other = await offer(session, made.path, **values)
    await session.commit()
    answer = await shop.check_out(learner, made, offer_id=str(other.id))
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_another_paths_offer_is_unknown_and_a_path_without_bundle_wants_an_offer(
    shop: PathShop, session: AsyncSession, learner: Account
) -> None:
    made, other = await track(session), await track(session, pricing_model="subscription", bundle_price=None)
    foreign = await offer(session, other.path)
    await session.commit()
    answer = await shop.check_out(learner, made, offer_id=str(foreign.id))
    assert answer.json()["errors"][0]["pointer"] == "/offer_id"
    bare = await shop.check_out(learner, other)
    assert (bare.status_code, bare.json()["code"]) == (409, "academy.path_not_for_sale")


async def test_where_one_is_sent_back_to_has_to_be_an_address(
    shop: PathShop, session: AsyncSession, learner: Account
) -> None:
    made = await track(session)
    await session.commit()
    for address in ("javascript:alert(1)", "/welcome", "ftp://app.example.com"):
        assert (await shop.check_out(learner, made, success_url=address)).status_code == 422
    assert await session.scalar(select(func.count()).select_from(PathPurchase)) == 0


async def test_what_costs_nothing_needs_no_page(shop: PathShop, session: AsyncSession, learner: Account) -> None:
    made = await track(session, bundle_price=0)
    await session.commit()
    told = (await shop.check_out(learner, made)).json()
    assert (told["state"], told["checkout_url"]) == ("paid", None)
    await shop.worker.drain()
    assert (await shop.enrollment(learner, made)) is not None


@pytest.mark.req("A-LPA-03")
async def test_who_is_in_it_cannot_buy_it_again(shop: PathShop, session: AsyncSession, learner: Account) -> None:
    made = await track(session)
    await session.commit()
    await shop.bought(learner, made)
    answer = await shop.check_out(learner, made)
    assert (answer.status_code, answer.json()["code"]) == (409, "academy.path_already_enrolled")


async def test_who_pays_by_the_course_may_buy_the_whole(
    shop: PathShop, session: AsyncSession, learner: Account
) -> None:
    made = await track(session)
    begun = await in_path(session, learner, made.path, payment_type="individual")
    await session.commit()
    purchase = await shop.bought(learner, made)
    enrollment = await shop.enrollment(learner, made)
    assert enrollment is not None
    assert (enrollment.id, enrollment.payment_type, enrollment.status) == (begun.id, "bundle", "active")
    assert purchase.path_enrollment_id == begun.id


async def test_a_new_checkout_takes_the_place_of_the_open_one(
    shop: PathShop, session: AsyncSession, learner: Account, gateways: Gateways
) -> None:
    made = await track(session)
    monthly = await offer(session, made.path)
    await session.commit()
    first = await shop.open(learner, made)
    second = await shop.open(learner, made, offer_id=str(monthly.id))
    page = await gateways.stripe.get_checkout_session(str(first.stripe_checkout_session_id))
    assert page.status == "expired"
    await shop.deliver()
    assert (await shop.purchase(first.id)).state == "expired"
    assert (await shop.purchase(second.id)).state == "open"


@pytest.mark.parametrize(
    ("outcome", "code"), [("paid", "academy.path_already_enrolled"), ("processing", "academy.path_payment_settling")]
)
async def test_whoever_paid_just_before_a_new_checkout_is_not_asked_again(
    shop: PathShop, session: AsyncSession, learner: Account, outcome: str, code: str
) -> None:
    made = await track(session)
    await session.commit()
    first = await shop.open(learner, made)
    shop.twins.outcome(str(first.stripe_checkout_session_id), outcome)
    answer = await shop.check_out(learner, made)
    assert (answer.status_code, answer.json()["code"]) == (409, code)
    await shop.deliver()
    answer = await shop.check_out(learner, made)
    assert (answer.status_code, answer.json()["code"]) == (409, code)


async def test_the_same_key_gives_the_same_page(shop: PathShop, session: AsyncSession, learner: Account) -> None:
    made = await track(session)
    await session.commit()
    answers = [await shop.check_out(learner, made, key="one") for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert await session.scalar(select(func.count()).select_from(PathPurchase)) == 1


async def test_after_an_outage_the_same_key_goes_on_with_the_same_purchase(
    shop: PathShop, session: AsyncSession, learner: Account
) -> None:
    made = await track(session)
    await session.commit()
    shop.twins.faults(server_error=1)
    assert (await shop.check_out(learner, made, key="one")).status_code == 503
    shop.twins.faults(server_error=0)
    told = (await shop.check_out(learner, made, key="one")).json()
    rows = (await session.scalars(select(PathPurchase.id))).all()
    assert [str(each) for each in rows] == [told["id"]]


async def test_what_was_begun_too_long_ago_is_begun_anew(
    shop: PathShop, session: AsyncSession, learner: Account
) -> None:
    made = await track(session)
    await session.commit()
    shop.twins.faults(server_error=1)
    await shop.check_out(learner, made, key="one")
    shop.twins.faults(server_error=0)
    await session.execute(text("UPDATE academy.path_purchases SET expires_at = now() + interval '5 minutes'"))
    await session.commit()
    assert (await shop.check_out(learner, made, key="one")).status_code == 201
    states = (await session.scalars(select(PathPurchase.state).order_by(PathPurchase.created_at))).all()
    assert states == ["expired", "open"]


async def test_what_stripe_will_not_open_has_failed(shop: PathShop, session: AsyncSession, learner: Account) -> None:
    made = await track(session, bundle_price=10)  # less than Stripe charges
    await session.commit()
    answer = await shop.check_out(learner, made)
    assert (answer.status_code, answer.json()["code"]) == (502, "academy.payment_refused")
    assert (await session.scalars(select(PathPurchase.state))).all() == ["failed"]


# ── what becomes of the money ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.req("Z-70")
@pytest.mark.parametrize(
    ("outcomes", "end"),
    [
        (["processing", "settled"], "paid, active"),
        (["processing", "failed"], "failed, None"),
        (["failed", "paid"], "paid, active"),
        (["expired"], "expired, None"),
        (["paid", "refunded"], "refunded, expired"),
        (["processing", "settled", "refunded"], "refunded, expired"),
        (["paid", "disputed"], "paid, active"),
        (["paid", "disputed", "dispute_won"], "paid, active"),
        (["paid", "disputed", "dispute_lost"], "refunded, expired"),
    ],
)
@pytest.mark.parametrize("disorder", [None, 1, 2, 3])
async def test_every_story_has_one_end_whatever_the_order_and_however_often_told(
    shop: PathShop, session: AsyncSession, learner: Account, outcomes: list[str], end: str, disorder: int | None
) -> None:
    made = await track(session)
    await session.commit()
    purchase = await shop.open(learner, made)
    for outcome in outcomes:
        shop.twins.outcome(str(purchase.stripe_checkout_session_id), outcome)
    await shop.deliver(times=1 if disorder is None else 2, shuffled=disorder)
    assert await shop.stands(purchase) == end or (
        # Refunded before it was known to be paid: then nobody was ever let in.
        end == "refunded, expired" and await shop.stands(purchase) == "refunded, None"
    )
    assert "parked" not in await shop.inbox()
    path = await session.get_one(LearningPath, made.path.id, populate_existing=True)
    assert path.enrollment_count == (0 if (await shop.stands(purchase)).endswith("None") else 1)


@pytest.mark.req("Z-124")
async def test_a_whole_refund_ends_access_and_a_part_does_not(
    shop: PathShop, session: AsyncSession, learner: Account, gateways: Gateways
) -> None:
    made = await track(session)
    await session.commit()
    purchase = await shop.bought(learner, made)
    intent_id = str(purchase.stripe_payment_intent_id)
    await gateways.stripe.create_refund(intent_id, amount_cents=700, idempotency_key="a-part-of-it")
    await shop.deliver()
    assert await shop.stands(purchase) == "paid, active"
    assert (await shop.purchase(purchase.id)).refunded_cents == 700
    await shop.happens(purchase, "refunded")
    assert await shop.stands(purchase) == "refunded, expired"
    enrollment = await shop.enrollment(learner, made)
    assert enrollment is not None
    assert enrollment.expires_at is not None
    assert enrollment.expires_at <= utc_now() + timedelta(seconds=5)
    told = await shop.worker.announced("academy.path_enrollment_expired")
    assert [each.payload["reason"] for each in told] == ["refunded"]


@pytest.mark.req("A-LPC-01")
async def test_with_the_money_go_the_certificate_and_the_seats_that_are_not_used_up(
    shop: PathShop, session: AsyncSession, learner: Account
) -> None:
    made = await track(session, UnlockRule.immediate, OPTIONAL)
    cohorts = [await open_cohort(session, course) for course in made.courses]
    await session.commit()
    purchase = await shop.bought(learner, made)
    mine = await shop.client.as_(learner)
    taken = []
    for step, cohort in zip(made.steps, cohorts, strict=True):
        url = f"/academy/path-enrollments/{purchase.path_enrollment_id}/steps/{step.id}/enrollments"
        taken.append((await mine.post(url, {"cohort_id": str(cohort.id)}, key=str(cohort.id))).json()["id"])
    await courses.refresh(session, AcademyActor.system(), UUID(taken[0]), marked_by=learner.id)
    await session.commit()
    await shop.worker.drain()
    assert await shop.stands(purchase) == "paid, completed"
    await shop.happens(purchase, "refunded")
    assert await shop.stands(purchase) == "refunded, expired"
    (paper,) = (await mine.get("/academy/me/path-certificates")).json()["items"]
    assert paper["revocation_reason"] == "The payment was refunded"
    seats = [(await mine.get(f"/academy/enrollments/{each}")).json() for each in taken]
    assert [(each["has_seat"], each["end_reason"]) for each in seats] == [(True, None), (False, "path_refunded")]
    session.expunge_all()
    left = [(await session.get_one(Cohort, each.id)).current_enrollment for each in cohorts]
    assert left == [1, 0]
    # Bought anew, the path is completed still, and certified anew.
    await shop.bought(learner, made)
    enrollment = await shop.enrollment(learner, made)
    assert enrollment is not None
    assert (enrollment.status, enrollment.progress_percent) == ("completed", 100)
    assert len((await mine.get("/academy/me/path-certificates?state=valid")).json()["items"]) == 1
    path = await session.get_one(LearningPath, made.path.id, populate_existing=True)
    assert (path.enrollment_count, path.completion_count) == (1, 1)


async def test_an_admin_sends_the_money_back(
    shop: PathShop, session: AsyncSession, learner: Account, admin: Account, gateways: Gateways
) -> None:
    made = await track(session)
    await session.commit()
    purchase = await shop.bought(learner, made)
    url = f"/academy/path-purchases/{purchase.id}/refund"
    assert (await (await shop.client.as_(learner)).post(url, {}, key="mine")).status_code == 403
    boss = await shop.client.as_(admin)
    answer = await boss.post(url, {"reason": "Illness"}, key="one")
    assert (answer.status_code, answer.json()["state"]) == (202, "refund_due")
    twice = await boss.post(url, {}, key="two")
    assert (twice.status_code, twice.json()["code"]) == (409, "academy.path_nothing_to_refund")
    await shop.worker.drain()
    await shop.deliver()
    assert await shop.stands(purchase) == "refunded, expired"
    assert (await gateways.stripe.get_payment_intent(str(purchase.stripe_payment_intent_id))).refunded
    assert (await shop.purchase(purchase.id)).stripe_refund_id is not None


async def test_who_got_in_otherwise_while_paying_gets_the_money_back(
    shop: PathShop, session: AsyncSession, learner: Account, gateways: Gateways
) -> None:
    made = await track(session)
    await session.commit()
    purchase = await shop.open(learner, made)
    await in_path(session, learner, await session.get_one(LearningPath, made.path.id), payment_type="bundle")
    await session.commit()
    await shop.happens(purchase, "paid")
    await shop.deliver()
    assert await shop.stands(purchase) == "refunded, active"
    fresh = await shop.purchase(purchase.id)
    assert (fresh.refund_reason, fresh.path_enrollment_id) == ("already_enrolled", None)
    assert (await gateways.stripe.get_payment_intent(str(fresh.stripe_payment_intent_id))).refunded


async def test_what_is_told_before_we_know_the_page_is_not_lost(
    shop: PathShop, session: AsyncSession, learner: Account
) -> None:
    """Metadata name the purchase; without them an event waits until its name is known."""
    made = await track(session)
    await session.commit()
    purchase = await shop.open(learner, made)
    shop.twins.outcome(str(purchase.stripe_checkout_session_id), "paid")
    shop.twins.outcome(str(purchase.stripe_checkout_session_id), "disputed")
    shop.twins.outcome(str(purchase.stripe_checkout_session_id), "dispute_lost")
    webhooks = shop.twins.take_webhooks()
    lost = [each for each in webhooks if each.type == "charge.dispute.closed"]  # it has no metadata
    for webhook in lost:
        await shop.post(webhook)
    await shop.worker.drain()
    assert await shop.inbox() == {"parked": 1}
    for webhook in webhooks:
        await shop.post(webhook)
    await shop.worker.drain()
    assert "parked" not in await shop.inbox()
    assert (await shop.purchase(purchase.id)).state == "refunded"


async def test_a_seats_events_stay_a_seats(shop: PathShop, session: AsyncSession, learner: Account) -> None:
    """What is of neither is parked or ignored, as it was before there were paths."""
    made: Track = await track(session)
    await session.commit()
    purchase = await shop.open(learner, made)
    shop.twins.outcome(str(purchase.stripe_checkout_session_id), "paid")
    taken = {each.type: each for each in shop.twins.take_webhooks()}
    await session.execute(text("DELETE FROM academy.path_purchases"))
    await session.commit()
    for webhook in taken.values():
        await shop.post(webhook)
    await shop.worker.drain()
    assert await shop.inbox() == {"parked": 2, "ignored": 1}


async def test_ones_purchases_are_ones_own(
    shop: PathShop, session: AsyncSession, learner: Account, admin: Account
) -> None:
    made = await track(session)
    other = await enter(session)
    await session.commit()
    purchase = await shop.open(learner, made)
    await shop.check_out(other, made)
    mine: ApiClient = await shop.client.as_(learner)
    listed = (await mine.get("/academy/me/path-purchases")).json()["items"]
    assert [each["id"] for each in listed] == [str(purchase.id)]
    assert (await mine.get("/academy/me/path-purchases?state=paid")).json()["items"] == []
    assert (await mine.get(f"/academy/me/path-purchases?path_id={made.path.id}")).json()["items"] == listed
    url = f"/academy/path-purchases/{purchase.id}"
    assert [(await (await shop.client.as_(who)).get(url)).status_code for who in (learner, admin, other)] == [
        200,
        200,
        404,
    ]


# ── what lost webhooks leave behind ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("outcomes", "age", "end"),
    [
        (["paid"], "2 hours", "paid, active"),
        ([], "2 hours", "expired, None"),
        (["processing"], "2 hours", "processing, None"),
        (["processing", "settled"], "2 hours", "paid, active"),
        (["processing", "failed"], "2 hours", "failed, None"),
        (["paid", "refunded"], "2 hours", "refunded, None"),
        ([], "0", "open, None"),
    ],
)
async def test_stripe_is_asked_about_what_stands_still(
    shop: PathShop, session: AsyncSession, learner: Account, outcomes: list[str], age: str, end: str
) -> None:
    made = await track(session)
    await session.commit()
    purchase = await shop.open(learner, made)
    for outcome in outcomes:
        shop.twins.outcome(str(purchase.stripe_checkout_session_id), outcome)
    shop.twins.take_webhooks()
    for _ in range(2):
        times = "created_at = created_at - :age, expires_at = expires_at - :age, compared_at = compared_at - :age"
        change = text(f"UPDATE academy.path_purchases SET {times}".replace(":age", f"interval '{age}'"))  # noqa: S608
        await session.execute(change)
        await session.commit()
        await shop.worker.run_schedule("academy.compare_path_purchases")
    assert await shop.stands(purchase) == end


async def test_a_page_that_was_never_shown_is_given_up(shop: PathShop, session: AsyncSession, learner: Account) -> None:
    made = await track(session)
    await session.commit()
    shop.twins.faults(server_error=1)
    await shop.check_out(learner, made)
    shop.twins.faults(server_error=0)
    await session.execute(text("UPDATE academy.path_purchases SET expires_at = now() - interval '2 minutes'"))
    await session.commit()
    await shop.worker.run_schedule("academy.compare_path_purchases")
    assert (await session.scalars(select(PathPurchase.state))).all() == ["expired"]


async def test_a_refund_that_is_stuck_is_asked_for_again(
    shop: PathShop, session: AsyncSession, learner: Account
) -> None:
    made = await track(session)
    await session.commit()
    purchase = await shop.bought(learner, made)
    await session.execute(
        text("UPDATE academy.path_purchases SET state = 'refund_due', updated_at = now() - interval '2 days'")
    )
    await session.commit()
    await shop.worker.run_schedule("academy.compare_path_purchases")
    assert (await shop.purchase(purchase.id)).state in {"refunded", "refund_due"}
