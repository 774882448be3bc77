"""Who may do what in the studio: one table of pure predicates, denied unless a row says otherwise (rules 45 to 48).

Whose rows are seen at all is decided below, by row-level security: what reaches a predicate is visible to the actor.
A target is anything with a `client_id`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Self
from uuid import UUID

from app.core import permissions
from app.core.permissions import PermissionMap
from app.identity.actor import Actor
from app.studio.models import MemberRole


@dataclass(frozen=True, slots=True)
class StudioActor(Actor):
    """An account as the studio knows it: staff of the platform, or what it is to which client.

    Both are read with every request, so a change takes effect on the next one (rule 51).
    """

    is_staff: bool = False
    roles: Mapping[UUID, MemberRole] = field(default_factory=dict, hash=False)

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

    CONTENT_WRITE = "content_write"
    """Write content, and carry it along its flow up to the decision."""
    CONTENT_DECIDE = "content_decide"
    """Approve and publish, and take either back."""
    COMMENT_WRITE = "comment_write"
    """Remark on a program or a session, and settle remarks."""
    COMMENT_EDIT = "comment_edit"
    """Change the words of a comment."""
    COMMENT_DELETE = "comment_delete"
    """Take a comment away."""


def is_staff(actor: StudioActor, _target: Any) -> bool:
    return actor.is_staff


def is_member(actor: StudioActor, target: Any) -> bool:
    return target.client_id in actor.roles


def is_reviewer(actor: StudioActor, target: Any) -> bool:
    return actor.roles.get(target.client_id) == MemberRole.reviewer


def is_author_of_comment(actor: StudioActor, target: Any) -> bool:
    return bool(target.author_id == actor.account_id)


RULES: PermissionMap = {
    Permission.CONTENT_WRITE: [[is_member], [is_staff]],
    Permission.CONTENT_DECIDE: [[is_reviewer], [is_staff]],
    Permission.COMMENT_WRITE: [[is_member], [is_staff]],
    Permission.COMMENT_EDIT: [[is_author_of_comment]],
    Permission.COMMENT_DELETE: [[is_author_of_comment], [is_staff]],
}


def allow(actor: StudioActor, permission: Permission, target: object = None) -> None:
    """Raise `Forbidden` unless the table allows it."""
    permissions.allow(RULES, permission, actor, target)


def permits(actor: StudioActor, permission: Permission, target: object = None) -> bool:
    """Whether the table allows it."""
    return permissions.permits(RULES, permission, actor, target)
