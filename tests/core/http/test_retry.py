"""A request that lost against others runs again before anything is answered, and not once more than is safe."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Annotated, Any

import httpx
import pytest
from fastapi import Body, Depends, Request
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.responses import Response, StreamingResponse

from app.core.http.guard import BodyRule
from app.core.http.limits import Limiter, throttle_account
from app.core.http.routing import Router
from app.settings import LimitSettings
from tests.core.http.edge import client_of, edge_app

router = Router()


@dataclass
class Course:
    """How often the database refuses, and with what; and what the endpoint saw each time."""

    sqlstate: str = "40001"
    refusals: int = 0
    seen: list[Any] = field(default_factory=list)


async def refuse(engine: AsyncEngine, sqlstate: str) -> None:
    async with engine.connect() as connection:
        await connection.execute(text(f"DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '{sqlstate}'; END $$"))


async def note(request: Request) -> None:
    request.state.notes = [*getattr(request.state, "notes", []), "noted"]


@router.post("/orders/{order_id}", dependencies=[Depends(note)])
async def order(order_id: int, body: Annotated[dict[str, int], Body()], request: Request) -> int:
    course: Course = request.state.course
    throttle_account(request, "anna")
    course.seen.append((order_id, body, request.state.notes))
    if len(course.seen) <= course.refusals:
        await refuse(request.state.engine, course.sqlstate)
    return len(course.seen)


@router.post("/uploads")
async def upload(request: Request) -> int:
    request.state.course.seen.append(len(await request.body()))
    await refuse(request.state.engine, "40001")
    return 0


@router.get("/stream")
async def stream(request: Request) -> Response:
    async def parts() -> AsyncIterator[bytes]:
        request.state.course.seen.append("began")
        yield b"x"
        await refuse(request.state.engine, "40001")

    return StreamingResponse(parts())


@router.post("/cross/{first}/{second}")
async def cross(first: int, second: int, request: Request) -> str:
    """Takes two locks in the order the caller wants, waiting for the other request in between."""
    async with request.state.engine.begin() as connection:
        await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": 771_000 + first})
        request.state.arrived.add(first)
        if len(request.state.arrived) == 2:
            request.state.both.set()
        await request.state.both.wait()
        await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": 771_000 + second})
    return "done"


app = edge_app(router, body_rules=(BodyRule("/uploads", 1000, types=None, buffered=False),))


async def post(engine: AsyncEngine, course: Course, path: str = "/orders/7", **more: Any) -> httpx.Response:
    limiter = Limiter(LimitSettings())
    async with client_of(app, engine=engine, course=course, limiter=limiter) as http:
        return await http.post(path, **({"json": {"n": 1}} | more))


@pytest.mark.parametrize("sqlstate", ["40001", "40P01", "55P03"])
async def test_a_lost_race_is_run_again_with_the_same_body_and_a_fresh_state(
    engine: AsyncEngine, sqlstate: str
) -> None:
    course = Course(sqlstate, refusals=2)
    response = await post(engine, course)
    assert (response.status_code, response.json()) == (200, 3)
    assert course.seen == [(7, {"n": 1}, ["noted"])] * 3


async def test_three_tries_are_enough(engine: AsyncEngine) -> None:
    course = Course(refusals=99)
    response = await post(engine, course)
    assert (response.status_code, response.json()["code"]) == (503, "core.unavailable")
    assert response.headers["retry-after"] == "1"
    assert len(course.seen) == 3


async def test_a_request_tried_again_counts_once_against_the_limit(engine: AsyncEngine) -> None:
    response = await post(engine, Course(refusals=2))
    assert '"account";r=1199' in response.headers["ratelimit"]


@pytest.mark.parametrize("sqlstate", ["23505", "22003", "57014", "08006", "XX000"])
async def test_other_errors_are_not_tried_again(engine: AsyncEngine, sqlstate: str) -> None:
    course = Course(sqlstate, refusals=1)
    await post(engine, course)
    assert len(course.seen) == 1


async def test_a_streamed_upload_is_not_told_twice(engine: AsyncEngine) -> None:
    course = Course()
    response = await post(engine, course, "/uploads", json=None, content=b"12345")
    assert response.status_code == 503
    assert course.seen == [5]


async def test_nothing_runs_again_once_an_answer_has_begun(engine: AsyncEngine) -> None:
    course = Course()
    async with client_of(app, engine=engine, course=course) as http:
        # The transport of the tests insists on whole answers; a server just closes the connection.
        with pytest.raises(AssertionError):
            await http.get("/stream")
    assert course.seen == ["began"]


async def test_two_requests_in_a_deadlock_both_succeed(engine: AsyncEngine) -> None:
    async with client_of(app, engine=engine, arrived=set(), both=asyncio.Event()) as http:
        answers = await asyncio.gather(http.post("/cross/1/2"), http.post("/cross/2/1"))
    assert [answer.status_code for answer in answers] == [200, 200]
