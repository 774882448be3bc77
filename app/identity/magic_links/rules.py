"""Tokens of magic links, and the words of the mail that carries them."""

import base64
import hashlib
import hmac
from binascii import Error as NotBase64
from collections.abc import Iterator
from urllib.parse import urlencode
from uuid import UUID

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from app.core.secrets import keys_for
from app.identity.models import MagicLink

SIGN_IN = "sign_in"
MOST_ATTEMPTS = 5
SECRET_BYTES = 32

_templates = Environment(
    loader=PackageLoader("app.identity.magic_links"),
    autoescape=select_autoescape(["html.j2"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    keep_trailing_newline=True,
)


def hash_of(token: str) -> bytes:
    """What is stored of a token. It has 256 bits of its own, so a plain hash cannot be reversed."""
    return hashlib.sha256(token.encode()).digest()


def token_of(link: MagicLink, key: bytes) -> str:
    """The token of a link under a key: bound to its id, its purpose and its address."""
    bound = b"\0".join((link.id.bytes, link.nonce, link.purpose.encode(), link.email.lower().encode()))
    secret = hmac.digest(key, bound, hashlib.sha256)
    return base64.urlsafe_b64encode(link.id.bytes + secret).decode()


def new_token(link: MagicLink) -> str:
    """The token of a fresh link, under the current key."""
    return token_of(link, keys_for("magic-link")[0])


def token_again(link: MagicLink) -> str | None:
    """The token whose hash the link keeps; None when its key was taken out of the configuration."""
    return next((token for token in _possible(link) if hmac.compare_digest(hash_of(token), link.token_hash)), None)


def _possible(link: MagicLink) -> Iterator[str]:
    return (token_of(link, key) for key in keys_for("magic-link"))


def link_id_in(token: str) -> UUID | None:
    """Which link a token claims to be of; None for anything that is no token."""
    try:
        raw = base64.b64decode(token.encode(), altchars=b"-_", validate=True)
    except (NotBase64, ValueError):
        return None
    return UUID(bytes=raw[:16]) if len(raw) == 16 + SECRET_BYTES else None


def sign_in_address(site_url: str, token: str) -> str:
    """Where the mail leads: a page that shows a button. Opening it uses nothing up (rule 57)."""
    return f"{site_url.rstrip('/')}/sign-in?{urlencode({'token': token})}"


def sign_in_mail(address: str, minutes: int) -> tuple[str, str]:
    """The mail as text and as HTML."""
    words = {"address": address, "minutes": minutes}
    text, html = _templates.get_template("sign_in.txt.j2"), _templates.get_template("sign_in.html.j2")
    return text.render(words), html.render(words)


def sign_in_page() -> str:
    """The page behind the link for a deployment without a front end of its own."""
    return _templates.get_template("page.html.j2").render()
