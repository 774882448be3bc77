"""From an empty database to one that the service can use: whose tickets it believes."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from app.core.database import tickets
from app.core.database.engine import normalise
from app.core.secrets import DEVELOPMENT_SECRET, derive_key
from app.local.errors import LocalError
from app.local.ground import known_secrets, prepare_database
from app.local.services import Services
from app.settings import Settings


async def ask(url: str, *statements: str) -> set[str]:
    """The first column of the last statement."""
    address, arguments = normalise(url)
    engine = create_async_engine(address, poolclass=NullPool, isolation_level="AUTOCOMMIT", connect_args=arguments)
    found: set[str] = set()
    async with engine.connect() as connection:
        for statement in statements:
            result = await connection.execute(text(statement))
            found = set(result.scalars()) if result.returns_rows else set()
    await engine.dispose()
    return found


@pytest.fixture
def empty_database(servers: Services) -> Iterator[str]:
    """An empty database, for its owner."""
    name = f"ground_{uuid4().hex[:8]}"
    asyncio.run(ask(servers.owner_url, f"CREATE DATABASE {name}"))
    yield make_url(servers.owner_url).set(database=name).render_as_string(hide_password=False)
    asyncio.run(ask(servers.owner_url, f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.mark.slow
def test_a_prepared_database_knows_the_keys_of_these_secrets_and_forgets_the_others(empty_database: str) -> None:
    keys = {name: tickets.PaddedKey.of(derive_key(name, tickets.PURPOSE)).id for name in ("old", "new")}
    known = []
    for secrets in (("old",), ("new", "old"), ("new",)):
        prepare_database(empty_database, secrets)
        known.append(asyncio.run(ask(empty_database, "SELECT id FROM core.ticket_keys")))
    assert known == [{keys["old"]}, {keys["old"], keys["new"]}, {keys["new"]}]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """The environment, without secrets and with a state folder of its own."""
    for name in ("LYCEUM_SECRET", "LYCEUM_PREVIOUS_SECRETS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LYCEUM_STATE", str(tmp_path))
    monkeypatch.setenv("LYCEUM_ENV", "development")
    monkeypatch.chdir(tmp_path)
    return monkeypatch


def test_a_secret_that_was_told_is_believed_with_those_before_it(told: pytest.MonkeyPatch) -> None:
    told.setenv("LYCEUM_SECRET", "new")
    told.setenv("LYCEUM_PREVIOUS_SECRETS", "older, oldest")
    assert known_secrets(Settings()) == ("new", "older", "oldest")


def test_a_machine_where_nobody_told_one_has_the_kept_one_and_that_of_development(
    told: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    told.delenv("LYCEUM_SECRET", raising=False)
    assert known_secrets(Settings()) == (DEVELOPMENT_SECRET,)
    (tmp_path / "secret").write_text("kept\n")
    assert known_secrets(Settings()) == ("kept", DEVELOPMENT_SECRET)


def test_production_never_believes_what_anybody_can_sign(told: pytest.MonkeyPatch) -> None:
    told.setenv("LYCEUM_ENV", "production")
    with pytest.raises(LocalError, match="LYCEUM_SECRET"):
        known_secrets(Settings())
