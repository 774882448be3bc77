"""What is known about the request at hand: one small object, made by the outermost middleware and shared by all.

It lives in the ASGI scope, so that layers which never see each other (the token check deep inside, the log line
far outside) can tell each other something without wrapping every message twice.
"""

from collections.abc import MutableMapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from app.core.verdicts import Verdict

FACTS = "lyceum.facts"


@dataclass(slots=True)
class RequestFacts:
    """One request. `account_id` is set by whoever verified the credential, the rest by the edge."""

    request_id: str
    headers: dict[bytes, bytes]
    address: str = ""
    """The client's address, taken from trusted hops only."""
    account_id: str | None = None
    trace_id: str | None = None
    status: int = 0
    """0 until the answer has begun: as long as it is, the request may still be tried again."""
    code: str | None = None
    """The `code` of the problem document that was answered, if any."""
    tries: int = 1
    verdicts: list[Verdict] = field(default_factory=list)


current: ContextVar[RequestFacts | None] = ContextVar("lyceum_facts", default=None)


def facts_of(scope: MutableMapping[str, Any]) -> RequestFacts:
    """The facts of this request. Outside the full stack (a bare application in a test) fresh ones."""
    facts = scope.get(FACTS)
    if not isinstance(facts, RequestFacts):
        facts = scope[FACTS] = RequestFacts(request_id="", headers=dict(scope.get("headers", ())))
    return facts
