"""Access tokens: what is accepted is what we issued a moment ago, and nothing that only looks like it."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
import time_machine
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from app.core.errors import Unauthenticated
from app.identity import tokens

ACCOUNT, LOGIN = uuid4(), uuid4()


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    tokens._verified.clear()
    yield
    tokens._verified.clear()


def _write(value: Any) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _read(part: str) -> Any:
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def _parts() -> tuple[dict[str, Any], dict[str, Any]]:
    header, claims, _ = tokens.issue(ACCOUNT, LOGIN).split(".")
    return _read(header), _read(claims)


def _own_key() -> Any:
    return next(iter(tokens.signing_keys().values()))


def _signed(header: dict[str, Any], claims: Any, key: Any = None) -> str:
    """Signed with our own key, so that only the changed header or claim can be the reason of a refusal."""
    signing_input = f"{_write(header)}.{_write(claims)}"
    if key is None:
        return f"{signing_input}.{_write(_own_key().private.sign(signing_input.encode()))}"
    r, s = decode_dss_signature(key.sign(signing_input.encode(), ec.ECDSA(SHA256())))
    return f"{signing_input}.{_write(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


def _with_header(**changes: Any) -> str:
    header, claims = _parts()
    return _signed({name: value for name, value in {**header, **changes}.items() if value is not ...}, claims)


def _with_claims(**changes: Any) -> str:
    header, claims = _parts()
    return _signed(header, {name: value for name, value in {**claims, **changes}.items() if value is not ...})


def _unsigned() -> str:
    header, claims = _parts()
    return f"{_write({**header, 'alg': 'none'})}.{_write(claims)}."


def _hs256_with_the_public_key(encoding: Encoding) -> str:
    header, claims = _parts()
    public = _own_key().public.prepared_key.public_bytes(encoding, PublicFormat.SubjectPublicKeyInfo)
    signing_input = f"{_write({**header, 'alg': 'HS256'})}.{_write(claims)}"
    return f"{signing_input}.{_write(hmac.digest(public, signing_input.encode(), hashlib.sha256))}"


def _foreign_key_in_the_header() -> str:
    header, claims = _parts()
    foreign = ec.generate_private_key(ec.SECP256R1())
    numbers = foreign.public_key().public_numbers()
    offered = {
        "kty": "EC",
        "crv": "P-256",
        "x": _write(numbers.x.to_bytes(32, "big")),
        "y": _write(numbers.y.to_bytes(32, "big")),
    }
    return _signed({**header, "jwk": offered, "jku": "https://evil.example/jwks.json"}, claims, foreign)


def _tampered() -> str:
    header, _, signature = tokens.issue(ACCOUNT, LOGIN).split(".")
    _, claims = _parts()
    return f"{header}.{_write({**claims, 'sub': str(uuid4())})}.{signature}"


REFUSED: dict[str, Callable[[], str]] = {
    "empty": lambda: "",
    "no token at all": lambda: "opensesame",
    "two parts": lambda: tokens.issue(ACCOUNT, LOGIN).rpartition(".")[0],
    "not ascii": lambda: tokens.issue(ACCOUNT, LOGIN) + "é",
    "changed claims under the old signature": _tampered,
    "signed by a stranger under our kid": lambda: _signed(*_parts(), ec.generate_private_key(ec.SECP256R1())),
    "a stranger's key offered in the header": _foreign_key_in_the_header,
    "alg none": _unsigned,
    "HS256 keyed with our public key as PEM": lambda: _hs256_with_the_public_key(Encoding.PEM),
    "HS256 keyed with our public key as DER": lambda: _hs256_with_the_public_key(Encoding.DER),
    "alg missing": lambda: _with_header(alg=...),
    "alg that is a list": lambda: _with_header(alg=["ES256"]),
    "typ of an ID token": lambda: _with_header(typ="JWT"),
    "typ missing": lambda: _with_header(typ=...),
    "unknown kid": lambda: _with_header(kid="somebody-elses"),
    "kid missing": lambda: _with_header(kid=...),
    "kid that is an object": lambda: _with_header(kid={}),
    "crit": lambda: _with_header(crit=["exp"]),
    "empty crit": lambda: _with_header(crit=[]),
    "expired": lambda: _with_claims(exp=int(time.time()) - 60, iat=int(time.time()) - 660),
    "exp missing": lambda: _with_claims(exp=...),
    "exp that is a text": lambda: _with_claims(exp="tomorrow"),
    "iat missing": lambda: _with_claims(iat=...),
    "not yet valid": lambda: _with_claims(nbf=int(time.time()) + 600),
    "wrong aud": lambda: _with_claims(aud="another-api"),
    "aud missing": lambda: _with_claims(aud=...),
    "aud among others": lambda: _with_claims(aud=[tokens.AUDIENCE, "another-api"]),
    "wrong iss": lambda: _with_claims(iss="https://accounts.google.com"),
    "iss missing": lambda: _with_claims(iss=...),
    "sub missing": lambda: _with_claims(sub=...),
    "sub that is no account id": lambda: _with_claims(sub="ada@example.com"),
    "sub that is a number": lambda: _with_claims(sub=7),
    "sid missing": lambda: _with_claims(sid=...),
    "sid that is null": lambda: _with_claims(sid=None),
    "jti missing": lambda: _with_claims(jti=...),
    "claims that are a list": lambda: _signed(_parts()[0], ["sub"]),
    "oversized": lambda: _with_claims(padding="x" * tokens.LONGEST_TOKEN),
    "deeply nested": lambda: _signed(_parts()[0], b"[" * 5_000),
}


@pytest.mark.parametrize("forge", REFUSED.values(), ids=REFUSED.keys())
def test_a_token_that_is_not_exactly_ours_is_refused(forge: Callable[[], str]) -> None:
    with pytest.raises(Unauthenticated):
        tokens.verify(forge())


def test_a_token_signed_like_ours_without_any_change_is_accepted() -> None:
    """The control of the table above: the way its tokens are made is not what gets them refused."""
    claims = tokens.verify(_with_claims())
    assert (claims.account_id, claims.auth_session_id) == (ACCOUNT, LOGIN)


def test_a_token_lives_ten_minutes_and_says_nothing_about_rights() -> None:
    header, claims = _parts()
    assert claims["exp"] - claims["iat"] == 600
    assert set(claims) == {"iss", "aud", "iat", "exp", "sub", "sid", "jti"}
    assert (header["alg"], header["typ"]) == ("ES256", "at+jwt")


def test_a_remembered_token_is_forgotten_when_it_expires() -> None:
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        token = tokens.issue(ACCOUNT, LOGIN, lifetime=30)
        tokens.verify(token)
        clock.shift(30 + tokens.LEEWAY + 1)
        with pytest.raises(Unauthenticated):
            tokens.verify(token)


def test_the_memory_of_verified_tokens_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "_CACHE_SIZE", 3)
    for _ in range(5):
        tokens.verify(tokens.issue(ACCOUNT, LOGIN))
    assert len(tokens._verified) == 3


def test_the_key_set_holds_public_parts_only_under_their_thumbprints() -> None:
    (key,) = tokens.jwks()["keys"]
    assert set(key) == {"kty", "crv", "x", "y", "kid", "alg", "use"}
    canonical = json.dumps({name: key[name] for name in ("crv", "kty", "x", "y")}, separators=(",", ":"))
    assert key["kid"] == _write(hashlib.sha256(canonical.encode()).digest())


def test_the_same_secret_gives_the_same_key_in_every_process(secrets_set: Callable[..., None]) -> None:
    secrets_set("s" * 20 + "one")
    first = tokens.jwks()
    secrets_set("s" * 20 + "one")
    assert tokens.jwks() == first


def test_tokens_of_a_previous_secret_stay_valid(secrets_set: Callable[..., None]) -> None:
    secrets_set("the old secret")
    old = tokens.issue(ACCOUNT, LOGIN)
    secrets_set("the new secret", "the old secret")
    assert tokens.verify(old).account_id == ACCOUNT


def test_new_tokens_are_signed_with_the_current_secret(secrets_set: Callable[..., None]) -> None:
    secrets_set("the new secret", "the old secret")
    fresh = tokens.issue(ACCOUNT, LOGIN)
    secrets_set("the new secret")
    assert tokens.verify(fresh).account_id == ACCOUNT


def test_tokens_of_a_withdrawn_secret_are_refused(secrets_set: Callable[..., None]) -> None:
    secrets_set("the old secret")
    old = tokens.issue(ACCOUNT, LOGIN)
    secrets_set("the new secret")
    with pytest.raises(Unauthenticated):
        tokens.verify(old)


def test_the_claims_are_ids() -> None:
    claims = tokens.verify(tokens.issue(ACCOUNT, LOGIN))
    assert isinstance(claims.account_id, UUID)
    assert isinstance(claims.auth_session_id, UUID)
