"""A migrated database per test worker, cloned from a template that is made once per set of migrations."""

import asyncio
import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from app.core.database.engine import normalise
from app.core.database.migrate import upgrade
from app.core.database.revisions import ROOT
from app.core.database.roles import ensure_runtime_role, grant_runtime
from app.core.database.tickets import teach_ticket_keys
from app.local.ground import known_secrets
from app.local.services import Services, start_for_tests
from app.settings import settings

STATE = ROOT / ".lyceum" / "test"


def services() -> Services:
    """The configured PostgreSQL and Redis, or our own for whatever is not configured.

    A configured `DATABASE_URL` names the owner, who may make databases; tests connect as the runtime role, as the
    service does.
    """
    configured = settings()
    database, redis = configured.database.url.get_secret_value(), configured.redis.url.get_secret_value()
    owner = configured.database.owner_url.get_secret_value() or database
    own = start_for_tests(STATE) if not (database and redis) else Services(database, owner, redis)
    owner = owner or own.owner_url
    return Services(asyncio.run(ensure_runtime_role(owner)), owner, redis or own.redis_url)


def of_database(url: str, name: str) -> str:
    """The same server and role, another database."""
    return make_url(url).set(database=name).render_as_string(hide_password=False)


def _fingerprint() -> str:
    digest = hashlib.sha256()
    rights = [ROOT / "app/core/database" / name for name in ("roles.py", "tickets.py")]
    for path in sorted([*(ROOT / "migrations").rglob("*.py"), *rights]):
        digest.update(path.name.encode() + path.read_bytes())
    digest.update("\n".join(known_secrets(settings())).encode())
    return digest.hexdigest()[:12]


async def _owner_statements(owner_url: str, *statements: str) -> None:
    url, arguments = normalise(owner_url)
    engine = create_async_engine(url, poolclass=NullPool, connect_args=arguments, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        for statement in statements:
            await connection.execute(text(statement))
    await engine.dispose()


async def _exists(owner_url: str, name: str) -> bool:
    url, arguments = normalise(owner_url)
    engine = create_async_engine(url, poolclass=NullPool, connect_args=arguments)
    async with engine.connect() as connection:
        found = await connection.scalar(text("SELECT count(*) FROM pg_database WHERE datname = :name"), {"name": name})
    await engine.dispose()
    return bool(found)


async def _grant(owner_url: str) -> None:
    url, arguments = normalise(owner_url)
    engine = create_async_engine(url, poolclass=NullPool, connect_args=arguments)
    async with engine.begin() as connection:
        await grant_runtime(connection)
        await teach_ticket_keys(connection, known_secrets(settings()))
    await engine.dispose()


@contextmanager
def alone(what: str = "template") -> Iterator[None]:
    """Nobody else on this machine is at it meanwhile."""
    STATE.mkdir(parents=True, exist_ok=True)
    with (STATE / f"{what}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def make_template(server: Services) -> str:
    """The name of the migrated template database, made if this set of migrations has none yet."""
    name = f"lyceum_template_{_fingerprint()}"
    with alone():
        if not asyncio.run(_exists(server.owner_url, name)):
            draft = f"{name}_draft"
            asyncio.run(
                _owner_statements(server.owner_url, f"DROP DATABASE IF EXISTS {draft}", f"CREATE DATABASE {draft}")
            )
            upgrade(of_database(server.owner_url, draft))
            asyncio.run(_grant(of_database(server.owner_url, draft)))
            asyncio.run(_owner_statements(server.owner_url, f"ALTER DATABASE {draft} RENAME TO {name}"))
    return name


def clone(server: Services, template: str, name: str) -> None:
    """A fresh database `name`, equal to the template."""
    with alone():  # a template may not have two copies made of it at once
        asyncio.run(
            _owner_statements(
                server.owner_url,
                f"DROP DATABASE IF EXISTS {name} WITH (FORCE)",
                f"CREATE DATABASE {name} TEMPLATE {template}",
            )
        )


def exists(server: Services, name: str) -> bool:
    """Whether there is a database of this name."""
    return asyncio.run(_exists(server.owner_url, name))


def rename(server: Services, name: str, after: str) -> None:
    """Nobody may be connected."""
    asyncio.run(_owner_statements(server.owner_url, f"ALTER DATABASE {name} RENAME TO {after}"))


def drop(server: Services, name: str) -> None:
    """Away with it, whoever is still connected."""
    asyncio.run(_owner_statements(server.owner_url, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))


def drop_unused(server: Services, pattern: str, but: str) -> None:
    """Away with the databases of this pattern that nobody is connected to, except one."""
    found = asyncio.run(_unused(server.owner_url, pattern))
    asyncio.run(_owner_statements(server.owner_url, *(f"DROP DATABASE IF EXISTS {name}" for name in found - {but})))


async def _unused(owner_url: str, pattern: str) -> set[str]:
    url, arguments = normalise(owner_url)
    engine = create_async_engine(url, poolclass=NullPool, connect_args=arguments)
    named = text(
        "SELECT datname FROM pg_database WHERE datname LIKE :pattern"
        " AND NOT EXISTS (SELECT FROM pg_stat_activity used WHERE used.datname = pg_database.datname)"
    )
    async with engine.connect() as connection:
        found = set(await connection.scalars(named, {"pattern": pattern}))
    await engine.dispose()
    return found


def worker_name() -> str:
    """Which parallel test process this is; runs beside each other on one server differ by their process id."""
    return f"{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}"


def state_folder() -> Path:
    """Where tests keep what is not in the database (mail files, twins)."""
    return STATE / worker_name()
