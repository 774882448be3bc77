"""Pictures, status lists, keys and DIDs: by others' samples, and against what is broken."""

import gzip
import struct
import zlib
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from PIL import Image

from app import typesetting
from app.academy.credentials.rules import TEMPLATES
from app.openbadges import baking, did_web, multikey, status_list
from app.openbadges.baking import NothingBaked
from app.openbadges.multikey import UnusableKey
from app.openbadges.status_list import BadStatusList
from tests.openbadges.conftest import DID, KEY, SAMPLES, sample

DATA = {"heading": "Academy", "title": "Prompting", "footing": "expert", "colour": "#0b5d6b"}


@pytest.fixture(scope="module")
def plain() -> bytes:
    return typesetting.png(TEMPLATES / "badge.typ", DATA)


@pytest.mark.req("A-BDG-06")
def test_a_baked_picture_is_read_by_others(plain: bytes, tmp_path: Any) -> None:
    told = '{"name": "Übung 王"}'
    file = tmp_path / "badge.png"
    file.write_bytes(baking.bake_png(plain, told))
    with Image.open(file) as picture:
        picture.load()
        assert picture.info["openbadgecredential"] == told
        assert picture.size == (600, 600)


def test_baking_again_replaces_what_was_there(plain: bytes) -> None:
    twice = baking.bake_png(baking.bake_png(plain, "one"), "two")
    assert baking.unbake_png(twice) == "two"
    assert len(twice) == len(baking.bake_png(plain, "two"))


def test_others_baked_pictures_are_read() -> None:
    assert '"OpenBadgeCredential"' in baking.unbake_png((SAMPLES / "1edtech-simple.png").read_bytes())
    assert '"OpenBadgeCredential"' in baking.unbake_svg((SAMPLES / "1edtech-simple.svg").read_text(encoding="utf-8"))


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


BAKED = chunk(b"iTXt", b"openbadgecredential\0\0\0\0\0{}")


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"GIF89a",
        b"\x89PNG\r\n\x1a\n",
        b"\x89PNG\r\n\x1a\n" + b"\0" * 5,
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", b"x")[:-1] + b"!",
        b"\x89PNG\r\n\x1a\n" + BAKED + BAKED,
        b"\x89PNG\r\n\x1a\n" + chunk(b"iTXt", b"openbadgecredential\0\1\0\0\0" + zlib.compress(b"{}")),
        b"\x89PNG\r\n\x1a\n" + chunk(b"iTXt", b"openbadgecredential\0\0\0\0\0\xff"),
        b"\x89PNG\r\n\x1a\n" + b"\xff\xff\xff\xffIHDR",
    ],
)
def test_a_broken_picture_is_refused(broken: bytes) -> None:
    with pytest.raises(NothingBaked):
        baking.unbake_png(broken)


@pytest.mark.req("A-BDG-06")
@pytest.mark.parametrize(("told", "is_token"), [('{"name": "a ]]> b & <c>"}', False), ("eyJ.eyJ.AA-_", True)])
def test_a_drawing_holds_what_was_baked_into_it(told: str, *, is_token: bool) -> None:
    drawn = typesetting.svg(TEMPLATES / "badge.typ", DATA)
    assert baking.unbake_svg(baking.bake_svg(drawn, told, is_token=is_token)) == told


@pytest.mark.parametrize(
    "broken",
    [
        "",
        "<svg>",
        "<svg/>",
        '<!DOCTYPE svg [<!ENTITY a "b">]><svg>&a;</svg>',
        '<svg xmlns:o="https://purl.imsglobal.org/ob/v3p0"><o:credential/><o:credential/></svg>',
    ],
)
def test_a_broken_drawing_is_refused(broken: str) -> None:
    with pytest.raises(NothingBaked):
        baking.unbake_svg(broken)


@pytest.mark.parametrize("broken", ["<html></html>", '<svg xmlns:openbadges="x"><openbadges:credential/></svg>'])
def test_only_a_plain_drawing_is_baked(broken: str) -> None:
    with pytest.raises(NothingBaked):
        baking.bake_svg(broken, "{}")


# Status lists


@pytest.mark.req("A-CRT-07")
def test_the_list_of_the_official_validator_says_who_is_revoked() -> None:
    told = sample("1edtech-status-list.json")["credentialSubject"]["encodedList"]
    place = sample("1edtech-revoked.json")["credentialStatus"]["statusListIndex"]
    assert status_list.is_set(told, int(place))
    assert not status_list.is_set(told, int(place) + 1)


def test_the_first_bit_is_the_left_most() -> None:
    bits = gzip.decompress(multikey.from_base64url(status_list.encoded([0, 9])[1:]))
    assert (bits[:2], len(bits)) == (b"\x80\x40", 16_384)


def test_the_same_list_is_the_same_text() -> None:
    assert status_list.encoded([5, 7]) == status_list.encoded([7, 5])


BOMB = "u" + multikey.base64url(gzip.compress(bytes(1 << 22)))


@pytest.mark.parametrize("told", ["", "z", "u", "u!!", "uAAAA", BOMB, status_list.encoded([])[:-9]])
def test_a_list_that_is_none_is_refused(told: str) -> None:
    with pytest.raises(BadStatusList):
        status_list.is_set(told, 3)


@pytest.mark.parametrize("position", [-1, 131_072])
def test_a_bit_beyond_the_list_is_refused(position: int) -> None:
    with pytest.raises(BadStatusList):
        status_list.is_set(status_list.encoded([]), position)


# Keys and DIDs


def test_a_key_is_read_as_it_was_written() -> None:
    public = KEY.public_key()
    assert multikey.multikey_of(public) == "z6MkehRgf7yJbgaGfYsdoAsKdBPE3dj2CYhowQdcjqSJgvVd"
    assert multikey.from_multikey(multikey.multikey_of(public)) == public
    assert multikey.from_base58(multikey.base58(b"\0\0\1\2")) == b"\0\0\1\2"


@pytest.mark.parametrize("told", ["", "z", "zzzz", "z0OIl", "x6Mk", "z" + "1" * 500, "z6MkehRgf7yJbgaG"])
def test_a_key_that_is_none_is_refused(told: str) -> None:
    with pytest.raises(UnusableKey):
        multikey.from_multikey(told)


def test_every_key_is_there_for_proofs_and_for_tokens() -> None:
    keys = [Ed25519PrivateKey.generate().public_key() for _ in range(2)]
    found = did_web.keys_of(did_web.document(DID, keys))
    assert set(found) == {method(DID, key) for key in keys for method in (did_web.multikey_method, did_web.jwk_method)}
    assert all(key in found.values() for key in keys)


@pytest.mark.parametrize(
    "change",
    [
        {"assertionMethod": []},
        {"assertionMethod": None},
        {"id": "did:web:elsewhere.example"},
        {"verificationMethod": None},
        {"verificationMethod": ["#1", {"id": "x"}]},
    ],
)
def test_a_did_document_lets_nobody_sign_by_accident(change: dict[str, Any]) -> None:
    assert did_web.keys_of(did_web.document(DID, [KEY.public_key()]) | change) == {}


@pytest.mark.parametrize(
    ("did", "address"),
    [
        ("did:web:academy.example", "https://academy.example/.well-known/did.json"),
        ("did:web:academy.example%3A8443", "https://academy.example:8443/.well-known/did.json"),
        ("did:web:example.org:schools:academy", "https://example.org/schools/academy/did.json"),
    ],
)
def test_where_a_did_document_is(did: str, address: str) -> None:
    assert did_web.address_of(did) == address


@pytest.mark.parametrize(
    "did", ["", "did:web:", "did:key:z6Mk", "did:web:a%2Fb", "did:web:a%40b", "did:web:a:..:b", "https://a.example"]
)
def test_what_is_no_did_web_leads_nowhere(did: str) -> None:
    with pytest.raises(ValueError, match="is no did:web"):
        did_web.address_of(did)


@pytest.mark.parametrize(
    ("url", "did"),
    [
        ("https://academy.example", "did:web:academy.example"),
        ("http://127.0.0.1:8000", "did:web:127.0.0.1%3A8000"),
        ("https://Academy.Example:8443", "did:web:academy.example%3A8443"),
    ],
)
def test_the_issuer_is_named_by_its_host(url: str, did: str) -> None:
    assert did_web.did_of(url) == did
