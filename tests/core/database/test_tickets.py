"""Tickets: what they are made of, which of them the database believes, and whose keys it knows."""

import asyncio
import hashlib
import hmac
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from pydantic import SecretStr
from sqlalchemy import TextClause, make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from app.core import secrets as core_secrets
from app.core.database import tickets
from app.core.database.engine import normalise
from app.core.database.migrate import upgrade
from app.core.database.roles import grant_runtime
from app.core.secrets import derive_key
from app.local.services import Services
from app.settings import settings
from tests.support.database import drop, of_database, worker_name

ADA = UUID("01890000-0000-7000-8000-00000000ada0")
NOBODY = (None, None)

# RFC 4231, cases 1 to 4, 6 and 7: short keys, a key of the digest's length, keys longer than a block.
VECTORS = [
    (b"\x0b" * 20, b"Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
    (b"Jefe", b"what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
    (b"\xaa" * 20, b"\xdd" * 50, "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
    (bytes(range(1, 26)), b"\xcd" * 50, "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"),
    (
        b"\xaa" * 131,
        b"Test Using Larger Than Block-Size Key - Hash Key First",
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
    ),
    (
        b"\xaa" * 131,
        (
            b"This is a test using a larger than block-size key and a larger than block-size data. "
            b"The key needs to be hashed before being used by the HMAC algorithm."
        ),
        "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
    ),
]


@pytest_asyncio.fixture
async def owner(server: Services, database_url: str) -> AsyncIterator[AsyncConnection]:
    """A connection as the owner, in a transaction that is rolled back."""
    url, arguments = normalise(of_database(server.owner_url, str(make_url(database_url).database)))
    engine = create_async_engine(url, poolclass=NullPool, connect_args=arguments)
    async with engine.connect() as connection:
        yield connection
        await connection.rollback()
    await engine.dispose()


@pytest.fixture
def secrets_set(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Restart the process's keys with another secret."""

    def restart(secret: str) -> None:
        chosen = settings().server.model_copy(update={"secret": SecretStr(secret)})
        monkeypatch.setattr(settings(), "server", chosen)
        core_secrets.keys_for.cache_clear()

    yield restart
    monkeypatch.undo()
    core_secrets.keys_for.cache_clear()


async def who(owner: AsyncConnection, ticket: str) -> tuple[UUID | None, str | None]:
    """Whom the database takes the bearer of this ticket for."""
    await owner.execute(text("SELECT set_config('lyceum.ticket', :ticket, true)"), {"ticket": ticket})
    account_id, kind = (await owner.execute(text("SELECT account_id, kind FROM core.read_ticket()"))).one()
    return account_id, kind


def signed(said: str, key: bytes | None = None) -> str:
    """These words, signed with our key or another."""
    chosen = key or derive_key(settings().server.secret.get_secret_value(), tickets.PURPOSE)
    return f"{said}.{hmac.digest(chosen, said.encode(), 'sha256').hex()}"


# What they are made of


@pytest.mark.parametrize(("key", "message", "digest"), VECTORS, ids=range(1, 1 + len(VECTORS)))
async def test_two_hashes_over_a_padded_key_are_the_published_hmac(
    connection: AsyncConnection, key: bytes, message: bytes, digest: str
) -> None:
    padded = tickets.PaddedKey.of(key)
    question = text("SELECT encode(sha256(:outer || sha256(:inner || :message)), 'hex')").bindparams(
        outer=padded.outer, inner=padded.inner, message=message
    )
    assert await connection.scalar(question) == digest


async def test_a_ticket_says_who_acts(owner: AsyncConnection) -> None:
    assert await who(owner, tickets.for_account(ADA)) == (ADA, "account")
    assert await who(owner, tickets.for_system()) == (None, "system")


def test_what_names_the_key_is_no_part_of_it() -> None:
    key = derive_key(settings().server.secret.get_secret_value(), tickets.PURPOSE)
    name = tickets.for_account(ADA).split(".")[1]
    assert name not in key.hex()
    assert name != hashlib.sha256(key).hexdigest()[:16]


# Which are believed


@pytest.mark.req("S-RLS-02")
@pytest.mark.parametrize(
    "alter",
    [
        lambda _: "",
        lambda _: ".....",
        lambda _: "lyceum_app",
        lambda _: "1.0000000000000000.system.00000000-0000-0000-0000-000000000000.9999999999." + "0" * 64,
        lambda ticket: ticket.replace(".account.", ".system."),
        lambda ticket: ticket.replace("ada0", "ada1"),
        lambda ticket: ticket.replace(ticket.split(".")[4], str(int(ticket.split(".")[4]) + 1)),
        lambda ticket: ticket.replace(ticket.split(".")[1], "0" * 16),
        lambda ticket: "2" + ticket[1:],
        lambda ticket: ticket[:-1],
        lambda ticket: ticket[:-1] + ("0" if ticket[-1] != "0" else "1"),
        lambda ticket: ticket[:-64] + ticket[-64:].upper().replace("A", "B"),
        lambda ticket: ticket + "0",
        lambda ticket: ticket + "\n",
        lambda ticket: " " + ticket,
        lambda ticket: ticket + "." + ticket,
        lambda ticket: ticket.rpartition(".")[0],
        lambda ticket: ticket.replace(".", "'; --"),
        lambda ticket: ticket.replace("account", "äccount"),
        lambda ticket: signed(ticket.rpartition(".")[0], b"another key"),
        lambda ticket: signed(ticket.rpartition(".")[0].replace("account", "staff")),
        lambda ticket: signed(ticket.rpartition(".")[0].replace("1.", "2.", 1)),
        lambda ticket: signed(ticket.rpartition(".")[0].replace(".account.", "..")),
        lambda _: "1" * 1_000_000,
    ],
)
async def test_what_is_not_exactly_a_ticket_of_ours_is_nobodys(
    owner: AsyncConnection, alter: Callable[[str], str]
) -> None:
    ticket = tickets.for_account(ADA)
    assert await who(owner, ticket) == (ADA, "account")
    assert await who(owner, alter(ticket)) == NOBODY


@pytest.mark.req("S-RLS-02")
@pytest.mark.parametrize(
    ("lifetime", "is_believed"), [(-3600, False), (-1, False), (0, False), (30, True), (65, True), (600, False)]
)
async def test_a_ticket_is_good_for_its_time_and_none_is_good_for_long(
    owner: AsyncConnection, lifetime: int, is_believed: bool
) -> None:
    told = [await who(owner, tickets.for_account(ADA, lifetime=lifetime))]
    told += [await who(owner, tickets.for_system(lifetime=lifetime))]
    assert told == ([(ADA, "account"), (None, "system")] if is_believed else [NOBODY] * 2)


async def test_a_ticket_outlives_the_longest_transaction(owner: AsyncConnection) -> None:
    """It is good at the beginning of one; but it may be bound late in a transaction, and again later."""
    limits = await owner.scalar(text("SELECT rolconfig::text FROM pg_roles WHERE rolname = 'lyceum_app'"))
    assert "transaction_timeout=60s" in limits or "transaction_timeout" not in limits
    assert 60 < tickets.LIFETIME < 120


# Whose keys are known


async def test_the_keys_of_two_secrets_are_good_while_one_replaces_the_other(
    owner: AsyncConnection, secrets_set: Callable[[str], None]
) -> None:
    before, after = settings().server.secret.get_secret_value(), "the next secret of the tests, 9876543210"
    old = tickets.for_account(ADA)
    secrets_set(after)
    new = tickets.for_account(ADA)
    believed = []
    for known in ((before,), (after, before), (after,)):
        await tickets.teach_ticket_keys(owner, known)
        await tickets.teach_ticket_keys(owner, known)
        believed.append([(await who(owner, ticket))[1] is not None for ticket in (old, new)])
    assert believed == [[True, False], [True, True], [False, True]]


async def test_a_key_is_for_tickets_and_nothing_else() -> None:
    assert len({derive_key("secret", purpose) for purpose in (tickets.PURPOSE, "tokens", "cursors")}) == 3


@pytest.fixture
def granted_before(server: Services) -> Iterator[tuple[str, str]]:
    """A database in which the runtime role was given rights on all tables before there were tickets: owner, runtime."""
    name = f"lyceum_keys_{worker_name()}"
    owner_url = of_database(server.owner_url, name)
    asyncio.run(_run(server.owner_url, text(f"CREATE DATABASE {name}")))
    upgrade(owner_url, "0012_media_files")
    asyncio.run(_settle(owner_url, ()))
    upgrade(owner_url)
    asyncio.run(_settle(owner_url, ("a secret",)))
    yield owner_url, of_database(server.database_url, name)
    drop(server, name)


async def _settle(owner_url: str, secrets: tuple[str, ...]) -> None:
    address, arguments = normalise(owner_url)
    engine = create_async_engine(address, poolclass=NullPool, connect_args=arguments)
    async with engine.begin() as connection:
        await grant_runtime(connection)
        if secrets:
            await tickets.teach_ticket_keys(connection, secrets)
    await engine.dispose()


async def _run(url: str, *statements: TextClause) -> list[Any]:
    """The rows of the last statement, each committed at once."""
    address, arguments = normalise(url)
    engine = create_async_engine(address, poolclass=NullPool, connect_args=arguments, isolation_level="AUTOCOMMIT")
    rows: list[Any] = []
    try:
        async with engine.connect() as connection:
            for statement in statements:
                result = await connection.execute(statement)
                rows = list(result.all()) if result.returns_rows else []
    finally:
        await engine.dispose()
    return rows


KEYS = text("SELECT id FROM core.ticket_keys")


@pytest.mark.req("S-RLS-02")
async def test_nobody_but_the_owner_reads_the_keys(granted_before: tuple[str, str]) -> None:
    owner_url, runtime_url = granted_before
    assert len(await _run(owner_url, KEYS)) == 1
    with pytest.raises(DBAPIError, match="permission denied for table ticket_keys"):
        await _run(runtime_url, KEYS)
    with pytest.raises(DBAPIError, match="permission denied for function read_ticket"):
        await _run(runtime_url, text("SELECT core.read_ticket()"))


async def test_the_keys_stay_hidden_even_from_a_role_that_is_granted_them_by_mistake(
    granted_before: tuple[str, str],
) -> None:
    owner_url, runtime_url = granted_before
    await _run(owner_url, text("GRANT ALL ON ALL TABLES IN SCHEMA core TO lyceum_app"))
    assert await _run(runtime_url, KEYS) == []
    with pytest.raises(DBAPIError, match="violates row-level security policy"):
        await _run(runtime_url, text("INSERT INTO core.ticket_keys VALUES ('0', repeat('0', 64)::bytea, '', now())"))
