"""One way to ask a provider over HTTP: a deadline, no redirects, and every failure turned into ours.

For providers without an SDK (or with one that repeats POSTs on its own). Addresses come from settings only; what a
user typed goes through the egress client of outbound webhooks instead.
"""

from __future__ import annotations

import ssl
from functools import cache
from typing import Any

import httpx

from app.gateways.errors import GatewayUnavailable, wait_from_header

TIMEOUT_SECONDS = 10.0
TEMPORARY = frozenset({408, 425, 429})


def new_client() -> httpx.AsyncClient:
    """The shared connection pool of the plain HTTP gateways."""
    return httpx.AsyncClient(timeout=TIMEOUT_SECONDS, follow_redirects=False, verify=_certificates())


@cache
def _certificates() -> ssl.SSLContext:
    return ssl.create_default_context()


async def ask(http: httpx.AsyncClient, provider: str, method: str, url: str, **request: Any) -> httpx.Response:
    """The answer, if it is a final one. Raises `GatewayUnavailable` for silence, 5xx and "later"."""
    try:
        answer = await http.request(method, url, **request)
    except httpx.HTTPError as error:
        raise GatewayUnavailable(provider, type(error).__name__) from error
    if answer.status_code >= 500 or answer.status_code in TEMPORARY:
        wait = wait_from_header(answer.headers.get("retry-after"))
        raise GatewayUnavailable(provider, f"HTTP {answer.status_code}", retry_after=wait)
    return answer


def json_object(answer: httpx.Response) -> dict[str, Any]:
    """The body as an object; anything else is an empty one, so that callers need no second error path."""
    try:
        body = answer.json()
    except ValueError:  # includes bodies that are not UTF-8
        return {}
    return body if isinstance(body, dict) else {}
