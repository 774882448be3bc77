"""What organizations refuse."""

from app.core.constraints import refuse_constraint
from app.core.errors import Conflict, NotFound


class OrganizationNotFound(NotFound):
    """No such organization, or the caller does not belong to it."""

    code = "identity.organization_not_found"
    title = "No such organization"


class MembershipNotFound(NotFound):
    """No such live membership, or the caller does not belong to the organization."""

    code = "identity.membership_not_found"
    title = "No such membership"


class AlreadyMember(Conflict):
    """The person belongs to the organization already."""

    code = "identity.already_member"
    title = "This person belongs to the organization already"


class LastAdmin(Conflict):
    """Without an admin nobody could manage the organization any more."""

    code = "identity.last_admin"
    title = "The organization needs an admin: name another one first"


refuse_constraint("uq_organization_memberships_live", AlreadyMember)
