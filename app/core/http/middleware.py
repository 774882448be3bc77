"""The layers of the edge in their order, outermost first. All are pure ASGI: none sits between a task and its context.

- Observe: request id, common headers, log line, metrics
- FrontEnds: CORS with bearer tokens, so without credentials; what a front end may send and read
- RenderProblems: whatever is raised further in becomes a problem document
- TimeFormatHeader: how instants are written in this answer (Z-06)
- AddressLimit: the limit per client address (X-API-05)
- Guard: size, deadline, type, characters; buffers the body
- Admission: no more requests inside than the connection pool can serve; the others wait
- ExpressLanes: answers the ordinary case of a hot path before the framework takes over
- RetryTransient: runs the inside again when it lost against others
"""

from collections.abc import Sequence
from typing import Any

import structlog
from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Receive, Scope, Send

from app.core.clock import TimeFormat, time_format
from app.core.errors import AppError, BadRequest
from app.core.facts import facts_of
from app.core.http.addresses import TrustedHops
from app.core.http.admission import Admission
from app.core.http.express import ExpressLanes
from app.core.http.faults import refusal_for, sqlstate_of
from app.core.http.guard import BodyRule, Guard
from app.core.http.index import RouteIndex
from app.core.http.limits import AddressLimit
from app.core.http.observe import Observe, RequestMeter
from app.core.http.problems import plain_response, refusal_response
from app.core.http.retry import RetryTransient
from app.settings import ServerSettings

log = structlog.get_logger(__name__)

SENT_BY_FRONT_ENDS = (
    "Authorization",
    "Content-Type",
    "Idempotency-Key",
    "If-Match",
    "If-None-Match",
    "Last-Event-ID",
    "Time-Format",
    "Traceparent",
    "X-Request-Id",
)
READ_BY_FRONT_ENDS = (
    "Deprecation",
    "ETag",
    "Idempotent-Replayed",
    "Link",
    "Location",
    "RateLimit",
    "RateLimit-Policy",
    "Retry-After",
    "Sunset",
    "X-Request-Id",
)


class InvalidTimeFormat(BadRequest):
    """A `Time-Format` that we do not write."""

    code = "core.invalid_time_format"
    title = "Time-Format is rfc3339 or unix-ms"


class FrontEnds(CORSMiddleware):
    """CORS for browsers, which send an `Origin`. Everybody else is spared it; Observe writes the `Vary` for all."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and b"origin" not in facts_of(scope).headers:
            await self.app(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


class RenderProblems:
    """Answers what the layers further in raise: refusals, database errors after the last try, and our bugs."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self.app(scope, receive, send)
        except ClientDisconnect:
            # Nobody is left to answer; the log line says 499.
            return
        except Exception as error:
            if scope["type"] != "http":
                raise
            refusal = error if isinstance(error, AppError) else refusal_for(error)
            if refusal is None:
                log.exception("unexpected_error", exc_info=error)
            elif not isinstance(error, AppError):
                log.warning("database_refused", error=type(error).__name__, sqlstate=sqlstate_of(error))
            if facts_of(scope).status:
                # Half an answer is out. Ending without the rest makes the server close the connection.
                return
            response = refusal_response(scope, refusal) if refusal else plain_response(scope, 500)
            await response(scope, receive, send)


class TimeFormatHeader:
    """Hands the `Time-Format` of the request to the serialiser of instants."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        wished = facts_of(scope).headers.get(b"time-format") if scope["type"] == "http" else None
        if wished is None:
            await self.app(scope, receive, send)
            return
        try:
            chosen = TimeFormat(wished.decode("latin-1").strip().lower())
        except ValueError as error:
            raise InvalidTimeFormat from error
        token = time_format.set(chosen)
        try:
            await self.app(scope, receive, send)
        finally:
            time_format.reset(token)


def install_middleware(
    app: FastAPI,
    settings: ServerSettings,
    *,
    meter: RequestMeter,
    body_rules: Sequence[BodyRule] = (),
    at_once: int = 32,
    index: RouteIndex,
) -> None:
    """Put the layers around `app`, in the order of the list above."""
    layers: list[tuple[Any, dict[str, Any]]] = [
        (Observe, {"meter": meter}),
        (
            FrontEnds,
            {
                "allow_origins": settings.cors_origins,
                "allow_methods": ("GET", "POST", "PUT", "PATCH", "DELETE"),
                "allow_headers": SENT_BY_FRONT_ENDS,
                "expose_headers": READ_BY_FRONT_ENDS,
                "max_age": 86_400,
            },
        ),
        (RenderProblems, {}),
        (TimeFormatHeader, {}),
        (AddressLimit, {"hops": TrustedHops(settings.trusted_proxies)}),
        (Guard, {"rules": body_rules}),
        (Admission, {"at_once": at_once}),
        (ExpressLanes, {"index": index}),
        (RetryTransient, {}),
    ]
    # The framework puts each new layer outside of the ones before.
    for layer, options in reversed(layers):
        app.add_middleware(layer, **options)
