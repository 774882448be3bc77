"""Errors as RFC 9457 problem documents (X-API-01): a stable code, the request id, pointers to the wrong fields.

Nothing of the input and nothing of our insides is ever quoted (rule 40). `type` is a URN made of the code: it is
compared, not fetched, and stays the same on every host.
"""

import json
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import Scope

from app.core.errors import AppError, FieldError, Invalid, Stale
from app.core.facts import facts_of
from app.core.http.current import current_version
from app.core.http.etags import NotModified
from app.core.http.idempotency import IdempotencyKeyRequired, IdempotentRequest, StoredAnswer

log = structlog.get_logger(__name__)

IDEMPOTENCY = "lyceum.idempotency"
MEDIA_TYPE = "application/problem+json"
_REQUEST_ID = "f0e1c2d3b4a5968778695a4b3c2d1e0f"
SCHEMA = {"$ref": "#/components/schemas/Problem"}

# Asked for as a parameter so that the document says so, refused as what it is.
_KEY = ("header", "Idempotency-Key")

# More wrong fields than this help nobody, and cost the answer its size.
MOST_ERRORS = 50
LONGEST_POINTER = 200

# Errors of the framework that have no class of ours: status → (code, title).
_PLAIN = {
    400: ("core.bad_request", "The request cannot be understood"),
    401: ("core.unauthenticated", "Sign in first"),
    403: ("core.forbidden", "You may not do this"),
    404: ("core.not_found", "Not found"),
    405: ("core.method_not_allowed", "This address does not take that method"),
    406: ("core.not_acceptable", "Not available in that form"),
    413: ("core.body_too_large", "The body is too large"),
    415: ("core.unsupported_media_type", "This media type is not accepted"),
    500: ("core.internal", "Something went wrong on our side"),
}


class ProblemField(BaseModel):
    """One wrong field."""

    pointer: str = Field(
        description="JSON pointer into the body; `/query/…`, `/path/…`, `/header/…` for parameters.",
        examples=["/email", "/query/limit"],
    )
    code: str = Field(description="Stable, for programs.", examples=["missing"])
    message: str = Field(description="For people; may change.", examples=["Field required"])


class Problem(BaseModel):
    """A problem document (RFC 9457). Programs decide by `code`; `detail` is for people and may change."""

    model_config = ConfigDict(title="Problem")

    type: str = Field(description="URN of the code.", examples=["urn:lyceum:problem:core.not_found"])
    title: str = Field(examples=["Not found"])
    status: int = Field(examples=[404])
    code: str = Field(description="Stable, for programs.", examples=["core.not_found"])
    detail: str = Field(examples=["Not found"])
    instance: str = Field(description="The path that was asked for.", examples=["/api/v1/academy/courses"])
    request_id: str = Field(description="Names this request in our logs.", examples=[_REQUEST_ID])
    errors: list[ProblemField] = Field(default_factory=list, description="The wrong fields, when fields are wrong.")


def problem_type(code: str) -> str:
    """The `type` member for a code."""
    return f"urn:lyceum:problem:{code}"


def problem_response(
    scope: Scope,
    status: int,
    code: str,
    title: str,
    detail: str | None = None,
    *,
    errors: Iterable[FieldError] = (),
    headers: dict[str, str] | None = None,
    **more: object,
) -> Response:
    """A rendered problem document for the request in `scope`; `more` are extension members."""
    facts = facts_of(scope)
    facts.code = code
    document = {
        "type": problem_type(code),
        "title": title,
        "status": status,
        "code": code,
        "detail": detail or title,
        "instance": scope.get("path", ""),
        "request_id": facts.request_id,
        "errors": [{"pointer": e.pointer, "code": e.code, "message": e.message} for e in errors],
        **more,
    }
    # ASCII escapes: whatever a path or a field name was made of, this can be encoded.
    content = json.dumps(document, separators=(",", ":")).encode()
    return Response(content, status, {"Cache-Control": "no-store", **(headers or {})}, MEDIA_TYPE)


def refusal_response(
    scope: Scope, error: AppError, *, headers: dict[str, str] | None = None, **more: object
) -> Response:
    """The problem document of a refusal; `more` are extension members."""
    headers = {**error.headers, **(headers or {})}
    more = {**error.members, **more}
    return problem_response(
        scope, error.status, error.code, error.title, error.detail, errors=error.errors, headers=headers, **more
    )


def plain_response(
    scope: Scope, status: int, detail: str | None = None, headers: dict[str, str] | None = None
) -> Response:
    """The problem document of a bare status code."""
    code, title = _PLAIN.get(status, (f"core.http_{status}", f"HTTP {status}"))
    return problem_response(scope, status, code, title, detail, headers=headers)


async def _refused(request: Request, error: Exception) -> Response:
    if not isinstance(error, AppError):
        raise TypeError("registered for AppError alone") from error
    more, headers = await current_version(request) if isinstance(error, Stale) else ({}, {})
    response = refusal_response(request.scope, error, headers=headers, **more)
    claim: IdempotentRequest | None = request.scope.get(IDEMPOTENCY)
    if claim is not None:
        # Here the transaction of the request is gone already, and the key with it.
        try:
            await claim.store_refusal(response)
        except Exception as failure:  # noqa: BLE001  (a refusal that is not kept is computed again: nothing is lost)
            log.warning("refusal_not_kept", error=type(failure).__name__)
    return response


async def _again(_: Request, error: Exception) -> Response:
    if not isinstance(error, StoredAnswer):
        raise TypeError("registered for StoredAnswer alone") from error
    return error.response


async def _not_modified(_: Request, error: Exception) -> Response:
    if not isinstance(error, NotModified):
        raise TypeError("registered for NotModified alone") from error
    return Response(status_code=304, headers={"ETag": error.etag})


async def _plain(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise TypeError("registered for HTTPException alone") from error
    return plain_response(request.scope, error.status_code, headers=dict(error.headers or {}))


async def _invalid(request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise TypeError("registered for RequestValidationError alone") from error
    if any(found["type"] == "missing" and found["loc"] == _KEY for found in error.errors()):
        return refusal_response(request.scope, IdempotencyKeyRequired())
    return refusal_response(request.scope, Invalid(errors=field_errors(error.errors(), error.body)))


# Errors of the database are absent on purpose: they travel on to the layers that retry and render them.
HANDLERS: dict[type[Exception], Callable[[Request, Exception], Awaitable[Response]]] = {
    AppError: _refused,
    StoredAnswer: _again,
    NotModified: _not_modified,
    HTTPException: _plain,
    RequestValidationError: _invalid,
}


def install_problems(app: FastAPI) -> None:
    """Answer refusals, validation errors and the framework's own errors with problem documents."""
    for kind, handler in HANDLERS.items():
        app.add_exception_handler(kind, handler)


def field_errors(found: Sequence[Any], body: object = None) -> tuple[FieldError, ...]:
    """The errors of pydantic as ours: where, which, why; never what was sent."""
    return tuple(
        FieldError(
            pointer_of(error["loc"], body, missing=error["type"] == "missing"),
            error["type"],
            error["msg"].removeprefix("Value error, "),
        )
        for error in found[:MOST_ERRORS]
    )


def pointer_of(loc: Sequence[str | int], body: object = None, *, missing: bool = False) -> str:
    """A JSON pointer for pydantic's location.

    pydantic names the branch of a union in the location; such names are not keys of the document and are left out.
    """
    place, *parts = loc
    if place != "body":
        return _pointer(loc)
    kept: list[str | int] = []
    here: object = body
    for position, part in enumerate(parts):
        found, inner = _step(here, part)
        if found:
            here = inner
            kept.append(part)
        elif missing and position == len(parts) - 1:
            kept.append(part)
    return _pointer(kept)


def _step(here: object, part: str | int) -> tuple[bool, object]:
    if isinstance(here, dict):
        return part in here, here.get(part)
    if isinstance(here, list) and isinstance(part, int) and part < len(here):
        return True, here[part]
    return False, None


def _pointer(parts: Iterable[str | int]) -> str:
    escaped = (str(part).replace("~", "~0").replace("/", "~1") for part in parts)
    return "".join(f"/{part}" for part in escaped)[:LONGEST_POINTER]


def refusals(*errors: type[AppError]) -> dict[int | str, dict[str, Any]]:
    """For `responses=`: exactly these refusals, one response per status with one named example per code."""
    by_status: dict[int | str, dict[str, Any]] = {}
    for error in errors:
        response = by_status.setdefault(error.status, problem_answer())
        response["content"][MEDIA_TYPE]["examples"][error.code] = example_of(error)
    for response in by_status.values():
        titles = [example["summary"] for example in response["content"][MEDIA_TYPE]["examples"].values()]
        response["description"] = " · ".join(titles)
    return by_status


def problem_answer(description: str = "") -> dict[str, Any]:
    """An OpenAPI response that is a problem document, still without examples."""
    return {"description": description, "content": {MEDIA_TYPE: {"schema": dict(SCHEMA), "examples": {}}}}


def example_of(error: type[AppError]) -> dict[str, Any]:
    """A named example for the OpenAPI document."""
    return {
        "summary": error.title,
        "value": {
            "type": problem_type(error.code),
            "title": error.title,
            "status": error.status,
            "code": error.code,
            "detail": error.title,
            "instance": "/api/v1",
            "request_id": _REQUEST_ID,
            "errors": [],
        },
    }
