"""The guard: size, speed, type and characters of a request, before anything is parsed."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Any

import httpx
import pytest
from fastapi import Body, Request

from app.core.http.guard import JSON_BODY, BodyRule
from app.core.http.routing import Router
from tests.core.http.edge import client_of, edge_app, raw, served

router = Router()
WIDE = 2_000_000


@router.post("/echo")
async def echo(body: Annotated[dict[str, Any], Body()]) -> dict[str, Any]:
    return body


@router.post("/raw/size")
@router.post("/hooks/size")
@router.post("/slow/size")
@router.post("/things/{name}/size")
@router.post("/things/{name}/parts")
async def size(request: Request) -> int:
    return len(await request.body())


@router.get("/things/{name}")
async def thing(name: str, q: str = "") -> str:
    return name + q


RULES = (
    BodyRule("/hooks", limit=1 << 20),
    BodyRule("/things/", limit=1 << 21, suffix="/parts"),
    BodyRule("/slow", limit=1000, deadline=0.3),
    BodyRule("/raw", limit=WIDE, types=None, deadline=0.5, buffered=False),
)
app = edge_app(router, body_rules=RULES)


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(app) as client:
        yield client


def problem(response: httpx.Response, status: int, code: str) -> dict[str, Any]:
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    document: dict[str, Any] = response.json()
    assert (document["status"], document["code"]) == (status, code)
    return document


async def chunks(size: int, count: int) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield b" " * size


async def test_json_of_a_million_bytes_passes_and_one_more_does_not(http: httpx.AsyncClient) -> None:
    frame = len('{"a":""}')
    kind = {"Content-Type": "application/json"}
    fitting = b'{"a":"' + b"x" * (1_000_000 - frame) + b'"}'
    assert (await http.post("/echo", content=fitting, headers=kind)).status_code == 200
    problem(await http.post("/echo", content=fitting + b" ", headers=kind), 413, "core.body_too_large")


async def test_chunked_bodies_are_counted(http: httpx.AsyncClient) -> None:
    kind = {"Content-Type": "application/json"}
    response = await http.post("/echo", content=chunks(100_000, 11), headers=kind)
    problem(response, 413, "core.body_too_large")


async def test_the_longest_fitting_prefix_decides_the_cap(http: httpx.AsyncClient) -> None:
    kind = {"Content-Type": "application/json"}
    assert (await http.post("/hooks/size", content=b" " * (1 << 20), headers=kind)).json() == 1 << 20
    problem(await http.post("/hooks/size", content=b" " * ((1 << 20) + 1), headers=kind), 413, "core.body_too_large")


async def test_a_rule_may_be_about_paths_that_end_in_one_way(http: httpx.AsyncClient) -> None:
    kind = {"Content-Type": "application/json"}
    body = b" " * (1 << 21)
    assert (await http.post("/things/a/parts", content=body, headers=kind)).json() == 1 << 21
    problem(await http.post("/things/a/parts", content=body + b" ", headers=kind), 413, "core.body_too_large")
    problem(await http.post("/things/a/size", content=body, headers=kind), 413, "core.body_too_large")
    problem(await http.post("/other/a/parts", content=body, headers=kind), 413, "core.body_too_large")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "application/json5", ""])
async def test_other_media_types_are_refused(http: httpx.AsyncClient, kind: str) -> None:
    response = await http.post("/echo", content=b"{}", headers={"Content-Type": kind})
    problem(response, 415, "core.unsupported_media_type")
    assert response.headers["accept"] == "application/json"


async def test_json_with_a_charset_is_json(http: httpx.AsyncClient) -> None:
    kind = {"Content-Type": "Application/JSON; charset=utf-8"}
    assert (await http.post("/echo", content=b'{"a":1}', headers=kind)).json() == {"a": 1}


async def test_compressed_bodies_are_refused(http: httpx.AsyncClient) -> None:
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    problem(await http.post("/echo", content=b"{}", headers=headers), 415, "core.unsupported_content_encoding")


@pytest.mark.parametrize("address", ["/things/a%00b", "/things/a?q=%00", "/%00"])
async def test_a_nul_in_the_address_is_refused(http: httpx.AsyncClient, address: str) -> None:
    problem(await http.get(address), 400, "core.invalid_characters")


async def test_a_streamed_upload_may_be_of_any_type_and_larger_than_json(http: httpx.AsyncClient) -> None:
    response = await http.post("/raw/size", content=b"\0" * WIDE, headers={"Content-Type": "image/png"})
    assert response.json() == WIDE


async def test_a_streamed_upload_stops_at_its_cap(http: httpx.AsyncClient) -> None:
    response = await http.post("/raw/size", content=chunks(100_000, 21), headers={"Content-Type": "image/png"})
    problem(response, 413, "core.body_too_large")


def test_a_body_has_fifteen_seconds_to_arrive() -> None:
    assert JSON_BODY.deadline == 15.0


HEAD = b"POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"


@pytest.mark.parametrize("path", [b"/slow/size", b"/raw/size"])
async def test_a_body_that_does_not_arrive_is_given_up_and_the_connection_closed(path: bytes) -> None:
    async with served(app) as port:
        answer = await raw(port, HEAD % path + b"Content-Length: 100\r\n\r\n12345")
    assert answer.startswith(b"HTTP/1.1 408")
    assert b"core.body_timeout" in answer


async def test_a_body_that_drips_is_given_up_at_the_total_deadline() -> None:
    async with served(app) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(HEAD % b"/slow/size" + b"Content-Length: 500\r\n\r\n")
        loop = asyncio.get_running_loop()
        began, answer = loop.time(), b""
        while not answer:
            writer.write(b"x")
            try:
                answer = await asyncio.wait_for(reader.read(100), 0.05)
            except TimeoutError:
                assert loop.time() - began < 5
        writer.close()
    assert answer.startswith(b"HTTP/1.1 408")


async def test_what_follows_an_oversized_announcement_is_not_read() -> None:
    async with served(app) as port:
        answer = await raw(port, HEAD % b"/echo" + b"Content-Length: 99999999\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 413")
    assert b"connection: close" in answer.lower()


async def test_an_endless_chunked_body_ends_the_connection() -> None:
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    async with served(app) as port:
        head = HEAD % b"/echo" + b"Transfer-Encoding: chunked\r\n\r\n"
        answer = await raw(port, head, *[chunk] * 16, until=lambda heard: b"core.body_too_large" in heard)
    assert answer.startswith(b"HTTP/1.1 413")


async def test_a_client_that_leaves_in_the_middle_of_its_body_harms_nobody() -> None:
    async with served(app) as port:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(HEAD % b"/echo" + b"Content-Length: 100\r\n\r\n{")
        await writer.drain()
        writer.close()
        answer = await raw(port, b"GET /things/a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200")
