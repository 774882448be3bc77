"""Statements for hot paths: compiled once, run on the driver's connection out of SQLAlchemy's own pool.

Compiling a construct anew costs more than most queries take, and the session's bookkeeping as much again. A hot path
keeps its one statement as a module-level `Statement` and runs it by itself, without BEGIN and COMMIT around it: it is
its own transaction. Everything else stays plain SQLAlchemy.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from typing import Any, Protocol, TypeAlias, cast

import asyncpg
from sqlalchemy import ClauseElement
from sqlalchemy.dialects.postgresql import asyncpg as asyncpg_dialect
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.visitors import cloned_traverse
from sqlalchemy.util.concurrency import greenlet_spawn

from app.core.errors import Unavailable

Driver: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

_DIALECT = asyncpg_dialect.dialect()  # type: ignore[no-untyped-call]  # not annotated
# Somebody wrote the same key first, or stood in the way: nothing was written, and the ordinary path knows what to say.
_CONTENDED = ("23503", "23505", "23514", "40001", "40P01", "55P03")


class Drivers(Protocol):
    """Where a statement finds a connection."""

    def lend(self) -> AbstractAsyncContextManager[Driver]:
        """One connection for one statement."""


class Contended(Exception):
    """The statement met somebody else's and did nothing at all. The ordinary path settles what is to be answered."""


class Statement:
    """A statement compiled at import. Its values are given by the names of its bind parameters, all of them.

    Constants are written into the text, where the planner sees them.
    """

    def __init__(self, statement: ClauseElement) -> None:
        fixed = cloned_traverse(statement, {}, {"bindparam": _write_out})
        compiled = cast("SQLCompiler", fixed.compile(dialect=_DIALECT))
        wanted = {name: None for name, parameter in compiled.binds.items() if parameter.required}
        written = compiled.construct_expanded_state(wanted)
        self.sql = written.statement
        self._names = list(written.positiontup or ())

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


def _write_out(parameter: Any) -> None:
    if not parameter.required:
        parameter.literal_execute = True


class PooledDrivers:
    """The driver's connections in an engine's pool, in autocommit. What broke in somebody's hands is thrown away."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine.sync_engine

    @asynccontextmanager
    async def lend(self) -> AsyncIterator[Driver]:
        """One connection. Raises `Contended`, `Unavailable`, and the driver's errors."""
        proxied = await greenlet_spawn(self._engine.raw_connection)
        connection: Driver = proxied.driver_connection  # type: ignore[assignment]  # the dialect's driver is asyncpg
        try:
            with explained():
                yield connection
        except asyncpg.PostgresError:
            if connection.is_closed():
                proxied.invalidate()
            raise
        except Contended:
            raise
        except BaseException:
            # Cancelled, or a socket that broke: whatever the server still does on this connection is not ours to see.
            proxied.invalidate()
            raise
        finally:
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
