"""Refresh tokens: made, sealed, succeeded, recognised. Nothing here knows a database."""

import base64
import hashlib
import hmac
import secrets
from binascii import Error as NotBase64
from uuid import UUID

from app.core.secrets import keys_for

PREFIX = "lyr_"
SECRET_BYTES = 32
SEAL_BYTES = 16
LONGEST_DEVICE = 200


def hash_of(token: str) -> bytes:
    """What is stored of a token."""
    return hashlib.sha256(token.encode()).digest()


def new_token(auth_session_id: UUID) -> str:
    """The first refresh token of a login."""
    return _sealed(auth_session_id, secrets.token_bytes(SECRET_BYTES), keys_for("refresh-seal")[0])


def successors(token: str) -> list[str]:
    """The successor of a token under the current key, then under those before it (a key may just have changed)."""
    auth_session_id = UUID(bytes=_raw(token)[:16])
    pairs = zip(keys_for("refresh-successor"), keys_for("refresh-seal"), strict=True)
    return [_sealed(auth_session_id, hmac.digest(key, token.encode(), hashlib.sha256), seal) for key, seal in pairs]


def login_in(token: str) -> UUID | None:
    """The login whose refresh token this is or was; None for anything that we did not seal."""
    try:
        raw = _raw(token)
    except (NotBase64, ValueError):
        return None
    body, seal = raw[:-SEAL_BYTES], raw[-SEAL_BYTES:]
    if len(raw) != 16 + SECRET_BYTES + SEAL_BYTES:
        return None
    genuine = any(hmac.compare_digest(_seal(body, key), seal) for key in keys_for("refresh-seal"))
    return UUID(bytes=body[:16]) if genuine else None


def device_of(user_agent: str | None) -> str | None:
    """How the owner may recognise a device: what it calls itself, shortened."""
    words = "".join(letter for letter in user_agent or "" if letter.isprintable()).strip()
    return words[:LONGEST_DEVICE] or None


def _sealed(auth_session_id: UUID, secret: bytes, key: bytes) -> str:
    body = auth_session_id.bytes + secret
    return PREFIX + base64.urlsafe_b64encode(body + _seal(body, key)).rstrip(b"=").decode()


def _seal(body: bytes, key: bytes) -> bytes:
    return hmac.digest(key, body, hashlib.sha256)[:SEAL_BYTES]


def _raw(token: str) -> bytes:
    if not token.startswith(PREFIX):
        raise ValueError("not a refresh token")
    text = token[len(PREFIX) :].encode()
    return base64.b64decode(text + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
