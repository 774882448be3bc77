"""The issuer's name and where its keys are read: did:web.

Each key is there twice, as a Multikey for embedded proofs and as a JWK for tokens. Keys that no longer sign stay in the
document: what they signed goes on being verified.
"""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from app.openbadges.multikey import UnusableKey, from_base64url, from_multikey, jwk_of, multikey_of, thumbprint_of

PATH = "/.well-known/did.json"
_CONTEXT = [
    "https://www.w3.org/ns/did/v1",
    "https://w3id.org/security/multikey/v1",
    "https://w3id.org/security/jwk/v1",
]


def did_of(base_url: str) -> str:
    """`https://academy.example:8443` is `did:web:academy.example%3A8443`."""
    return "did:web:" + quote(urlsplit(base_url).netloc.lower(), safe=".-")


def address_of(did: str, *, secure: bool = True) -> str:
    """Where the document of a did:web is. Raises ValueError for any other DID."""
    method, _, rest = did.removeprefix("did:").partition(":")
    if not did.startswith("did:") or method != "web" or not rest:
        raise ValueError(f"{did[:200]} is no did:web")
    host, *path = [unquote(part) for part in rest.split(":")]
    if not host or any(letter in host for letter in "/@?#\\") or any(part in {"", ".", ".."} for part in path):
        raise ValueError(f"{did[:200]} is no did:web")
    where = "/".join(["", *path, "did.json"]) if path else PATH
    return f"{'https' if secure else 'http'}://{host}{where}"


def multikey_method(did: str, key: Ed25519PublicKey) -> str:
    """What an embedded proof names."""
    return f"{did}#{multikey_of(key)}"


def jwk_method(did: str, key: Ed25519PublicKey) -> str:
    """What the header of a token names."""
    return f"{did}#{thumbprint_of(key)}"


def document(did: str, keys: Iterable[Ed25519PublicKey]) -> dict[str, Any]:
    """The DID document: everything that may have signed."""
    methods: list[dict[str, Any]] = []
    for key in keys:
        methods += [
            {
                "id": multikey_method(did, key),
                "type": "Multikey",
                "controller": did,
                "publicKeyMultibase": multikey_of(key),
            },
            {
                "id": jwk_method(did, key),
                "type": "JsonWebKey",
                "controller": did,
                "publicKeyJwk": {**jwk_of(key), "kid": thumbprint_of(key), "alg": "EdDSA"},
            },
        ]
    return {
        "@context": _CONTEXT,
        "id": did,
        "verificationMethod": methods,
        "assertionMethod": [method["id"] for method in methods],
    }


def keys_of(found: Mapping[str, Any]) -> dict[str, Ed25519PublicKey]:
    """What a DID document lets sign credentials, by the name of the method. Others' keys in it are passed over."""
    did = found.get("id")
    listed = found.get("verificationMethod")
    allowed = found.get("assertionMethod")
    if not (isinstance(did, str) and isinstance(listed, list) and isinstance(allowed, list)):
        return {}
    keys = {}
    for method in listed:
        if not isinstance(method, dict) or method.get("id") not in allowed or method.get("controller") != did:
            continue
        if not str(method["id"]).startswith(f"{did}#"):
            continue
        try:
            keys[str(method["id"])] = _key_of(method)
        except UnusableKey:
            continue
    return keys


def _key_of(method: Mapping[str, Any]) -> Ed25519PublicKey:
    if method.get("type") == "Multikey":
        return from_multikey(str(method.get("publicKeyMultibase")))
    jwk = method.get("publicKeyJwk")
    if not isinstance(jwk, dict) or (jwk.get("kty"), jwk.get("crv")) != ("OKP", "Ed25519"):
        raise UnusableKey("not an Ed25519 key")
    try:
        return Ed25519PublicKey.from_public_bytes(from_base64url(str(jwk.get("x"))))
    except ValueError as error:
        raise UnusableKey("not an Ed25519 key") from error
