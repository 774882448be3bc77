"""One secret in the environment, one derived key per purpose: no key is ever used for two things."""

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


def derive_key(secret: str, purpose: str, length: int = 32) -> bytes:
    """`length` bytes for `purpose` (HKDF-SHA256, RFC 5869). The same inputs always give the same key."""
    kdf = HKDF(algorithm=SHA256(), length=length, salt=b"lyceum", info=purpose.encode())
    return kdf.derive(secret.encode())
