"""Statements for hot paths: compiled once, run on the driver's connection out of SQLAlchemy's own pool.

Compiling a construct anew costs more than most queries take, and the session's bookkeeping as much again. A hot path
keeps its one statement as a module-level `Statement` and runs it by itself, without BEGIN and COMMIT around it: it is
its own transaction. Everything else stays plain SQLAlchemy.
"""

import time
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias, cast

import asyncpg
from sqlalchemy import BindParameter, ClauseElement
from sqlalchemy.dialects.postgresql import asyncpg as asyncpg_dialect
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import PoolProxiedConnection, QueuePool
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.util.concurrency import greenlet_spawn

from app.core.database.engine import RESTED
from app.core.errors import Unavailable

Driver: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


class _Compiler(asyncpg_dialect.PGCompiler_asyncpg):
    """Writes constants into the text and leaves parameters only what is to be given."""

    def visit_bindparam(self, bindparam: BindParameter[Any], *, literal_binds: bool = False, **more: Any) -> str:  # type: ignore[override]  # takes a dozen words more
        is_constant = literal_binds or not bindparam.required
        written: str = super().visit_bindparam(bindparam, literal_binds=is_constant, **more)  # type: ignore[no-untyped-call]  # not annotated
        return written


_DIALECT = asyncpg_dialect.dialect()  # type: ignore[no-untyped-call]  # not annotated
_DIALECT.statement_compiler = _Compiler
# How many seconds a connection is kept from the pool at most: it replaces them by age, and asks those that rested.
AT_HAND = 60.0
# Somebody wrote the same key first, or stood in the way: nothing was written, and the ordinary path knows what to say.
_CONTENDED = ("23503", "23505", "23514", "40001", "40P01", "55P03")


class Drivers(Protocol):
    """Where a statement finds a connection."""

    def lend(self) -> AbstractAsyncContextManager[Driver]:
        """One connection for one statement."""

    async def make_room(self) -> None:
        """Called before somebody asks the pool behind it for a connection."""


class Contended(Exception):
    """The statement met somebody else's and did nothing at all. The ordinary path settles what is to be answered."""


class Statement:
    """A statement compiled at import. Its values are given by the names of its bind parameters, all of them.

    Constants are written into the text, where the planner sees them.
    """

    def __init__(self, statement: ClauseElement) -> None:
        compiled = cast("SQLCompiler", statement.compile(dialect=_DIALECT))
        self.sql = str(compiled)
        self._names = list(compiled.positiontup or ())

    def _values(self, given: dict[str, Any]) -> list[Any]:
        return [given[name] for name in self._names]

    async def one(self, drivers: Drivers, **values: Any) -> asyncpg.Record | None:
        """The first row, or None. Raises `Contended`, `Unavailable`, and the driver's errors, which the edge knows."""
        async with drivers.lend() as connection:
            return await connection.fetchrow(self.sql, *self._values(values))

    async def all(self, drivers: Drivers, **values: Any) -> list[asyncpg.Record]:
        """Every row. Raises as `one` does."""
        async with drivers.lend() as connection:
            return await connection.fetch(self.sql, *self._values(values))


@dataclass(slots=True)
class _Taken:
    """A connection that was taken from the pool: lent to somebody, or at hand for the next."""

    proxied: PoolProxiedConnection
    driver: Driver
    since: float
    used: float

    def is_fresh(self) -> bool:
        """Whether it may be lent again as it is; if not, the pool looks at it first, and replaces it by age."""
        now = time.monotonic()
        return now - self.used < RESTED and now - self.since < AT_HAND and not self.driver.is_closed()


class PooledDrivers:
    """The driver's connections in an engine's pool, in autocommit. What broke in somebody's hands is thrown away.

    They are kept at hand between two statements, because fetching one from the pool costs more than many a statement.
    Only as long as the pool has others to give: nobody ever waits for one that lies here (`make_room`).
    """

    def __init__(self, engine: AsyncEngine, pool_size: int) -> None:
        self._engine = engine.sync_engine
        self._pool_size = pool_size
        self._at_hand: list[_Taken] = []

    def lend(self) -> "_Loan":
        """One connection. Raises `Contended`, `Unavailable`, and the driver's errors."""
        return _Loan(self)

    async def make_room(self) -> None:
        """Give the pool what is kept at hand, if it has nothing else to give. For whoever asks the pool itself."""
        if self._at_hand and self._is_pool_empty():
            await self.close()

    async def close(self) -> None:
        """Give the pool everything that is kept at hand."""
        at_hand, self._at_hand = self._at_hand, []
        for taken in at_hand:
            await greenlet_spawn(taken.proxied.close)

    def _is_pool_empty(self) -> bool:
        return cast("QueuePool", self._engine.pool).checkedout() >= self._pool_size

    async def take(self) -> _Taken:
        """A connection out of the pool, or one that is at hand."""
        while self._at_hand:
            taken = self._at_hand.pop()
            if taken.is_fresh():
                return taken
            await self._return(taken, is_well=not taken.driver.is_closed())
        proxied = await greenlet_spawn(self._engine.raw_connection)
        driver = cast("Driver", proxied.driver_connection)
        return _Taken(proxied, driver, since=time.monotonic(), used=0.0)

    async def put_back(self, taken: _Taken, *, is_well: bool) -> None:
        """Keep it at hand, or give it to the pool; what is not well is closed."""
        if is_well and not self._is_pool_empty():
            taken.used = time.monotonic()
            self._at_hand.append(taken)
        else:
            await self._return(taken, is_well=is_well)

    @staticmethod
    async def _return(taken: _Taken, *, is_well: bool) -> None:
        if not is_well:
            taken.proxied.invalidate()
        await greenlet_spawn(taken.proxied.close)


class _Loan:
    """One connection for the time of one statement. By hand: `@asynccontextmanager` costs as much as the driver."""

    __slots__ = ("_drivers", "_taken")

    def __init__(self, drivers: PooledDrivers) -> None:
        self._drivers = drivers

    async def __aenter__(self) -> Driver:
        self._taken = await self._drivers.take()
        return self._taken.driver

    async def __aexit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        # Cancelled, or a socket that broke: whatever the server still does on this connection is not ours to see.
        is_refused = isinstance(error, (asyncpg.PostgresError, Contended)) and not self._taken.driver.is_closed()
        await self._drivers.put_back(self._taken, is_well=error is None or is_refused)
        if error is not None:
            raise_in_our_words(error)


def raise_in_our_words(error: BaseException) -> None:
    """Raises what the house says of others, and of its connection; returns when the error is to be left as it is."""
    if isinstance(error, asyncpg.PostgresError) and error.sqlstate in _CONTENDED:
        raise Contended from error
    if isinstance(error, asyncpg.InterfaceError):
        raise Unavailable("The database connection was lost.") from error
