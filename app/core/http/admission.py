"""Who comes in, and who waits at the door: no more requests inside than the connection pool can serve.

Two hundred people who press the same button in the same second must not run into the pool's two-second patience
(rule 42): they wait here, first come first served, holding nothing. A request leaves its place as soon as its answer
begins, because its transaction has ended by then; a stream does not keep others out.
"""

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.errors import Unavailable
from app.core.http.problems import refusal_response

PREFIX = "/api/"
PATIENCE = 15.0
"""Seconds at the door before a request is sent away; by then most clients have stopped waiting too."""


class Admission:
    """Lets `at_once` requests of the API inside; health, metrics and documents always pass."""

    def __init__(self, app: ASGIApp, at_once: int, patience: float = PATIENCE) -> None:
        self.app = app
        self._places = asyncio.Semaphore(at_once)
        self._patience = patience

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(PREFIX):
            await self.app(scope, receive, send)
            return
        if not await self._enter():
            await refusal_response(scope, Unavailable("Too many requests at once"))(scope, receive, send)
            return
        has_left = False

        def leave() -> None:
            nonlocal has_left
            if not has_left:
                has_left = True
                self._places.release()

        async def send_and_leave(message: Message) -> None:
            if message["type"] == "http.response.start":
                leave()
            await send(message)

        try:
            await self.app(scope, receive, send_and_leave)
        finally:
            leave()

    async def _enter(self) -> bool:
        if not self._places.locked():
            return await self._places.acquire()  # does not wait, so needs no clock
        try:
            async with asyncio.timeout(self._patience):
                return await self._places.acquire()
        except TimeoutError:
            return False
