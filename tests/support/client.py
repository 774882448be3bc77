"""The API client of the tests: requests as people, every answer held against the OpenAPI document."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, MutableMapping
from functools import cache
from typing import Any, Self
from uuid import UUID

import httpx
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient, Response
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

Scope = MutableMapping[str, Any]
Token = Callable[[UUID], Awaitable[str]]

BASE = "/api/v1"


class Contract:
    """The OpenAPI document as a judge of answers."""

    def __init__(self, app: FastAPI) -> None:
        self.document = app.openapi()
        resource = DRAFT202012.create_resource(self.document)
        self._registry: Registry[Any] = Registry().with_resource("urn:openapi", resource)
        self._validator = cache(self._make_validator)
        self._paths: dict[int, list[tuple[str, list[str]]]] = defaultdict(list)
        for known in sorted(self.document["paths"], key=lambda path: path.count("{")):
            self._paths[known.count("/")].append((known, known.split("/")))

    def path_of(self, path: str) -> str | None:
        """The documented path that serves `path`; fixed segments win over parameters."""
        parts = path.split("/")
        for known, wanted in self._paths[len(parts) - 1]:
            if all(w == p or w.startswith("{") for w, p in zip(wanted, parts, strict=True)):
                return known
        return None

    def judge(self, response: Response) -> None:
        """Fails when the status or the body of an answer is not what the document declares."""
        request = response.request
        known = self.path_of(request.url.path)
        operation = self.document["paths"].get(known, {}).get(request.method.lower()) if known else None
        if known is None or operation is None or request.headers.get("Time-Format") == "unix-ms":
            return
        named = f"{request.method} {known} → {response.status_code}"
        declared = operation["responses"]
        assert str(response.status_code) in declared, f"{named} is not declared: {response.text[:300]}"
        answer = declared[str(response.status_code)]
        pointer = f"/paths/{known.replace('~', '~0').replace('/', '~1')}/{request.method.lower()}"
        pointer += f"/responses/{response.status_code}"
        if "$ref" in answer:
            pointer = answer["$ref"].removeprefix("#")
            answer = self.document["components"]["responses"][pointer.rpartition("/")[2]]
        content = answer.get("content", {})
        media_type = response.headers.get("content-type", "").split(";")[0]
        if not content:
            assert not response.content, f"{named} is declared without a body"
            return
        assert media_type in content, f"{named} answers {media_type}"
        if media_type.endswith("json"):
            self._validator(f"{pointer}/content/{media_type.replace('/', '~1')}/schema").validate(response.json())

    def _make_validator(self, pointer: str) -> Draft202012Validator:
        return Draft202012Validator(
            {"$ref": f"urn:openapi#{pointer}"},
            registry=self._registry,
            format_checker=Draft202012Validator.FORMAT_CHECKER,
        )


class ApiClient:
    """A caller: nobody, or the person that `as_()` names. Paths are given below `/api/v1` unless they name the root."""

    def __init__(
        self, http: AsyncClient, contract: Contract, token: Token, forget: Callable[[], None], bearer: str | None = None
    ) -> None:
        self._http = http
        self._token = token
        self._forget = forget
        self.contract = contract
        self.bearer = bearer

    async def as_(self, account: Any) -> Self:
        """The same client, signed in as `account` (anything with an id)."""
        return type(self)(self._http, self.contract, self._token, self._forget, await self._token(account.id))

    def with_token(self, bearer: str) -> Self:
        """The same client with exactly this bearer token."""
        return type(self)(self._http, self.contract, self._token, self._forget, bearer)

    async def request(self, method: str, path: str, **more: Any) -> Response:
        """Send a request, forget every loaded object first, and hold the answer against the document."""
        self._forget()
        headers = httpx.Headers(more.pop("headers", {}))
        if self.bearer is not None:
            headers.setdefault("Authorization", f"Bearer {self.bearer}")
        url = path.removeprefix("root:") if path.startswith("root:") else BASE + path
        response = await self._http.request(method, url, headers=headers, **more)
        self.contract.judge(response)
        return response

    async def get(self, path: str, **more: Any) -> Response:
        return await self.request("GET", path, **more)

    async def post(self, path: str, json: Any = None, *, key: str | None = None, **more: Any) -> Response:
        """POST; `key` is the Idempotency-Key."""
        headers = {**more.pop("headers", {}), **({"Idempotency-Key": key} if key else {})}
        if json is not None:
            more["json"] = json
        return await self.request("POST", path, headers=headers, **more)

    async def patch(self, path: str, json: Any, **more: Any) -> Response:
        return await self.request("PATCH", path, json=json, **more)

    async def put(self, path: str, json: Any = None, **more: Any) -> Response:
        return await self.request("PUT", path, **({"json": json} if json is not None else {}), **more)

    async def delete(self, path: str, **more: Any) -> Response:
        return await self.request("DELETE", path, **more)


async def patiently(ask: Callable[[], Awaitable[Response]]) -> Response:
    """As a client is told to: ask again after a 503, when the answer says. A crowd on a slow machine meets it."""
    for _ in range(10):
        answer = await ask()
        if answer.status_code != 503:
            break
        await asyncio.sleep(float(answer.headers["Retry-After"]))
    return answer


def with_state(app: FastAPI, state: Callable[[], dict[str, Any]]) -> Callable[..., Awaitable[None]]:
    """The application with the lifespan's state put in by the test instead of by a server."""

    async def serve(scope: Scope, receive: Any, send: Any) -> None:
        scope["state"] = dict(state())
        await app(scope, receive, send)

    return serve


def http_client(app: FastAPI, state: Callable[[], dict[str, Any]]) -> AsyncClient:
    """An HTTP client that talks to the application in this process."""
    transport = ASGITransport(app=with_state(app, state), client=("127.0.0.1", 40000))
    return AsyncClient(transport=transport, base_url="http://lyceum.test", timeout=30)
