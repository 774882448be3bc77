"""Rules about people, as tables."""

import itertools

import pytest

from app.academy.models import CommunityMessage, Learner, OrganizationStatus, Role
from app.academy.people import rules
from tests.factories import academy, identity


@pytest.mark.req("A-AUT-05")
@pytest.mark.parametrize(
    ("role", "needs"),
    [(Role.individual, False), (Role.platform_admin, False), (Role.org_admin, True), (Role.org_member, True)],
)
def test_roles_of_an_organization_need_one(role: Role, needs: bool) -> None:
    assert rules.needs_organization(role) is needs


@pytest.mark.req("A-ORG-01")
@pytest.mark.parametrize(("before", "after"), list(itertools.product(OrganizationStatus, repeat=2)))
def test_an_organization_makes_the_lawful_moves_and_no_other(
    before: OrganizationStatus, after: OrganizationStatus
) -> None:
    lawful = {("pending_payment", "active"), ("active", "suspended"), ("suspended", "active")}
    assert rules.organization_may_move(before, after) is ((before, after) in lawful)


def person(**more: object) -> Learner:
    """Somebody who was never asked what they want."""
    return academy.learner(
        identity.account(),
        **{"email_notifications": True, "sms_notifications": True, "notification_preferences": {}} | more,
    )


@pytest.mark.req("A-AUT-06")
@pytest.mark.parametrize("about", [None, *CommunityMessage])
def test_a_channel_that_is_off_carries_nothing_optional(about: CommunityMessage | None) -> None:
    off = person(email_notifications=False, sms_notifications=False, phone_number="+15551234567")
    assert not rules.wants_mail(off, about)
    assert not rules.wants_sms(off, about)


@pytest.mark.req("A-AUT-06")
@pytest.mark.parametrize("about", [None, *CommunityMessage])
def test_a_channel_that_is_on_carries_what_was_not_switched_off(about: CommunityMessage | None) -> None:
    some = person(phone_number="+15551234567", notification_preferences={"community": {"best_answers": False}})
    wanted = about != CommunityMessage.best_answers
    assert (rules.wants_mail(some, about), rules.wants_sms(some, about)) == (wanted, wanted)


def test_nobody_without_a_number_wants_a_text_message() -> None:
    assert not rules.wants_sms(person(phone_number=None))


def test_a_change_of_preferences_leaves_the_others() -> None:
    merged = rules.merged_preferences(person().preferences, {"community": {"best_answers": False}})
    assert merged == person().preferences | {
        "community": {kind: kind != CommunityMessage.best_answers for kind in CommunityMessage}
    }
