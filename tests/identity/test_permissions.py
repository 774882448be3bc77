"""The whole table of rights over accounts and organizations, cell by cell."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from app.core.errors import Forbidden
from app.core.permissions import permits
from app.identity.actor import Actor
from app.identity.models import OrganizationRole
from app.identity.permissions import RULES, Permission, Place, allow
from tests.factories import identity as factory

ACTOR = Actor(uuid4())
ORGANIZATION = uuid4()
ADMIN = factory.membership(ORGANIZATION, ACTOR.account_id, role=OrganizationRole.admin)
MEMBER = factory.membership(ORGANIZATION, ACTOR.account_id)
FORMER_ADMIN = factory.membership(
    ORGANIZATION, ACTOR.account_id, role=OrganizationRole.admin, ended_at=datetime.now(UTC)
)
ANOTHERS = factory.membership(ORGANIZATION, uuid4(), role=OrganizationRole.admin)

PLACES = {
    "nowhere": Place(None),
    "admin": Place(ADMIN, ANOTHERS),
    "member": Place(MEMBER, ANOTHERS),
    "member at their own": Place(MEMBER, MEMBER),
    "former admin": Place(FORMER_ADMIN, ANOTHERS),
    "with an admin's membership that is not theirs": Place(ANOTHERS),
}

MAY: dict[Permission, set[str]] = {
    Permission.ACCOUNT_ENTER: set(),
    Permission.SIGN_IN: set(),
    Permission.ACCOUNT_SUSPEND: set(),
    Permission.ORGANIZATION_EDIT: {"admin"},
    Permission.MEMBERS_SEE: {"admin"},
    Permission.MEMBERS_MANAGE: {"admin"},
    Permission.MEMBERSHIP_END: {"admin", "member at their own"},
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("permission", Permission)
def test_a_right_is_had_exactly_where_the_table_says(permission: Permission, place: str) -> None:
    assert permits(RULES, permission, ACTOR, PLACES[place]) is (place in MAY[permission])


@pytest.mark.parametrize("permission", Permission)
def test_the_house_itself_may(permission: Permission) -> None:
    allow(Actor.system(), permission)


def test_what_is_not_allowed_is_forbidden() -> None:
    with pytest.raises(Forbidden):
        allow(ACTOR, Permission.ORGANIZATION_EDIT, PLACES["member"])


def test_an_unlisted_permission_and_an_empty_row_permit_nobody() -> None:
    assert not permits({}, Permission.SIGN_IN, ACTOR)
    assert not permits({Permission.SIGN_IN: [[]]}, Permission.SIGN_IN, ACTOR)
