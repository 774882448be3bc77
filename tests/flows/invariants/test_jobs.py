"""The look every ten minutes: what it keeps, whom it tells, how often, and what it does when it cannot see."""

import time
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from app.core.invariants import Invariant, Kind, inspect
from app.core.metrics import Metrics
from app.flows.invariants import queries, rules, service
from app.gateways import Gateways
from app.identity.actor import Actor
from app.settings import ServerSettings
from tests.factories import identity
from tests.support.worker import WorkerOnDemand

pytestmark = pytest.mark.parallel

Sessions = async_sessionmaker[AsyncSession]
ADMINS = "identity.organizations_have_an_admin"


@pytest.fixture
def worker(parallel: Sessions, gateways: Gateways) -> WorkerOnDemand:
    """The worker over committed tables: one snapshot needs a connection of its own."""
    return WorkerOnDemand(parallel, {Gateways: gateways})


async def orphan(sessions: Sessions, count: int = 1) -> list[str]:
    """Organizations that nobody manages."""
    made = [identity.organization() for _ in range(count)]
    async with sessions.begin() as session:
        session.add_all(made)
    return [str(each.id) for each in made]


async def kept(sessions: Sessions, name: str = ADMINS) -> Any:
    async with sessions() as session:
        rows = await session.execute(text("SELECT * FROM core.invariant_checks WHERE name = :name"), {"name": name})
        return rows.one_or_none()


async def check(worker: WorkerOnDemand) -> list[int]:
    """Look once; what was told of so far, as numbers."""
    await worker.run_schedule("flows.check_invariants")
    return [each.payload["violations"] for each in await worker.announced("core.invariant_broken")]


async def test_every_promise_is_looked_at_and_its_number_kept(parallel: Sessions, worker: WorkerOnDemand) -> None:
    assert await check(worker) == []
    async with parallel() as session:
        rows = (await session.execute(text("SELECT name, kind, violations FROM core.invariant_checks"))).all()
    assert {(row.name, row.kind) for row in rows} == {(each.name, each.kind) for each in rules.INVARIANTS}
    assert {row.violations for row in rows} == {0}


async def test_a_broken_promise_is_told_of_with_the_ids_that_break_it(
    parallel: Sessions, worker: WorkerOnDemand
) -> None:
    (broken,) = await orphan(parallel)
    await check(worker)
    (told,) = await worker.announced("core.invariant_broken")
    assert (told.payload["name"], told.payload["subjects"]) == (ADMINS, [broken])


async def test_it_is_told_of_once_and_again_only_when_it_gets_worse(parallel: Sessions, worker: WorkerOnDemand) -> None:
    await orphan(parallel)
    assert await check(worker) == [1]
    assert await check(worker) == [1]
    await orphan(parallel, 2)
    assert await check(worker) == [1, 3]
    assert await check(worker) == [1, 3]


async def test_it_is_told_of_again_after_a_day(parallel: Sessions, worker: WorkerOnDemand) -> None:
    await orphan(parallel)
    await check(worker)
    async with parallel.begin() as session:
        await session.execute(text("UPDATE core.invariant_checks SET announced_at = now() - interval '25 hours'"))
    assert await check(worker) == [1, 1]


async def test_once_kept_again_the_next_breach_is_news(parallel: Sessions, worker: WorkerOnDemand) -> None:
    await orphan(parallel)
    await check(worker)
    async with parallel.begin() as session:
        await session.execute(text("DELETE FROM core.organizations"))
    assert await check(worker) == [1]
    assert (await kept(parallel)).violations == 0
    await orphan(parallel)
    assert await check(worker) == [1, 1]


async def test_what_is_only_late_is_counted_and_not_announced(parallel: Sessions, worker: WorkerOnDemand) -> None:
    async with parallel.begin() as session:
        await session.execute(
            text("INSERT INTO core.jobs (name, payload, state, finished_at) VALUES ('core.prune', '{}', 'dead', now())")
        )
    assert await check(worker) == []
    assert (await kept(parallel, "core.no_job_is_dead")).violations == 1


async def test_a_promise_that_was_given_up_is_forgotten(parallel: Sessions, worker: WorkerOnDemand) -> None:
    async with parallel.begin() as session:
        await session.execute(text("INSERT INTO core.invariant_checks (name, kind) VALUES ('academy.old', 'broken')"))
    await check(worker)
    assert await kept(parallel, "academy.old") is None


@pytest.mark.req("X-OBS-01")
async def test_the_numbers_are_among_the_figures(
    parallel: Sessions, worker: WorkerOnDemand, engine: AsyncEngine
) -> None:
    await orphan(parallel, 2)
    await check(worker)
    text_, _ = await Metrics(ServerSettings()).exposition(engine)
    figures = dict(line.rsplit(" ", 1) for line in text_.decode().splitlines() if not line.startswith("#"))
    assert float(figures[f'lyceum_invariant_violations{{invariant="{ADMINS}"}}']) == 2
    assert float(figures['lyceum_invariant_violations{invariant="academy.seats_counted"}']) == 0
    assert float(figures['lyceum_invariant_late{invariant="core.no_job_is_dead"}']) == 0
    assert float(figures["lyceum_invariants_unknown"]) == 0
    assert time.time() - 60 < float(figures["lyceum_invariants_checked_at"]) < time.time() + 60


async def test_before_the_first_look_the_figures_say_never(engine: AsyncEngine) -> None:
    figures, _ = await Metrics(ServerSettings()).exposition(engine)
    assert b"lyceum_invariants_checked_at 0.0" in figures


SLOW = Invariant("tests.slow", "never answers", "rule 64", "SELECT pg_sleep(60)::text AS subject, '' AS detail")
WRONG = Invariant("tests.wrong", "cannot be asked", "rule 64", "SELECT 1 / 0 AS subject, '' AS detail")
MANY = Invariant(
    "tests.many", "has many", "rule 64", "SELECT n AS subject, 'x' AS detail FROM generate_series(1, 99) n"
)


async def test_all_offenders_are_counted_and_a_few_named(parallel: Sessions) -> None:
    async with parallel() as session:
        (found,) = await inspect(session, [MANY], samples=3)
    assert (found.violations, len(found.samples)) == (99, 3)


async def test_what_cannot_be_asked_is_unknown_and_spoils_nothing_else(parallel: Sessions) -> None:
    async with parallel() as session:
        wrong, many = await inspect(session, [WRONG, MANY])
    assert (wrong.violations, wrong.error, wrong.is_kept) == (None, "SQLSTATE 22012", False)
    assert many.violations == 99


async def test_a_statement_that_takes_too_long_is_given_up(parallel: Sessions, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.core.invariants._PATIENCE", text("SET LOCAL statement_timeout = '50ms'"))
    async with parallel() as session:
        slow, many = await inspect(session, [SLOW, MANY])
    assert (slow.violations, slow.error, many.violations) == (None, "SQLSTATE 57014", 99)


async def test_an_unknown_number_is_kept_as_none(parallel: Sessions) -> None:
    async with parallel() as session:
        findings = await inspect(session, [WRONG])
    async with parallel.begin() as session:
        await service.record(session, Actor.system(), findings)
    assert (await kept(parallel, "tests.wrong")).violations is None


@pytest.mark.req("A-COH-04")
async def test_counters_and_rows_are_seen_in_one_moment(parallel: Sessions) -> None:
    """What others commit in the middle of a look is not seen by the rest of it."""
    counted = Invariant("tests.count", "none", "rule 64", "SELECT id AS subject, '' AS detail FROM core.organizations")
    async with parallel() as session:
        (before,) = await inspect(session, [counted])
        await orphan(parallel)
        assert len(list(await session.execute(text(counted.offenders)))) == before.violations == 0


async def test_a_look_can_write_nothing(parallel: Sessions) -> None:
    async with parallel() as session:
        await queries.look(session)
        with pytest.raises(DBAPIError, match="read-only transaction"):
            await session.execute(text("DELETE FROM core.invariant_checks"))


@pytest.mark.parametrize(
    ("violations", "announced", "is_old", "expected"),
    [
        (0, None, False, False),
        (1, None, False, True),
        (1, 1, False, False),
        (1, 2, False, False),
        (2, 1, False, True),
        (1, 1, True, True),
        (0, 1, True, False),
    ],
)
def test_what_is_news(violations: int, announced: int | None, is_old: bool, expected: bool) -> None:
    assert rules.is_news(violations, announced, is_old=is_old) is expected


def test_a_promise_has_one_key_everywhere() -> None:
    keys = {rules.id_of(each) for each in rules.INVARIANTS}
    assert len(keys) == len(rules.INVARIANTS)
    assert any(each.kind is Kind.late for each in rules.INVARIANTS)
