"""Traces: none of it is loaded without an endpoint; with one, spans arrive and carry no personal data."""

import json
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import ClassVar

import pytest


class Collector(BaseHTTPRequestHandler):
    """Takes what an exporter sends."""

    received: ClassVar[list[tuple[str, bytes]]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.received.append((self.path, body))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Silent."""


@pytest.fixture
def endpoint() -> Iterator[str]:
    Collector.received.clear()
    server = HTTPServer(("127.0.0.1", 0), Collector)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


# A process of its own: the provider of traces is global and can be set only once.
SCRIPT = """
import asyncio, json, sys
import httpx
from fastapi import Request
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from app.core.database.engine import normalise
from app.core.http.access import public
from app.core.http.routing import Router
from app.core.logging import configure_logging
from app.core.telemetry import configure_tracing
from app.settings import TelemetrySettings
from tests.core.http.edge import client_of, edge_app

router = Router(prefix="/api", tags=["t"])

@router.get("/things/{thing_id}", openapi_extra=public())
async def thing(thing_id: str, request: Request) -> int:
    async with request.state.engine.connect() as connection:
        return await connection.scalar(text("SELECT length(:personal)"), {"personal": "anna-in-a-parameter"})

async def main():
    configure_logging("INFO")
    url, arguments = normalise(sys.argv[1])
    engine = create_async_engine(url, connect_args=arguments)
    end = configure_tracing(TelemetrySettings(endpoint=sys.argv[2]), engine)
    async with client_of(edge_app(router), engine=engine) as http:
        await http.get("/api/things/7?email=anna-in-the-query")
    end()
    await engine.dispose()
    loaded = sorted(name for name in sys.modules if name.startswith(("opentelemetry.sdk", "opentelemetry.exporter")))
    print(json.dumps({"loaded": loaded}))

asyncio.run(main())
"""


def run(database_url: str, endpoint: str) -> list[dict[str, object]]:
    said = subprocess.run(  # noqa: S603  (our own script)
        [sys.executable, "-c", SCRIPT, database_url, endpoint], capture_output=True, text=True, check=True
    )
    return [json.loads(line) for line in said.stdout.splitlines()]


def test_without_an_endpoint_no_exporter_is_loaded(database_url: str) -> None:
    *_, last = run(database_url, "")
    assert last["loaded"] == []


@pytest.mark.req("X-OBS-01")
def test_request_and_statement_become_spans_under_the_id_of_the_log_line(database_url: str, endpoint: str) -> None:
    lines = run(database_url, endpoint)
    [line] = [line for line in lines if line.get("event") == "request"]
    assert {path for path, _ in Collector.received} == {"/v1/traces"}
    sent = b"".join(body for _, body in Collector.received)
    assert b"GET /api/things/{thing_id}" in sent
    assert b"SELECT length(" in sent
    assert bytes.fromhex(str(line["trace_id"])) in sent


@pytest.mark.req("X-SEC-03")
def test_neither_query_nor_parameters_leave_with_a_span(database_url: str, endpoint: str) -> None:
    run(database_url, endpoint)
    assert b"anna" not in b"".join(body for _, body in Collector.received)
