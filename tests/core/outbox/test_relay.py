"""From a change to an event to jobs: nothing lost, nothing doubled, nothing that was not committed."""

import asyncio
from uuid import uuid4

import pytest
from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.core.outbox.emit import emit, emit_with, has_emitted, request_id
from app.core.outbox.listen import Book
from app.core.outbox.sweep import relay
from app.webhooks.models import InboxMessage
from tests.core.outbox.conftest import Machinery
from tests.core.outbox.events import Happened
from tests.support.queries import recorded


def happened(number: int = 0) -> Happened:
    return Happened(thing_id=uuid4(), number=number)


def two_listeners(book: Book) -> None:
    @book.on(Happened)
    async def first(session: AsyncSession, event: Happened) -> None: ...

    @book.on(Happened)
    async def second(session: AsyncSession, event: Happened) -> None: ...


@pytest.mark.req("X-EVT-01")
async def test_an_event_of_a_change_that_was_rolled_back_never_happened(machinery: Machinery, book: Book) -> None:
    two_listeners(book)
    async with machinery.sessions() as session:
        emit(session, happened())
        await session.flush()
        await session.rollback()
    await machinery.sweep()
    assert await machinery.jobs() == []


async def test_every_listener_gets_a_job_of_its_own(machinery: Machinery, book: Book) -> None:
    two_listeners(book)
    await machinery.announce(happened())
    await machinery.sweep()
    assert [job.name for job in await machinery.jobs()] == ["core.first", "core.second"]


async def test_an_event_that_nobody_hears_is_relayed_and_over(machinery: Machinery) -> None:
    await machinery.announce(happened())
    await machinery.sweep()
    (row,) = await machinery.execute("SELECT relayed_at FROM core.outbox")
    assert row.relayed_at is not None


async def test_an_event_of_a_kind_that_this_process_does_not_know_waits_for_one_that_does(
    machinery: Machinery, book: Book
) -> None:
    two_listeners(book)
    await machinery.execute(
        "INSERT INTO core.outbox (kind, key, payload) VALUES ('tests.of_the_next_release', gen_random_uuid(), '{}')"
    )
    await machinery.sweep()
    (row,) = await machinery.execute("SELECT relayed_at FROM core.outbox")
    assert row.relayed_at is None


async def test_a_job_of_a_listener_that_this_process_lacks_is_left_to_others(machinery: Machinery, book: Book) -> None:
    two_listeners(book)
    await machinery.execute("INSERT INTO core.jobs (name, payload) VALUES ('core.elsewhere', '{}')")
    assert await machinery.sweep() == []


async def test_sweeps_at_the_same_time_make_each_job_once(machinery: Machinery, book: Book) -> None:
    two_listeners(book)
    await machinery.announce(*(happened() for _ in range(20)))
    taken = await asyncio.gather(*(machinery.sweep() for _ in range(6)))
    handed_out = [job for each in taken for job in each]
    assert (len(await machinery.jobs()), len(set(handed_out)), len(handed_out)) == (40, 40, 40)


async def test_a_backlog_larger_than_a_batch_is_relayed_in_one_sweep(machinery: Machinery, book: Book) -> None:
    two_listeners(book)
    await machinery.execute(
        "INSERT INTO core.outbox (kind, key, payload) SELECT 'tests.happened', id, jsonb_build_object('thing_id', id)"
        " FROM (SELECT gen_random_uuid() AS id FROM generate_series(1, 1200)) made"
    )
    await machinery.sweep()
    assert len(await machinery.jobs()) == 2400


async def test_only_one_relay_is_at_work_at_a_time(machinery: Machinery, book: Book) -> None:
    two_listeners(book)
    await machinery.announce(happened())
    async with machinery.sessions.begin() as slow, machinery.sessions.begin() as other:
        await relay(slow, book.listeners())
        assert await relay(other, book.listeners()) == 0


async def test_the_event_is_written_after_the_change_it_tells_of(machinery: Machinery, engine: AsyncEngine) -> None:
    """Whoever has the row's lock has the smaller number: numbers follow the commits of one aggregate."""
    async with machinery.sessions.begin() as session:
        emit(session, happened())
        session.add(InboxMessage(source="test", external_id="1", event_type="x", body=b"{}"))
        with recorded(engine) as statements:
            await session.flush()
    assert [statement.split("core.")[1].split()[0] for statement in statements] == ["inbox", "outbox"]


async def test_a_change_of_nothing_announces_nothing(machinery: Machinery) -> None:
    async with machinery.sessions.begin() as session:
        nothing = update(InboxMessage).where(InboxMessage.id == uuid4()).values(note="x")
        announced = await emit_with(session, nothing, happened())
        assert (announced, has_emitted(session)) == (False, False)
    assert await machinery.execute("SELECT id FROM core.outbox") == []


async def test_a_change_in_one_statement_announces_its_event(machinery: Machinery) -> None:
    told = happened(7)
    async with machinery.sessions.begin() as session:
        row = {"source": "test", "external_id": "1", "event_type": "x", "body": b"{}"}
        announced = await emit_with(session, insert(InboxMessage).values(row).on_conflict_do_nothing(), told)
        assert (announced, has_emitted(session)) == (True, True)
    (written,) = await machinery.execute("SELECT kind, key, payload, request_id FROM core.outbox")
    assert tuple(written) == (told.kind, told.thing_id, {"thing_id": str(told.thing_id), "number": 7}, None)


async def test_an_event_names_the_request_that_caused_it(machinery: Machinery) -> None:
    token = request_id.set("a-request")
    await machinery.announce(happened())
    async with machinery.sessions.begin() as session:
        row = {"source": "test", "external_id": "2", "event_type": "x", "body": b"{}"}
        await emit_with(session, insert(InboxMessage).values(row).on_conflict_do_nothing(), happened())
    request_id.reset(token)
    rows = await machinery.execute("SELECT request_id FROM core.outbox")
    assert [row.request_id for row in rows] == ["a-request", "a-request"]


async def test_a_sweep_with_nothing_to_do_asks_one_question(machinery: Machinery, engine: AsyncEngine) -> None:
    await machinery.sweep()
    with recorded(engine) as statements:
        await machinery.sweep()
    assert len(statements) == 1
