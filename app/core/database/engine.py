"""The engine: one bounded pool per process over asyncpg.

Timeouts (`statement_timeout`, `lock_timeout`, `idle_in_transaction_session_timeout`) are settings of the
database role, not of the connection (see `roles.py`): a pooler in transaction mode keeps them too.
"""

import math
import time
from typing import Any

from sqlalchemy import URL, event, make_url
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from app.settings import DatabaseSettings

# How many seconds a connection may lie in the pool before it is asked whether it still lives.
RESTED = 5.0

type_names = {"postgres", "postgresql", "postgresql+asyncpg"}

# What libpq understands and asyncpg calls by another name or takes as an argument.
_KNOWN_QUERY = {"host", "port", "ssl", "sslmode", "application_name", "user", "database", "dbname"}


def normalise(url: str) -> tuple[URL, dict[str, Any]]:
    """A URL that SQLAlchemy's asyncpg dialect accepts, and its `connect_args`.

    Takes what people paste: `postgres://`, `postgresql://`, `?sslmode=require`, `?host=/socket/folder`.
    Raises ValueError for another database or for an option that would be silently ignored.
    """
    parsed = make_url(url)
    if parsed.drivername not in type_names:
        raise ValueError(f"not a PostgreSQL URL: {parsed.drivername}")
    query = dict(parsed.query)
    if unknown := sorted(set(query) - _KNOWN_QUERY):
        raise ValueError(f"unknown options in the database URL: {', '.join(unknown)}")
    arguments: dict[str, Any] = {}
    if ssl := query.pop("ssl", None) or query.pop("sslmode", None):
        arguments["ssl"] = ssl
    elif str(query.get("host", "")).startswith("/") or not (parsed.host or query.get("host")):
        # Over a socket asyncpg would still look for keys in a home folder that it may not be allowed to read.
        arguments["ssl"] = False
    if name := query.pop("application_name", None):
        arguments["server_settings"] = {"application_name": name}
    return parsed.set(drivername="postgresql+asyncpg", query=query), arguments


def create_engine(settings: DatabaseSettings, url: str | None = None) -> AsyncEngine:
    """The engine of this process. `url` replaces the configured one (migrations, tests)."""
    parsed, arguments = normalise(url or settings.url.get_secret_value())
    if settings.statement_cache_size == 0:
        # Behind a pooler without prepared statements: neither asyncpg nor the dialect may keep one.
        parsed = parsed.update_query_dict({"prepared_statement_cache_size": "0"})
    engine = create_async_engine(
        parsed,
        pool_size=settings.pool_size,
        max_overflow=0,
        pool_timeout=2,
        pool_use_lifo=True,  # a few warm connections rather than all of them lukewarm
        pool_recycle=1800,
        hide_parameters=True,  # an error must not carry somebody's data into a log
        connect_args={"statement_cache_size": settings.statement_cache_size, "timeout": 5, **arguments},
    )
    _replace_the_dead(engine)
    return engine


def _replace_the_dead(engine: AsyncEngine) -> None:
    """Never hands out a connection that is known to be broken, or that rested long and does not answer.

    The pool's own `pool_pre_ping` asks the server each time, three round trips before every request (see
    docs/decisions/0010). A server that goes away closes its sockets, which the driver sees without asking; only what
    rested for a while behind a firewall may have died unseen.
    """
    dialect = engine.sync_engine.dialect

    @event.listens_for(engine.sync_engine, "checkin")
    def rest(_connection: Any, record: Any) -> None:
        record.info["rests_since"] = time.monotonic()

    @event.listens_for(engine.sync_engine, "checkout")
    def check(connection: Any, record: Any, _proxy: Any) -> None:
        if connection.driver_connection.is_closed():
            raise DisconnectionError
        rested = time.monotonic() - record.info.get("rests_since", math.inf)
        if rested > RESTED and not dialect._do_ping_w_event(connection):  # noqa: SLF001  (what pool_pre_ping calls)
            raise DisconnectionError


def create_sessions(engine: AsyncEngine) -> async_sessionmaker[AsyncSession]:
    """The factory of sessions: one per request or job, never shared between tasks."""
    return async_sessionmaker(engine, expire_on_commit=False)
