"""The runtime role: what the service connects as. It reads and writes rows and owns nothing.

The owner's role runs migrations; `lyceum_app` serves requests and jobs. A hole in a query can then neither
drop a table nor switch off row-level security. The role's own settings bound every statement it runs
(reliability rules 42 and 43): set on the role rather than the session, they hold behind PgBouncer too.
"""

import asyncio
import hashlib
import hmac
import random

from sqlalchemy import URL, make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from app.core.database.engine import normalise

RUNTIME_ROLE = "lyceum_app"
SCHEMAS = ("core", "academy", "community", "tracker", "studio", "crm")

_TIMEOUTS = {"statement_timeout": "5s", "lock_timeout": "2s", "idle_in_transaction_session_timeout": "10s"}
# A client that stops between a statement's preparation and its execution (a frozen container, a paused machine) is
# neither idle nor running to PostgreSQL: only this ends its transaction and frees what it has locked. As long as the
# lease of an ordinary job, after which its work would not count any more.
_TIMEOUTS_SINCE_17 = {"transaction_timeout": "60s"}

# Rows only: no TRUNCATE, REFERENCES or TRIGGER.
_RIGHTS = {"TABLE": "SELECT, INSERT, UPDATE, DELETE", "SEQUENCE": "USAGE, SELECT"}

# What runs with the owner's rights, and only the runtime role may call (migration 0011).
_FUNCTIONS = ("core.keep_months(regclass, integer)", "core.drop_months(regclass, date)")

# Arbitrary, but the same everywhere: one key for everything that changes roles and rights.
_LOCK = 7_311_968_201

# Roles belong to the whole server and advisory locks to one database, so neighbours can still collide here:
# duplicate object, unique violation, "tuple concurrently updated" (an internal error to PostgreSQL).
_COLLISIONS = {"42710", "23505", "XX000"}


async def ensure_runtime_role(owner_url: str) -> str:
    """Makes or corrects the runtime role and returns the URL to connect with as that role.

    Its password is derived from the owner's, so that every process that knows the owner's URL arrives at the
    same one; an owner without a password (a local socket) has a runtime role without one.

    Raises `PermissionError` when the role is not as it should be and the owner may not change it.
    """
    owner = make_url(owner_url)
    password = _derived(owner)
    if owner.username == RUNTIME_ROLE:
        raise ValueError(f"{RUNTIME_ROLE} owns nothing: the owner's URL must name another role")
    address, arguments = normalise(owner_url)
    engine = create_async_engine(address, poolclass=NullPool, connect_args=arguments)
    try:
        for attempt in range(5):
            try:
                async with engine.begin() as connection:
                    await _settle(connection, password)
                break
            except DBAPIError as error:
                state = getattr(error.orig, "sqlstate", None)
                if state == "42501":
                    raise PermissionError(_ask_the_administrator(owner)) from error
                if state not in _COLLISIONS or attempt == 4:
                    raise
                await asyncio.sleep(random.uniform(0.02, 0.2))  # noqa: S311 - only to come apart
    finally:
        await engine.dispose()
    runtime = owner.set(drivername="postgresql+asyncpg", username=RUNTIME_ROLE, password=password)
    return runtime.difference_update_query(["user"]).render_as_string(hide_password=False)


async def grant_runtime(connection: AsyncConnection) -> None:
    """Lets the runtime role use the schemas that exist, their tables, views and sequences, and those still to come.

    Idempotent; run it as the owner, inside a transaction, after migrations. A table whose rights were ever
    settled is left alone, so that what a migration takes away (an append-only ledger, a table of keys) stays away.
    The months of a partitioned table are reached through the table, and by nobody directly.
    """
    await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    for schema in await _existing_schemas(connection):
        await connection.execute(text(f"GRANT USAGE ON SCHEMA {schema} TO {RUNTIME_ROLE}"))
        for kind, rights in _RIGHTS.items():
            later = f"ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT {rights} ON {kind}S TO {RUNTIME_ROLE}"
            await connection.execute(text(later))
    for kind, name in await _unsettled(connection):
        await connection.execute(text(f"GRANT {_RIGHTS[kind]} ON {kind} {name} TO {RUNTIME_ROLE}"))
    for function in _FUNCTIONS:
        if await connection.scalar(text("SELECT to_regprocedure(:name)"), {"name": function}):
            await connection.execute(text(f"GRANT EXECUTE ON FUNCTION {function} TO {RUNTIME_ROLE}"))
    for name in await _version_tables(connection):
        # readiness compares it with the code; only migrations write it
        await connection.execute(text(f"REVOKE ALL ON TABLE {name} FROM {RUNTIME_ROLE}"))
        await connection.execute(text(f"GRANT SELECT ON TABLE {name} TO {RUNTIME_ROLE}"))


async def owns_tables(connection: AsyncConnection) -> bool:
    """Whether the connected role owns any of our tables, or could do anything anyway. Production refuses that."""
    question = text(
        "SELECT current_setting('is_superuser')::boolean"
        " OR (SELECT rolbypassrls FROM pg_roles WHERE rolname = current_user) OR EXISTS ("
        " SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE n.nspname = ANY(:schemas) AND pg_has_role(c.relowner, 'USAGE'))"
    )
    return bool(await connection.scalar(question, {"schemas": list(SCHEMAS)}))


def _derived(owner: URL) -> str | None:
    if not owner.password:
        return None
    return hmac.new(owner.password.encode(), RUNTIME_ROLE.encode(), hashlib.sha256).hexdigest()


async def _settle(connection: AsyncConnection, password: str | None) -> None:
    await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    found = await connection.execute(
        text("SELECT rolcanlogin, coalesce(rolconfig, '{}') FROM pg_roles WHERE rolname = :name"),
        {"name": RUNTIME_ROLE},
    )
    role = found.one_or_none()
    if role is None:
        await connection.execute(text(f"CREATE ROLE {RUNTIME_ROLE} LOGIN"))
    elif not role[0]:
        await connection.execute(text(f"ALTER ROLE {RUNTIME_ROLE} LOGIN"))
    if password is not None:
        # hexadecimal digits only, and ALTER ROLE takes no parameters
        await connection.execute(text(f"ALTER ROLE {RUNTIME_ROLE} PASSWORD '{password}'"))
    settings = set(role[1]) if role is not None else set()
    version = int(await connection.scalar(text("SELECT current_setting('server_version_num')")) or 0)
    wanted = _TIMEOUTS | (_TIMEOUTS_SINCE_17 if version >= 170_000 else {})
    for name, value in wanted.items():
        if f"{name}={value}" not in settings:
            await connection.execute(text(f"ALTER ROLE {RUNTIME_ROLE} SET {name} = '{value}'"))


async def _existing_schemas(connection: AsyncConnection) -> list[str]:
    found = await connection.scalars(
        text("SELECT nspname FROM pg_namespace WHERE nspname = ANY(:schemas) ORDER BY nspname"),
        {"schemas": list(SCHEMAS)},
    )
    return list(found)


async def _unsettled(connection: AsyncConnection) -> list[tuple[str, str]]:
    """Tables, views and sequences on which nobody ever granted or revoked anything: their list of rights is NULL."""
    found = await connection.execute(
        text(
            "SELECT CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, c.oid::regclass::text"
            " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE n.nspname = ANY(:schemas) AND c.relkind IN ('r', 'p', 'v', 'S') AND c.relacl IS NULL"
            " AND NOT c.relispartition"
        ),
        {"schemas": list(SCHEMAS)},
    )
    return [(kind, name) for kind, name in found]


async def _version_tables(connection: AsyncConnection) -> list[str]:
    found = await connection.scalars(
        text(
            "SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE c.relname = 'alembic_version' AND c.relkind = 'r' AND n.nspname = ANY(:schemas)"
        ),
        {"schemas": [*SCHEMAS, "public"]},
    )
    return list(found)


def _ask_the_administrator(owner: URL) -> str:
    lines = [f"CREATE ROLE {RUNTIME_ROLE} LOGIN PASSWORD '…';"]
    timeouts = _TIMEOUTS | _TIMEOUTS_SINCE_17  # the last one is known from PostgreSQL 17 on
    lines += [f"ALTER ROLE {RUNTIME_ROLE} SET {name} = '{value}';" for name, value in timeouts.items()]
    return (
        f"Role {owner.username} may not make or change {RUNTIME_ROLE}. Ask an administrator to run\n  "
        + "\n  ".join(lines)
        + "\nand set DATABASE_URL to that role, DATABASE_OWNER_URL to the owner of the tables."
    )
