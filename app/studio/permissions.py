"""Who may do what in the studio: one table of pure predicates, denied unless a row says otherwise (rules 45 to 48).

Which rows somebody can see at all is PostgreSQL's business (`rls.py`), and whoever sees a client's programs may write
them. What is left for this table is what only staff do.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

from app.core import permissions
from app.core.permissions import PermissionMap
from app.identity.actor import Actor


@dataclass(frozen=True, slots=True)
class StudioActor(Actor):
    """An account as the studio knows it; read with every request, so that a change takes effect on the next one."""

    is_staff: bool = False

    @classmethod
    def system(cls) -> Self:
        """The house itself: jobs, the command line."""
        return cls(Actor.system().account_id, None, is_system=True, is_staff=True)


class Permission(StrEnum):
    """Everything that can be allowed."""

    CLIENT_WRITE = "client_write"
    """Take a client in, change or delete it."""
    MEMBERS_MANAGE = "members_manage"
    """Say who works for a client."""
    STAFF_MANAGE = "staff_manage"
    """See and say who works for the platform."""


def is_staff(actor: StudioActor, _target: Any) -> bool:
    return actor.is_staff


RULES: PermissionMap = {
    Permission.CLIENT_WRITE: [[is_staff]],
    Permission.MEMBERS_MANAGE: [[is_staff]],
    Permission.STAFF_MANAGE: [[is_staff]],
}


def allow(actor: StudioActor, permission: Permission, target: object = None) -> None:
    """Raise `Forbidden` unless the table allows it."""
    permissions.allow(RULES, permission, actor, target)
