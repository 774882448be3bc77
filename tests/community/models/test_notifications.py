"""Notifications: open in what they carry, kept by months."""

from datetime import UTC
from typing import Any

import pytest
from sqlalchemy import text

from app.community.models import Notification
from app.core.ids import new_id
from tests.community.models.conftest import Hand, World, without


@pytest.mark.parametrize("data", [None, {"post": {"id": 1, "tags": ["a"]}}, ["a", 1, None], "text", 7, True], ids=repr)
async def test_a_notification_carries_any_json(hand: Hand, world: World, data: Any) -> None:
    kept = await hand.save(Notification(user_id=world.ann.id, type="never_heard_of", data=data))
    assert (kept.data, kept.read) == (data, False)


async def test_a_notification_lies_in_the_table_of_its_month(hand: Hand, world: World) -> None:
    row = await hand.save(Notification(user_id=world.ann.id, type="follow"))
    where = await hand.session.scalar(
        text("SELECT tableoid::regclass::text FROM community.notifications WHERE id = :id"), {"id": row.id}
    )
    assert where == f"community.notifications_m{row.created_at.astimezone(UTC):%Y%m}"


async def test_the_id_alone_is_the_key_to_the_code(hand: Hand, world: World) -> None:
    row = await hand.save(Notification(user_id=world.ann.id, type="follow"))
    row.read = True
    await hand.session.flush()
    hand.session.expunge_all()
    assert (await hand.session.get_one(Notification, row.id)).read


async def test_a_notification_is_somebodys_and_goes_with_them(hand: Hand) -> None:
    ann, bob = await hand.member(), await hand.member()
    lost = Notification(user_id=new_id(), type="follow")
    assert str(await hand.refused(lost)).endswith("fk_notifications_user_id")
    row = await hand.save(Notification(user_id=ann.id, type="follow", actor_id=bob.id, actor_name=bob.name))
    await hand.session.execute(without(bob))
    await hand.session.refresh(row)
    assert (row.actor_id, row.actor_name) == (None, bob.name)
    await hand.session.execute(without(ann))
    assert await hand.count("notifications") == 0
