"""The embedded proof: Data Integrity with the cryptosuite eddsa-rdfc-2022."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from app.openbadges.jsonld import canonical
from app.openbadges.multikey import base58, from_base58

CRYPTOSUITE = "eddsa-rdfc-2022"
_PROOF = {"type", "cryptosuite", "created", "verificationMethod", "proofPurpose", "proofValue"}


class BadProof(ValueError):
    """The proof is missing, of another kind, by a key that may not sign this, or wrong."""


def signed_bytes(document: Mapping[str, Any], options: Mapping[str, Any]) -> bytes:
    """What is signed: the hash of the proof's options in the document's context, then that of the document."""
    config = {**options, "@context": document["@context"]}
    unsigned = {key: value for key, value in document.items() if key != "proof"}
    return sha256(canonical(config)).digest() + sha256(canonical(unsigned)).digest()


def signed(document: Mapping[str, Any], key: Ed25519PrivateKey, *, method: str, created: str) -> dict[str, Any]:
    """The document with its proof. Raises `Unsignable` for what a proof could not cover."""
    options = {
        "type": "DataIntegrityProof",
        "cryptosuite": CRYPTOSUITE,
        "created": created,
        "verificationMethod": method,
        "proofPurpose": "assertionMethod",
    }
    value = "z" + base58(key.sign(signed_bytes(document, options)))
    return {**document, "proof": {**options, "proofValue": value}}


def require_proof(document: Mapping[str, Any], keys: Mapping[str, Ed25519PublicKey]) -> None:
    """Raises `BadProof`, or `Unsignable`. `keys`: what the issuer lets sign, by the name of the method."""
    proof = document.get("proof")
    if isinstance(proof, list) and len(proof) == 1:
        proof = proof[0]
    if not isinstance(proof, dict):
        raise BadProof("there is no proof, or more than one")
    if set(proof) != _PROOF or not all(isinstance(value, str) for value in proof.values()):
        raise BadProof("the proof says more or less than it may")
    wanted = ("DataIntegrityProof", CRYPTOSUITE, "assertionMethod")
    if (proof["type"], proof["cryptosuite"], proof["proofPurpose"]) != wanted:
        raise BadProof("the proof is of another kind")
    key = keys.get(proof["verificationMethod"])
    if key is None:
        raise BadProof("the key is not one with which the issuer signs")
    options = {name: value for name, value in proof.items() if name != "proofValue"}
    told = signed_bytes(document, options)
    try:
        if not proof["proofValue"].startswith("z"):
            raise BadProof("the signature is not in base 58")
        key.verify(from_base58(proof["proofValue"][1:]), told)
    except (InvalidSignature, ValueError) as error:
        raise BadProof("the signature is not that of this document") from error
