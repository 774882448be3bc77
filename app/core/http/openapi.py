"""The OpenAPI document: what the framework derives from the code, and what holds for every operation alike (D-06).

Problem responses that any operation can give are written once as components and referred to; an operation's own
refusals (`refusals(...)`) keep their named examples beside them.
"""

from collections.abc import Iterator
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from app.core.errors import AppError, BadRequest, Forbidden, Invalid, NotFound, TooManyRequests, Unauthenticated
from app.core.errors import Unavailable as ServiceUnavailable
from app.core.http.access import BEARER
from app.core.http.current import CURRENT
from app.core.http.guard import BodyTimeout, BodyTooLarge, UnsupportedMediaType
from app.core.http.problems import MEDIA_TYPE, SCHEMA, Problem, ProblemField, example_of, problem_answer
from app.core.http.routing import Router
from app.core.http.wording import finish

VERBS = ("get", "put", "post", "delete", "patch")

DESCRIPTION = """\
One headless learning platform behind one API. Send `Authorization: Bearer <access token or API key>`.

**Errors** are problem documents (RFC 9457, `application/problem+json`). Programs decide by `code`, which is stable;
`detail` is for people. `errors[]` points at wrong fields. Quote `request_id` when you ask us about an answer.

**Lists** answer `{"items": [...], "next_cursor": ...}`. Ask with `?limit=` and `?cursor=`; a cursor is opaque, and
`null` means the end.

**Idempotency**: send `Idempotency-Key` with a POST, and repeating it gives the first answer instead of a second effect.
Operations that move seats or money require it. The same key with another body is refused.

**Editing**: resources carry an `ETag`; send it back as `If-Match`, and a change that somebody else overtook is refused
with 412, and `current` is the resource as it is now.

**Times** are RFC 3339 in UTC. With `Time-Format: unix-ms` they are written as Unix milliseconds; both are accepted.

**Limits**: `RateLimit-Policy` tells the rules, `RateLimit` what is left of them; 429 and 503 carry `Retry-After`.

**Versions**: changes within `/api/v1` only add. What will go is announced by `Deprecation` and `Sunset` headers and in
the changelog, so ignore fields that you do not know.
"""

TAGS = {
    "identity": "Accounts, sign-in, organizations, API keys.",
    "academy": "Cohort courses: seats, payments, waitlist, learning paths, skills, assessments, credentials.",
    "community": "Spaces, posts, courses, events, memberships, messages, points.",
    "tracker": "People, courses and certifications, synchronised with Planning Center.",
    "studio": "Authoring of training content for clients.",
    "crm": "Programs and participation of organizations.",
    "media": "Uploads and files.",
    "notifications": "One inbox for all systems.",
    "webhooks": "Signed events to partners, and events from providers.",
    "privacy": "Export and erasure of a person's data.",
    "sync": "Planning Center synchronisation under the tracker's own paths.",
    "health": "Is the service up, and ready.",
}

# Component name → the refusal that any fitting operation may answer.
COMMON: dict[str, type[AppError]] = {
    "BadRequest": BadRequest,
    "Unauthenticated": Unauthenticated,
    "Forbidden": Forbidden,
    "NotFound": NotFound,
    "BodyTimeout": BodyTimeout,
    "BodyTooLarge": BodyTooLarge,
    "UnsupportedMediaType": UnsupportedMediaType,
    "Invalid": Invalid,
    "RateLimited": TooManyRequests,
    "Unavailable": ServiceUnavailable,
}

_HEADERS: dict[str, dict[str, Any]] = {
    "Retry-After": {"description": "Seconds to wait before trying again.", "schema": {"type": "integer"}},
    "RateLimit": {"description": "What is left of each limit.", "schema": {"type": "string"}},
    "RateLimit-Policy": {"description": "The limits that apply.", "schema": {"type": "string"}},
    "ETag": {"description": "The version shown here; send it back as If-Match.", "schema": {"type": "string"}},
    "WWW-Authenticate": {"description": "How to authenticate.", "schema": {"type": "string"}},
}
_SENT_WITH = {
    "Unauthenticated": ("WWW-Authenticate",),
    "RateLimited": ("Retry-After", "RateLimit", "RateLimit-Policy"),
    "Unavailable": ("Retry-After",),
}


def operation_id(route: APIRoute) -> str:
    """`{domain}_{function}`: the first tag is the domain, and moving a file changes nothing for clients."""
    return f"{route.tags[0]}_{route.name}" if route.tags else route.name


class LyceumAPI(FastAPI):
    """FastAPI with our routers and our OpenAPI document, which is built once, when first asked for."""

    def include_router(self, router: APIRouter, **options: Any) -> None:
        """Make routes of a router's operations."""
        if isinstance(router, Router):
            router.place(self.router)
        else:
            super().include_router(router, **options)

    def openapi(self) -> dict[str, Any]:
        """The document. Raises ValueError when two operations share an operationId."""
        if self.openapi_schema is None:
            self.openapi_schema = build_document(self)
        return self.openapi_schema


def build_document(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI 3.1 document of `app`."""
    document = get_openapi(
        title=app.title,
        version=app.version,
        summary=app.summary,
        description=app.description,
        routes=app.routes,
        servers=[{"url": "/", "description": "The host that serves this document"}],
        contact=app.contact,
        license_info=app.license_info,
    )
    finish(document)
    operations = list(_operations(document))
    _refuse_doubles(operations)
    used = {tag for _, _, operation in operations for tag in operation.get("tags", ())}
    document["tags"] = [{"name": name, "description": text} for name, text in TAGS.items() if name in used]
    for path, _, operation in operations:
        _secure(operation)
        _add_common_answers(path, operation)
    for item in document.get("paths", {}).values():
        _add_versions(item)
        _add_current(item)
    _add_components(document)
    return document


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in document.get("paths", {}).items():
        for verb in VERBS:
            if verb in item:
                yield path, verb, item[verb]


def _refuse_doubles(operations: list[tuple[str, str, dict[str, Any]]]) -> None:
    seen: dict[str, str] = {}
    for path, verb, operation in operations:
        name, place = operation["operationId"], f"{verb.upper()} {path}"
        if name in seen:
            raise ValueError(f"operationId {name} is used by {seen[name]} and {place}")
        seen[name] = place


def _secure(operation: dict[str, Any]) -> None:
    operation.setdefault("security", [BEARER])


def _common_for(path: str, operation: dict[str, Any]) -> Iterator[str]:
    yield "BadRequest"
    if BEARER in operation["security"]:
        # Also where a token is optional: a suspended account is refused wherever it shows itself.
        yield from ("Unauthenticated", "Forbidden")
    if "{" in path:
        yield "NotFound"
    if "requestBody" in operation:
        yield from ("BodyTimeout", "BodyTooLarge", "UnsupportedMediaType")
    if "requestBody" in operation or operation.get("parameters"):
        yield "Invalid"
    if path.startswith("/api/"):
        yield from ("RateLimited", "Unavailable")


def _add_common_answers(path: str, operation: dict[str, Any]) -> None:
    answers: dict[str, Any] = operation["responses"]
    if "HTTPValidationError" in str(answers.get("422", "")):
        del answers["422"]
    if any(parameter["name"] == "If-None-Match" for parameter in operation.get("parameters", ())):
        answers["304"] = {"description": "The version you have is the newest"}
    for name in _common_for(path, operation):
        error = COMMON[name]
        own = answers.get(str(error.status))
        if own is None:
            answers[str(error.status)] = {"$ref": f"#/components/responses/{name}"}
        elif examples := own.get("content", {}).get(MEDIA_TYPE, {}).get("examples"):
            examples.setdefault(error.code, example_of(error))
            own.setdefault("headers", _headers(name))
    operation["responses"] = dict(sorted(answers.items()))


def _add_versions(item: dict[str, Any]) -> None:
    """What can be edited with `If-Match` tells its version wherever it is shown at that address."""
    edited = any(
        parameter["name"] == "If-Match" for verb in VERBS for parameter in item.get(verb, {}).get("parameters", ())
    )
    for verb in ("get", "patch") if edited else ():
        if answer := item.get(verb, {}).get("responses", {}).get("200"):
            answer.setdefault("headers", {})["ETag"] = _HEADERS["ETag"]


def _add_current(item: dict[str, Any]) -> None:
    """A refused edit carries the resource as a GET of the address shows it (`current.py`)."""
    shown = item.get("get", {}).get("responses", {}).get("200", {}).get("content", {}).get("application/json")
    for verb in VERBS if shown else ():
        if stale := item.get(verb, {}).get("responses", {}).get("412"):
            current = {"allOf": [shown["schema"]], "description": "The resource as it is now, as a GET shows it."}
            stale["content"][MEDIA_TYPE]["schema"] = {"allOf": [SCHEMA, {"properties": {CURRENT: current}}]}
            stale["headers"] = {"ETag": _HEADERS["ETag"]}


def _headers(name: str) -> dict[str, Any]:
    return {header: _HEADERS[header] for header in _SENT_WITH.get(name, ())}


def _add_components(document: dict[str, Any]) -> None:
    components: dict[str, Any] = document.setdefault("components", {})
    schemas: dict[str, Any] = components.setdefault("schemas", {})
    for ours in ("HTTPValidationError", "ValidationError"):
        schemas.pop(ours, None)
    for model in (Problem, ProblemField):
        schema = model.model_json_schema(ref_template="#/components/schemas/{model}", mode="serialization")
        schema.pop("$defs", None)
        schemas[model.__name__] = schema
    components["schemas"] = dict(sorted(schemas.items()))
    components["responses"] = {name: _answer(name, error) for name, error in COMMON.items()}
    components["securitySchemes"] = {
        "bearer": {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT or API key",
            "description": "An access token from `POST /api/v1/identity/sessions`, or an API key.",
        },
        "stripeSignature": {
            "type": "apiKey",
            "in": "header",
            "name": "Stripe-Signature",
            "description": "HMAC over the raw body and a time stamp, made with the endpoint's secret, by Stripe alone.",
        },
    }


def _answer(name: str, error: type[AppError]) -> dict[str, Any]:
    answer = problem_answer(error.title)
    answer["content"][MEDIA_TYPE]["examples"][error.code] = example_of(error)
    if headers := _headers(name):
        answer["headers"] = headers
    return answer
