"""Who is acting, and why somebody may not. It comes from a verified credential and nowhere else (rule 46, A-AUT-08)."""

from dataclasses import dataclass
from typing import Self
from uuid import UUID

from app.core.errors import Forbidden, Unauthenticated

# No row has it: whoever forgets that the system has no account finds nothing and breaks on the foreign key.
_NOBODY = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Actor:
    """The account behind a request, or the house itself. What it may do is asked of each system's own tables.

    `auth_session_id` is the device's login; None for what does not come from a sign-in.
    """

    account_id: UUID
    auth_session_id: UUID | None = None
    is_system: bool = False

    @classmethod
    def system(cls) -> Self:
        """The house itself: jobs, the command line, and sign-in, where nobody is anybody yet."""
        return cls(_NOBODY, None, is_system=True)


class AccountSuspended(Forbidden):
    """The account is suspended: refused from its next request on, whatever its tokens say."""

    code = "identity.account_suspended"
    title = "This account is suspended"


class SessionRevoked(Unauthenticated):
    """The login is over: signed out, timed out, or a refresh token of it was used twice."""

    code = "identity.session_revoked"
    title = "This login has ended; sign in again"
