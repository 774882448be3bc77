"""The credential as a token: a compact JWS over the credential itself (VC 2.0, Open Badges 3.0), signed with EdDSA."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from app.openbadges.multikey import base64url, from_base64url

LONGEST = 262_144
MEDIA_TYPE = "application/vc+jwt"
_CLAIMS = {"iss", "jti", "nbf", "sub", "exp"}


class BadToken(ValueError):
    """Not a token that we could have issued, or one whose claims disagree with its credential."""


def _seconds(instant: str) -> int:
    return int(datetime.fromisoformat(instant).timestamp())


def claims_of(credential: Mapping[str, Any]) -> dict[str, Any]:
    """What a token says beside the credential; each is said by the credential too."""
    claims = {
        "iss": credential["issuer"]["id"],
        "jti": credential["id"],
        "nbf": _seconds(credential["validFrom"]),
        "sub": credential["credentialSubject"]["id"],
    }
    return claims | ({"exp": _seconds(credential["validUntil"])} if "validUntil" in credential else {})


def encoded(credential: Mapping[str, Any], key: Ed25519PrivateKey, *, method: str) -> str:
    """The token for a credential without its embedded proof."""
    header = {"alg": "EdDSA", "typ": "JWT", "kid": method}
    payload = {name: value for name, value in credential.items() if name != "proof"} | claims_of(credential)
    told = ".".join(
        base64url(json.dumps(part, separators=(",", ":"), ensure_ascii=False).encode()) for part in (header, payload)
    )
    return f"{told}.{base64url(key.sign(told.encode()))}"


def unverified(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and payload as they stand. Raises `BadToken`."""
    if len(token) > LONGEST or token.count(".") != 2:
        raise BadToken("this is no token")
    try:
        header, payload, _ = (from_base64url(part) for part in token.split("."))
        told = json.loads(header), json.loads(payload)
    except (ValueError, RecursionError) as error:
        raise BadToken("this is no token") from error
    if not (isinstance(told[0], dict) and isinstance(told[1], dict)):
        raise BadToken("this is no token")
    return told


def require_token(token: str, keys: Mapping[str, Ed25519PublicKey]) -> dict[str, Any]:
    """The credential in a token. Raises `BadToken`. `keys`: what the issuer lets sign, by the name of the method."""
    header, payload = unverified(token)
    if set(header) != {"alg", "typ", "kid"} or (header["alg"], header["typ"]) != ("EdDSA", "JWT"):
        raise BadToken("the token is of another kind")
    key = keys.get(str(header["kid"]))
    if key is None:
        raise BadToken("the key is not one with which the issuer signs")
    told, _, signature = token.rpartition(".")
    try:
        key.verify(from_base64url(signature), told.encode())
    except InvalidSignature as error:
        raise BadToken("the signature is not that of this token") from error
    credential = {name: value for name, value in payload.items() if name not in _CLAIMS}
    try:
        agreed = claims_of(credential) == {name: payload[name] for name in _CLAIMS & set(payload)}
    except (KeyError, TypeError, ValueError) as error:
        raise BadToken("the token holds no credential") from error
    if not agreed:
        raise BadToken("the token says something else than its credential")
    return credential
