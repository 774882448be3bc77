"""What sign-in refuses."""

from app.core.errors import NotFound, Unauthenticated


class MagicLinkRefused(Unauthenticated):
    """Wrong, used or too old: which of them is nobody's business."""

    code = "identity.magic_link_refused"
    title = "This sign-in link is used or too old; ask for a new one"


class RefreshTokenRefused(Unauthenticated):
    """Not a refresh token of ours."""

    code = "identity.refresh_token_refused"
    title = "The refresh token is not valid; sign in again"


class AuthSessionNotFound(NotFound):
    """No such login of the caller, or it is over."""

    code = "identity.session_not_found"
    title = "No such login"
