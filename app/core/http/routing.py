"""Routes of this house: strict JSON in, and a place where an idempotent answer is kept before the commit.

Every router of the house is a `Router`, which makes its routes `LyceumRoute`s; start-up refuses any other (access.py).
"""

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from fastapi import APIRouter, Request, params
from fastapi.routing import APIRoute
from starlette.responses import Response

from app.core.http.idempotency import IdempotentRequest
from app.core.http.problems import IDEMPOTENCY
from app.core.http.strict_json import parse

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class StrictRequest(Request):
    """A request whose JSON was already parsed strictly."""

    parsed: Any = None

    async def json(self) -> Any:
        """The body as parsed by `strict_json.parse`."""
        return self.parsed


class LyceumRoute(APIRoute):
    """A route whose handler parses strictly before anything else and keeps idempotent answers after everything else.

    The handler runs inside the function-scoped dependencies: what it does after the endpoint is still in the
    endpoint's transaction, and an exception rolls that back.
    """

    def get_route_handler(self) -> Handler:
        """FastAPI's handler between strict parsing and the idempotent store."""
        original = super().get_route_handler()
        takes_json = self.body_field is not None and not isinstance(self.body_field.field_info, params.Form)

        async def handler(request: Request) -> Response:
            if takes_json and (body := await request.body()):
                strict = StrictRequest(request.scope, request.receive)
                strict._body = body  # noqa: SLF001  (where Starlette itself keeps a body that was read)
                strict.parsed = parse(body)
                request = strict
            response = await original(request)
            claim: IdempotentRequest | None = request.scope.get(IDEMPOTENCY)
            if claim is not None:
                await claim.store(response)
            return response

        return handler


@dataclass(frozen=True, slots=True)
class Operation:
    """What a feature says of one operation, before it is a route."""

    path: str
    endpoint: Callable[..., Any]
    tags: tuple[str | Enum, ...]
    options: dict[str, Any]


class Router(APIRouter):
    """The router that every feature uses. It keeps what is said of its operations; `place` makes them routes, once.

    The framework makes a route where it is written and another one where its router is included, with everything that
    it validates by: with 300 operations that was half of the time to start, and a tenth of the memory.
    """

    def __init__(self, *, prefix: str = "", tags: Sequence[str] = (), include_in_schema: bool = True) -> None:
        super().__init__(prefix=prefix, tags=list(tags), include_in_schema=include_in_schema)
        self.operations: list[Operation] = []

    def add_api_route(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        """Keep an operation; all decorators of the framework come here."""
        tags = (*self.tags, *(options.pop("tags", None) or ()))
        options["include_in_schema"] = options.get("include_in_schema", True) and self.include_in_schema
        self.operations.append(Operation(self.prefix + path, endpoint, tags, options))

    def include_router(self, router: APIRouter, *, prefix: str = "", **options: Any) -> None:
        """Take over the operations that the other router has by now. Raises `TypeError` for one that is not ours."""
        if not isinstance(router, Router) or options:
            raise TypeError("Only a Router of this house can be included, and only with a prefix")
        for each in router.operations:
            placed = self.prefix + prefix + each.path
            self.operations.append(replace(each, path=placed, tags=(*self.tags, *each.tags)))

    def place(self, application: APIRouter) -> None:
        """Make the routes, at their full addresses."""
        for each in self.operations:
            application.add_api_route(
                each.path, each.endpoint, tags=list(each.tags), route_class_override=LyceumRoute, **each.options
            )
