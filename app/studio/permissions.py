"""Who may do what in the studio: one table of pure predicates, denied unless a row says otherwise (rules 45 to 48).

Which rows somebody can see at all is PostgreSQL's business (`rls.py`), and whoever sees a client's programs may write
them. What is left for this table is what only staff do, what takes a reviewer of the client, and whose words are whose.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self
from uuid import UUID

from app.core import permissions
from app.core.permissions import PermissionMap
from app.identity.actor import Actor
from app.studio.models import MemberRole


@dataclass(frozen=True, slots=True)
class StudioActor(Actor):
    """An account as the studio knows it; read with every request, so that a change takes effect on the next one."""

    is_staff: bool = False

    @classmethod
    def system(cls) -> Self:
        """The house itself: jobs, the command line."""
        return cls(Actor.system().account_id, None, is_system=True, is_staff=True)

    @property
    def named(self) -> UUID | None:
        """Who did it, as rows say it: null for the house itself."""
        return None if self.is_system else self.account_id


class Permission(StrEnum):
    """Everything that can be allowed."""

    CLIENT_WRITE = "client_write"
    """Take a client in, change or delete it."""
    MEMBERS_MANAGE = "members_manage"
    """Say who works for a client."""
    STAFF_MANAGE = "staff_manage"
    """See and say who works for the platform."""
    STATUS_DECIDE = "status_decide"
    """Approve and publish, and take either back."""
    COMMENT_EDIT = "comment_edit"
    """Change the words of a comment."""
    COMMENT_DELETE = "comment_delete"
    """Take a comment away."""


def is_staff(actor: StudioActor, _target: Any) -> bool:
    return actor.is_staff


def is_reviewer(_actor: StudioActor, place: Any) -> bool:
    return bool(place.role == MemberRole.reviewer)


def is_own(actor: StudioActor, comment: Any) -> bool:
    return bool(comment.author_id == actor.account_id)


RULES: PermissionMap = {
    Permission.CLIENT_WRITE: [[is_staff]],
    Permission.MEMBERS_MANAGE: [[is_staff]],
    Permission.STAFF_MANAGE: [[is_staff]],
    Permission.STATUS_DECIDE: [[is_reviewer], [is_staff]],
    Permission.COMMENT_EDIT: [[is_own]],
    Permission.COMMENT_DELETE: [[is_own], [is_staff]],
}


def allow(actor: StudioActor, permission: Permission, target: object = None) -> None:
    """Raise `Forbidden` unless the table allows it."""
    permissions.allow(RULES, permission, actor, target)


def permits(actor: StudioActor, permission: Permission, target: object = None) -> bool:
    """Whether the table allows it."""
    return permissions.permits(RULES, permission, actor, target)
