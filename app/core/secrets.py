"""One secret in the environment, one derived key per purpose: no key is ever used for two things."""

from functools import cache

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.settings import settings

# Production refuses to start without a secret of its own.
DEVELOPMENT_SECRET = "development"  # noqa: S105  (opens nothing but a machine that set no secret)


@cache
def derive_key(secret: str, purpose: str, length: int = 32) -> bytes:
    """`length` bytes for `purpose` (HKDF-SHA256, RFC 5869). The same inputs always give the same key."""
    kdf = HKDF(algorithm=SHA256(), length=length, salt=b"lyceum", info=purpose.encode())
    return kdf.derive(secret.encode())


@cache
def keys_for(purpose: str, length: int = 32) -> tuple[bytes, ...]:
    """The keys of this process for `purpose`: the current one, which signs, then those that still verify."""
    server = settings().server
    secrets = (server.secret.get_secret_value() or DEVELOPMENT_SECRET, *server.previous_secrets)
    return tuple(derive_key(secret, purpose, length) for secret in secrets)
