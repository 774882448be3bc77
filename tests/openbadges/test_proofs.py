"""The embedded proof: by the vectors of those who wrote the standard, and against everybody who changes a letter."""

import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.openbadges import data_integrity, jsonld, multikey
from app.openbadges.data_integrity import BadProof
from app.openbadges.jsonld import Unsignable
from tests.openbadges.conftest import DID, KEY, METHOD, SAMPLES, Document, sample, signed, unsigned

KEYS = {METHOD: KEY.public_key()}


@pytest.mark.req("A-CRT-03")
def test_the_test_vector_of_the_w3c_comes_out_to_the_letter(also_known: Callable[[str, Path], None]) -> None:
    also_known("https://www.w3.org/ns/credentials/examples/v2", SAMPLES / "w3c-examples-context.json")
    vector = sample("w3c-eddsa-rdfc-2022.json")
    # two bytes say that it is a private Ed25519 key
    key = Ed25519PrivateKey.from_private_bytes(multikey.from_base58(vector["privateKeyMultibase"][1:])[2:])
    assert multikey.multikey_of(key.public_key()) == vector["publicKeyMultibase"]
    made = data_integrity.signed(
        vector["document"], key, method=vector["verificationMethod"], created=vector["created"]
    )
    options = {name: value for name, value in made["proof"].items() if name != "proofValue"}
    assert data_integrity.signed_bytes(vector["document"], options).hex() == vector["signedBytesHex"]
    assert made["proof"]["proofValue"] == vector["proofValue"]
    data_integrity.require_proof(made, {vector["verificationMethod"]: key.public_key()})


@pytest.mark.req("A-CRT-03")
def test_a_badge_of_the_official_validator_verifies() -> None:
    badge = sample("1edtech-simple.json")
    method = badge["proof"][0]["verificationMethod"]
    key = multikey.from_multikey(method.partition("#")[2])
    data_integrity.require_proof(badge, {method: key})
    badge["credentialSubject"]["achievement"]["name"] += "!"
    with pytest.raises(BadProof):
        data_integrity.require_proof(badge, {method: key})


def test_our_own_verifies() -> None:
    data_integrity.require_proof(signed(), KEYS)


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every value in a document."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, (*path, key))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from leaves(inner, (*path, place))
    else:
        yield path


def at(document: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        document = document[step]
    return document


def other(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    # a digit of a time or a letter of a name, so that the value stays of its kind
    return value[:-2] + ("1" if value[-2] != "1" else "2") + value[-1]


@pytest.mark.req("A-CRT-03")
@pytest.mark.parametrize("path", list(leaves(signed())), ids=lambda path: "/".join(map(str, path)))
def test_no_value_of_a_signed_credential_can_be_changed(path: tuple[Any, ...]) -> None:
    forged = copy.deepcopy(signed())
    at(forged, path[:-1])[path[-1]] = other(at(forged, path))
    with pytest.raises((BadProof, Unsignable)):
        data_integrity.require_proof(forged, KEYS)


@pytest.mark.req("A-CRT-03")
@pytest.mark.parametrize("path", sorted({path[:-1] for path in leaves(unsigned())}), ids=str)
def test_no_object_of_a_signed_credential_can_be_given_another_key(path: tuple[Any, ...]) -> None:
    """Others' libraries drop what their contexts do not name, and call the document genuine."""
    forged = copy.deepcopy(signed())
    place = at(forged, path)
    if isinstance(place, list):
        place.append("https://academy.example/more" if path == ("@context",) else "Mastery")
    else:
        place["extraField"] = "and a prize"
    with pytest.raises((BadProof, Unsignable)):
        data_integrity.require_proof(forged, KEYS)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("type", "Ed25519Signature2020"),
        ("cryptosuite", "eddsa-jcs-2022"),
        ("proofPurpose", "authentication"),
        ("verificationMethod", f"{DID}#other"),
        ("created", "2026-11-01T12:00:06Z"),
        ("proofValue", "z" + "1" * 80),
        ("proofValue", ""),
        ("proofValue", "u0000"),
        ("proofValue", 7),
        ("domain", "elsewhere"),
    ],
)
def test_a_proof_of_another_kind_is_refused(field: str, value: Any) -> None:
    forged = signed()
    forged["proof"] = {**forged["proof"], field: value}
    with pytest.raises(BadProof):
        data_integrity.require_proof(forged, KEYS)


@pytest.mark.parametrize("proof", [None, [], "z", 7, [{}, {}], {}])
def test_a_document_without_one_proof_is_refused(proof: Any) -> None:
    with pytest.raises(BadProof):
        data_integrity.require_proof({**signed(), "proof": proof}, KEYS)


def test_a_key_that_signed_another_document_proves_nothing_here() -> None:
    one, two = signed(), signed(name="Another")
    with pytest.raises(BadProof):
        data_integrity.require_proof({**one, "proof": two["proof"]}, KEYS)


# What is signed


def test_a_context_that_is_not_ours_is_never_fetched() -> None:
    with pytest.raises(Unsignable, match="not one of ours"):
        jsonld.canonical({"@context": ["https://attacker.example/context"], "id": "urn:x:1"})


def test_a_context_that_somebody_changed_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    changed = tmp_path / "context.json"
    changed.write_bytes(jsonld.CONTEXTS[jsonld.CREDENTIALS].path.read_bytes() + b"\n")
    known = jsonld.CONTEXTS[jsonld.CREDENTIALS].sha256
    monkeypatch.setitem(jsonld.CONTEXTS, "urn:changed", jsonld.Context(changed, known))
    with pytest.raises(Unsignable, match="not the context that was published"):
        jsonld.canonical({"@context": ["urn:changed"], "id": "urn:x:1"})


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"extraField": 1}, "extraField"),
        ({"type": ["VerifiableCredential", "NeverHeardOf"]}, "no absolute address"),
        ({"id": "relative"}, "no absolute address"),
        ({"name": "x" * 300_000}, "too large"),
        ({"evidence": [{"type": ["Evidence"], "name": str(place)} for place in range(100)]}, "too many nodes"),
    ],
)
def test_what_no_signature_would_cover_is_not_signed(more: Document, why: str) -> None:
    with pytest.raises(Unsignable, match=why):
        signed(**more)


def test_the_order_of_keys_is_no_part_of_what_is_signed() -> None:
    """A database keeps them in its own."""
    told = signed()
    turned = json.loads(json.dumps(told, sort_keys=True))
    assert list(turned) != list(told)
    data_integrity.require_proof(turned, KEYS)
