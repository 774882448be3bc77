"""The ledger of points, what earns them, and the levels."""

from typing import Any

import pytest

from tests.community.models.conftest import Hand, World, without
from tests.factories import community

REFERENCES = ["post", "comment", "lesson", "course", "event"]


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"point_value": -1}, "ck_gamification_config_point_value"),
        ({"daily_cap": 0}, "ck_gamification_config_daily_cap"),
    ],
)
async def test_a_rule_is_refused(hand: Hand, fields: dict[str, Any], constraint: str) -> None:
    assert await hand.refused(community.gamification_rule(**fields)) == constraint


async def test_an_action_has_one_rule(hand: Hand, world: World) -> None:
    second = community.gamification_rule(action=world.rule.action)
    assert await hand.refused(second) == "uq_gamification_config_action"


async def test_points_are_earned_by_a_known_action_and_its_rule_stays(hand: Hand, world: World) -> None:
    unknown = community.gamification_rule()
    assert await hand.refused(community.points(world.ann, unknown)) == "fk_points_action"
    await hand.save(community.points(world.ann, world.rule))
    assert await hand.refused_to(without(world.rule)) == "fk_points_action"


@pytest.mark.req("T-TAB-17")
@pytest.mark.parametrize("kind", REFERENCES)
async def test_points_say_what_they_are_for_and_it_stays(hand: Hand, world: World, kind: str) -> None:
    key, target = f"{kind}_id", getattr(world, kind)
    if kind == "post":  # the one of the world stays for its comment already
        target = await hand.save(community.post(world.space, world.ann))
    entry = await hand.save(community.points(world.ann, world.rule, **{key: target.id}))
    assert (entry.reference_type, entry.reference_id) == (kind, target.id)
    assert await hand.refused_to(without(target)) == f"fk_points_{key}"
    astray = community.points(world.ann, world.rule, **{key: world.targets["nowhere"]})
    assert await hand.refused(astray) == f"fk_points_{key}"


async def test_points_may_be_for_nothing_in_particular_but_not_for_two_things(hand: Hand, world: World) -> None:
    entry = await hand.save(community.points(world.ann, world.rule))
    assert (entry.reference_type, entry.reference_id) == (None, None)
    two = community.points(world.ann, world.rule, post_id=world.post.id, comment_id=world.comment.id)
    assert await hand.refused(two) == "ck_points_one_reference"


@pytest.mark.parametrize(
    ("amount", "is_reversal", "constraint"),
    [
        (5, False, None),
        (-10, True, None),
        (0, False, "ck_points_amount"),
        (-10, False, "ck_points_amount"),
        (10, True, "ck_points_amount"),
    ],
)
async def test_a_line_earns_points_or_takes_back_an_earlier_one(
    hand: Hand, world: World, amount: int, constraint: str | None, *, is_reversal: bool
) -> None:
    earned = await hand.save(community.points(world.ann, world.rule))
    reverses = earned.id if is_reversal else None
    line = community.points(world.ann, world.rule, amount=amount, reverses_id=reverses)
    assert await hand.refused(line) == constraint


async def test_a_line_is_taken_back_once(hand: Hand, world: World) -> None:
    earned = await hand.save(community.points(world.ann, world.rule))
    for refusal in (None, "uq_points_reverses_id"):
        line = community.points(world.ann, world.rule, amount=-10, reverses_id=earned.id)
        assert await hand.refused(line) == refusal
    assert await hand.refused_to(without(earned)) == "fk_points_reverses_id"


async def test_nobody_earns_points_by_liking_their_own(hand: Hand, world: World) -> None:
    by_bob = community.points(world.ann, world.rule, post_id=world.post.id, actor_id=world.bob.id)
    by_ann = community.points(world.ann, world.rule, post_id=world.post.id, actor_id=world.ann.id)
    assert await hand.refused(by_bob) is None
    assert await hand.refused(by_ann) == "ck_points_actor_is_another"


async def test_who_has_earned_points_stays_and_who_gave_cause_for_them_may_go(hand: Hand, world: World) -> None:
    ann, fan = await hand.member(), await hand.member()
    entry = await hand.save(community.points(ann, world.rule, actor_id=fan.id))
    assert await hand.refused_to(without(ann)) == "fk_points_user_id"
    await hand.session.execute(without(fan))
    await hand.session.refresh(entry)
    assert entry.actor_id is None


@pytest.mark.parametrize(
    ("order", "fields", "constraint"),
    [
        (0, {"threshold": 7}, "ck_levels_order"),
        (21, {}, "ck_levels_order"),
        (3, {"threshold": -1}, "ck_levels_threshold"),
        (1, {"threshold": 7}, "uq_levels_order"),
        (3, {"threshold": 0}, "uq_levels_threshold"),
    ],
)
async def test_a_level_is_refused(hand: Hand, order: int, fields: dict[str, Any], constraint: str) -> None:
    await hand.save(community.level(1))
    assert await hand.refused(community.level(order, **fields)) == constraint


async def test_one_statement_may_change_all_levels(hand: Hand) -> None:
    for order in (1, 2, 3):
        await hand.save(community.level(order))
    moved = 'UPDATE community.levels SET "order" = 4 - "order", threshold = 200 - threshold'
    assert await hand.refused_to(moved) is None
