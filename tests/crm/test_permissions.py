"""The table of rights, without a database: each right for each kind of caller."""

from dataclasses import dataclass
from uuid import UUID

import pytest

from app.core.errors import Forbidden
from app.core.ids import new_id
from app.crm.permissions import RULES, CrmActor, Permission, allow
from app.identity.models import OrganizationRole

OURS, ME = new_id(), new_id()


@dataclass(frozen=True)
class Target:
    """Something of our organization, perhaps somebody's own."""

    organization_id: UUID = OURS
    account_id: UUID | None = None


ADMIN = CrmActor(ME, roles={OURS: OrganizationRole.admin})
MEMBER = CrmActor(ME, roles={OURS: OrganizationRole.member})
FOREIGN = CrmActor(ME, roles={new_id(): OrganizationRole.admin})
NOBODY = CrmActor(ME)
HOUSE = CrmActor.system()

ALSO_MEMBERS = {Permission.PROGRAM_JOIN}
ONLY_OWN = {Permission.PARTICIPATION_WITHDRAW}


def may(actor: CrmActor, permission: Permission, target: Target) -> bool:
    try:
        allow(actor, permission, target)
    except Forbidden:
        return False
    return True


@pytest.mark.req("P-PRG-12")
@pytest.mark.parametrize("permission", Permission)
def test_a_right_is_the_admins_unless_the_table_says_otherwise(permission: Permission) -> None:
    assert may(ADMIN, permission, Target()) == (permission not in ONLY_OWN)
    assert may(MEMBER, permission, Target()) == (permission in ALSO_MEMBERS)
    assert not may(FOREIGN, permission, Target())
    assert not may(NOBODY, permission, Target())
    assert may(HOUSE, permission, Target())


def test_leaving_is_ones_own_business() -> None:
    assert may(MEMBER, Permission.PARTICIPATION_WITHDRAW, Target(account_id=ME))
    assert may(NOBODY, Permission.PARTICIPATION_WITHDRAW, Target(account_id=ME))


def test_every_right_has_its_row() -> None:
    assert set(RULES) == set(Permission)
