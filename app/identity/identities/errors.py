"""What outside logins refuse."""

from app.core.errors import Conflict, NotFound, Unauthenticated


class GoogleRefused(Unauthenticated):
    """Google does not vouch for this code: used, expired, made up, or with another verifier."""

    code = "identity.google_refused"
    title = "Google did not accept this sign-in; start it again"


class GoogleEmailUnverified(Conflict):
    """A first sign-in needs an address that Google has verified."""

    code = "identity.google_email_unverified"
    title = "Google has not verified this address; sign in by mail"


class MagicLinkNeeded(Conflict):
    """The address has an account, and Google is not the one to vouch for the address."""

    code = "identity.magic_link_needed"
    title = "Sign in by mail first, then connect Google"


class IdentityTaken(Conflict):
    """The outside login leads to another account."""

    code = "identity.identity_taken"
    title = "This Google account is connected to another account"


class IdentityNotFound(NotFound):
    """No such outside login of the caller."""

    code = "identity.identity_not_found"
    title = "No such connected login"
