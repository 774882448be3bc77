"""Google's ID tokens as recorded, the key set's age, and a whole sign-in at the twin."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import AsyncIterator, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from app.gateways.build import TWIN_GOOGLE_CLIENT, TWIN_GOOGLE_SECRET
from app.gateways.errors import GatewayRefused, GatewayUnavailable
from app.gateways.google.client import GoogleGateway
from app.gateways.google.id_tokens import IdTokenRefused, UnknownKey, keys_from, validate
from app.gateways.google.types import GoogleIdentity
from app.gateways.http import new_client
from tests.support.recorder import Recorder, Says, recording
from tests.support.samples import sample, sample_bytes
from tests.support.twins import Twins

VECTORS = sample("google-oidc/_id_token_vectors.json")
CASES: dict[str, dict[str, Any]] = {case["name"]: case for case in VECTORS["cases"]}
KEYS = keys_from(sample("google-oidc/jwks.json"))
GOOD = "valid workspace account"
NOW = 1_793_534_405
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
CALLBACK = "https://academy.example/auth/google/callback"


def judged(case: dict[str, Any], **changed: Any) -> GoogleIdentity:
    arguments = {
        "client_id": VECTORS["client_id"],
        "nonce": VECTORS["expected_nonce"],
        "now": case["now"],
        **changed,
    }
    return validate(case["id_token"], KEYS, **arguments)


def named(expect: str) -> list[str]:
    return [name for name, case in CASES.items() if (case["expect"] == "reject") is (expect == "reject")]


def test_all_recorded_tokens_are_here() -> None:
    assert len(CASES) == 16


@pytest.mark.req("A-AUT-01")
@pytest.mark.parametrize("name", named("accept"))
def test_a_good_token_is_accepted(name: str) -> None:
    """Also those whose consequences are restricted: what follows from `hd` and `email_verified` is identity's rule."""
    assert judged(CASES[name]).subject


@pytest.mark.req("A-AUT-01")
@pytest.mark.parametrize("name", named("reject"))
def test_a_bad_token_is_refused(name: str) -> None:
    with pytest.raises(IdTokenRefused):
        judged(CASES[name])


@pytest.mark.parametrize(
    ("name", "check"), [(name, case["because"]) for name, case in CASES.items() if case["expect"] == "reject"]
)
def test_a_token_is_refused_for_the_reason_it_is_bad_for(name: str, check: str) -> None:
    with pytest.raises(IdTokenRefused) as refused:
        judged(CASES[name])
    assert refused.value.message == ("kid" if name == "unknown kid" else check)


def test_the_identity_is_what_the_claims_say() -> None:
    assert judged(CASES[GOOD]) == GoogleIdentity(
        issuer="https://accounts.google.com",
        subject="110169484474386276334",
        email="jenny.rosen@acme.com",
        email_verified=True,
        name="Jenny Rosen",
        hosted_domain="acme.com",
    )


def test_the_short_issuer_is_the_same_identity() -> None:
    assert judged(CASES["iss without https://"]).issuer == "https://accounts.google.com"


def test_a_consumer_account_has_no_domain() -> None:
    assert judged(CASES["consumer account, no hd"]).hosted_domain is None


def test_an_unverified_address_is_marked() -> None:
    assert judged(CASES["email_verified false"]).email_verified is False


def test_the_domain_is_hd_and_not_the_address() -> None:
    assert judged(CASES["e-mail domain acme.com but hd other.com"]).hosted_domain == "other.com"


@pytest.mark.parametrize(("late", "lawful"), [(59, True), (61, False)])
def test_clocks_may_differ_by_a_minute(late: int, lawful: bool) -> None:
    expires = sample("google-oidc/id_token.claims.json")["exp"]
    if lawful:
        assert judged(CASES[GOOD], now=expires + late).email_verified
    else:
        with pytest.raises(IdTokenRefused):
            judged(CASES[GOOD], now=expires + late)


@pytest.mark.parametrize("token", ["", "a", "a.b", "a.b.c", "....", "é.é.é", "x" * 9_000, "bnVsbA.bnVsbA.bnVsbA"])
def test_what_is_no_token_is_refused(token: str) -> None:
    with pytest.raises(IdTokenRefused):
        judged({**CASES[GOOD], "id_token": token})


@pytest.mark.parametrize(
    "jwks", [{}, {"keys": None}, {"keys": [None, {}, {"kty": "EC", "kid": "1"}, {"kty": "RSA", "n": "!", "e": "AQAB"}]}]
)
def test_a_strange_key_set_has_no_keys(jwks: dict[str, Any]) -> None:
    assert keys_from(jwks) == {}


def test_an_unknown_key_is_told_from_a_bad_signature() -> None:
    with pytest.raises(UnknownKey):
        judged(CASES["unknown kid"])


# ── the documents and how long they hold ────────────────────────────────────────────────────────────────────────


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = float(NOW)

    def __call__(self) -> float:
        return self.now


class Provider:
    """Google's documents and token endpoint, at a recorder."""

    def __init__(self, recorder: Recorder, http: httpx.AsyncClient, clock: Clock) -> None:
        self.recorder = recorder
        self.clock = clock
        self.gateway = GoogleGateway(
            http,
            client_id=VECTORS["client_id"],
            client_secret="secret",
            discovery_url=f"{recorder.url}/.well-known/openid-configuration",
            clock=clock,
        )

    def asked(self, path: str) -> int:
        return sum(one.path == path for one in self.recorder.asked)


@pytest.fixture
def provider_http() -> Iterator[Recorder]:
    with recording() as recorder:
        yield recorder


@pytest.fixture
async def provider(provider_http: Recorder) -> AsyncIterator[Provider]:
    """First discovery, then the keys, then keys again for as long as anybody asks."""
    discovery = {
        **sample("google-oidc/openid-configuration.json"),
        "token_endpoint": f"{provider_http.url}/token",
        "jwks_uri": f"{provider_http.url}/certs",
    }
    provider_http.script[:] = [
        Says(body=json.dumps(discovery).encode(), headers={"Cache-Control": "public, max-age=86400"}),
        Says(body=sample_bytes("google-oidc/jwks.json"), headers={"Cache-Control": "public, max-age=600"}),
    ]
    async with new_client() as http:
        yield Provider(provider_http, http, Clock())


async def test_keys_are_kept_as_long_as_they_hold(provider: Provider) -> None:
    for _ in range(3):
        await provider.gateway.validate_id_token(CASES[GOOD]["id_token"])
    assert provider.asked("/certs") == 1


async def test_keys_are_fetched_again_when_their_time_is_over(provider: Provider) -> None:
    for moment in (NOW, NOW + 601):
        provider.clock.now = moment
        await provider.gateway.validate_id_token(CASES[GOOD]["id_token"])
    assert provider.asked("/certs") == 2


async def refused_for_unknown_key(provider: Provider) -> None:
    with pytest.raises(UnknownKey):
        await provider.gateway.validate_id_token(CASES["unknown kid"]["id_token"])


async def test_an_unknown_key_fetches_once_a_minute_at_most(provider: Provider) -> None:
    await provider.gateway.validate_id_token(CASES[GOOD]["id_token"])
    provider.clock.now += 61
    for _ in range(5):
        await refused_for_unknown_key(provider)
    assert provider.asked("/certs") == 2


async def test_a_minute_later_an_unknown_key_fetches_again(provider: Provider) -> None:
    await refused_for_unknown_key(provider)
    provider.clock.now += 61
    await refused_for_unknown_key(provider)
    assert provider.asked("/certs") == 2


async def test_the_code_is_exchanged_with_a_form(provider: Provider) -> None:
    await provider.gateway.validate_id_token(CASES[GOOD]["id_token"])  # both documents are here now
    provider.recorder.script[:] = [Says(body=sample_bytes("google-oidc/token.response.json"))]
    await provider.gateway.exchange_code("4/code", code_verifier=VERIFIER, redirect_uri=CALLBACK)
    sent = {name: values[0] for name, values in parse_qs(provider.recorder.asked[-1].body.decode()).items()}
    assert sent == {
        "code": "4/code",
        "client_id": VECTORS["client_id"],
        "client_secret": "secret",
        "redirect_uri": CALLBACK,
        "grant_type": "authorization_code",
        "code_verifier": VERIFIER,
    }


async def test_a_recorded_answer_is_an_identity(provider: Provider) -> None:
    await provider.gateway.validate_id_token(CASES[GOOD]["id_token"])
    provider.recorder.script[:] = [Says(body=sample_bytes("google-oidc/token.response.json"))]
    found = await provider.gateway.exchange_code("4/code", code_verifier=VERIFIER, redirect_uri=CALLBACK)
    assert found.email == "jenny.rosen@acme.com"


async def test_a_used_code_is_refused(provider: Provider) -> None:
    await provider.gateway.validate_id_token(CASES[GOOD]["id_token"])
    provider.recorder.script[:] = [Says(400, sample_bytes("google-oidc/token.error.invalid_grant.json"))]
    with pytest.raises(GatewayRefused) as refused:
        await provider.gateway.exchange_code("4/code", code_verifier=VERIFIER, redirect_uri=CALLBACK)
    assert refused.value.reason == "invalid_grant"


@pytest.mark.parametrize(
    "says", [Says(500), Says(404), Says(body=b"<html>"), Says(body=b"[]"), Says(cut=True)], ids=str
)
async def test_without_discovery_google_is_unavailable(provider: Provider, says: Says) -> None:
    provider.recorder.script[:] = [says]
    with pytest.raises(GatewayUnavailable):
        await provider.gateway.validate_id_token(CASES[GOOD]["id_token"])


# ── the twin ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
async def at_twin(twins: Twins) -> AsyncIterator[GoogleGateway]:
    async with new_client() as http:
        yield GoogleGateway(
            http,
            client_id=TWIN_GOOGLE_CLIENT,
            client_secret=TWIN_GOOGLE_SECRET,
            discovery_url=f"{twins.url}/google/.well-known/openid-configuration",
        )


async def code_from(gateway: GoogleGateway, **typed: str) -> str:
    """The code that comes back from the twin's page for what was typed there."""
    address = await gateway.authorization_url(redirect_uri=CALLBACK, state="st", nonce="n-1", code_challenge=CHALLENGE)
    query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    async with httpx.AsyncClient(trust_env=False) as browser:
        assert (await browser.get(address)).status_code == 200
        answer = await browser.post(address.partition("?")[0], data={**query, **typed})
    back = urlsplit(answer.headers["location"])
    assert answer.headers["location"].startswith(CALLBACK)
    assert parse_qs(back.query)["state"] == ["st"]
    return parse_qs(back.query)["code"][0]


async def test_whoever_types_an_address_is_that_person(at_twin: GoogleGateway) -> None:
    code = await code_from(at_twin, email="Jenny@Acme.com", name="Jenny Rosen", hosted_domain="acme.com")
    found = await at_twin.exchange_code(code, code_verifier=VERIFIER, redirect_uri=CALLBACK, nonce="n-1")
    assert (found.email, found.email_verified, found.name, found.hosted_domain) == (
        "jenny@acme.com",
        True,
        "Jenny Rosen",
        "acme.com",
    )


async def test_the_same_address_is_the_same_subject(at_twin: GoogleGateway) -> None:
    subjects = set()
    for _ in range(2):
        code = await code_from(at_twin, email="jenny@acme.com")
        subjects.add((await at_twin.exchange_code(code, code_verifier=VERIFIER, redirect_uri=CALLBACK)).subject)
    assert len(subjects) == 1


@pytest.mark.parametrize(
    "changed", [{"code": "4/other"}, {"code_verifier": "x" * 43}, {"redirect_uri": f"{CALLBACK}/"}], ids=str
)
async def test_a_code_works_only_as_it_was_given(at_twin: GoogleGateway, changed: dict[str, str]) -> None:
    given = {
        "code": await code_from(at_twin, email="j@example.com"),
        "code_verifier": VERIFIER,
        "redirect_uri": CALLBACK,
    }
    given |= changed
    with pytest.raises(GatewayRefused) as refused:
        await at_twin.exchange_code(
            given["code"], code_verifier=given["code_verifier"], redirect_uri=given["redirect_uri"]
        )
    assert refused.value.reason == "invalid_grant"


async def test_a_code_works_once(at_twin: GoogleGateway) -> None:
    code = await code_from(at_twin, email="j@example.com")
    await at_twin.exchange_code(code, code_verifier=VERIFIER, redirect_uri=CALLBACK)
    with pytest.raises(GatewayRefused):
        await at_twin.exchange_code(code, code_verifier=VERIFIER, redirect_uri=CALLBACK)


async def test_another_nonce_is_refused(at_twin: GoogleGateway) -> None:
    code = await code_from(at_twin, email="j@example.com")
    with pytest.raises(IdTokenRefused):
        await at_twin.exchange_code(code, code_verifier=VERIFIER, redirect_uri=CALLBACK, nonce="n-2")


def test_the_challenge_of_the_tests_is_that_of_the_rfc() -> None:
    digest = hashlib.sha256(VERIFIER.encode()).digest()
    assert base64.urlsafe_b64encode(digest).decode().rstrip("=") == CHALLENGE
