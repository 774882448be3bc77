"""What is refused about people and the organizations that buy seats for them."""

from app.core.errors import NotFound


class AccountUnknown(NotFound):
    """There is no account with this id, so it cannot become a learner."""

    code = "academy.account_unknown"
    title = "There is no such account"
