"""Statements for hot paths: compiled once, run on the driver's connection out of SQLAlchemy's own pool.

Compiling a construct anew costs more than most queries take, and the session's bookkeeping as much again. A hot path
keeps its one statement as a module-level `Statement` and runs it by itself, without BEGIN and COMMIT around it: it is
its own transaction. Everything else stays plain SQLAlchemy.
"""

import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
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


class PooledDrivers:
    """The driver's connections in an engine's pool, in autocommit. What broke in somebody's hands is thrown away.

    They are kept at hand between two statements, because fetching one from the pool costs more than many a statement.
    Only as long as the pool has others to give: nobody ever waits for one that lies here (`make_room`).
    """

    def __init__(self, engine: AsyncEngine, pool_size: int) -> None:
        self._engine = engine.sync_engine
        self._pool_size = pool_size
        self._at_hand: list[tuple[float, PoolProxiedConnection]] = []

    @asynccontextmanager
    async def lend(self) -> AsyncIterator[Driver]:
        """One connection. Raises `Contended`, `Unavailable`, and the driver's errors."""
        proxied = await self._taken()
        connection: Driver = proxied.driver_connection  # type: ignore[assignment]  # the dialect's driver is asyncpg
        is_well = False
        try:
            with explained():
                yield connection
            is_well = True
        except (asyncpg.PostgresError, Contended):
            is_well = not connection.is_closed()
            raise
        finally:
            # Cancelled, or a socket that broke: whatever the server still does on this connection is not ours to see.
            await self._put_back(proxied, is_well=is_well)

    async def make_room(self) -> None:
        """Give the pool what is kept at hand, if it has nothing else to give. For whoever asks the pool itself."""
        if self._at_hand and self._is_pool_empty():
            await self.close()

    async def close(self) -> None:
        """Give the pool everything that is kept at hand."""
        at_hand, self._at_hand = self._at_hand, []
        for _, proxied in at_hand:
            await greenlet_spawn(proxied.close)

    def _is_pool_empty(self) -> bool:
        return cast("QueuePool", self._engine.pool).checkedout() >= self._pool_size

    async def _taken(self) -> PoolProxiedConnection:
        while self._at_hand:
            since, proxied = self._at_hand.pop()
            if time.monotonic() - since < RESTED and not cast("Driver", proxied.driver_connection).is_closed():
                return proxied
            await self._put_back(proxied, is_well=not cast("Driver", proxied.driver_connection).is_closed(), keep=False)
        return await greenlet_spawn(self._engine.raw_connection)

    async def _put_back(self, proxied: PoolProxiedConnection, *, is_well: bool, keep: bool = True) -> None:
        if not is_well:
            proxied.invalidate()
        elif keep and not self._is_pool_empty():
            self._at_hand.append((time.monotonic(), proxied))
            return
        await greenlet_spawn(proxied.close)


@contextmanager
def explained() -> Iterator[None]:
    """Turns what the driver says of others, and of its connection, into what the house says."""
    try:
        yield
    except asyncpg.PostgresError as error:
        if error.sqlstate in _CONTENDED:
            raise Contended from error
        raise
    except asyncpg.InterfaceError as error:
        raise Unavailable("The database connection was lost.") from error
