"""Access tokens: short JWTs that say who and which login, and nothing about rights. The only importer of python-jose.

The library is told everything and asked nothing: the algorithm is a list of one, the key comes from our own list by
`kid`, the header's other wishes (`jku`, `jwk`, `x5u`) are never looked at, `crit` is refused, and every error it can
raise becomes the same 401 (rule 55). The signing key is derived from LYCEUM_SECRET, so all processes agree without
sharing a file; tokens of LYCEUM_PREVIOUS_SECRETS stay valid while they live.
"""

import base64
import hashlib
import json
import time
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from jose import jwk, jwt
from jose.backends.base import Key
from jose.exceptions import JOSEError

from app.core.errors import Unauthenticated
from app.core.ids import new_id
from app.core.secrets import keys_for

ALGORITHM = "ES256"
TYPE = "at+jwt"
# Names, not addresses: a deployment may be reached under several, and keys tell deployments apart.
ISSUER = "lyceum"
AUDIENCE = "lyceum-api"
LIFETIME = 600
LEEWAY = 5
LONGEST_TOKEN = 8_192

_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_REQUIRED = {f"require_{claim}": True for claim in ("iss", "aud", "exp", "iat", "sub", "jti")}

_CACHE_SECONDS = 60
_CACHE_SIZE = 20_000


@dataclass(frozen=True, slots=True)
class Claims:
    """What a valid access token says."""

    account_id: UUID
    auth_session_id: UUID
    expires_at: int


@dataclass(frozen=True, slots=True)
class SigningKey:
    """One key pair, built once; building it anew would cost more than using it."""

    kid: str
    private: Key
    public: Key
    published: dict[str, str]


def _signing_key(seed: bytes) -> SigningKey:
    # 16 bytes more than the order has: the remainder is then as good as uniform.
    secret = ec.derive_private_key(int.from_bytes(seed, "big") % (_ORDER - 1) + 1, ec.SECP256R1())
    private = jwk.construct(secret.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(), ALGORITHM)
    public = private.public_key()
    parts: dict[str, str] = {name: str(public.to_dict()[name]) for name in ("crv", "kty", "x", "y")}
    canonical = json.dumps(parts, separators=(",", ":"), sort_keys=True).encode()
    kid = base64.urlsafe_b64encode(hashlib.sha256(canonical).digest()).rstrip(b"=").decode()
    published = {**parts, "kid": kid, "alg": ALGORITHM, "use": "sig"}
    return SigningKey(kid, private, public, published)


@cache
def signing_keys() -> dict[str, SigningKey]:
    """Every key that verifies, by `kid` (RFC 7638 thumbprint); the first one signs."""
    keys = [_signing_key(seed) for seed in keys_for("access-token", 48)]
    return {key.kid: key for key in keys}


def jwks() -> dict[str, list[dict[str, str]]]:
    """The public keys as a JWK set (RFC 7517)."""
    return {"keys": [key.published for key in signing_keys().values()]}


def issue(account_id: UUID, auth_session_id: UUID, *, lifetime: int = LIFETIME) -> str:
    """An access token for one login of one account, valid for `lifetime` seconds."""
    key = next(iter(signing_keys().values()))
    now = int(time.time())
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "iat": now,
        "exp": now + lifetime,
        "sub": str(account_id),
        "sid": str(auth_session_id),
        "jti": new_id().hex,
    }
    return str(jwt.encode(claims, key.private, algorithm=ALGORITHM, headers={"typ": TYPE, "kid": key.kid}))


# Verified tokens by their hash. It only makes the next answer cheaper: revocation is asked of the database each time.
_verified: dict[bytes, tuple[Claims, float]] = {}


def verify(token: str) -> Claims:
    """What `token` says. Raises `Unauthenticated` for whatever is not an access token of ours, or no longer one."""
    if len(token) > LONGEST_TOKEN or not token.isascii():
        raise Unauthenticated("The access token is not valid")
    digest = hashlib.sha256(token.encode()).digest()
    known = _verified.get(digest)
    now = time.time()
    if known is not None and known[1] > now:
        return known[0]
    claims = _verify(token)
    _verified.pop(digest, None)
    while len(_verified) >= _CACHE_SIZE:
        del _verified[next(iter(_verified))]
    _verified[digest] = (claims, min(now + _CACHE_SECONDS, claims.expires_at))
    return claims


def _verify(token: str) -> Claims:
    try:
        header = jwt.get_unverified_header(token)
        key = signing_keys().get(str(header.get("kid")))
        if header.get("typ") != TYPE or header.get("alg") != ALGORITHM or "crit" in header or key is None:
            raise Unauthenticated("The access token is not valid")
        claims: dict[str, Any] = jwt.decode(
            token,
            key.public,
            algorithms=[ALGORITHM],
            audience=AUDIENCE,
            issuer=ISSUER,
            options={**_REQUIRED, "leeway": LEEWAY},
        )
        # The library lets an audience be one of several; ours is issued for this API alone.
        if claims["aud"] != AUDIENCE:
            raise Unauthenticated("The access token is not valid")
        return Claims(UUID(claims["sub"]), UUID(claims["sid"]), int(claims["exp"]))
    except (JOSEError, KeyError, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise Unauthenticated("The access token is not valid or has expired") from error
