"""Ed25519 keys as others write them: Multikey (base58), JWK, and the names made of them."""

import base64
import hashlib
import json

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_VALUES = {letter: value for value, letter in enumerate(_ALPHABET)}
_LONGEST = 200

# multicodec ed25519-pub, as a varint
_ED25519 = b"\xed\x01"


class UnusableKey(ValueError):
    """Not an Ed25519 public key in the form that was promised."""


def base58(value: bytes) -> str:
    """Base 58 with the alphabet of Bitcoin."""
    number, letters = int.from_bytes(value, "big"), ""
    while number:
        number, rest = divmod(number, 58)
        letters = _ALPHABET[rest] + letters
    return _ALPHABET[0] * (len(value) - len(value.lstrip(b"\0"))) + letters


def from_base58(letters: str) -> bytes:
    """The bytes. Raises ValueError for a letter that is not in the alphabet, and for more than a key or signature."""
    if len(letters) > _LONGEST:
        raise ValueError("too long")
    number = 0
    for letter in letters:
        if letter not in _VALUES:
            raise ValueError("not base 58")
        number = number * 58 + _VALUES[letter]
    zeros = len(letters) - len(letters.lstrip(_ALPHABET[0]))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8, "big")


def base64url(value: bytes) -> str:
    """Base 64 for addresses, without padding."""
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def from_base64url(letters: str) -> bytes:
    """The bytes. Raises ValueError for anything else than unpadded base 64 for addresses, in its one form."""
    value = base64.b64decode(letters.encode("ascii") + b"=" * (-len(letters) % 4), altchars=b"-_", validate=True)
    if base64url(value) != letters:
        raise ValueError("not in its one form")
    return value


def multikey_of(key: Ed25519PublicKey) -> str:
    """`z6Mk…`"""
    return "z" + base58(_ED25519 + key.public_bytes_raw())


def from_multikey(text: str) -> Ed25519PublicKey:
    """The key. Raises `UnusableKey`."""
    try:
        value = from_base58(text[1:]) if text.startswith("z") else b""
        if not value.startswith(_ED25519):
            raise UnusableKey("not an Ed25519 Multikey")
        return Ed25519PublicKey.from_public_bytes(value[len(_ED25519) :])
    except ValueError as error:
        raise UnusableKey("not an Ed25519 Multikey") from error


def jwk_of(key: Ed25519PublicKey) -> dict[str, str]:
    """The key as a JWK (RFC 8037)."""
    return {"kty": "OKP", "crv": "Ed25519", "x": base64url(key.public_bytes_raw())}


def thumbprint_of(key: Ed25519PublicKey) -> str:
    """The name of the JWK (RFC 7638)."""
    told = json.dumps(jwk_of(key), sort_keys=True, separators=(",", ":"))
    return base64url(hashlib.sha256(told.encode()).digest())
