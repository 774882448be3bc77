"""What clients refuse."""

from app.core.constraints import refuse_constraint
from app.core.errors import Conflict


class AlreadyMember(Conflict):
    """The person works for the client already."""

    code = "studio.already_member"
    title = "This person works for the client already"


class AlreadyStaff(Conflict):
    """The person is on the staff already."""

    code = "studio.already_staff"
    title = "This person is on the staff already"


class LastStaff(Conflict):
    """Without staff nobody could take clients in any more."""

    code = "studio.last_staff"
    title = "Somebody has to be on the staff: add another person first"


refuse_constraint("pk_client_members", AlreadyMember)
refuse_constraint("pk_staff", AlreadyStaff)
