"""The express lane: the ordinary case of a hot path in one statement, tried before the endpoint.

An endpoint says everything: parameters, rights, refusals, answers. Its lane answers the case that nearly every request
is, and leaves all others to the endpoint by returning None. A lane refuses nothing but credentials, so there is one
place that knows why something is not possible. Tests hold each lane to its endpoint's answers (docs/decisions/0010).
"""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from fastapi import Request
from starlette.responses import Response
from starlette.routing import Match
from starlette.types import ASGIApp, Receive, Scope, Send

from app.core.clock import TimeFormat, time_format
from app.core.database.driver import Contended
from app.core.http.guard import Replay
from app.core.http.index import RouteIndex

Lane = Callable[[Request], Awaitable[Response | None]]
Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])

_LANE = "lyceum_lane"


def express(lane: Lane) -> Callable[[Endpoint], Endpoint]:
    """Put `lane` before an endpoint. Stands below the router's own decorator."""

    def mark(endpoint: Endpoint) -> Endpoint:
        setattr(endpoint, _LANE, lane)
        return endpoint

    return mark


class ExpressLanes:
    """The layer that opens the lanes: inside of every limit and guard, outside of what only endpoints need."""

    def __init__(self, app: ASGIApp, *, index: RouteIndex) -> None:
        self.app = app
        self._index = index

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if isinstance(receive, Replay) and (lane := self._lane(scope)) is not None:
            answer = await _served(lane, Request(scope, receive))
            if answer is not None:
                await answer(scope, receive, send)
                return
            receive.rewind()
        await self.app(scope, receive, send)

    def _lane(self, scope: Scope) -> Lane | None:
        found, child = self._index.matches(scope)
        if found is not Match.FULL or "route" not in child:
            return None
        lane: Lane | None = getattr(child["route"].endpoint, _LANE, None)
        if lane is not None:
            scope.update(child)
            self._index.selected(scope)
        return lane


async def _served(lane: Lane, request: Request) -> Response | None:
    """The lane's answer; None: ask the endpoint."""
    if time_format.get() is not TimeFormat.rfc3339 or getattr(request.state, "drivers", None) is None:
        return None  # the statements write instants in one way
    try:
        return await lane(request)
    except Contended:
        return None


def json_answer(document: str, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """A JSON document that the database has written."""
    return Response(document.encode(), status, headers, media_type="application/json")
