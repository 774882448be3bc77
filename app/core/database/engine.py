"""The engine: one bounded pool per process over asyncpg.

Timeouts (`statement_timeout`, `lock_timeout`, `idle_in_transaction_session_timeout`) are settings of the
database role, not of the connection (see `roles.py`): a pooler in transaction mode keeps them too.
"""

from typing import Any

from sqlalchemy import URL, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from app.settings import DatabaseSettings

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
    return create_async_engine(
        parsed,
        pool_size=settings.pool_size,
        max_overflow=0,
        pool_timeout=2,
        pool_pre_ping=True,
        pool_recycle=1800,
        hide_parameters=True,  # an error must not carry somebody's data into a log
        connect_args={"statement_cache_size": settings.statement_cache_size, "timeout": 5, **arguments},
    )


def create_sessions(engine: AsyncEngine) -> async_sessionmaker[AsyncSession]:
    """The factory of sessions: one per request or job, never shared between tasks."""
    return async_sessionmaker(engine, expire_on_commit=False)
