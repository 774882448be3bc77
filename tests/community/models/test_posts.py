"""Posts with their pictures and hashtags."""

import pytest
from sqlalchemy import select, text

from app.community.models import Post, PostHashtag, PostMedia
from tests.community.models.conftest import Hand, World, without
from tests.factories import community


@pytest.mark.parametrize("count", ["like_count", "comment_count"])
async def test_a_count_does_not_go_below_zero(hand: Hand, world: World, count: str) -> None:
    assert await hand.refused(community.post(world.space, world.ann, **{count: -1})) == "ck_posts_counts"


@pytest.mark.parametrize("words", ["learned", "embeddings", "Learned embeddings"])
async def test_a_post_is_found_by_its_title_and_its_content(hand: Hand, world: World, words: str) -> None:
    assert await found(hand, words) == [world.post.id]


async def test_what_is_found_follows_every_edit_and_no_like(hand: Hand, world: World) -> None:
    await hand.session.execute(text("UPDATE community.posts SET title = NULL, content = 'On tokens'"))
    assert await found(hand, "tokens") == [world.post.id]
    assert await found(hand, "embeddings") == []
    await hand.session.execute(text("UPDATE community.posts SET like_count = like_count + 1"))
    assert await found(hand, "tokens") == [world.post.id]


async def found(hand: Hand, words: str) -> list[object]:
    matches = Post.search.op("@@")(text("plainto_tsquery('simple', :words)").bindparams(words=words))
    return list(await hand.session.scalars(select(Post.id).where(matches)))


async def test_a_picture_is_once_in_a_post_and_has_a_place_of_its_own(hand: Hand, world: World) -> None:
    first, second = await hand.save(community.stored_file()), await hand.save(community.stored_file())
    of_post = {"post_id": world.post.id}
    assert await hand.refused(PostMedia(**of_post, file_id=first.id, position=0)) is None
    assert await hand.refused(PostMedia(**of_post, file_id=second.id, position=-1)) == "ck_post_media_position"
    assert await hand.refused(PostMedia(**of_post, file_id=second.id, position=0)) == "uq_post_media_post_id_position"
    assert await hand.refused(PostMedia(**of_post, file_id=second.id, position=1)) is None
    assert await hand.refused_to("UPDATE community.post_media SET position = 1 - position") is None
    assert await hand.refused_to(without(first)) == "fk_post_media_file_id"


@pytest.mark.parametrize(("tag", "constraint"), [("", "ck_post_hashtags_tag"), ("Prompts", "ck_post_hashtags_tag")])
async def test_a_tag_is_written_in_lower_case(hand: Hand, world: World, tag: str, constraint: str) -> None:
    assert await hand.refused(PostHashtag(post_id=world.post.id, tag=tag)) == constraint


async def test_a_post_that_is_talked_about_is_not_deleted_by_hand(hand: Hand, world: World) -> None:
    assert await hand.refused_to(without(world.post)) == "fk_comments_post_id"


async def test_pictures_and_tags_go_with_the_post(hand: Hand, world: World) -> None:
    post = await hand.save(community.post(world.space, world.ann))
    picture = await hand.save(community.stored_file())
    await hand.save(PostMedia(post_id=post.id, file_id=picture.id, position=0))
    await hand.save(PostHashtag(post_id=post.id, tag="prompts"))
    await hand.session.execute(without(post))
    assert (await hand.count("post_media"), await hand.count("post_hashtags")) == (0, 0)
