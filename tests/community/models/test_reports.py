"""Reports: one target, one open report per reporter, and an end that says when."""

from datetime import UTC, datetime
from typing import Any

import pytest

from app.community.models import Report
from tests.community.models.conftest import Hand, World, without
from tests.factories import community

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
TARGETS = [("post_id", "post"), ("comment_id", "comment"), ("member_id", "user")]


def about(world: World, *keys: str, **more: Any) -> Report:
    return community.report(world.ann, **{key: world.targets[key] for key in keys}, **more)


@pytest.mark.req("T-TAB-21")
@pytest.mark.parametrize(("key", "kind"), TARGETS)
async def test_a_report_says_in_the_words_of_the_seed_what_it_is_about(
    hand: Hand, world: World, key: str, kind: str
) -> None:
    report = await hand.save(about(world, key))
    assert (report.target_type, report.target_id, report.status) == (kind, world.targets[key], "pending")


@pytest.mark.parametrize("keys", [("post_id", "comment_id"), ("post_id", "comment_id", "member_id")])
async def test_a_report_has_one_target(hand: Hand, world: World, keys: tuple[str, ...]) -> None:
    assert await hand.refused(about(world, *keys)) == "ck_reports_one_target"
    assert await hand.refused(about(world)) == "null in target_id"


@pytest.mark.parametrize("key", [key for key, _ in TARGETS])
async def test_a_reporter_has_one_open_report_on_a_target(hand: Hand, world: World, key: str) -> None:
    first = await hand.save(about(world, key))
    assert await hand.refused(about(world, key)) == "uq_reports_open"
    assert await hand.refused(community.report(world.bob, **{key: world.targets[key]})) is None
    first.status, first.resolved_at = "dismissed", NOW
    await hand.session.flush()
    assert await hand.refused(about(world, key)) is None


@pytest.mark.parametrize(
    ("status", "resolved_at", "has_moderator", "constraint"),
    [
        ("pending", None, False, None),
        ("resolved", NOW, True, None),
        ("dismissed", NOW, True, None),
        ("pending", NOW, False, "ck_reports_resolved_at"),
        ("resolved", None, True, "ck_reports_resolved_at"),
        ("pending", None, True, "ck_reports_resolved_by_id"),
        ("closed", NOW, True, "ck_reports_status"),
    ],
)
async def test_a_report_that_has_ended_says_when(
    hand: Hand, world: World, status: str, resolved_at: datetime | None, constraint: str | None, *, has_moderator: bool
) -> None:
    moderator = world.bob.id if has_moderator else None
    report = about(world, "post_id", status=status, resolved_at=resolved_at, resolved_by_id=moderator)
    assert await hand.refused(report) == constraint


async def test_a_moderator_who_leaves_leaves_the_decision(hand: Hand, world: World) -> None:
    moderator = await hand.member()
    report = about(world, "post_id", status="resolved", resolved_at=NOW, resolved_by_id=moderator.id)
    await hand.save(report)
    await hand.session.execute(without(moderator))
    await hand.session.refresh(report)
    assert (report.status, report.resolved_by_id) == ("resolved", None)


@pytest.mark.parametrize(("key", "kind"), TARGETS)
async def test_what_is_reported_stays(hand: Hand, world: World, key: str, kind: str) -> None:
    post, member = await hand.save(community.post(world.space, world.ann)), await hand.member()
    rows: dict[str, Any] = {"post": post, "comment": world.comment, "user": member}
    target = rows[kind]
    await hand.save(community.report(world.ann, **{key: target.id}))
    assert await hand.refused_to(without(target)) == f"fk_reports_{key}"
