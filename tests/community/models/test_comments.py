"""Comments, likes and mentions."""

from typing import Any

import pytest

from app.community.models import Like, Mention
from tests.community.models.conftest import Hand, World, without
from tests.factories import community

ONE_TARGET = [
    (("post_id",), None),
    (("comment_id",), None),
    (("post_id", "comment_id"), "ck_{table}_one_target"),
]


def keys(world: World, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: world.targets[name] for name in names}


async def test_likes_of_a_comment_are_not_counted_below_zero(hand: Hand, world: World) -> None:
    assert await hand.refused(community.comment(world.post, world.bob, like_count=-1)) == "ck_comments_like_count"


@pytest.mark.req("T-TAB-04")
async def test_a_reply_answers_a_comment_of_its_own_post(hand: Hand, world: World) -> None:
    elsewhere = await hand.save(community.post(world.space, world.ann))
    reply = community.comment(world.post, world.ann, parent_id=world.comment.id)
    assert await hand.refused(reply) is None
    astray = community.comment(elsewhere, world.ann, parent_id=world.comment.id)
    assert await hand.refused(astray) == "fk_comments_parent_id_post_id"
    assert await hand.refused_to(without(world.comment)) == "fk_comments_parent_id_post_id"


async def test_a_comment_does_not_answer_itself(hand: Hand, world: World) -> None:
    itself = community.comment(world.post, world.ann)
    itself.parent_id = itself.id
    assert await hand.refused(itself) == "ck_comments_not_its_own_parent"


@pytest.mark.parametrize(("names", "constraint"), ONE_TARGET)
async def test_a_like_is_of_a_post_or_of_a_comment(
    hand: Hand, world: World, names: tuple[str, ...], constraint: str | None
) -> None:
    refusal = await hand.refused(Like(user_id=world.bob.id, **keys(world, names)))
    assert refusal == (constraint and constraint.format(table="likes"))


@pytest.mark.req("T-TAB-05")
@pytest.mark.parametrize(("name", "kind"), [("post_id", "post"), ("comment_id", "comment")])
async def test_a_like_says_what_is_liked_in_the_words_of_the_seed(
    hand: Hand, world: World, name: str, kind: str
) -> None:
    like = await hand.save(Like(user_id=world.bob.id, **keys(world, (name,))))
    assert (like.target_type, like.target_id) == (kind, world.targets[name])
    again = Like(user_id=world.bob.id, **keys(world, (name,)))
    assert await hand.refused(again) == "uq_likes_user_id_target_type_target_id"
    assert await hand.refused(Like(user_id=world.ann.id, **keys(world, (name,)))) is None


@pytest.mark.parametrize("name", ["post_id", "comment_id"])
async def test_nobody_likes_what_is_not_there(hand: Hand, world: World, name: str) -> None:
    like = Like(user_id=world.bob.id, **{name: world.targets["nowhere"]})
    assert await hand.refused(like) == f"fk_likes_{name}"


async def test_likes_and_mentions_are_of_something(hand: Hand, world: World) -> None:
    assert await hand.refused(Like(user_id=world.bob.id)) == "null in target_id"
    assert await hand.refused(Mention(user_id=world.bob.id)) == "ck_mentions_one_target"


async def test_likes_go_with_what_is_liked_and_with_who_liked(hand: Hand, world: World) -> None:
    fan, post = await hand.member(), await hand.save(community.post(world.space, world.ann))
    await hand.save(Like(user_id=fan.id, post_id=post.id))
    await hand.save(Like(user_id=fan.id, comment_id=world.comment.id))
    await hand.session.execute(without(post))
    assert await hand.count("likes") == 1
    await hand.session.execute(without(fan))
    assert await hand.count("likes") == 0


@pytest.mark.parametrize(("names", "constraint"), ONE_TARGET)
async def test_a_mention_is_in_a_post_or_in_a_comment(
    hand: Hand, world: World, names: tuple[str, ...], constraint: str | None
) -> None:
    refusal = await hand.refused(Mention(user_id=world.bob.id, **keys(world, names)))
    assert refusal == (constraint and constraint.format(table="mentions"))


@pytest.mark.parametrize("name", ["post_id", "comment_id"])
async def test_a_member_is_mentioned_once_in_one_text(hand: Hand, world: World, name: str) -> None:
    await hand.save(Mention(user_id=world.bob.id, **keys(world, (name,))))
    again = Mention(user_id=world.bob.id, **keys(world, (name,)))
    assert await hand.refused(again) == f"uq_mentions_{name}_user_id"


async def test_who_wrote_a_comment_stays(hand: Hand, world: World) -> None:
    assert await hand.refused_to(without(world.bob)) == "fk_comments_author_id"
