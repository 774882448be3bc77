"""Small secrets at rest: encrypted with a key of our settings, so that a copy of the database opens nothing.

AES-256-GCM with a random nonce before each value. What the value belongs to is authenticated with it: a value moved to
another row does not open. LYCEUM_PREVIOUS_SECRETS still open what they have sealed.
"""

import hashlib
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.core.secrets import keys_for

_NONCE = 12


class Unopenable(RuntimeError):
    """Sealed with a secret that this process does not have, or not what was sealed."""


def key_name(purpose: str) -> str:
    """Which of our keys seals now; it tells nothing of the key."""
    return hashlib.sha256(keys_for(purpose)[0]).hexdigest()[:16]


def seal(purpose: str, value: bytes, *, belongs_to: str) -> bytes:
    """The value for the database."""
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(keys_for(purpose)[0]).encrypt(nonce, value, belongs_to.encode())


def unseal(purpose: str, sealed: bytes, *, belongs_to: str) -> bytes:
    """The value. Raises `Unopenable`."""
    for key in keys_for(purpose):
        try:
            return AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], belongs_to.encode())
        except InvalidTag:
            continue
    raise Unopenable(f"no secret of this process opens this value ({purpose}): LYCEUM_PREVIOUS_SECRETS may lack one")
