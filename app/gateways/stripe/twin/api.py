"""The twin's `/v1`: authorization, idempotency keys, forms in, JSON out, Stripe's errors, the moods of `faults.py`."""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from app.gateways.stripe.twin import calls, forms, shapes
from app.gateways.stripe.twin.calls import Call, Refusal
from app.gateways.stripe.twin.faults import Faults
from app.gateways.stripe.twin.ledger import Unlawful
from app.gateways.stripe.twin.store import KeptAnswer, Store

LONGEST_KEY = 255
LARGEST_BODY = 1_000_000
Work = Callable[[Call], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    body: str
    replayed: bool = False


class CutLine(Response):
    """The answer begins and never comes: what a client sees when the line breaks after the work was done."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - the ASGI signature
        headers = [(b"content-type", b"application/json"), (b"content-length", b"4096")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})


class Api:
    """Answers `/v1/…`. `wake` is called when webhooks were queued; `base_url` is where browsers find the twin."""

    def __init__(
        self, store: Store, faults: Faults, *, wake: Callable[[], None], base_url: Callable[[Request], str]
    ) -> None:
        self._store = store
        self._faults = faults
        self._wake = wake
        self._base_url = base_url
        self._in_flight: set[str] = set()

    def routes(self) -> list[Route]:
        table: list[tuple[str, str, Work]] = [
            ("POST", "/checkout/sessions", calls.create_session),
            ("GET", "/checkout/sessions", calls.list_sessions),
            ("GET", "/checkout/sessions/{id}", calls.get_session),
            ("POST", "/checkout/sessions/{id}/expire", calls.expire_session),
            ("GET", "/subscriptions/{id}", calls.get_subscription),
            ("DELETE", "/subscriptions/{id}", calls.cancel_subscription),
            ("GET", "/invoice_payments", calls.list_invoice_payments),
            ("GET", "/payment_intents/{id}", calls.get_payment_intent),
            ("GET", "/charges/{id}", calls.get_charge),
            ("POST", "/refunds", calls.create_refund),
            ("GET", "/refunds", calls.list_refunds),
            ("GET", "/refunds/{id}", calls.get_refund),
            ("GET", "/disputes", calls.list_disputes),
            ("GET", "/disputes/{id}", calls.get_dispute),
            ("GET", "/events", calls.list_events),
            ("GET", "/events/{id}", calls.get_event),
        ]
        return [Route(f"/v1{path}", self._endpoint(work), methods=[method]) for method, path, work in table]

    def _endpoint(self, work: Work) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            try:
                return await self._answer(request, work)
            except Refusal as refusal:
                return _response(_refused(refusal))

        return answer

    async def _answer(self, request: Request, work: Work) -> Response:
        _check_authorization(request.headers.get("authorization", ""))
        if self._faults.strikes(self._faults.rate_limited):
            raise Refusal(429, "Too many requests hit the API too quickly.", "rate_limit")
        if self._faults.strikes(self._faults.server_error):
            raise Refusal(500, "An unknown error occurred", None, kind="api_error")
        key = request.headers.get("idempotency-key") if request.method == "POST" else None
        call = Call(
            store=self._store,
            faults=self._faults,
            params=await _params(request),
            path=dict(request.path_params),
            base_url=self._base_url(request),
            key=key,
        )
        if key:
            found = await self._once(key, request.url.path, call, work)
        else:
            found = await self._now(call, work)
        if self._faults.strikes(self._faults.lost_answer):
            return CutLine()
        return _response(found)

    async def _once(self, key: str, path: str, call: Call, work: Work) -> _Answer:
        """The same key and parameters get the first answer again; two at once, or other parameters, are refused."""
        if len(key) > LONGEST_KEY:
            raise Refusal(400, f"Idempotency keys have at most {LONGEST_KEY} characters.")
        fingerprint = hashlib.sha256(json.dumps([path, call.params], sort_keys=True).encode()).hexdigest()
        if key in self._in_flight:
            raise Refusal(409, "Another request with this key is in progress.", "idempotency_key_in_use")
        if kept := self._store.kept_answer(key):
            if kept.fingerprint != fingerprint:
                raise Refusal(
                    400,
                    "Keys for idempotent requests can only be used with the same parameters they were first used with.",
                    kind="idempotency_error",
                )
            return _Answer(kept.status, kept.body, replayed=True)
        self._in_flight.add(key)
        try:
            return await self._now(call, work, key=key, fingerprint=fingerprint)
        finally:
            self._in_flight.discard(key)

    async def _now(self, call: Call, work: Work, *, key: str | None = None, fingerprint: str = "") -> _Answer:
        found = self._work(call, work, key=key, fingerprint=fingerprint)
        self._wake()
        if self._faults.answer_delay_ms:
            await asyncio.sleep(self._faults.answer_delay_ms / 1_000)
        return found

    def _work(self, call: Call, work: Work, *, key: str | None, fingerprint: str) -> _Answer:
        """Do it and keep the answer under the key, in one transaction. Malformed calls are not kept."""
        with self._store.transaction():
            try:
                with self._store.savepoint():
                    found = _Answer(200, json.dumps(work(call), indent=2))
            except Unlawful as error:
                found = _refused(Refusal(400, str(error), error.code, error.param))
            if key:
                self._store.keep_answer(key, KeptAnswer(fingerprint, found.status, found.body), time.time())
        return found


def _check_authorization(header: str) -> None:
    scheme, _, credentials = header.partition(" ")
    key = credentials.strip()
    if scheme.lower() == "basic":
        try:
            key = base64.b64decode(key).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            key = ""
    if not key.startswith(("sk_test_", "rk_test_")):
        raise Refusal(401, "You did not provide a test API key. The local Stripe accepts any sk_test_… key.")


async def _params(request: Request) -> dict[str, Any]:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            raise Refusal(413, "The request is too large.")
    try:
        return forms.parse(request.url.query) | forms.parse(body.decode())
    except ValueError as error:  # includes text that is not UTF-8
        raise Refusal(400, str(error)) from error


def _refused(refusal: Refusal) -> _Answer:
    error = {"message": str(refusal), "type": refusal.kind}
    error |= {name: value for name, value in (("code", refusal.code), ("param", refusal.param)) if value}
    return _Answer(refusal.status, json.dumps({"error": error}, indent=2))


def _response(answer: _Answer) -> Response:
    headers = {"Request-Id": shapes.new_id("req_", 14), "Stripe-Version": shapes.API_VERSION}
    if answer.replayed:
        headers["Idempotent-Replayed"] = "true"
    return Response(answer.body, answer.status, headers, media_type="application/json")
