"""What is configured, what is missing, what can be reached. Changes and starts nothing."""

import asyncio
from dataclasses import dataclass, field

from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from app.core.database.engine import normalise
from app.core.database.revisions import head
from app.local import ports, running
from app.settings import Settings


@dataclass(slots=True)
class Findings:
    """What the doctor saw. `healthy` is the exit code: the database answers and its tables are the newest."""

    state: str
    database_url: str
    redis_url: str
    api_url: str
    database: str = "not configured, and nothing runs here: lyceum run"
    migrations: str = "unknown"
    redis: str = "not configured"
    api: str = "not running"
    twins: str = ""
    missing: list[str] = field(default_factory=list)

    @property
    def healthy(self) -> bool:
        return self.database == "reachable" and self.migrations == "newest"


def examine(told: Settings) -> Findings:
    """Looks at what the settings name and at what runs in the state folder."""
    state = told.server.state.resolve()
    here = running.meant(state, told.database.url.get_secret_value())
    found = Findings(
        state=str(state),
        database_url=here.database_url if here else told.database.url.get_secret_value(),
        redis_url=here.redis_url if here else told.redis.url.get_secret_value(),
        api_url=here.api_url if here else f"http://{told.server.host}:{told.server.port}",
        twins=told.twins.url or (here.twins_url if here else ""),
        missing=told.problems(),
    )
    asyncio.run(_reach(found))
    return found


async def _reach(found: Findings) -> None:
    checks = [asyncio.to_thread(_api, found)]
    if found.database_url:
        await _database(found)
    if found.redis_url:
        await _redis(found)
    await asyncio.gather(*checks)


def _api(found: Findings) -> None:
    status = ports.status(found.api_url, "/readyz")
    found.api = {0: "not running", 200: "ready"}.get(status, f"answers {status}")


async def _database(found: Findings) -> None:
    address, arguments = normalise(found.database_url)
    engine = create_async_engine(address, poolclass=NullPool, connect_args={"timeout": 5, **arguments})
    try:
        async with engine.connect() as connection:
            found.database = "reachable"
            known = await connection.scalar(text("SELECT to_regclass('public.alembic_version') IS NOT NULL"))
            found.migrations = "none"
            if known:
                version = await connection.scalar(text("SELECT version_num FROM public.alembic_version"))
                found.migrations = "newest" if version == head() else f"at {version}, newest is {head()}"
    except Exception as error:  # noqa: BLE001 - whatever keeps it from answering is the finding
        found.database = f"unreachable: {_short(error)}"
    finally:
        await engine.dispose()


async def _redis(found: Findings) -> None:
    from redis.asyncio import from_url

    client = from_url(found.redis_url, socket_connect_timeout=5, socket_timeout=5)  # type: ignore[no-untyped-call]  # redis 5 ships without
    try:
        await client.ping()
        found.redis = "reachable"
    except Exception as error:  # noqa: BLE001 - as above
        found.redis = f"unreachable: {_short(error)}"
    finally:
        await client.aclose()


def without_password(url: str) -> str:
    """The address to show to people."""
    if url.startswith("postgres"):
        return make_url(url).render_as_string(hide_password=True)
    scheme, separator, rest = url.partition("://")
    return f"{scheme}{separator}***@{rest.rpartition('@')[2]}" if "@" in rest else url


def _short(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


def report(found: Findings) -> str:
    """The findings for people, passwords hidden."""
    lines = [
        f"State       {found.state}",
        f"PostgreSQL  {found.database}  {without_password(found.database_url)}",
        f"Tables      {found.migrations}",
        f"Redis       {found.redis}  {without_password(found.redis_url)}",
        f"API         {found.api}  {found.api_url}",
        f"Twins       {found.twins or 'none'}",
    ]
    if found.missing:
        lines += ["For production:", *(f"  {problem}" for problem in found.missing)]
    return "\n".join(lines)
