"""A refused edit brings what it should have known: 412 carries the resource as it is now (X-API-04).

It is what a GET of the same address answers to the same caller, asked of the application itself once the refused
transaction is gone: nobody writes it down a second time for each resource, and nobody sees in it what they could not
read. Where there is no such GET, or it fails, the refusal stands alone.
"""

import json
from dataclasses import replace
from typing import Any

import structlog
from fastapi import Request
from starlette.types import Message, Scope

from app.core.facts import FACTS, facts_of

log = structlog.get_logger(__name__)

CURRENT = "current"
"""The member of the problem document."""

# What the first request was found to be, and what it asked for beyond the resource.
_ITS_OWN = {"route", "endpoint", "path_params", "fastapi", "lyceum.idempotency"}
_CONDITIONS = {b"if-match", b"if-none-match", b"idempotency-key", b"content-type", b"content-length"}


async def current_version(request: Request) -> tuple[dict[str, Any], dict[str, str]]:
    """Members and headers for the refusal of an edit: the resource and its ETag. Empty when it cannot be shown."""
    answer: dict[str, Any] = {"status": 0, "headers": [], "body": b""}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            answer.update(status=message["status"], headers=message["headers"])
        else:
            answer["body"] += message.get("body", b"")

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    try:
        await request.app.router(_reading(request.scope), receive, send)
    except Exception as failure:  # noqa: BLE001  (the refusal is right without it, and the caller can ask again)
        log.warning("current_version_not_shown", error=type(failure).__name__)
        return {}, {}
    if answer["status"] != 200:
        return {}, {}
    etag = next((value.decode("latin-1") for name, value in answer["headers"] if name.lower() == b"etag"), None)
    return {CURRENT: json.loads(answer["body"])}, {} if etag is None else {"ETag": etag}


def _reading(scope: Scope) -> Scope:
    """The scope of a plain GET of the same address by the same caller."""
    headers = [(name, value) for name, value in scope["headers"] if name.lower() not in _CONDITIONS]
    facts = facts_of(scope)
    kept = {name: value for name, value in facts.headers.items() if name not in _CONDITIONS}
    return {
        **{name: value for name, value in scope.items() if name not in _ITS_OWN},
        "method": "GET",
        "query_string": b"",
        "headers": headers,
        "state": dict(scope.get("state", {})),
        # Its own: what the reading finds out (a verdict of the limits, a code) is not told of the edit.
        FACTS: replace(facts, headers=kept, verdicts=[]),
    }
