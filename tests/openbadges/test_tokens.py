"""The credential as a token: what it says twice must agree, and only our own kind is believed."""

import base64
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.openbadges import did_web, vc_jwt
from app.openbadges.vc_jwt import BadToken
from tests.openbadges.conftest import DID, KEY, token, unsigned

METHOD = did_web.jwk_method(DID, KEY.public_key())
KEYS = {METHOD: KEY.public_key()}


def encoded(part: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def forged(header: dict[str, Any] | None = None, payload: dict[str, Any] | None = None) -> str:
    """A token with a good signature by our key over whatever is wished."""
    known_header, known_payload = vc_jwt.unverified(token())
    told = f"{encoded(known_header | (header or {}))}.{encoded(known_payload | (payload or {}))}"
    signature = base64.urlsafe_b64encode(KEY.sign(told.encode())).rstrip(b"=").decode()
    return f"{told}.{signature}"


@pytest.mark.req("A-CRT-03", "A-BDG-06")
def test_a_token_holds_the_credential_and_says_its_claims() -> None:
    header, payload = vc_jwt.unverified(token(validUntil="2027-11-01T12:00:00Z"))
    assert header == {"alg": "EdDSA", "typ": "JWT", "kid": METHOD}
    assert (payload["iss"], payload["jti"]) == (DID, "https://academy.example/verify/1")
    assert payload["exp"] - payload["nbf"] == 365 * 86_400
    assert payload["sub"] == unsigned()["credentialSubject"]["id"]
    assert vc_jwt.require_token(token(), KEYS) == unsigned()


@pytest.mark.req("A-CRT-03")
@pytest.mark.parametrize(
    "wrong",
    [
        forged(header={"alg": "none"}),
        forged(header={"alg": "HS256"}),
        forged(header={"typ": "at+jwt"}),
        forged(header={"kid": "did:web:elsewhere#1"}),
        forged(header={"jwk": {}}),
        forged(header={"crit": ["b64"]}),
        forged(payload={"iss": "did:web:elsewhere"}),
        forged(payload={"nbf": 0}),
        forged(payload={"sub": "urn:uuid:0"}),
        forged(payload={"jti": "https://elsewhere.example"}),
        forged(payload={"exp": 4_000_000_000}),
        forged(payload={"validFrom": "yesterday"}),
        forged(payload={"credentialSubject": None}),
        forged(payload={"issuer": "did:web:academy.example"}),
        token()[:-4] + "AAAA",
        token() + "=",
        token().rpartition(".")[0] + ".",
        "a.b.c",
        "..",
        "no token",
        f"{encoded([])}.{encoded([])}.AAAA",
        "x" * 300_000,
    ],
    ids=lambda wrong: wrong[:24],
)
def test_any_other_token_is_refused(wrong: str) -> None:
    with pytest.raises(BadToken):
        vc_jwt.require_token(wrong, KEYS)


@pytest.mark.req("A-CRT-03")
def test_a_changed_letter_anywhere_is_noticed() -> None:
    good = token()
    for place in range(0, len(good), 7):
        if good[place] == ".":
            continue
        changed = good[:place] + ("A" if good[place] != "A" else "B") + good[place + 1 :]
        with pytest.raises(BadToken):
            vc_jwt.require_token(changed, KEYS)


def test_another_key_signs_nothing_of_ours() -> None:
    other = vc_jwt.encoded(unsigned(), Ed25519PrivateKey.generate(), method=METHOD)
    with pytest.raises(BadToken):
        vc_jwt.require_token(other, KEYS)
