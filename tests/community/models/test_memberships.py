"""Tiers, and the memberships that pay for them."""

from typing import Any

import pytest

from app.community.models import Membership
from tests.community.models.conftest import Hand, World, without
from tests.factories import community


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"code": ""}, "ck_tiers_code"),
        ({"code": "Gold"}, "ck_tiers_code"),
        ({"rank": -1}, "ck_tiers_rank"),
        ({"price_cents": -1}, "ck_tiers_price_cents"),
        ({"billing_interval": "week"}, "ck_tiers_billing_interval"),
    ],
)
async def test_a_tier_is_refused(hand: Hand, fields: dict[str, Any], constraint: str) -> None:
    assert await hand.refused(community.tier(**fields)) == constraint


@pytest.mark.parametrize("key", ["code", "rank", "stripe_price_id"])
async def test_two_tiers_share_no_key(hand: Hand, key: str) -> None:
    first = await hand.save(community.tier(stripe_price_id="price_1"))
    assert await hand.refused(community.tier(**{key: getattr(first, key)})) == f"uq_tiers_{key}"


async def test_one_statement_may_turn_the_order_of_tiers_round(hand: Hand) -> None:
    await hand.save(community.tier(rank=1))
    await hand.save(community.tier(rank=2))
    assert await hand.refused_to("UPDATE community.tiers SET rank = 3 - rank WHERE rank IN (1, 2)") is None


@pytest.mark.parametrize("status", ["active", "trialing", "past_due", "canceled", "none"])
async def test_a_membership_has_a_status_of_stripe(hand: Hand, world: World, status: str) -> None:
    membership = Membership(user_id=world.ann.id, tier=world.tier.code, status=status)
    assert await hand.refused(membership) is None


async def test_another_status_is_refused(hand: Hand, world: World) -> None:
    membership = Membership(user_id=world.ann.id, tier=world.tier.code, status="unpaid")
    assert await hand.refused(membership) == "ck_memberships_status"


async def test_a_membership_is_of_a_tier_that_exists(hand: Hand, world: World) -> None:
    assert await hand.refused(Membership(user_id=world.ann.id, tier="platinum")) == "fk_memberships_tier"


async def test_a_subscription_is_one_membership_and_a_new_one_another(hand: Hand, world: World) -> None:
    def of(subscription: str | None) -> Membership:
        return Membership(user_id=world.ann.id, tier=world.tier.code, stripe_subscription_id=subscription)

    assert await hand.refused(of("sub_1"), of("sub_2")) is None
    assert await hand.refused(of("sub_1")) == "uq_memberships_stripe_subscription_id"
    assert await hand.refused(of(None)) is None
    assert await hand.refused(of(None)) == "uq_memberships_without_stripe"


async def test_what_a_membership_is_about_stays(hand: Hand, world: World) -> None:
    payer = await hand.member()
    await hand.save(Membership(user_id=payer.id, tier=world.tier.code))
    assert await hand.refused_to(without(world.tier)) == "fk_memberships_tier"
    assert await hand.refused_to(without(payer)) == "fk_memberships_user_id"
