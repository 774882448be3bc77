"""Validation of Google's ID tokens: RS256 and nothing else, every claim checked, the clock as argument (A-AUT-01).

The algorithm is ours, not the token's; the key is one of Google's published set, chosen by `kid`. Our own access
tokens are another matter and live in identity.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers
from cryptography.hazmat.primitives.hashes import SHA256

from app.gateways.errors import GatewayRefused
from app.gateways.google.types import GoogleIdentity

GOOGLE_ISSUER = "https://accounts.google.com"
LEEWAY_SECONDS = 60
LONGEST_TOKEN = 8_192
LONGEST_SUBJECT = 255
SMALLEST_KEY_BITS = 2_048

Keys = Mapping[str, RSAPublicKey]


class IdTokenRefused(GatewayRefused):
    """`reason` is always `invalid_id_token`; `message` names the check that failed."""

    def __init__(self, check: str) -> None:
        super().__init__("invalid_id_token", check, provider="Google")


class UnknownKey(IdTokenRefused):
    """Signed with a key that is not in the set: it may be newer than our copy."""

    def __init__(self) -> None:
        super().__init__("kid")


def keys_from(jwks: Mapping[str, Any]) -> dict[str, RSAPublicKey]:
    """The RSA signing keys of a published set, by `kid`. Entries of other kinds are passed over."""
    entries = jwks.get("keys")
    found: dict[str, RSAPublicKey] = {}
    for entry in entries if isinstance(entries, list) else []:
        try:
            if entry["kty"] != "RSA" or entry.get("use", "sig") != "sig" or entry.get("alg", "RS256") != "RS256":
                continue
            key = RSAPublicNumbers(_number(entry["e"]), _number(entry["n"])).public_key()
        except (KeyError, TypeError, AttributeError, ValueError, IdTokenRefused):
            continue
        if key.key_size >= SMALLEST_KEY_BITS:
            found[str(entry["kid"])] = key
    return found


def validate(
    token: str, keys: Keys, *, client_id: str, now: float, nonce: str | None = None, issuer: str = GOOGLE_ISSUER
) -> GoogleIdentity:
    """The identity in `token`. Raises `IdTokenRefused`, or `UnknownKey` when a fresh key set might know the key.

    `nonce`, when given, must be the token's. Google's `iss` comes with and without `https://`; both are accepted.
    """
    claims = _signed_claims(token, keys)
    if claims.get("iss") not in {issuer, issuer.removeprefix("https://")}:
        raise IdTokenRefused("iss")
    if claims.get("aud") != client_id:
        raise IdTokenRefused("aud")
    if claims.get("azp", client_id) != client_id:
        raise IdTokenRefused("azp")
    _check_times(claims, now)
    if nonce is not None and not _same(claims.get("nonce"), nonce):
        raise IdTokenRefused("nonce")
    return _identity(claims, issuer)


def _signed_claims(token: str, keys: Keys) -> dict[str, Any]:
    parts = token.split(".") if len(token) <= LONGEST_TOKEN else []
    if len(parts) != 3:
        raise IdTokenRefused("format")
    header = _json(parts[0])
    if header.get("alg") != "RS256":
        raise IdTokenRefused("algorithm")
    if "crit" in header:  # extensions that must be understood: we know none
        raise IdTokenRefused("crit")
    key = keys.get(str(header.get("kid")))
    if key is None:
        raise UnknownKey
    try:
        key.verify(_bytes(parts[2]), f"{parts[0]}.{parts[1]}".encode(), PKCS1v15(), SHA256())
    except InvalidSignature as error:
        raise IdTokenRefused("signature") from error
    return _json(parts[1])


def _check_times(claims: Mapping[str, Any], now: float) -> None:
    expires, issued = _seconds(claims.get("exp")), _seconds(claims.get("iat"))
    if expires is None or expires + LEEWAY_SECONDS <= now:
        raise IdTokenRefused("exp")
    if issued is None or issued - LEEWAY_SECONDS > now:
        raise IdTokenRefused("iat")
    if "nbf" in claims and ((starts := _seconds(claims["nbf"])) is None or starts - LEEWAY_SECONDS > now):
        raise IdTokenRefused("nbf")


def _identity(claims: Mapping[str, Any], issuer: str) -> GoogleIdentity:
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT or not subject.isascii():
        raise IdTokenRefused("sub")
    email = _text(claims.get("email"))
    return GoogleIdentity(
        issuer=issuer,
        subject=subject,
        email=email,
        # the boolean alone: "false" as a text would be true
        email_verified=email is not None and claims.get("email_verified") is True,
        name=_text(claims.get("name")),
        hosted_domain=_text(claims.get("hd")),
    )


def _same(given: object, wanted: str) -> bool:
    return isinstance(given, str) and hmac.compare_digest(given.encode(), wanted.encode())


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _seconds(value: object) -> float | None:
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _json(part: str) -> dict[str, Any]:
    try:
        body = json.loads(_bytes(part))
    except (ValueError, RecursionError) as error:
        raise IdTokenRefused("format") from error
    if not isinstance(body, dict):
        raise IdTokenRefused("format")
    return body


def _bytes(part: str) -> bytes:
    try:
        return base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error) as error:
        raise IdTokenRefused("format") from error


def _number(part: str) -> int:
    return int.from_bytes(_bytes(part), "big")
