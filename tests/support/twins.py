"""The twins server for tests: real sockets on a free port of this machine, in a thread.

With `hold=True` (the default) webhooks wait until a test takes them, so that it can bring them to the application
itself: in any order, as often as it likes, or never.
"""

from __future__ import annotations

import socket
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import uvicorn

from app.gateways.twins import TwinsConfig, create_app

START_SECONDS = 15


@dataclass(frozen=True, slots=True)
class Webhook:
    """One signed delivery: post `body` with `headers` to the application's webhook address."""

    event_id: str
    type: str
    body: bytes
    signature: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Stripe-Signature": self.signature, "Content-Type": "application/json; charset=utf-8"}


class Twins:
    """A running twins server. `url` is what `LYCEUM_TWINS_URL` would be."""

    def __init__(self, url: str, server: uvicorn.Server, thread: threading.Thread, listener: socket.socket) -> None:
        self.url = url
        self._listener = listener
        self._server = server
        self._thread = thread
        self._http = httpx.Client(base_url=url, trust_env=False, timeout=10)

    def outcome(self, session_id: str, outcome: str, *, repeat: int = 1, delay_ms: int = 0) -> list[str]:
        """What a button of the checkout page does; the ids of the events. Raises `HTTPStatusError` when unlawful."""
        wish = {"outcome": outcome, "repeat": repeat, "delay_ms": delay_ms}
        answer = self._http.post(f"/stripe/checkout/{session_id}/outcome", json=wish)
        events: list[str] = answer.raise_for_status().json()["events"]
        return events

    def take_webhooks(self) -> list[Webhook]:
        """All that wait, oldest first, signed now; they count as delivered."""
        answer = self._http.post("/stripe/_deliveries/take").raise_for_status().json()
        return [
            Webhook(item["event_id"], item["event_type"], item["body"].encode(), item["signature"])
            for item in answer["deliveries"]
        ]

    def deliveries(self, state: str | None = None) -> list[dict[str, Any]]:
        """What is queued and what became of it; takes nothing."""
        params = {"state": state} if state else {}
        answer = self._http.get("/stripe/_deliveries", params=params).raise_for_status().json()
        found: list[dict[str, Any]] = answer["deliveries"]
        return found

    def faults(self, **wanted: float) -> None:
        """Change the local Stripe's moods: see `app/gateways/stripe/twin/faults.py`."""
        self._http.post("/stripe/_faults", json=wanted).raise_for_status()

    def calm(self, *, hold: bool = True) -> None:
        """All moods off again, and nothing left to deliver."""
        self.faults(
            hold=hold,
            duplicate=0,
            reorder_ms=0,
            answer_delay_ms=0,
            lost_answer=0,
            server_error=0,
            rate_limited=0,
            shortest_session=1_800,
            seed=0,
        )
        self.take_webhooks()

    def stop(self) -> None:
        self._http.close()
        self._server.should_exit = True
        self._thread.join(timeout=START_SECONDS)
        self._listener.close()


def start_twins(
    state: Path,
    api_url: str = "http://127.0.0.1:9",
    webhook_secret: str = "whsec_test_secret",
    *,
    hold: bool = True,
) -> Twins:
    """The twins with their files in `state`, answering when this returns. Webhooks go to `api_url` unless held."""
    wanted = TwinsConfig(state=state, api_url=api_url, webhook_secret=webhook_secret, hold=hold)
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    # a factory, because SQLite wants to be opened in the thread that uses it
    config = uvicorn.Config(
        lambda: create_app(wanted), factory=True, log_level="error", lifespan="on", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="twins", daemon=True)
    thread.start()
    deadline = time.monotonic() + START_SECONDS
    while not server.started:
        if not thread.is_alive() or time.monotonic() > deadline:
            raise RuntimeError("the twins did not start")
        time.sleep(0.01)
    return Twins(f"http://127.0.0.1:{port}", server, thread, listener)
