"""Who may do what, as tables of pure predicates: denied unless a row of the table says otherwise (X-SEC-02).

A domain keeps one `PermissionMap` in its `permissions.py` and wraps `allow` so that its verbs read as a sentence:

    RULES: PermissionMap = {Permission.COHORT_EDIT: [[is_platform_admin], [is_instructor, cohort_is_open]]}

    def allow(actor: Actor, permission: Permission, target: object = None) -> None:
        permissions.allow(RULES, permission, actor, target)

Each inner list is an AND, the outer list an OR. Predicates take `(actor, target)`, read what is loaded already and ask
no database, so the whole table is tested without one.
"""

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Any, Protocol

from app.core.errors import Forbidden

Predicate = Callable[[Any, Any], bool]
PermissionMap = Mapping[Any, Sequence[Sequence[Predicate]]]


class Acting(Protocol):
    """What this room knows of an actor: whether it is the house itself, working off something decided earlier."""

    @property
    def is_system(self) -> bool: ...


def permits(rules: PermissionMap, permission: StrEnum, actor: Acting, target: object = None) -> bool:
    """Whether `actor` may do `permission` to `target`. An unlisted permission and an empty list permit nobody.

    The system actor is always permitted: the right was checked when the work was asked for, and jobs recheck the rest.
    """
    if actor.is_system:
        return True
    # `all([])` is true: an empty row must not open the door.
    return any(row and all(holds(actor, target) for holds in row) for row in rules.get(permission, ()))


def allow(rules: PermissionMap, permission: StrEnum, actor: Acting, target: object = None) -> None:
    """Raise `Forbidden` unless `actor` may do `permission` to `target`."""
    if not permits(rules, permission, actor, target):
        raise Forbidden
