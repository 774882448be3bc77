"""Connections, communities elsewhere, and who has premium (A-TAB-45 to A-TAB-47, Z-133)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.models import (
    Entitlement,
    ExternalCommunityCourse,
    ExternalCommunityLink,
    ManagerReportCourse,
    PeerConnection,
)
from app.academy.models import UserCommunityMembership as Membership
from app.core.clock import utc_now
from tests.academy.models.people.scene import Scene
from tests.factories import academy
from tests.support.refusals import is_there, kept, refused

Build = Callable[[Scene], Any]
NOW = utc_now()


@pytest.mark.parametrize(
    ("build", "constraint"),
    [
        (lambda s: s.of(PeerConnection, connected_user_id=s.learner.id), "ck_peer_connections_not_oneself"),
        (lambda s: s.of(PeerConnection, connection_source="chance"), "ck_peer_connections_connection_source"),
        (lambda s: s.of(PeerConnection, connection_source="cohort"), "ck_peer_connections_cohort"),
        (lambda s: s.of(PeerConnection, connection_source="cohort", cohort_id=s.cohort.id), None),
        (lambda s: s.of(PeerConnection, status="friends"), "ck_peer_connections_status"),
        (lambda s: s.of(PeerConnection, status="accepted"), "ck_peer_connections_accepted"),
        (lambda s: s.of(PeerConnection, status="accepted", accepted_at=NOW), None),
        (lambda s: s.of(PeerConnection, status="blocked"), "ck_peer_connections_blocked"),
        (lambda s: s.of(PeerConnection, blocked_by_id=s.peer.id), "ck_peer_connections_blocked"),
        (
            lambda s: s.of(PeerConnection, status="blocked", blocked_by_id=s.admin.id),
            "ck_peer_connections_blocked_by_one_of_them",
        ),
        (lambda s: s.of(PeerConnection, status="blocked", blocked_by_id=s.peer.id), None),
        (lambda s: s.of(ExternalCommunityLink, platform="irc"), "ck_external_community_links_platform"),
        (lambda s: s.of(ExternalCommunityLink, access_level="friends"), "ck_external_community_links_access_level"),
        (lambda s: s.of(Membership, status="banned"), "ck_user_community_memberships_status"),
    ],
)
async def test_a_row_makes_sense_or_is_refused(
    session: AsyncSession, scene: Scene, build: Build, constraint: str | None
) -> None:
    assert await refused(session, build(scene)) == constraint


@pytest.mark.req("A-TAB-45")
async def test_two_people_have_one_connection_whoever_asks(session: AsyncSession, scene: Scene) -> None:
    back = scene.of(PeerConnection, user_id=scene.peer.id, connected_user_id=scene.learner.id)
    assert await refused(session, scene.of(PeerConnection), back) == "uq_peer_connections_pair"


async def test_somebody_connects_with_several(session: AsyncSession, scene: Scene) -> None:
    other = scene.of(PeerConnection, connected_user_id=scene.admin.id)
    assert await refused(session, scene.of(PeerConnection), other) is None


async def test_a_connection_outlives_the_class_session_it_came_from(session: AsyncSession, scene: Scene) -> None:
    session.add(made := scene.of(PeerConnection, session_id=scene.item.id))
    await session.flush()
    assert await kept(session, scene.item) is None
    await session.refresh(made)
    assert made.session_id is None


@pytest.mark.parametrize(
    ("again", "constraint"),
    [
        ({}, "uq_user_community_memberships_user_id_community_id"),
        ({"user": "peer", "external_member_id": "77"}, "uq_user_community_memberships_external"),
        ({"user": "peer", "external_member_id": "78"}, None),
        ({"user": "peer", "external_member_id": None}, None),
    ],
)
async def test_somebody_is_in_a_community_once_as_one_member(
    session: AsyncSession, scene: Scene, again: dict[str, Any], constraint: str | None
) -> None:
    user = getattr(scene, again.get("user", "learner"))
    member = again.get("external_member_id", "79")
    second = scene.of(Membership, user_id=user.id, external_member_id=member)
    assert await refused(session, scene.of(Membership, external_member_id="77"), second) == constraint


async def test_a_community_with_members_is_kept(session: AsyncSession, scene: Scene) -> None:
    session.add(scene.of(Membership))
    await session.flush()
    assert await kept(session, scene.community) == "fk_user_community_memberships_community_id"


async def test_a_community_s_courses_go_with_it(session: AsyncSession, scene: Scene) -> None:
    session.add(only := scene.of(ExternalCommunityCourse))
    await session.flush()
    assert await kept(session, scene.community) is None
    assert not await is_there(session, only)


@pytest.mark.parametrize("table", [ExternalCommunityCourse, ManagerReportCourse])
async def test_a_list_of_courses_never_empties_by_itself(session: AsyncSession, scene: Scene, table: type[Any]) -> None:
    """None listed means all of them, so a course that goes would let everybody in."""
    course = academy.course()
    session.add(course)
    await session.flush()
    session.add(scene.of(table, course_id=course.id))
    await session.flush()
    assert await kept(session, course) == f"fk_{table.__tablename__}_course_id"


# Entitlements


@pytest.mark.req("Z-133")
@pytest.mark.parametrize(
    ("build", "constraint"),
    [
        (lambda s: s.of(Entitlement, kind="gold"), "ck_entitlements_kind"),
        (lambda s: s.of(Entitlement, source="luck", plan=None), "ck_entitlements_source"),
        (lambda s: s.of(Entitlement, plan=None), "ck_entitlements_granted_by"),
        (lambda s: s.of(Entitlement, granted_by_id=s.admin.id), "ck_entitlements_granted_by"),
        (lambda s: s.of(Entitlement, source="admin", plan=None, granted_by_id=s.admin.id), None),
        (lambda s: s.of(Entitlement, source="path", plan=None), "ck_entitlements_granted_by"),
        (lambda s: s.of(Entitlement, source="path", plan=None, learning_path_id=s.path.id), None),
        (lambda s: s.of(Entitlement, stripe_subscription_id="sub_1"), None),
        (
            lambda s: s.of(
                Entitlement, source="admin", plan=None, granted_by_id=s.admin.id, stripe_subscription_id="sub_1"
            ),
            "ck_entitlements_subscription",
        ),
        (lambda s: s.of(Entitlement, starts_at=NOW, ends_at=NOW), "ck_entitlements_period"),
        (lambda s: s.of(Entitlement, starts_at=NOW, ends_at=NOW + timedelta(days=365)), None),
        (lambda s: s.of(Entitlement, revoked_at=NOW), "ck_entitlements_revoked"),
        (lambda s: s.of(Entitlement, revoked_at=NOW, revoked_reason="refund"), None),
    ],
)
async def test_premium_comes_from_somewhere(
    session: AsyncSession, scene: Scene, build: Build, constraint: str | None
) -> None:
    assert await refused(session, build(scene)) == constraint


@pytest.mark.parametrize(
    ("again", "constraint"),
    [
        ({}, "uq_entitlements_live"),
        ({"plan": "premium_monthly"}, "uq_entitlements_live"),
        ({"revoked_at": NOW, "revoked_reason": "refund"}, None),
    ],
)
async def test_a_source_grants_premium_once_at_a_time(
    session: AsyncSession, scene: Scene, again: dict[str, Any], constraint: str | None
) -> None:
    assert await refused(session, scene.of(Entitlement), scene.of(Entitlement, **again)) == constraint


async def test_a_path_grants_premium_once_and_is_kept(session: AsyncSession, scene: Scene) -> None:
    by_path = [scene.of(Entitlement, source="path", plan=None, learning_path_id=scene.path.id) for _ in range(2)]
    assert await refused(session, *by_path) == "uq_entitlements_live_path"
    assert await kept(session, scene.path) == "fk_entitlements_learning_path_id"


async def test_a_subscription_pays_for_one_grant(session: AsyncSession, scene: Scene) -> None:
    first = scene.of(Entitlement, stripe_subscription_id="sub_1")
    second = scene.of(Entitlement, stripe_subscription_id="sub_1", user_id=scene.peer.id)
    assert await refused(session, first, second) == "uq_entitlements_stripe_subscription_id_kind"
