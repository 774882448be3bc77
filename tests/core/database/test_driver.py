"""Statements of hot paths: compiled once, run on the pool's own connections, and honest about what went wrong."""

import asyncpg
import pytest
from sqlalchemy import Integer, bindparam, literal, select, text
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import QueuePool

from app.core.database.driver import Contended, PooledDrivers, Statement
from app.core.database.engine import create_engine
from app.core.errors import Unavailable
from app.settings import DatabaseSettings

pytestmark = pytest.mark.parallel


def test_constants_are_written_out_and_values_are_given_by_name() -> None:
    statement = Statement(select(literal("it's"), bindparam("number", type_=Integer(), required=True)))
    assert "'it''s'" in statement.sql
    assert "$1::INTEGER" in statement.sql


async def test_a_statement_gives_rows(engine: AsyncEngine) -> None:
    statement = Statement(select(bindparam("number", type_=Integer(), required=True).label("number")))
    row = await statement.one(PooledDrivers(engine, 1), number=7)
    assert row is not None
    assert row["number"] == 7
    assert [each["number"] for each in await statement.all(PooledDrivers(engine, 1), number=8)] == [8]


async def test_a_value_that_is_missing_is_an_error_of_ours(engine: AsyncEngine) -> None:
    with pytest.raises(KeyError):
        await Statement(select(bindparam("number", type_=Integer(), required=True))).one(PooledDrivers(engine, 1))


@pytest.mark.parametrize("sqlstate", ["23503", "23505", "23514", "40001", "40P01", "55P03"])
async def test_somebody_else_in_the_way_is_contention(engine: AsyncEngine, sqlstate: str) -> None:
    with pytest.raises(Contended):
        async with PooledDrivers(engine, 1).lend() as driver:
            await driver.execute(f"DO $$BEGIN RAISE EXCEPTION 'stop' USING ERRCODE = '{sqlstate}'; END$$")


async def test_any_other_refusal_of_the_database_is_passed_on(engine: AsyncEngine) -> None:
    with pytest.raises(asyncpg.DivisionByZeroError):
        await Statement(text("SELECT 1 / 0")).one(PooledDrivers(engine, 1))


def _used(engine: AsyncEngine) -> int:
    pool = engine.pool
    assert isinstance(pool, QueuePool)
    return pool.checkedout()


async def _cut_in_use(drivers: PooledDrivers) -> None:
    async with drivers.lend() as driver:
        driver.terminate()
        await driver.fetchval("SELECT 1")


async def test_a_connection_that_was_cut_in_use_says_unavailable_and_is_replaced(database_url: str) -> None:
    engine = create_engine(DatabaseSettings(DATABASE_POOL_SIZE=1), database_url)
    drivers = PooledDrivers(engine, 1)
    try:
        async with drivers.lend() as driver:
            first = driver.get_server_pid()
        with pytest.raises(Unavailable):
            await _cut_in_use(drivers)
        async with drivers.lend() as driver:
            assert driver.get_server_pid() != first
    finally:
        await engine.dispose()


async def test_a_connection_that_was_cut_while_it_rested_is_replaced_before_anybody_gets_it(database_url: str) -> None:
    engine = create_engine(DatabaseSettings(DATABASE_POOL_SIZE=1), database_url)
    drivers = PooledDrivers(engine, 1)
    try:
        async with drivers.lend() as driver:
            cut = driver
        cut.terminate()
        async with drivers.lend() as driver:
            assert await driver.fetchval("SELECT 1") == 1
        async with engine.connect() as connection:
            assert await connection.scalar(select(literal(1))) == 1
    finally:
        await engine.dispose()


async def test_one_that_rested_long_is_asked_whether_it_lives(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.core.database.engine.RESTED", -1.0)
    engine = create_engine(DatabaseSettings(DATABASE_POOL_SIZE=1), database_url)
    asked = 0

    def ask(_connection: object) -> bool:
        nonlocal asked
        asked += 1
        return True

    monkeypatch.setattr(engine.sync_engine.dialect, "_do_ping_w_event", ask)
    try:
        for _ in range(2):
            async with PooledDrivers(engine, 1).lend() as driver:
                await driver.fetchval("SELECT 1")
        assert asked == 1  # a fresh one has nothing to be asked
    finally:
        await engine.dispose()


async def test_a_connection_is_at_hand_for_the_next_statement_as_long_as_the_pool_has_others(database_url: str) -> None:
    engine = create_engine(DatabaseSettings(DATABASE_POOL_SIZE=2), database_url)
    drivers = PooledDrivers(engine, 2)
    try:
        async with drivers.lend() as driver:
            first = driver.get_server_pid()
        assert _used(engine) == 1
        async with drivers.lend() as driver:
            assert driver.get_server_pid() == first
        async with engine.connect():
            await drivers.make_room()
            assert _used(engine) == 1
            async with drivers.lend() as driver:
                assert driver.get_server_pid() == first
            assert _used(engine) == 1  # it was the last one, so it is not kept
    finally:
        await drivers.close()
        await engine.dispose()


async def test_one_that_lay_at_hand_for_long_goes_through_the_pool_again(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = create_engine(DatabaseSettings(DATABASE_POOL_SIZE=2), database_url)
    drivers = PooledDrivers(engine, 2)
    try:
        async with drivers.lend():
            pass
        monkeypatch.setattr("app.core.database.driver.RESTED", -1.0)
        async with drivers.lend() as driver:
            assert await driver.fetchval("SELECT 1") == 1
    finally:
        await drivers.close()
        await engine.dispose()
