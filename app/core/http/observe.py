"""The outermost layer: names the request, writes the same few headers on every answer, and tells what happened.

One structured line and two metrics per request, by route template, never by path: a path may hold an id, a query
may hold anything. Neither bodies, nor queries, nor addresses, nor tokens are logged (X-SEC-03, rule 65).
"""

import re
import secrets
import time
from typing import Any, Protocol

import structlog
from opentelemetry import trace
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.facts import FACTS, RequestFacts, current
from app.core.outbox.emit import acting_account
from app.core.outbox.emit import request_id as emitting_request
from app.core.verdicts import limit_headers

log = structlog.get_logger("lyceum.request")

# What a caller may name a request: nothing that could break a log line or a header.
_REQUEST_ID = re.compile(rb"[A-Za-z0-9._:/+=-]{1,64}")
_TRACEPARENT = re.compile(rb"00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")

CLIENT_GONE = 499

# Machines are answered, not browsers: nothing is sniffed, framed, scripted or leaked in a referrer.
_SECURITY = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"cross-origin"),
    (b"strict-transport-security", b"max-age=31536000; includeSubDomains"),
    (b"vary", b"Origin, Time-Format"),
)
_POLICY = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'")
_NO_STORE = (b"cache-control", b"no-store")

# Not worth a line each: probes and scrapers come every few seconds for ever.
QUIET = frozenset({"/healthz", "/readyz", "/metrics"})


class RequestMeter(Protocol):
    """Where the figures of a finished request go."""

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request."""


class Observe:
    """Request id, common headers, log line, metrics."""

    def __init__(self, app: ASGIApp, *, meter: RequestMeter) -> None:
        self.app = app
        self._meter = meter

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        facts = _facts(scope)

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                facts.status = message["status"]
                message["headers"] = _with_common(message.get("headers", ()), facts)
            await send(message)

        outer, naming, acting = current.set(facts), emitting_request.set(facts.request_id), acting_account.set(None)
        try:
            await self.app(scope, receive, answer)
        finally:
            seconds = time.perf_counter() - started
            route = route_template(scope)
            status = facts.status or CLIENT_GONE
            self._meter.request(scope["method"], route, status, seconds)
            if route not in QUIET:
                _tell(scope["method"], route, status, seconds, facts)
            acting_account.reset(acting)
            emitting_request.reset(naming)
            current.reset(outer)


def _facts(scope: Scope) -> RequestFacts:
    headers: dict[bytes, bytes] = dict(scope["headers"])
    wished = headers.get(b"x-request-id", b"")
    name = wished.decode() if _REQUEST_ID.fullmatch(wished) else secrets.token_hex(16)
    facts = RequestFacts(request_id=name, headers=headers, trace_id=_trace_id(headers))
    scope[FACTS] = facts
    return facts


def _trace_id(headers: dict[bytes, bytes]) -> str | None:
    here = trace.get_current_span().get_span_context()
    if here.is_valid:
        return format(here.trace_id, "032x")
    # Tracing may end at the proxy: then its id still connects its traces with our lines.
    parent = _TRACEPARENT.fullmatch(headers.get(b"traceparent", b""))
    return parent[1].decode() if parent else None


def _with_common(headers: Any, facts: RequestFacts) -> list[tuple[bytes, bytes]]:
    given = list(headers)
    names = {name for name, _ in given}
    given.append((b"x-request-id", facts.request_id.encode()))
    given += _SECURITY
    given += limit_headers(facts.verdicts)
    if _POLICY[0] not in names:
        given.append(_POLICY)
    if _NO_STORE[0] not in names and b"authorization" in facts.headers:
        given.append(_NO_STORE)
    return given


def route_template(scope: Scope) -> str:
    """The route as written in the code, with its prefix: `/api/v1/academy/courses/{course_id}`."""
    path = getattr(scope.get("route"), "path", None)
    return path if isinstance(path, str) else "unmatched"


def _tell(method: str, route: str, status: int, seconds: float, facts: RequestFacts) -> None:
    line: dict[str, Any] = {"method": method, "route": route, "status": status, "ms": round(seconds * 1000, 1)}
    if facts.code:
        line["code"] = facts.code
    if facts.tries > 1:
        line["tries"] = facts.tries
    # request_id, trace_id and account_id are added to every line by the processors of app.core.logging.
    log.info("request", **line)
