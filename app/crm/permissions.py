"""Who may do what in the CRM: one table of pure predicates, denied unless a row says otherwise (rules 45 to 48).

A predicate takes the acting account and the target (an organization, or anything that belongs to one), reads what is
loaded already and asks no database.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from app.core import permissions
from app.core.permissions import PermissionMap
from app.identity.actor import Actor
from app.identity.models import Organization, OrganizationRole


@dataclass(frozen=True, slots=True)
class CrmActor(Actor):
    """An account with its role in each organization that it belongs to.

    They are read with every request, so a change takes effect on the next one (rule 51).
    """

    roles: Mapping[UUID, OrganizationRole] = field(default_factory=dict)

    @property
    def sees_everything(self) -> bool:
        """Whether nothing of the CRM is hidden from this actor: the house itself."""
        return self.is_system

    @property
    def organization_ids(self) -> list[UUID]:
        """The organizations that the actor belongs to."""
        return list(self.roles)

    @property
    def administered_ids(self) -> list[UUID]:
        """The organizations that the actor is an admin of."""
        return [organization_id for organization_id, role in self.roles.items() if role == OrganizationRole.admin]


class Permission(StrEnum):
    """Everything that can be allowed."""

    PROGRAM_CREATE = "program_create"
    """Make a program of an organization, or import many."""
    PROGRAM_EDIT = "program_edit"
    """Change, move, re-slug, archive a program; link events to it."""
    PROGRAMS_EXPORT = "programs_export"
    """Take all programs of an organization out as a file."""
    PARTICIPANTS_READ = "participants_read"
    """See who takes part in a program, and take the list out as a file."""
    PARTICIPANTS_MANAGE = "participants_manage"
    """Enroll, approve, decline, remove, complete, reopen; count attendance by hand; write notes."""
    PROGRAM_JOIN = "program_join"
    """Enroll oneself, or ask for it."""
    PARTICIPATION_WITHDRAW = "participation_withdraw"
    """Leave a program, or take a request back."""
    EVENT_EDIT = "event_edit"
    """Plan, change and cancel events of an organization."""
    ATTENDANCE_RECORD = "attendance_record"
    """Say who was at an event, and read what was said."""
    AUDIT_READ = "audit_read"
    """See who changed what."""


def _organization_id(target: Any) -> UUID:
    found: UUID = target.id if isinstance(target, Organization) else target.organization_id
    return found


def is_admin(actor: CrmActor, target: Any) -> bool:
    """The actor is an admin of the organization that the target belongs to."""
    return actor.roles.get(_organization_id(target)) == OrganizationRole.admin


def is_member(actor: CrmActor, target: Any) -> bool:
    """The actor belongs to the organization of the target, in whatever role."""
    return _organization_id(target) in actor.roles


def is_own(actor: CrmActor, target: Any) -> bool:
    """The participation is the actor's own."""
    return bool(target.account_id == actor.account_id)


RULES: PermissionMap = {
    Permission.PROGRAM_CREATE: [[is_admin]],
    Permission.PROGRAM_EDIT: [[is_admin]],
    Permission.PROGRAMS_EXPORT: [[is_admin]],
    Permission.PARTICIPANTS_READ: [[is_admin]],
    Permission.PARTICIPANTS_MANAGE: [[is_admin]],
    Permission.PROGRAM_JOIN: [[is_member]],
    Permission.PARTICIPATION_WITHDRAW: [[is_own]],
    Permission.EVENT_EDIT: [[is_admin]],
    Permission.ATTENDANCE_RECORD: [[is_admin]],
    Permission.AUDIT_READ: [[is_admin]],
}


def allow(actor: CrmActor, permission: Permission, target: object) -> None:
    """Raise `Forbidden` unless the table allows it."""
    permissions.allow(RULES, permission, actor, target)
