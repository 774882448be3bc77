"""A credential of an issuer that exists here only, its keys, and its status list."""

import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.core.database.revisions import ROOT
from app.openbadges import data_integrity, did_web, jsonld, status_list, vc_jwt

SAMPLES = ROOT / "tests" / "samples" / "open-badges"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
DID = "did:web:academy.example"
METHOD = did_web.multikey_method(DID, KEY.public_key())
LIST = "https://academy.example/status/0"

Document = dict[str, Any]


def sample(name: str) -> Document:
    found: Document = json.loads((SAMPLES / name).read_text(encoding="utf-8"))
    return found


def unsigned(**more: Any) -> Document:
    return {
        "@context": [jsonld.CREDENTIALS, jsonld.OPEN_BADGES],
        "id": "https://academy.example/verify/1",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": "Übung im Fragen",
        "issuer": {"id": DID, "type": ["Profile"], "name": "Academy", "url": "https://academy.example"},
        "validFrom": "2026-11-01T12:00:00Z",
        "awardedDate": "2026-11-01T12:00:00Z",
        "credentialSubject": {
            "id": "urn:uuid:5d0c7ab2-1df0-4b3c-8c35-36a2b0a53f0e",
            "type": ["AchievementSubject"],
            "identifier": [
                {
                    "type": "IdentityObject",
                    "hashed": True,
                    "identityHash": "sha256$" + "0" * 64,
                    "identityType": "emailAddress",
                    "salt": "00",
                }
            ],
            "achievement": {
                "id": "https://academy.example/achievements/1",
                "type": ["Achievement"],
                "achievementType": "Badge",
                "name": "Prompting",
                "description": "Asks well.",
                "criteria": {"narrative": "Asked well."},
                "image": {"id": "https://academy.example/badges/1.png", "type": "Image", "caption": "Badge"},
            },
        },
        "credentialStatus": status_list.entry(LIST, 94_567),
        **more,
    }


def signed(**more: Any) -> Document:
    return data_integrity.signed(unsigned(**more), KEY, method=METHOD, created="2026-11-01T12:00:05Z")


def token(**more: Any) -> str:
    return vc_jwt.encoded(unsigned(**more), KEY, method=did_web.jwk_method(DID, KEY.public_key()))


def dids() -> dict[str, Document]:
    return {DID: did_web.document(DID, [KEY.public_key()])}


def lists(*revoked: int, key: Ed25519PrivateKey = KEY) -> dict[str, Document]:
    made = status_list.credential(LIST, DID, revoked, valid_from="2026-11-01T12:00:00Z")
    return {LIST: data_integrity.signed(made, key, method=METHOD, created="2026-11-01T12:00:05Z")}


@pytest.fixture
def also_known(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, Path], None]:
    """Lets a test bring a context that the product does not have."""

    def add(url: str, path: Path) -> None:
        content = sha256(path.read_bytes()).hexdigest()
        monkeypatch.setitem(jsonld.CONTEXTS, url, jsonld.Context(path, content))

    return add
