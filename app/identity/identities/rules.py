"""Whose word about an address is proof."""

from app.gateways.google.types import GoogleIdentity

GMAIL = ("@gmail.com", "@googlemail.com")


def is_authoritative(identity: GoogleIdentity) -> bool:
    """Whether Google runs the address it tells of: Gmail, or a Workspace (the signed `hd`, whatever the domain)."""
    if not identity.email_verified or identity.email is None:
        return False
    return identity.hosted_domain is not None or identity.email.lower().endswith(GMAIL)


def name_for(identity: GoogleIdentity) -> str:
    """What to call a new account."""
    return (identity.name or (identity.email or "").partition("@")[0]).replace("\0", "").strip()[:200] or "Somebody"
