"""Profiles and followers."""

from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.community.models import Digest, Follow, Member, NotificationPrefs
from app.core.constraints import constraint_of
from tests.community.models.conftest import Hand, World, without
from tests.factories import community, identity

REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"role": "owner"}, "ck_users_role"),
    ({"visibility": "hidden"}, "ck_users_visibility"),
    ({"direct_messages": "friends"}, "ck_users_direct_messages"),
    ({"points": -1}, "ck_users_points"),
    ({"level": 0}, "ck_users_level"),
    ({"calendar_token_hash": b"short"}, "ck_users_calendar_token_hash"),
]

PREFS_REFUSED = [
    ('["email_comments"]', "ck_users_notification_prefs_shape"),
    ('{"email_dms": "yes"}', "ck_users_notification_prefs_shape"),
    ('{"digest": 7}', "ck_users_notification_prefs_digest"),
    ('{"digest": "hourly"}', "ck_users_notification_prefs_digest"),
]


@pytest.mark.parametrize(("fields", "constraint"), REFUSED)
async def test_a_profile_is_refused(hand: Hand, fields: dict[str, Any], constraint: str) -> None:
    account = await hand.save(identity.account())
    assert await hand.refused(community.member(account, **fields)) == constraint


async def test_a_profile_needs_an_account(hand: Hand) -> None:
    assert await hand.refused(community.member(identity.account())) == "fk_users_id"


async def test_an_account_with_a_profile_is_not_deleted(hand: Hand, world: World) -> None:
    gone = text("DELETE FROM core.accounts WHERE id = :id").bindparams(id=world.ann.id)
    assert await hand.refused_to(gone) == "fk_users_id"


async def test_a_new_member_is_public_has_no_points_and_wishes_for_all_mail_once_a_day(hand: Hand) -> None:
    account = await hand.save(identity.account())
    statement = text("INSERT INTO community.users (id, name) VALUES (:id, 'Ann')")
    await hand.session.execute(statement, {"id": account.id})
    ann = await hand.session.get_one(Member, account.id)
    assert (ann.visibility, ann.role, ann.points, ann.level) == ("public", "member", 0, 1)
    assert ann.notification_prefs == NotificationPrefs()
    assert ann.notification_prefs.email_dms
    assert ann.notification_prefs.digest is Digest.daily


async def test_preferences_come_back_as_they_went_in(hand: Hand) -> None:
    prefs = NotificationPrefs(email_dms=False, digest=Digest.off)
    ann = await hand.member(notification_prefs=prefs)
    assert ann.notification_prefs == prefs


@pytest.mark.parametrize(("written", "constraint"), PREFS_REFUSED)
async def test_preferences_of_another_shape_are_refused(
    hand: Hand, world: World, written: str, constraint: str
) -> None:
    statement = text("UPDATE community.users SET notification_prefs = CAST(:prefs AS jsonb) WHERE id = :id")
    assert await hand.refused_to(statement.bindparams(prefs=written, id=world.ann.id)) == constraint


def test_preferences_know_no_other_switch() -> None:
    with pytest.raises(ValidationError):
        NotificationPrefs.model_validate({"email_everything": True})


@pytest.mark.parametrize(
    ("visibility", "words", "is_found"),
    [
        ("public", "lovelace", True),
        ("public", "loom", True),
        ("public", "jacquard", False),
        ("private", "lovelace", True),
        ("private", "loom", False),
    ],
)
async def test_a_biography_is_found_only_while_everybody_may_read_it(
    hand: Hand, visibility: str, words: str, *, is_found: bool
) -> None:
    ada = await hand.member(name="Ada Lovelace", bio="Programs on a loom", visibility=visibility)
    matches = Member.search.op("@@")(text("plainto_tsquery('simple', :words)").bindparams(words=words))
    found = await hand.session.scalars(select(Member.id).where(matches))
    assert (ada.id in found.all()) is is_found


async def test_a_file_that_vanishes_leaves_the_member_without_a_picture(hand: Hand, session: AsyncSession) -> None:
    picture = await hand.save(community.stored_file())
    ann = await hand.member(avatar_storage_id=picture.id)
    await session.execute(without(picture))
    await session.refresh(ann)
    assert ann.avatar_storage_id is None


async def test_two_members_do_not_share_a_calendar_address(hand: Hand) -> None:
    await hand.member(calendar_token_hash=b"x" * 32)
    with pytest.raises(IntegrityError) as refused:
        await hand.member(calendar_token_hash=b"x" * 32)
    assert constraint_of(refused.value) == "uq_users_calendar_token_hash"


async def test_one_follows_another_once_and_never_oneself(hand: Hand, world: World) -> None:
    ann, bob = world.ann.id, world.bob.id
    assert await hand.refused(Follow(follower_id=ann, following_id=bob)) is None
    assert await hand.refused(Follow(follower_id=bob, following_id=ann)) is None
    assert await hand.refused(Follow(follower_id=ann, following_id=bob)) == "uq_follows_follower_id_following_id"
    assert await hand.refused(Follow(follower_id=ann, following_id=ann)) == "ck_follows_not_oneself"


async def test_followings_go_with_the_profile(hand: Hand) -> None:
    ann, bob = await hand.member(), await hand.member()
    await hand.save(Follow(follower_id=ann.id, following_id=bob.id))
    await hand.save(Follow(follower_id=bob.id, following_id=ann.id))
    await hand.session.execute(without(bob))
    assert await hand.count("follows") == 0
