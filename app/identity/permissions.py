"""Who may do what to accounts and organizations."""

from dataclasses import dataclass
from enum import StrEnum

from app.core import permissions
from app.core.permissions import PermissionMap
from app.identity.actor import Actor
from app.identity.models import OrganizationMembership, OrganizationRole


class Permission(StrEnum):
    """What is asked for."""

    ACCOUNT_ENTER = "account_enter"
    """Make an account, or write down that its address was proven. Sign-in and the operator do."""
    SIGN_IN = "sign_in"
    """Turn proofs into logins. Only the doors of sign-in do, on behalf of somebody who is nobody yet."""
    ACCOUNT_SUSPEND = "account_suspend"
    """Suspend or reinstate an account. The operator does, on the command line."""
    ORGANIZATION_EDIT = "organization_edit"
    """Rename an organization."""
    MEMBERS_SEE = "members_see"
    """See who else belongs to an organization, with their addresses."""
    MEMBERS_MANAGE = "members_manage"
    """Add people and change their roles."""
    MEMBERSHIP_END = "membership_end"
    """Remove somebody, or leave."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the actor stands: their own live membership in the organization, and the one they want to touch."""

    own: OrganizationMembership | None
    touched: OrganizationMembership | None = None


def is_admin(actor: Actor, place: Place) -> bool:
    """The actor is an admin of the organization."""
    own = place.own
    return (
        own is not None
        and own.account_id == actor.account_id
        and own.ended_at is None
        and own.role == OrganizationRole.admin
    )


def is_their_own(actor: Actor, place: Place) -> bool:
    """The membership to touch is the actor's."""
    return place.touched is not None and place.touched.account_id == actor.account_id


RULES: PermissionMap = {
    Permission.ACCOUNT_ENTER: [],
    Permission.SIGN_IN: [],
    Permission.ACCOUNT_SUSPEND: [],
    Permission.ORGANIZATION_EDIT: [[is_admin]],
    Permission.MEMBERS_SEE: [[is_admin]],
    Permission.MEMBERS_MANAGE: [[is_admin]],
    Permission.MEMBERSHIP_END: [[is_admin], [is_their_own]],
}


def allow(actor: Actor, permission: Permission, place: Place | None = None) -> None:
    """Raise `Forbidden` unless `actor` may do `permission` in `place`."""
    permissions.allow(RULES, permission, actor, place)
