"""The ceilings against the product: the same answers, and the same rows left behind."""

import json
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import httpx
import pytest
import pytest_asyncio
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from starlette.applications import Starlette

from app.core.secrets import derive_key
from app.identity import tokens
from app.settings import settings
from bench import data, jobs
from bench.answers import comparable, difference
from tests.support.client import ApiClient

SECRET = "whsec_test_secret"
PEOPLE = 5

_UNDO = [
    "DELETE FROM core.outbox",
    "DELETE FROM core.idempotency_keys",
    "DELETE FROM core.inbox",
    "DELETE FROM academy.enrollments",
    "UPDATE academy.cohorts SET current_enrollment = 0 WHERE current_enrollment > 0",
]
_LEFT = {
    "events": "SELECT kind, payload FROM core.outbox ORDER BY number",
    "keys": "SELECT caller, method, route, key, answer_status FROM core.idempotency_keys ORDER BY key",
    "inbox": "SELECT source, external_id, event_type, subject, body, state FROM core.inbox ORDER BY external_id",
    "enrollments": "SELECT user_id, cohort_id, course_id, payment_status, payment_type, has_seat, "
    "materials_access_until FROM academy.enrollments ORDER BY user_id, cohort_id",
    "seats": "SELECT id, current_enrollment FROM academy.cohorts WHERE current_enrollment > 0 ORDER BY id",
}
_MADE_ANEW = ("enrollment_id", "inbox_id")


def parts(request: bytes) -> tuple[str, str, dict[str, str], bytes]:
    """Method, path, headers and body of an encoded request."""
    head, _, body = request.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    method, path, _ = first.split(" ")
    return method, path, dict(line.split(": ", 1) for line in lines if not line.startswith("Host")), body


@pytest_asyncio.fixture
async def frozen(
    parallel: async_sessionmaker[AsyncSession],  # noqa: ARG001  (it empties the database afterwards)
    database_url: str,
) -> AsyncIterator[str]:
    """The bench's data in the test's database, and its address for the driver. Emptied by `parallel`."""
    url = make_url(database_url).set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(url, ssl=False if "host=" in url else None)
    await connection.execute(data.Frozen(20).script)
    await connection.close()
    yield url


@pytest_asyncio.fixture
async def ceiling(frozen: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[httpx.AsyncClient]:
    """The ceiling, in this process."""
    monkeypatch.setenv("BENCH_DATABASE", frozen)
    monkeypatch.setenv("BENCH_POOL", "1")
    monkeypatch.setenv("BENCH_STRIPE_SECRET", SECRET)
    monkeypatch.setenv("BENCH_JWK", json.dumps(tokens.jwks()["keys"][0]))
    monkeypatch.setenv("BENCH_CURSOR_KEY", derive_key(settings().server.secret.get_secret_value(), "cursor").hex())
    from bench.ceilings.__main__ import ROUTES  # reads the environment
    from bench.ceilings.database import lanes

    await lanes.open()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(Starlette(routes=ROUTES)), base_url="http://test") as it:
        yield it
    await lanes.close()


async def left(sessions: async_sessionmaker[AsyncSession]) -> Any:
    """What is in the tables, without what is made anew each time; gone afterwards."""
    found: dict[str, Any] = {}
    async with sessions.begin() as session:
        for name, question in _LEFT.items():
            rows = [dict(row._mapping) for row in await session.execute(text(question))]
            for row in rows:
                told = row.get("payload", {})
                row["payload"] = {key: "…" if key in _MADE_ANEW else value for key, value in told.items()}
            found[name] = rows
        for statement in _UNDO:
            await session.execute(text(statement))
    return found


@pytest.mark.parallel
@pytest.mark.parametrize("name", list(jobs.JOBS))
async def test_a_ceiling_does_what_the_product_does(
    name: str,
    crowd: ApiClient,
    ceiling: httpx.AsyncClient,
    parallel: async_sessionmaker[AsyncSession],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(jobs, "STRIPE_SECRET", SECRET)
    job = jobs.JOBS[name]
    people = [(data.frozen_id("account", number), data.frozen_id("login", number)) for number in range(PEOPLE)]
    make = job.make([tokens.issue(*each).encode() for each in people])
    requests = [parts(make(number)) for number in range(PEOPLE)]
    mine = [
        await crowd.request(m, f"root:{path}", headers=headers, content=body) for m, path, headers, body in requests
    ]
    mine_left = await left(parallel)
    theirs = [await ceiling.request(m, path, headers=headers, content=body) for m, path, headers, body in requests]
    theirs_left = await left(parallel)
    for product, bare in zip(mine, theirs, strict=True):
        assert (product.status_code, bare.status_code) == (job.status, job.status), bare.text
        assert difference(comparable(product.json(), job.private), comparable(bare.json(), job.private)) == ""
    assert difference(mine_left, theirs_left) == ""
    assert len(mine_left["events"]) == job.written(PEOPLE)["events"]
