"""Who asks: an ES256 token, verified once and then known by its header for at most a minute."""

import base64
import json
import os
import time

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePublicKey,
    EllipticCurvePublicNumbers,
)
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

KEPT_SECONDS = 60
_known: dict[bytes, tuple[str, str, float]] = {}


class Stranger(Exception):
    """No good token came along."""


def _decoded(part: bytes) -> bytes:
    return base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4))


def _number(part: str) -> int:
    return int.from_bytes(_decoded(part.encode()), "big")


def _read_key() -> tuple[str, EllipticCurvePublicKey]:
    published = json.loads(os.environ["BENCH_JWK"])
    numbers = EllipticCurvePublicNumbers(_number(published["x"]), _number(published["y"]), SECP256R1())
    return published["kid"], numbers.public_key()


_KID, _KEY = _read_key()


def caller(headers: list[tuple[bytes, bytes]]) -> tuple[str, str]:
    """Account and login of the bearer token among the headers. Raises `Stranger`."""
    for name, value in headers:
        if name == b"authorization":
            found = _known.get(value)
            if found is not None and found[2] > time.time():
                return found[0], found[1]
            return _verified(value)
    raise Stranger


def _verified(header: bytes) -> tuple[str, str]:
    try:
        signed, _, signature = header.removeprefix(b"Bearer ").rpartition(b".")
        head, _, body = signed.partition(b".")
        told, claims, raw = json.loads(_decoded(head)), json.loads(_decoded(body)), _decoded(signature)
        if (told["alg"], told["kid"], told["typ"]) != ("ES256", _KID, "at+jwt") or len(raw) != 64:
            raise Stranger
        der = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
        _KEY.verify(der, signed, ECDSA(SHA256()))
        now = time.time()
        if (claims["iss"], claims["aud"]) != ("lyceum", "lyceum-api") or claims["exp"] <= now:
            raise Stranger
    except (ValueError, KeyError, InvalidSignature) as error:
        raise Stranger from error
    _known[header] = (claims["sub"], claims["sid"], min(now + KEPT_SECONDS, claims["exp"]))
    return claims["sub"], claims["sid"]
