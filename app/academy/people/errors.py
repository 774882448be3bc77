"""What is refused about people and the organizations that buy seats for them."""

from app.core.constraints import refuse_constraint
from app.core.errors import Conflict, NotFound


class AccountUnknown(NotFound):
    """There is no account with this id, so it cannot become a learner."""

    code = "academy.account_unknown"
    title = "There is no such account"


class NotAMember(Conflict):
    """Somebody belongs to an organization here only when they are a live member of it (Z-04)."""

    code = "academy.not_a_member"
    title = "This account is not a member of the organization"


class OrganizationHasBilling(Conflict):
    """An organization has one billing side."""

    code = "academy.organization_has_billing"
    title = "This organization buys seats already"


class OrganizationTransitionRefused(Conflict):
    """pending_payment → active → suspended → active, and no other way (A-ORG-01)."""

    code = "academy.organization_transition_refused"
    title = "An organization cannot go there from where it is"


class SeatsInUse(Conflict):
    """Seats that are used cannot be taken back."""

    code = "academy.seats_in_use"
    title = "More seats than that are in use"


refuse_constraint("ck_organizations_seats", SeatsInUse)


class AddressTaken(Conflict):
    """An account took over an address whose former owner's profile has not followed yet; it does within seconds."""

    code = "academy.address_taken"
    title = "Another profile still has this address: try again in a moment"
