"""A provider for tests: a real HTTP server that answers from a script and remembers what it was asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it came in."""

    method: str
    path: str
    headers: Message
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Says:
    """One answer. `cut` begins it and breaks the line."""

    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False


@dataclass(slots=True)
class Recorder:
    """`script` is used up answer by answer; its last one stays."""

    url: str
    script: list[Says]
    asked: list[Asked] = field(default_factory=list)
    arrived: threading.Condition = field(default_factory=threading.Condition)

    def next(self, request: Asked) -> Says:
        with self.arrived:
            self.asked.append(request)
            self.arrived.notify_all()
            return self.script.pop(0) if len(self.script) > 1 else self.script[0]

    def wait_for(self, count: int, seconds: float = 10) -> list[Asked]:
        """The requests, as soon as there are `count` of them."""
        with self.arrived:
            assert self.arrived.wait_for(lambda: len(self.asked) >= count, seconds), (
                f"{len(self.asked)} of {count} came"
            )
            return list(self.asked)


@contextmanager
def recording(*script: Says) -> Iterator[Recorder]:
    """A server on a free port of this machine."""
    held: list[Recorder] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            says = held[0].next(Asked(self.command, self.path, self.headers, body))
            self.send_response(says.status)
            for name, value in {"Content-Type": "application/json", **says.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(says.body) + (10 if says.cut else 0)))
            self.end_headers()
            self.wfile.write(says.body)
            self.close_connection = self.close_connection or says.cut

        do_GET = do_POST = answer  # noqa: N815 - the names the base class looks for

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name the base class gives it
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    held.append(Recorder(f"http://127.0.0.1:{server.server_port}", list(script) or [Says()]))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield held[0]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
