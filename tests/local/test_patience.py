"""The head of a request has a deadline: whoever says nothing, or a byte a minute, keeps no socket."""

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
import uvicorn
from starlette.responses import PlainTextResponse

from app.local import patience
from app.local.patience import PatientProtocol

WHOLE = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest_asyncio.fixture
async def port(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[int]:
    """A server that waits a fifth of a second for a head."""
    monkeypatch.setattr(patience, "HEAD_WITHIN", 0.2)
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        PlainTextResponse("here"), http=PatientProtocol, ws="none", lifespan="off", log_config=None, access_log=False
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server._serve([listener]))
    while not server.started:
        await asyncio.sleep(0.01)
    yield listener.getsockname()[1]
    server.should_exit = True
    await serving


async def said(port: int, *parts: bytes, pause: float = 0.0) -> bytes:
    """Everything the server says until it closes the connection, at most two seconds after the last part."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for part in parts:
        writer.write(part)
        await asyncio.sleep(pause)
    try:
        async with asyncio.timeout(2):
            return await reader.read()
    finally:
        writer.close()


@pytest.mark.parametrize("parts", [(), (b"GET / HT",), (b"GET / HTTP/1.1\r\nHost: x\r\nX-", b"Slow: 1")])
async def test_a_head_without_an_end_is_given_up(port: int, parts: tuple[bytes, ...]) -> None:
    assert await said(port, *parts, pause=0.05) == b""


async def test_a_head_that_comes_in_pieces_in_time_is_answered(port: int) -> None:
    answer = await said(port, WHOLE[:9], WHOLE[9:-2] + b"Connection: close\r\n\r\n", pause=0.05)
    assert answer.startswith(b"HTTP/1.1 200")


async def test_between_two_requests_a_connection_may_rest_longer(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for _ in range(2):
        writer.write(WHOLE)
        async with asyncio.timeout(2):
            assert (await reader.readline()).startswith(b"HTTP/1.1 200")
            await reader.readuntil(b"here")
        await asyncio.sleep(0.4)
    writer.close()
