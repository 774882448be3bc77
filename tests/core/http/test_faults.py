"""What the database's errors mean to a caller (rule 41)."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from fastapi import Request
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from app.core.constraints import refuse_constraint
from app.core.database.engine import normalise
from app.core.errors import Conflict, NotFound
from app.core.http.routing import Router
from tests.core.http.edge import client_of, edge_app

router = Router()


class SlugTaken(Conflict):
    code = "core.test_slug_taken"
    title = "The slug is taken"


refuse_constraint("uq_test_slug", SlugTaken)


@router.get("/run")
async def run(request: Request, statement: str) -> None:
    async with request.state.engine.begin() as connection:
        for part in statement.split(" ;; "):
            await connection.execute(text(part))


app = edge_app(router)


async def outcome(engine: AsyncEngine, statement: str = "SELECT 1") -> tuple[int, str, Any]:
    async with client_of(app, engine=engine) as http:
        response = await http.get("/run", params={"statement": statement})
    found = response.json() or {}
    return response.status_code, found.get("code", ""), response.headers.get("retry-after")


def violation(kind: str, constraint: str) -> str:
    return f"DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '{kind}', CONSTRAINT = '{constraint}'; END $$"


@pytest.mark.parametrize(
    ("statement", "status", "code"),
    [
        (violation("unique_violation", "uq_test_slug"), 409, "core.test_slug_taken"),
        (violation("unique_violation", "uq_nobody_listed"), 409, "core.conflict"),
        (violation("foreign_key_violation", "fk_nobody_listed"), 409, "core.conflict"),
        (violation("check_violation", "ck_nobody_listed"), 409, "core.conflict"),
        (violation("exclusion_violation", "ex_nobody_listed"), 409, "core.conflict"),
        ("SELECT 99999999999::bigint::int", 422, "core.invalid"),
        ("SELECT 'x'::uuid", 422, "core.invalid"),
        ("SELECT no_such_column", 500, "core.internal"),
        ("INSERT INTO public.alembic_version VALUES ('x')", 403, "core.forbidden"),
    ],
)
async def test_each_kind_of_database_error_has_its_answer(
    engine: AsyncEngine, statement: str, status: int, code: str
) -> None:
    assert (await outcome(engine, statement))[:2] == (status, code)


@pytest.mark.parametrize(
    "statement",
    [
        "SET LOCAL statement_timeout = '20ms' ;; SELECT pg_sleep(5)",
        "SELECT pg_terminate_backend(pg_backend_pid())",
        violation("too_many_connections", ""),
        violation("cannot_connect_now", ""),
        violation("admin_shutdown", ""),
        violation("read_only_sql_transaction", ""),
        violation("disk_full", ""),
    ],
)
async def test_an_outage_is_a_503_that_says_when_to_come_back(engine: AsyncEngine, statement: str) -> None:
    assert await outcome(engine, statement) == (503, "core.unavailable", "2")


@pytest.fixture
async def unreachable(request: pytest.FixtureRequest) -> AsyncIterator[AsyncEngine]:
    made = create_async_engine(request.param, connect_args={"timeout": 2, "ssl": False})
    yield made
    await made.dispose()


@pytest.mark.parametrize(
    "unreachable",
    ["postgresql+asyncpg://x@127.0.0.1:1/x", "postgresql+asyncpg://x@/x?host=/nowhere/at/all"],
    indirect=True,
    ids=["refused", "no socket"],
)
async def test_a_database_that_is_not_there_is_a_503(unreachable: AsyncEngine) -> None:
    assert await outcome(unreachable) == (503, "core.unavailable", "2")


async def test_an_exhausted_pool_is_a_503(database_url: str) -> None:
    url, arguments = normalise(database_url)
    narrow = create_async_engine(url, pool_size=1, max_overflow=0, pool_timeout=0.05, connect_args=arguments)
    try:
        async with narrow.connect():
            assert await outcome(narrow) == (503, "core.unavailable", "1")
    finally:
        await narrow.dispose()


def test_a_constraint_cannot_mean_two_refusals() -> None:
    with pytest.raises(ValueError, match="uq_test_slug"):
        refuse_constraint("uq_test_slug", NotFound)
