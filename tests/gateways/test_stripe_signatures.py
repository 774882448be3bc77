"""Stripe's signatures: the recorded verdicts, the SDK's own, and whatever else may arrive."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
import stripe

from app.gateways.errors import SignatureRefused
from app.gateways.stripe.signatures import sign, verify_event
from tests.support.samples import SAMPLES, sample, sample_bytes

SECRET = "whsec_test_secret"
NOW = 1_793_534_495
EVENTS = sorted(path.name for path in (SAMPLES / "stripe").glob("[!_]*.json"))
VECTORS: list[dict[str, Any]] = sample("stripe/_signature_vectors.json")


def body_of(vector: dict[str, Any]) -> bytes:
    return sample_bytes(f"stripe/{vector['body_file']}") if "body_file" in vector else vector["body"].encode()


def named(vector: dict[str, Any]) -> str:
    return str(vector["name"])


def test_all_recorded_cases_are_here() -> None:
    assert (len(VECTORS), len(EVENTS)) == (13, 23)


@pytest.mark.req("A-PAY-02")
@pytest.mark.parametrize("vector", [v for v in VECTORS if v["expect"] == "accept"], ids=named)
def test_a_good_signature_is_accepted(vector: dict[str, Any]) -> None:
    event = verify_event(body_of(vector), vector["header"], [vector["secret"]], now=vector["now"])
    assert event.id.startswith("evt_")


@pytest.mark.req("A-PAY-02")
@pytest.mark.parametrize("vector", [v for v in VECTORS if v["expect"] != "accept"], ids=named)
def test_a_bad_signature_is_refused(vector: dict[str, Any]) -> None:
    """Among them the one from the future, which the SDK lets pass."""
    with pytest.raises(SignatureRefused):
        verify_event(body_of(vector), vector["header"], [vector["secret"]], now=vector["now"])


@pytest.mark.parametrize("name", EVENTS)
def test_what_we_sign_the_sdk_accepts(name: str) -> None:
    body = sample_bytes(f"stripe/{name}")
    event = stripe.Webhook.construct_event(body, sign(body, SECRET), SECRET, api_key="sk_test_x")
    assert event.id == verify_event(body, sign(body, SECRET), [SECRET]).id


@pytest.mark.parametrize("name", EVENTS)
def test_each_recorded_event_is_read(name: str) -> None:
    body = sample_bytes(f"stripe/{name}")
    written = json.loads(body)
    event = verify_event(body, sign(body, SECRET, now=NOW), [SECRET], now=NOW)
    assert (event.id, event.type, event.object_id, event.data) == (
        written["id"],
        written["type"],
        written["data"]["object"]["id"],
        written["data"],
    )


def test_the_moment_of_an_event_is_when_stripe_made_it() -> None:
    body = sample_bytes("stripe/charge.refunded.json")
    event = verify_event(body, sign(body, SECRET, now=NOW), [SECRET], now=NOW)
    assert event.created == datetime.fromtimestamp(1_793_707_200, UTC)


@pytest.mark.parametrize("secrets", [["whsec_old", SECRET], [SECRET, "whsec_new"], ["", SECRET]])
def test_every_configured_secret_is_tried(secrets: list[str]) -> None:
    body = sample_bytes("stripe/refund.created.json")
    assert verify_event(body, sign(body, SECRET, now=NOW), secrets, now=NOW).type == "refund.created"


@pytest.mark.parametrize("secrets", [[], [""]])
def test_without_a_secret_nothing_is_accepted(secrets: list[str]) -> None:
    body = sample_bytes("stripe/refund.created.json")
    with pytest.raises(SignatureRefused):
        verify_event(body, sign(body, "", now=NOW), secrets, now=NOW)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"\xff\xfe",
        b"[]",
        b"null",
        b'"evt"',
        b"{}",
        b'{"object":"v2.core.event","id":"evt_1","type":"x"}',
        b'{"object":"event","type":"x"}',
        b'{"object":"event","id":7,"type":"x"}',
        b'{"object":"event","id":"evt_1","type":""}',
        b"[" * 100_000,
        b'{"object":"event","id":"' + b"e" * 300 + b'","type":"x"}',
    ],
    ids=lambda body: repr(body[:40]),
)
def test_a_signed_body_that_is_no_event_is_refused(body: bytes) -> None:
    with pytest.raises(SignatureRefused):
        verify_event(body, sign(body, SECRET, now=NOW), [SECRET], now=NOW)


@pytest.mark.parametrize("extra", [b'"data":null', b'"data":{"object":[]}', b'"created":"soon"', b'"created":1e99'])
def test_odd_but_signed_events_are_read_without_a_crash(extra: bytes) -> None:
    body = b'{"object":"event","id":"evt_1","type":"x",' + extra + b"}"
    assert verify_event(body, sign(body, SECRET, now=NOW), [SECRET], now=NOW).object_id is None


@pytest.mark.parametrize(
    "header",
    ["", "t=,v1=", "t=²,v1=00", "t=-1,v1=00", "t=9" * 400, "v1=00", f"t={NOW}", f"t={NOW},v1=é", "t=1e3,v1=0", ",,,="],
)
def test_a_header_that_cannot_be_read_is_refused(header: str) -> None:
    with pytest.raises(SignatureRefused):
        verify_event(b"{}", header, [SECRET], now=NOW)
