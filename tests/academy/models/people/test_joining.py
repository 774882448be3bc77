"""Profiles, invitations that hold seats, and domains that are proven (A-TAB-01 to A-TAB-03, Z-47 to Z-49, Z-57)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.models import Learner, OrganizationDomain, OrganizationInvite
from app.core.clock import utc_now
from app.core.constraints import constraint_of
from tests.academy.models.people.scene import HASH, Scene
from tests.factories import academy, identity
from tests.support.refusals import kept, refused

Build = Callable[[Scene], Any]
NOW = utc_now()
OTHER_HASH = "ab" * 32


@pytest.mark.parametrize(
    ("build", "constraint"),
    [
        (lambda s: s.of(OrganizationInvite, invite_token="b1u2t"), "ck_organization_invites_token_is_a_hash"),
        (lambda s: s.of(OrganizationInvite, status="lost"), "ck_organization_invites_status"),
        (lambda s: s.of(OrganizationInvite, holds_seat=True), "ck_organization_invites_holds_seat"),
        (
            lambda s: s.of(OrganizationInvite, holds_seat=True, cohort_id=s.cohort.id, status="revoked"),
            "ck_organization_invites_holds_seat",
        ),
        (lambda s: s.of(OrganizationInvite, status="accepted"), "ck_organization_invites_accepted"),
        (lambda s: s.of(OrganizationInvite, accepted_at=NOW), "ck_organization_invites_accepted"),
        (
            lambda s: s.of(OrganizationInvite, enrollment_id=s.enrollment.id),
            "ck_organization_invites_accepted_by_somebody",
        ),
        (lambda s: s.of(OrganizationInvite, cohort_id=s.course.id), "fk_organization_invites_cohort_id"),
    ],
)
async def test_an_invitation_that_makes_no_sense_is_refused(
    session: AsyncSession, scene: Scene, build: Build, constraint: str
) -> None:
    assert await refused(session, build(scene)) == constraint


@pytest.mark.parametrize(
    "build",
    [
        lambda s: s.of(OrganizationInvite, cohort_id=s.cohort.id, holds_seat=True, invited_by_id=s.admin.id),
        lambda s: s.of(
            OrganizationInvite,
            cohort_id=s.cohort.id,
            status="accepted",
            accepted_at=NOW,
            accepted_by_id=s.learner.id,
            enrollment_id=s.enrollment.id,
        ),
        lambda s: s.of(OrganizationInvite, cohort_id=s.cohort.id, status="expired"),
    ],
)
async def test_an_invitation_into_a_cohort_holds_a_seat_until_it_ends(
    session: AsyncSession, scene: Scene, build: Build
) -> None:
    assert await refused(session, build(scene)) is None


@pytest.mark.parametrize(
    ("again", "constraint"),
    [
        ({"invite_token": HASH, "email": "x@y.example"}, "uq_organization_invites_invite_token"),
        ({"email": "NEW@guild.example"}, "uq_organization_invites_pending"),
        ({"email": "NEW@guild.example", "status": "revoked"}, None),
        ({"email": "other@guild.example"}, None),
    ],
)
async def test_an_address_is_invited_once_at_a_time(
    session: AsyncSession, scene: Scene, again: dict[str, Any], constraint: str | None
) -> None:
    second = scene.of(OrganizationInvite, **{"invite_token": OTHER_HASH} | again)
    assert await refused(session, scene.of(OrganizationInvite), second) == constraint


async def test_an_address_is_invited_into_a_cohort_once_at_a_time(session: AsyncSession, scene: Scene) -> None:
    """Twice would hold two seats."""
    first = scene.of(OrganizationInvite, cohort_id=scene.cohort.id)
    second = scene.of(OrganizationInvite, cohort_id=scene.cohort.id, invite_token=OTHER_HASH)
    assert await refused(session, first, second) == "uq_organization_invites_pending_cohort"


async def test_what_an_invitation_led_to_is_kept(session: AsyncSession, scene: Scene) -> None:
    session.add(scene.of(OrganizationInvite, status="accepted", accepted_at=NOW, enrollment_id=scene.enrollment.id))
    await session.flush()
    assert await kept(session, scene.enrollment) == "fk_organization_invites_enrollment_id"


# Domains


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"proof": "letter"}, "ck_organization_domains_proof"),
        ({"domain": "Guild.example"}, "ck_organization_domains_domain"),
        ({"domain": "localhost"}, "ck_organization_domains_domain"),
        ({"domain": "ada@guild.example"}, "ck_organization_domains_domain"),
        ({"proof": "email"}, "ck_organization_domains_mailed_to"),
        ({"mailed_to": "admin@guild.example"}, "ck_organization_domains_mailed_to"),
        ({"proof": "email", "mailed_to": "admin@elsewhere.example"}, "ck_organization_domains_mailed_there"),
        ({"auto_join": True}, "ck_organization_domains_auto_join_needs_proof"),
        ({"proof": "email", "mailed_to": "Admin@Guild.example"}, None),
        ({"verified_at": NOW, "auto_join": True}, None),
    ],
)
async def test_a_domain_lets_people_in_only_once_it_is_proven(
    session: AsyncSession, scene: Scene, changes: dict[str, Any], constraint: str | None
) -> None:
    assert await refused(session, scene.of(OrganizationDomain, **changes)) == constraint


@pytest.mark.parametrize(("proven", "constraint"), [(NOW, "uq_organization_domains_verified"), (None, None)])
async def test_any_organization_may_claim_a_domain_and_one_have_it(
    session: AsyncSession, scene: Scene, proven: Any, constraint: str | None
) -> None:
    first = scene.of(OrganizationDomain, verified_at=NOW)
    second = scene.of(OrganizationDomain, organization_id=scene.rival.id, verified_at=proven)
    assert await refused(session, first, second) == constraint


async def test_an_organization_claims_a_domain_once(session: AsyncSession, scene: Scene) -> None:
    twice = (scene.of(OrganizationDomain), scene.of(OrganizationDomain))
    assert await refused(session, *twice) == "uq_organization_domains_organization_id_domain"


async def test_a_domain_starts_without_letting_anybody_in(session: AsyncSession, scene: Scene) -> None:
    session.add(claimed := scene.of(OrganizationDomain))
    await session.flush()
    await session.refresh(claimed)
    assert claimed.auto_join is False


# Profiles


async def changed(session: AsyncSession, scene: Scene, **values: Any) -> str | None:
    """The constraint that refuses this change of the learner's profile."""
    try:
        async with session.begin_nested():
            profile = update(Learner).where(Learner.id == scene.learner.id).values(values)
            await session.execute(profile.execution_options(synchronize_session=False))
    except IntegrityError as error:
        return constraint_of(error)
    return None


async def test_an_address_has_one_profile_whatever_its_case(session: AsyncSession, scene: Scene) -> None:
    session.add(twin := identity.account())
    await session.flush()
    known = await session.get_one(Learner, scene.learner.id)
    assert await refused(session, academy.learner(twin, email=known.email.upper())) == "ix_users_email"


@pytest.mark.req("A-TAB-57")
@pytest.mark.parametrize(
    ("preferences", "constraint"),
    [
        ([], "ck_users_notification_preferences_shape"),
        ({"email_notifications": "yes"}, "ck_users_notification_preferences_shape"),
        ({"community": []}, "ck_users_notification_preferences_shape"),
        ({"community": {"best_answers": "no"}}, "ck_users_community_preferences"),
        ({"sms_notifications": False, "community": {"best_answers": False}}, None),
    ],
)
async def test_notification_preferences_are_yes_or_no(
    session: AsyncSession, scene: Scene, preferences: Any, constraint: str | None
) -> None:
    assert await changed(session, scene, notification_preferences=preferences) == constraint


@pytest.mark.parametrize(
    ("at", "until", "constraint"),
    [
        (NOW, None, None),
        (NOW, NOW + timedelta(days=7), None),
        (NOW, NOW, "ck_users_posting_suspended"),
        (None, NOW, "ck_users_posting_suspended"),
    ],
)
async def test_posting_is_suspended_for_a_time_or_for_good(
    session: AsyncSession, scene: Scene, at: Any, until: Any, constraint: str | None
) -> None:
    assert await changed(session, scene, posting_suspended_at=at, posting_suspended_until=until) == constraint
