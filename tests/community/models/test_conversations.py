"""Conversations, who takes part in them, and their messages."""

import pytest

from tests.community.models.conftest import Hand, World, without
from tests.factories import community


@pytest.mark.req("T-TAB-15")
async def test_two_members_have_one_conversation_whoever_starts_it(hand: Hand, world: World) -> None:
    assert await hand.refused(community.conversation(world.ann, world.bob)) is None
    twice = community.conversation(world.bob, world.ann)
    assert await hand.refused(twice) == "uq_conversations_lower_user_id_higher_user_id"


async def test_a_conversation_of_more_than_two_has_no_key(hand: Hand) -> None:
    assert await hand.refused(community.conversation(), community.conversation()) is None


async def test_the_key_of_a_pair_is_both_ids_in_order(hand: Hand, world: World) -> None:
    low, high = sorted([world.ann.id, world.bob.id])
    turned = community.conversation(lower_user_id=high, higher_user_id=low)
    assert await hand.refused(turned) == "ck_conversations_pair_in_order"
    alone = community.conversation(lower_user_id=low, higher_user_id=low)
    assert await hand.refused(alone) == "ck_conversations_pair_in_order"
    half = community.conversation(lower_user_id=low)
    assert await hand.refused(half) == "ck_conversations_pair"


async def test_only_a_participant_writes_into_a_conversation(hand: Hand, world: World) -> None:
    stranger = await hand.member()
    talk = await hand.save(community.conversation(world.ann, world.bob))
    await hand.save(community.participant(talk, world.ann))
    assert await hand.refused(community.message(talk, world.ann)) is None
    assert await hand.refused(community.message(talk, stranger)) == "fk_messages_conversation_id_sender_id"


async def test_a_conversation_with_messages_stays_and_so_do_those_who_wrote_them(hand: Hand) -> None:
    ann, bob = await hand.member(), await hand.member()
    talk = await hand.save(community.conversation(ann, bob))
    await hand.save(community.participant(talk, bob))
    await hand.save(community.participant(talk, ann))
    await hand.save(community.message(talk, ann))
    assert await hand.refused_to(without(talk)) in {
        "fk_messages_conversation_id",
        "fk_messages_conversation_id_sender_id",
    }
    assert str(await hand.refused_to(without(ann))).startswith("fk_")


async def test_participants_go_with_an_empty_conversation(hand: Hand, world: World) -> None:
    talk = await hand.save(community.conversation(world.ann, world.bob))
    await hand.save(community.participant(talk, world.ann))
    await hand.session.execute(without(talk))
    assert await hand.count("conversation_participants") == 0
