"""Problem documents: one shape for every error, no data and no insides in any of them."""

from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal

import httpx
import pytest
import structlog
from fastapi import Header, Query
from pydantic import BaseModel, Field, field_validator
from starlette.responses import Response, StreamingResponse

from app.core.errors import Conflict, FieldError, Forbidden, Invalid, NotFound, Unauthenticated, Unavailable
from app.core.http.problems import field_errors, pointer_of, problem_type, refusals
from app.core.http.routing import Router
from tests.core.http.edge import client_of, edge_app, raw, served

router = Router()


class CohortFull(Conflict):
    code = "academy.cohort_full"
    title = "The cohort is full"


class CohortStarted(Conflict):
    code = "academy.cohort_started"
    title = "The cohort has started"


class Cat(BaseModel):
    kind: Literal["cat"]
    lives: int = Field(ge=0)


class Dog(BaseModel):
    kind: Literal["dog"]
    tricks: list[str]


class Form(BaseModel):
    name: str = Field(max_length=3)
    size: int | float
    pet: Annotated[Cat | Dog, Field(discriminator="kind")]
    secret: str = ""

    @field_validator("secret")
    @classmethod
    def _never(cls, value: str) -> str:
        if value:
            raise ValueError("nobody may know")
        return value


@router.post("/forms")
async def create_form(
    body: Form, limit: Annotated[int, Query(ge=1)] = 1, x_depth: Annotated[int, Header()] = 0
) -> Form:
    return body if limit > x_depth else body.model_copy()


@router.post("/payments")
async def pay(key: Annotated[str, Header(alias="Idempotency-Key")], limit: int = 1) -> str:
    return key * limit


@router.get("/raise/{what}")
async def fail(what: str) -> None:
    known: dict[str, Exception] = {
        "conflict": CohortFull(),
        "fields": Invalid("Not so.", errors=(FieldError("/a", "odd", "is odd"),)),
        "hidden": NotFound(),
        "stranger": Unauthenticated(),
        "forbidden": Forbidden("Only for coaches."),
        "outage": Unavailable(retry_after=7),
        "bug": RuntimeError("password=hunter2"),
        "file": FileNotFoundError("/etc/lyceum/secret"),
    }
    raise known[what]


@router.get("/half")
async def half() -> Response:
    async def parts() -> AsyncIterator[bytes]:
        yield b"one"
        raise RuntimeError("broken in the middle")

    return StreamingResponse(parts())


app = edge_app(router)


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(app) as client:
        yield client


@pytest.mark.req("X-API-01")
async def test_a_refusal_is_a_problem_document_with_code_and_request_id(http: httpx.AsyncClient) -> None:
    response = await http.get("/raise/conflict?who=me", headers={"X-Request-Id": "abc.123"})
    assert response.headers["content-type"] == "application/problem+json"
    assert (response.status_code, response.json()) == (
        409,
        {
            "type": "urn:lyceum:problem:academy.cohort_full",
            "title": "The cohort is full",
            "status": 409,
            "code": "academy.cohort_full",
            "detail": "The cohort is full",
            "instance": "/raise/conflict",
            "request_id": "abc.123",
            "errors": [],
        },
    )


@pytest.mark.parametrize(
    ("what", "status", "code", "header"),
    [
        ("hidden", 404, "core.not_found", None),
        ("stranger", 401, "core.unauthenticated", ("www-authenticate", "Bearer")),
        ("forbidden", 403, "core.forbidden", None),
        ("outage", 503, "core.unavailable", ("retry-after", "7")),
        ("fields", 422, "core.invalid", None),
    ],
)
async def test_each_kind_of_refusal_has_its_status_code_and_headers(
    http: httpx.AsyncClient, what: str, status: int, code: str, header: tuple[str, str] | None
) -> None:
    response = await http.get(f"/raise/{what}")
    assert (response.status_code, response.json()["code"]) == (status, code)
    if header:
        assert response.headers[header[0]] == header[1]


@pytest.mark.parametrize("what", ["bug", "file"])
@pytest.mark.req("X-API-01")
async def test_a_bug_is_a_500_that_tells_nothing_but_the_request_id(http: httpx.AsyncClient, what: str) -> None:
    response = await http.get(f"/raise/{what}")
    found = response.json()
    assert (response.status_code, found["code"]) == (500, "core.internal")
    assert found["request_id"] == response.headers["x-request-id"]
    assert "hunter2" not in response.text
    assert "lyceum/secret" not in response.text


async def test_a_bug_is_logged_with_its_place(http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    with structlog.testing.capture_logs() as lines:
        monkeypatch.setattr("app.core.http.middleware.log", structlog.get_logger())
        await http.get("/raise/bug")
    [line] = [line for line in lines if line["event"] == "unexpected_error"]
    assert isinstance(line["exc_info"], RuntimeError)


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "core.not_found"),
        ("DELETE", "/forms", 405, "core.method_not_allowed"),
        ("GET", "/forms/", 404, "core.not_found"),
    ],
)
async def test_the_frameworks_own_errors_look_the_same(
    http: httpx.AsyncClient, method: str, path: str, status: int, code: str
) -> None:
    response = await http.request(method, path)
    assert response.headers["content-type"] == "application/problem+json"
    assert (response.status_code, response.json()["code"]) == (status, code)


@pytest.mark.req("X-API-01")
async def test_wrong_fields_are_named_by_pointers_and_codes_and_never_quoted(http: httpx.AsyncClient) -> None:
    response = await http.post(
        "/forms?limit=0",
        json={"name": "a-long-secret", "size": "huge-secret", "pet": {"kind": "cat", "lives": -1}, "secret": "s3cret"},
        headers={"X-Depth": "deep-secret"},
    )
    assert response.status_code == 422
    assert {(error["pointer"], error["code"]) for error in response.json()["errors"]} == {
        ("/query/limit", "greater_than_equal"),
        ("/header/x-depth", "int_parsing"),
        ("/name", "string_too_long"),
        ("/size", "int_parsing"),
        ("/size", "float_parsing"),
        ("/pet/lives", "greater_than_equal"),
        ("/secret", "value_error"),
    }
    for sent in ("long-secret", "huge-secret", "deep-secret", "s3cret"):
        assert sent not in response.text


async def test_a_missing_field_is_named_where_it_should_be(http: httpx.AsyncClient) -> None:
    response = await http.post("/forms", json={"name": "a", "size": 1, "pet": {"kind": "dog"}})
    assert [(error["pointer"], error["code"]) for error in response.json()["errors"]] == [("/pet/tricks", "missing")]


@pytest.mark.req("X-API-03")
async def test_a_required_idempotency_key_that_is_missing_is_a_400_of_its_own(http: httpx.AsyncClient) -> None:
    missing = await http.post("/payments?limit=x")
    assert (missing.status_code, missing.json()["code"]) == (400, "core.idempotency_key_required")
    assert (await http.post("/payments", headers={"Idempotency-Key": "k"})).json() == "k"


def test_slashes_and_tildes_in_names_are_escaped() -> None:
    assert pointer_of(("body", "a/b~c"), {"a/b~c": 1}) == "/a~1b~0c"


def test_only_the_first_fifty_wrong_fields_are_told() -> None:
    found: list[dict[str, Any]] = [{"loc": ("body", n), "type": "x", "msg": "y"} for n in range(80)]
    assert len(field_errors(found, list(range(80)))) == 50


async def test_an_answer_that_breaks_in_the_middle_does_not_pretend_to_be_whole() -> None:
    async with served(app) as port:
        heard = await raw(port, b"GET /half HTTP/1.1\r\nHost: x\r\n\r\n")
    assert b"one" in heard
    # The last chunk of a complete chunked answer.
    assert not heard.endswith(b"0\r\n\r\n")


def test_refusals_of_one_status_share_a_response_with_named_examples() -> None:
    documented = refusals(CohortFull, CohortStarted, NotFound)
    assert set(documented) == {409, 404}
    examples = documented[409]["content"]["application/problem+json"]["examples"]
    assert set(examples) == {"academy.cohort_full", "academy.cohort_started"}
    assert examples["academy.cohort_full"]["value"]["type"] == problem_type("academy.cohort_full")
    assert documented[409]["description"] == "The cohort is full · The cohort has started"
