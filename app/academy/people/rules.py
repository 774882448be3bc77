"""What holds for people without asking anybody: roles, an organization's standing, and who wants which message."""

from collections.abc import Mapping
from typing import Any

from app.academy.models import CommunityMessage, Learner, OrganizationStatus, Role

# Seed default of everybody whose time zone is unknown; for the backfill alone (Z-55).
HOME_TIMEZONE = "America/New_York"

_ORGANIZATION_ROLES = {Role.org_admin, Role.org_member}

_ORGANIZATION_MOVES: Mapping[OrganizationStatus, frozenset[OrganizationStatus]] = {
    OrganizationStatus.pending_payment: frozenset({OrganizationStatus.active}),
    OrganizationStatus.active: frozenset({OrganizationStatus.suspended}),
    OrganizationStatus.suspended: frozenset({OrganizationStatus.active}),
}


def needs_organization(role: Role) -> bool:
    """Whether a role only makes sense inside an organization (A-AUT-05)."""
    return role in _ORGANIZATION_ROLES


def organization_may_move(before: str, after: str) -> bool:
    """Whether an organization may go from one status to the other (A-ORG-01)."""
    return OrganizationStatus(after) in _ORGANIZATION_MOVES[OrganizationStatus(before)]


def merged_preferences(preferences: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """All preferences after a change that names some of them."""
    community = preferences["community"] | change.get("community", {})
    return {**preferences, **change, "community": community}


def wants_mail(learner: Learner, about: CommunityMessage | None = None) -> bool:
    """Whether an optional message may go out by mail (A-AUT-06). What somebody must know is sent without asking.

    `about` is the kind of community message; None for any other optional one (a reminder, a digest).
    """
    return learner.email_notifications and _wants(learner, about)


def wants_sms(learner: Learner, about: CommunityMessage | None = None) -> bool:
    """Whether an optional message may go out as a text message; nobody without a number wants one."""
    return learner.sms_notifications and learner.phone_number is not None and _wants(learner, about)


def _wants(learner: Learner, about: CommunityMessage | None) -> bool:
    return about is None or bool(learner.preferences["community"][about])
