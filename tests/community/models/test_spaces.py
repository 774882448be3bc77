"""Spaces, and visits to them."""

from typing import Any

import pytest

from app.community.models import SpaceVisit
from tests.community.models.conftest import Hand, World, without
from tests.factories import community


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"visibility": "secret"}, "ck_spaces_visibility"),
        ({"post_permission": "nobody"}, "ck_spaces_post_permission"),
        ({"order": -1}, "ck_spaces_order"),
        ({"visibility": "paid"}, "ck_spaces_paid_needs_tier"),
        ({"visibility": "paid", "required_tier": "platinum"}, "fk_spaces_required_tier"),
    ],
)
async def test_a_space_is_refused(hand: Hand, fields: dict[str, Any], constraint: str) -> None:
    assert await hand.refused(community.space(**fields)) == constraint


async def test_only_a_paid_space_requires_a_tier(hand: Hand, world: World) -> None:
    gold = world.tier.code
    assert await hand.refused(community.space(visibility="paid", required_tier=gold)) is None
    assert await hand.refused(community.space(required_tier=gold)) == "ck_spaces_paid_needs_tier"


async def test_a_tier_that_a_space_requires_stays(hand: Hand, world: World) -> None:
    await hand.save(community.space(visibility="paid", required_tier=world.tier.code))
    assert await hand.refused_to(without(world.tier)) == "fk_spaces_required_tier"


async def test_one_live_space_has_a_place_and_one_statement_may_reorder_all(hand: Hand) -> None:
    first = await hand.save(community.space(order=1_000_001))
    await hand.save(community.space(order=1_000_002))
    assert await hand.refused(community.space(order=1_000_001)) == "ex_spaces_order"
    assert await hand.refused_to('UPDATE community.spaces SET "order" = 2000003 - "order"') is None
    await hand.refused_to("UPDATE community.spaces SET deleted_at = now() WHERE id = :id", id=first.id)
    assert await hand.refused(community.space(order=1_000_002)) is None


async def test_a_space_with_posts_is_not_deleted_by_hand(hand: Hand, world: World) -> None:
    assert await hand.refused_to(without(world.space)) == "fk_posts_space_id"


async def test_a_member_has_one_visit_per_space_and_it_goes_with_either(hand: Hand, world: World) -> None:
    space, visitor = await hand.save(community.space()), await hand.member()
    assert await hand.refused(SpaceVisit(user_id=visitor.id, space_id=space.id)) is None
    again = SpaceVisit(user_id=visitor.id, space_id=space.id)
    assert await hand.refused(again) == "uq_space_visits_user_id_space_id"
    await hand.save(SpaceVisit(user_id=visitor.id, space_id=world.space.id))
    await hand.session.execute(without(space))
    assert await hand.count("space_visits") == 1
    await hand.session.execute(without(visitor))
    assert await hand.count("space_visits") == 0
