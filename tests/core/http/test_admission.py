"""The door: a crowd waits its turn instead of failing at the connection pool."""

import asyncio
from collections import Counter

import httpx
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from app.core.http.admission import Admission


class Room:
    """An application that counts who is inside and lets nobody go until told."""

    def __init__(self) -> None:
        self.inside = 0
        self.most = 0
        self.open = asyncio.Event()
        self._somebody = asyncio.Condition()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.inside += 1
        self.most = max(self.most, self.inside)
        async with self._somebody:
            self._somebody.notify_all()
        await self.open.wait()
        self.inside -= 1
        await PlainTextResponse("in")(scope, receive, send)

    async def holds(self, count: int) -> None:
        """Returns once that many are inside."""
        async with self._somebody:
            await self._somebody.wait_for(lambda: self.inside >= count)


def client_of(door: Admission) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=door), base_url="http://lyceum.test")


async def test_a_crowd_comes_in_a_few_at_a_time_and_everybody_is_served() -> None:
    room = Room()
    async with client_of(Admission(room, at_once=4)) as client:
        crowd = [asyncio.create_task(client.get("/api/v1/x")) for _ in range(40)]
        await room.holds(4)
        room.open.set()
        answers = await asyncio.gather(*crowd)
    assert Counter(answer.status_code for answer in answers) == {200: 40}
    assert room.most == 4


async def test_whoever_waits_too_long_is_told_to_come_back() -> None:
    room = Room()
    async with client_of(Admission(room, at_once=1, patience=0.01)) as client:
        first = asyncio.create_task(client.get("/api/v1/x"))
        await room.holds(1)
        second = await client.get("/api/v1/x")
        room.open.set()
        assert (await first).status_code == 200
    assert (second.status_code, second.json()["code"]) == (503, "core.unavailable")
    assert int(second.headers["Retry-After"]) > 0


async def test_health_is_answered_however_full_it_is_inside() -> None:
    room = Room()
    door = Admission(room, at_once=1)
    async with client_of(door) as client:
        waiting = asyncio.create_task(client.get("/api/v1/x"))
        await room.holds(1)
        health = asyncio.create_task(client.get("/healthz"))
        await room.holds(2)
        room.open.set()
        assert (await health).status_code == 200
        assert (await waiting).status_code == 200


async def test_a_place_is_free_as_soon_as_an_answer_begins() -> None:
    begun, end = asyncio.Event(), asyncio.Event()

    async def stream(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        begun.set()
        await end.wait()
        await send({"type": "http.response.body", "body": b"done"})

    async with client_of(Admission(stream, at_once=1, patience=0.5)) as client:
        first = asyncio.create_task(client.get("/api/v1/stream"))
        await begun.wait()
        second = asyncio.create_task(client.get("/api/v1/stream"))
        await asyncio.sleep(0.02)
        end.set()
        assert [(await first).status_code, (await second).status_code] == [200, 200]
