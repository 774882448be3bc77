"""The outermost layer: names, common headers, one line and two figures per request, and nobody's data in any."""

import io
import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
import structlog
from fastapi import Request

from app.core.clock import TimeFormat, time_format
from app.core.facts import facts_of
from app.core.http.routing import Router
from app.core.logging import configure_logging
from app.core.metrics import Metrics
from app.core.outbox.emit import request_id
from app.settings import ServerSettings
from tests.core.http.edge import client_of, edge_app

inner = Router()


@inner.get("/things/{thing_id}")
async def thing(thing_id: str, request: Request) -> dict[str, str | None]:
    facts_of(request.scope).account_id = "0190-account"
    return {"id": thing_id, "emitting": request_id.get(), "times": time_format.get()}


@inner.get("/things/{thing_id}/failure")
async def failing(thing_id: str) -> None:
    raise RuntimeError(thing_id)


middle = Router()
middle.include_router(inner, prefix="/inner")
outer = Router(prefix="/api/v1")
outer.include_router(middle, prefix="/middle")
TEMPLATE = "/api/v1/middle/inner/things/{thing_id}"
PATH = "/api/v1/middle/inner/things/7"

metrics = Metrics(ServerSettings())
app = edge_app(outer, metrics=metrics)


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(app) as client:
        yield client


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """What is logged, as written."""
    written = io.StringIO()
    monkeypatch.setattr("sys.stdout", written)
    configure_logging("INFO")
    for module in ("observe", "middleware"):
        monkeypatch.setattr(f"app.core.http.{module}.log", structlog.get_logger())
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    monkeypatch.undo()
    configure_logging("INFO")


async def test_a_request_keeps_the_name_that_the_caller_gave_it(http: httpx.AsyncClient) -> None:
    response = await http.get(PATH, headers={"X-Request-Id": "front-end.42"})
    assert response.headers["x-request-id"] == "front-end.42"
    assert response.json()["emitting"] == "front-end.42"


@pytest.mark.parametrize("name", ["", "a b", "x" * 65, "é".encode().decode("latin-1"), 'a"b', "a\tb"])
async def test_a_name_that_could_break_a_log_line_is_replaced(http: httpx.AsyncClient, name: str) -> None:
    response = await http.get(PATH, headers={b"X-Request-Id": name.encode("latin-1")})
    assert len(response.headers["x-request-id"]) == 32


async def test_every_request_without_a_name_gets_another_one(http: httpx.AsyncClient) -> None:
    names = {(await http.get("/nowhere")).headers["x-request-id"] for _ in range(5)}
    assert len(names) == 5


@pytest.mark.req("X-OBS-01")
async def test_one_line_tells_a_request_by_its_template_with_the_ids(http: httpx.AsyncClient, lines: Any) -> None:
    trace = "0af7651916cd43dd8448eb211c80319c"
    await http.get(PATH, headers={"X-Request-Id": "r1", "Traceparent": f"00-{trace}-b7ad6b7169203331-01"})
    [line] = lines()
    assert line.pop("ms") >= 0
    assert line.pop("timestamp")
    assert line == {
        "event": "request",
        "level": "info",
        "method": "GET",
        "route": TEMPLATE,
        "status": 200,
        "request_id": "r1",
        "trace_id": trace,
        "account_id": "0190-account",
    }


@pytest.mark.req("X-SEC-03")
async def test_neither_query_nor_path_nor_address_nor_token_is_logged(http: httpx.AsyncClient, lines: Any) -> None:
    headers = {"Authorization": "Bearer tok3n-secret", "Cookie": "c00kie-secret"}
    await http.get("/api/v1/middle/inner/things/path-secret?email=query-secret", headers=headers)
    await http.get("/unknown-secret?q=query-secret", headers=headers)
    written = json.dumps(lines())
    assert len(lines()) == 2
    assert "secret" not in written
    assert "192.0.2.7" not in written


async def test_the_problem_code_is_on_the_line(http: httpx.AsyncClient, lines: Any) -> None:
    await http.get(PATH + "/failure")
    unexpected, line = lines()
    assert unexpected["errors"][0]["type"] == "builtins.RuntimeError"
    assert any("failing" in place for place in unexpected["errors"][0]["places"])
    assert (line["status"], line["code"]) == (500, "core.internal")


async def test_every_answer_forbids_sniffing_and_framing(http: httpx.AsyncClient) -> None:
    for path in (PATH, "/nowhere"):
        headers = (await http.get(path)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert "default-src 'none'" in headers["content-security-policy"]
        assert headers["referrer-policy"] == "no-referrer"


async def test_answers_to_signed_in_callers_are_not_stored(http: httpx.AsyncClient) -> None:
    assert (await http.get(PATH, headers={"Authorization": "Bearer x"})).headers["cache-control"] == "no-store"
    assert "cache-control" not in (await http.get(PATH)).headers


@pytest.mark.req("X-OBS-01")
async def test_requests_are_counted_and_timed_by_template_method_and_status() -> None:
    fresh = Metrics(ServerSettings())
    async with client_of(edge_app(outer, metrics=fresh)) as other:
        await other.get(PATH)
        await other.get("/api/v1/middle/inner/things/8")
        await other.get("/nowhere")
    text = fresh.requests_exposition().decode()
    assert f'lyceum_http_requests_total{{method="GET",route="{TEMPLATE}",status="200"}} 2.0' in text
    assert 'lyceum_http_requests_total{method="GET",route="unmatched",status="404"} 1.0' in text
    assert f'lyceum_http_request_seconds_count{{method="GET",route="{TEMPLATE}"}} 2.0' in text


async def test_invented_methods_make_no_new_series() -> None:
    fresh = Metrics(ServerSettings())
    async with client_of(edge_app(outer, metrics=fresh)) as other:
        await other.request("BREW", "/nowhere")
        await other.request("BREW2", "/nowhere")
    text = fresh.requests_exposition().decode()
    assert 'lyceum_http_requests_total{method="other",route="unmatched",status="404"} 2.0' in text


@pytest.mark.req("Z-06")
async def test_the_time_format_of_the_request_reaches_the_endpoint_and_ends_with_it(http: httpx.AsyncClient) -> None:
    assert (await http.get(PATH, headers={"Time-Format": "unix-ms"})).json()["times"] == "unix-ms"
    assert (await http.get(PATH)).json()["times"] == "rfc3339"
    assert time_format.get() is TimeFormat.rfc3339


async def test_an_unknown_time_format_is_refused(http: httpx.AsyncClient) -> None:
    response = await http.get(PATH, headers={"Time-Format": "swatch"})
    assert (response.status_code, response.json()["code"]) == (400, "core.invalid_time_format")


@pytest.mark.req("D-07")
async def test_a_front_end_on_another_origin_may_call_and_read_what_it_needs(http: httpx.AsyncClient) -> None:
    asked = {
        "Origin": "https://app.example",
        "Access-Control-Request-Method": "PATCH",
        "Access-Control-Request-Headers": "authorization,content-type,idempotency-key,if-match,time-format",
    }
    allowed = await http.options(PATH, headers=asked)
    assert allowed.status_code == 200
    assert allowed.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in allowed.headers
    answer = await http.get(PATH, headers={"Origin": "https://app.example"})
    exposed = {name.strip().lower() for name in answer.headers["access-control-expose-headers"].split(",")}
    wanted = {"etag", "ratelimit", "ratelimit-policy", "retry-after", "x-request-id", "location", "link", "deprecation"}
    assert wanted <= exposed


@pytest.mark.req("D-07")
async def test_refusals_can_be_read_by_a_front_end_too(http: httpx.AsyncClient) -> None:
    for path in ("/nowhere", PATH + "/failure", "/%00"):
        answer = await http.get(path, headers={"Origin": "https://app.example"})
        assert answer.headers["access-control-allow-origin"] == "*"


async def test_only_configured_origins_are_allowed_where_origins_are_configured() -> None:
    settings = ServerSettings(cors_origins=("https://app.example",))
    async with client_of(edge_app(outer, settings=settings)) as http:
        ours = await http.get(PATH, headers={"Origin": "https://app.example"})
        theirs = await http.get(PATH, headers={"Origin": "https://evil.example"})
    assert ours.headers["access-control-allow-origin"] == "https://app.example"
    assert "access-control-allow-origin" not in theirs.headers
