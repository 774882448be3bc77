"""A ticket never outlives its transaction, on whichever connection: few connections, many callers (S-RLS-03)."""

import asyncio
import random
import shutil
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from uuid import UUID

import pytest
import pytest_asyncio
from sqlalchemy import make_url, select, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from app.core.database import tickets
from app.core.database.engine import create_engine, normalise
from app.identity.actor import Actor
from app.local import children, places
from app.settings import DatabaseSettings
from app.studio.deps import act_as
from app.studio.models import Article
from tests.studio.estates import World, build_world
from tests.support.database import STATE, worker_name

pytestmark = pytest.mark.parallel

TRANSACTIONS = 200


@pytest_asyncio.fixture
async def world(parallel: async_sessionmaker[AsyncSession]) -> World:
    """Two clients, committed."""
    async with parallel.begin() as session:
        return await build_world(session)


@pytest_asyncio.fixture
async def few(database_url: str) -> AsyncIterator[AsyncEngine]:
    """Three connections for everybody."""
    url, arguments = normalise(database_url)
    engine = create_async_engine(url, pool_size=3, max_overflow=0, pool_timeout=60, connect_args=arguments)
    yield engine
    await engine.dispose()


async def leaks(
    engine: AsyncEngine, world: World, act_as: Callable[[AsyncSession, Actor], Awaitable[object]] = act_as
) -> list[str]:
    """What transactions saw that was not theirs to see, of many at once, some of which fail or bind nothing."""
    ours, theirs = world.ours.keys["articles"], world.theirs.keys["articles"]
    callers: list[tuple[Actor | None, set[UUID]]] = [
        (Actor(world.ours.member), {ours}),
        (Actor(world.theirs.member), {theirs}),
        (Actor(world.staff), {ours, theirs}),
        (Actor(world.stranger), set()),
        (None, set()),
    ]
    sessions = async_sessionmaker(engine)
    found: list[str] = []
    bearers: set[int] = set()
    chance = random.Random(190)  # noqa: S311  (the same order each time)

    async def act(number: int, actor: Actor | None, visible: set[UUID], end: str) -> None:
        async with sessions() as session:
            if actor is not None:
                await act_as(session, actor)
            for _ in range(2):
                seen = set(await session.scalars(select(Article.id)))
                if seen != visible:
                    found.append(f"{number} as {actor} saw {seen}")
                bearers.add(await session.scalar(text("SELECT pg_backend_pid()")) or 0)
                await asyncio.sleep(chance.random() / 100)
            if end == "fails":
                with pytest.raises(Exception, match="division by zero"):
                    await session.execute(text("SELECT 1 / 0"))
            elif end == "commits":
                await session.commit()

    tasks = []
    for number in range(TRANSACTIONS):
        actor, visible = chance.choice(callers)
        tasks.append(act(number, actor, visible, chance.choice(["commits", "rolls back", "fails"])))
    await asyncio.gather(*tasks)
    assert len(bearers) <= 3
    return found


@pytest.mark.req("S-RLS-03")
async def test_two_hundred_interleaved_transactions_on_three_connections_see_only_their_own(
    few: AsyncEngine, world: World
) -> None:
    assert await leaks(few, world) == []


async def test_the_same_transactions_would_betray_a_ticket_that_stays(few: AsyncEngine, world: World) -> None:
    async def stay(session: AsyncSession, actor: Actor) -> None:
        ticket = tickets.for_account(actor.account_id)
        await session.execute(text("SELECT set_config('lyceum.ticket', :ticket, false)"), {"ticket": ticket})

    assert await leaks(few, world, stay) != []


@pytest.mark.req("S-RLS-03")
async def test_nothing_of_a_ticket_is_left_on_the_connection(few: AsyncEngine, world: World) -> None:
    sessions = async_sessionmaker(few)
    async with sessions() as session:
        await act_as(session, Actor(world.staff))
        bearer = await session.scalar(text("SELECT pg_backend_pid()"))
        await session.commit()
        left = await session.execute(text("SELECT pg_backend_pid(), current_setting('lyceum.ticket', true)"))
        assert left.one() == (bearer, "")
        assert (await session.scalars(select(Article.id))).all() == []


async def test_a_ticket_is_not_to_be_read_in_the_list_of_running_statements(few: AsyncEngine, world: World) -> None:
    """It is bound as a parameter, because everybody of one role reads the statements of all."""
    sessions = async_sessionmaker(few)
    async with sessions() as watcher, sessions() as watched:
        await act_as(watched, Actor(world.staff))
        shown = await watcher.scalars(text("SELECT query FROM pg_stat_activity WHERE usename = current_user"))
        texts = list(shown)
        assert any("set_config" in each for each in texts)
        assert not any(str(world.staff) in each for each in texts)


# Behind PgBouncer, which lends a connection for one transaction


@pytest.fixture
def pooler(database_url: str) -> Iterator[str]:
    """The address of a PgBouncer in transaction mode with three connections to this database."""
    program = shutil.which("pgbouncer")
    if program is None:
        pytest.skip("no pgbouncer on this machine: tickets behind a pooler in transaction mode stay untried here")
    target = make_url(database_url)
    place = places.prepare(STATE)
    folder = place.home / f"pgbouncer-{worker_name()}"
    folder.mkdir(mode=0o700)
    (folder / "users.txt").write_text(f'"{target.username}" ""\n')
    server = f"host={target.query.get('host') or target.host} port={target.port or 5432} dbname={target.database}"
    server += f" password={target.password}" if target.password else ""
    (folder / "pgbouncer.ini").write_text(
        f"[databases]\nlyceum = {server}\n[pgbouncer]\nunix_socket_dir = {folder}\nlisten_addr =\nlisten_port = 6432\n"
        f"auth_type = trust\nauth_file = {folder}/users.txt\npool_mode = transaction\ndefault_pool_size = 3\n"
        "max_client_conn = 300\n"
    )
    place.hand_over(folder)
    child = children.spawn(place, [program, "-q", str(folder / "pgbouncer.ini")], folder / "log")
    deadline = time.monotonic() + 10
    while not (folder / ".s.PGSQL.6432").exists():
        assert child.poll() is None, (folder / "log").read_text()
        assert time.monotonic() < deadline
        time.sleep(0.02)
    yield f"postgresql+asyncpg://{target.username}@/lyceum?host={folder}&port=6432"
    child.terminate()
    child.wait(10)
    shutil.rmtree(folder)


@pytest_asyncio.fixture
async def pooled(pooler: str) -> AsyncIterator[AsyncEngine]:
    """Many connections to the pooler, as several processes have; nothing prepared is kept, as rule 43 asks."""
    engine = create_engine(DatabaseSettings(pool_size=TRANSACTIONS, statement_cache_size=0), pooler)
    yield engine
    await engine.dispose()


async def test_behind_a_pooler_in_transaction_mode_they_see_only_their_own_too(
    pooled: AsyncEngine, world: World
) -> None:
    assert await leaks(pooled, world) == []
