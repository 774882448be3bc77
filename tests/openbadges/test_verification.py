"""The verdict on a file, from documents at hand: a table of everything that can be wrong with it."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app import typesetting
from app.academy.credentials.rules import TEMPLATES
from app.openbadges import baking, did_web
from app.openbadges.verification import NotACredential, State, read, verify
from tests.openbadges.conftest import DID, LIST, dids, lists, sample, signed, token

NOW = datetime(2026, 12, 1, tzinfo=UTC)
DATA = {"heading": "Academy", "title": "Prompting", "footing": "expert", "colour": "#0b5d6b"}


def as_file(credential: dict[str, Any]) -> bytes:
    return json.dumps(credential).encode()


@pytest.mark.req("A-CRT-06", "A-BDG-06")
@pytest.mark.parametrize("form", ["json", "token", "png", "svg", "png with a token"])
def test_it_is_found_in_every_form_that_we_hand_out(form: str) -> None:
    picture, drawn = typesetting.png(TEMPLATES / "badge.typ", DATA), typesetting.svg(TEMPLATES / "badge.typ", DATA)
    told = json.dumps(signed())
    files = {
        "json": told.encode(),
        "token": token().encode() + b"\n",
        "png": baking.bake_png(picture, told),
        "svg": baking.bake_svg(drawn, told).encode(),
        "png with a token": baking.bake_png(picture, token()),
    }
    assert verify(read(files[form]), dids(), lists(), NOW).state is State.valid
    assert verify(read(files[form]), dids(), lists(94_567), NOW).state is State.revoked


OTHER = Ed25519PrivateKey.generate()


@pytest.mark.req("A-CRT-06")
@pytest.mark.parametrize(
    ("credential", "at_hand", "state"),
    [
        (signed(), lists(1, 2, 3), State.valid),
        (signed(), lists(94_567), State.revoked),
        (signed(), {}, State.unknown),
        (signed(validUntil="2026-11-30T00:00:00Z"), lists(), State.expired),
        (signed(validUntil="2026-11-30T00:00:00Z"), lists(94_567), State.revoked),
        (signed(validUntil="2026-11-30T00:00:00Z"), {}, State.expired),
        (signed(validUntil="2026-12-02T00:00:00Z"), lists(), State.valid),
        (signed(validFrom="2026-12-02T00:00:00Z"), lists(), State.not_yet_valid),
        (signed(type=["VerifiableCredential"]), lists(), State.valid),
        ({**signed(), "name": "Forged"}, lists(), State.invalid),
        ({**signed(), "issuer": {**signed()["issuer"], "id": "did:web:elsewhere.example"}}, lists(), State.invalid),
        ({**signed(), "credentialStatus": None}, lists(), State.invalid),
        ({**signed(), "issuer": DID}, lists(), State.invalid),
        (signed(), {LIST: {**lists()[LIST], "id": "https://elsewhere.example"}}, State.invalid),
        (signed(), lists(key=OTHER), State.invalid),
        (signed(), {LIST: {}}, State.invalid),
        (sample("1edtech-simple.json"), {}, State.invalid),
    ],
)
def test_the_verdict(credential: dict[str, Any], at_hand: dict[str, Any], state: State) -> None:
    found = verify(read(as_file(credential)), dids(), at_hand, NOW)
    assert found.state is state, found.reason
    assert found.reason


@pytest.mark.req("A-CRT-06")
def test_a_key_that_was_retired_still_verifies_and_a_stranger_does_not() -> None:
    keys = [OTHER.public_key(), *did_web.keys_of(dids()[DID]).values()]
    found = read(as_file(signed()))
    assert verify(found, {DID: did_web.document(DID, keys)}, lists(), NOW).state is State.valid
    assert verify(found, {DID: did_web.document(DID, keys[:1])}, lists(), NOW).state is State.invalid
    assert verify(found, {}, lists(), NOW).state is State.invalid


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b"{}x", b"\xff\xfe", b"<svg/>", b"\x89PNG\r\n\x1a\n", b"hello", b"[" * 100_000],
)
def test_what_holds_no_credential_is_said_to(content: bytes) -> None:
    with pytest.raises(NotACredential):
        read(content)


@pytest.mark.parametrize(
    "credential",
    [
        {},
        {"issuer": 7},
        {"issuer": DID, "@context": 7, "proof": {}},
        {**signed(), "@context": []},
        {**signed(), "@context": {"@vocab": "urn:x:"}},
        {**signed(), "validFrom": 7},
        {**signed(), "credentialSubject": []},
        {**signed(), "type": "VerifiableCredential"},
        {**signed(), "credentialStatus": "x"},
    ],
)
def test_nonsense_is_invalid_and_breaks_nothing(credential: dict[str, Any]) -> None:
    assert verify(read(as_file(credential)), dids(), lists(), NOW).state is State.invalid
