"""Finds the route of a request by the segments of its path instead of trying all of them in turn.

FastAPI walks every route: with 300 routes the last one, and every unknown address, costs many times what this index
needs (bench/routing.py). The index stands in front and decides as the framework would, but for one thing: `Allow` of a
405 names all methods of the address, not those of its first route. tests/core/http/test_index.py holds it to the
framework's own choices.
"""

from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute
from fastapi.telemetry._api import _route_selected
from starlette._utils import get_route_path
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Match, NoMatchFound
from starlette.types import Receive, Scope, Send

REFUSAL = "lyceum.unmatched"


class _Branch:
    __slots__ = ("any_segment", "here", "literal", "rest")

    def __init__(self) -> None:
        self.literal: dict[str, _Branch] = {}
        self.any_segment: _Branch | None = None
        self.here: list[tuple[int, APIRoute]] = []
        self.rest: list[tuple[int, APIRoute]] = []


class RouteIndex(BaseRoute):
    """All API routes of an application as one route. Build it last: it knows what was included until then."""

    def __init__(self, app: FastAPI) -> None:
        self._root = _Branch()
        self._app = app
        self._known = len(app.router.routes) + 1
        self._complete = True
        for order, route in enumerate(app.router.routes):
            if isinstance(route, APIRoute):
                self._add(order, route)
            else:
                self._complete = False

    def _add(self, order: int, route: APIRoute) -> None:
        branch = self._root
        for segment in route.path.split("/"):
            if ":path}" in segment:
                # Matches any number of segments: it may be meant by everything below.
                branch.rest.append((order, route))
                return
            if "{" in segment:
                branch.any_segment = branch.any_segment or _Branch()
                branch = branch.any_segment
            else:
                branch = branch.literal.setdefault(segment, _Branch())
        branch.here.append((order, route))

    def _candidates(self, path: str) -> list[tuple[int, APIRoute]]:
        branches, found = [self._root], []
        for segment in path.split("/"):
            following = []
            for branch in branches:
                found += branch.rest
                if (literal := branch.literal.get(segment)) is not None:
                    following.append(literal)
                if branch.any_segment is not None:
                    following.append(branch.any_segment)
            branches = following
        for branch in branches:
            found += branch.here
        # Registration decides between two routes that both fit, as it does in the framework.
        return sorted(found, key=lambda pair: pair[0]) if len(found) > 1 else found

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """The route of this request with its path parameters, or the refusal where there is none."""
        if scope["type"] != "http":
            return Match.NONE, {}
        allowed: set[str] = set()
        for _, route in self._candidates(get_route_path(scope)):
            match, child = route.matches(scope)
            if match is Match.FULL:
                return match, {**child, "route": route}
            if match is Match.PARTIAL:
                allowed |= route.methods or set()
        if not self._complete or len(self._app.router.routes) != self._known:
            # Somebody added what the index does not know: the framework looks for itself.
            return Match.NONE, {}
        headers = {"Allow": ", ".join(sorted(allowed))} if allowed else None
        return Match.FULL, {REFUSAL: HTTPException(405 if allowed else 404, headers=headers)}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the route that `matches` found, or raise its refusal."""
        if (refusal := scope.pop(REFUSAL, None)) is not None:
            raise refusal
        await self.selected(scope).handle(scope, receive, send)

    @staticmethod
    def selected(scope: Scope) -> APIRoute:
        """The route that `matches` has put into this scope; traces carry its name from now on."""
        route: APIRoute = scope["route"]
        _route_selected(scope=scope, path=route.path_format)
        return route

    def url_path_for(self, name: str, /, **path_params: Any) -> Any:
        """Never: addresses are built by the routes themselves."""
        raise NoMatchFound(name, path_params)


def install_index(app: FastAPI) -> RouteIndex:
    """Put an index of all routes included so far in front of them."""
    index = RouteIndex(app)
    app.router.routes.insert(0, index)
    return index
