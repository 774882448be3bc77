"""A database of one's own: for tests that change the schema, or fill it with more than a transaction should hold."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from app.core.database.engine import normalise
from app.local.services import Services
from tests.support.database import alone, clone, drop, drop_unused, exists, make_template, of_database, rename


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy of the migrated database, as its owner and as the service see it."""

    owner_url: str
    service_url: str

    async def as_owner(self, *statements: str, **values: Any) -> list[Any]:
        """Run the statements one by one as the owner, each committed at once. Returns the rows of the last."""
        return await _execute(self.owner_url, statements, values)

    async def as_service(self, *statements: str, **values: Any) -> list[Any]:
        """The same, as the role that the service runs as. All in one session."""
        return await _execute(self.service_url, statements, values)


@contextmanager
def copied(server: Services) -> Iterator[Copy]:
    """A fresh copy, gone afterwards."""
    name = f"lyceum_copy_{uuid4().hex[:12]}"
    clone(server, make_template(server), name)
    yield Copy(of_database(server.owner_url, name), of_database(server.database_url, name))
    drop(server, name)


def prepared(server: Services, name: str, prepare: Callable[[str], object], is_whole: Callable[[str], bool]) -> Copy:
    """A copy that is prepared once, by whoever needs it first, and is only read after that. It stays with its template.

    Both functions are given the owner's URL. Unlogged tables are empty after a crash of the server: `is_whole` looks.
    """
    template = make_template(server)
    kept, draft = f"{template}_{name}", f"{template}_{name}_draft"
    with alone(name):
        if exists(server, kept) and not is_whole(of_database(server.owner_url, kept)):
            drop(server, kept)
        if not exists(server, kept):
            clone(server, template, draft)
            prepare(of_database(server.owner_url, draft))
            rename(server, draft, kept)
            drop_unused(server, f"lyceum_template_%_{name}", but=kept)
    return Copy(of_database(server.owner_url, kept), of_database(server.database_url, kept))


async def _execute(url: str, statements: tuple[str, ...], values: dict[str, Any]) -> list[Any]:
    address, arguments = normalise(url)
    engine = create_async_engine(address, poolclass=NullPool, connect_args=arguments, isolation_level="AUTOCOMMIT")
    rows: list[Any] = []
    try:
        async with engine.connect() as connection:
            for statement in statements:
                result = await connection.execute(text(statement), values)
                rows = list(result.all()) if result.returns_rows else []
    finally:
        await engine.dispose()
    return rows
