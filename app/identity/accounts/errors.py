"""What accounts refuse."""

from app.core.constraints import refuse_constraint
from app.core.errors import Conflict, NotFound


class AccountNotFound(NotFound):
    """No such account, or none that the caller may know of."""

    code = "identity.account_not_found"
    title = "No such account"


class EmailTaken(Conflict):
    """Another account has this address, in whatever case."""

    code = "identity.email_taken"
    title = "Another account has this address"


refuse_constraint("uq_accounts_email", EmailTaken)
