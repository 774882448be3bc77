"""Routes of this house: strict JSON in, and a place where an idempotent answer is kept before the commit.

Every router of the house is a `Router`, which makes its routes `LyceumRoute`s; start-up refuses any other (access.py).
"""

from collections.abc import Callable, Coroutine
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


class Router(APIRouter):
    """The router that every feature uses."""

    def __init__(self, *args: Any, **options: Any) -> None:
        options.setdefault("route_class", LyceumRoute)
        super().__init__(*args, **options)
