"""One job, run: what happens when it fails, hangs, dies, is overtaken or stopped."""

# ruff: noqa: ARG001  (handlers take what the machinery gives them)

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.outbox.desk import cancel, list_dead, requeue
from app.core.outbox.emit import emit, request_id
from app.core.outbox.listen import Book, Handler, Patience
from app.core.outbox.run import SILENT_DEATHS, JobRun, RetryLater
from tests.core.outbox.conftest import Machinery
from tests.core.outbox.events import Happened, Noted

THING = UUID("00000000-0000-7000-8000-000000000001")


class Broken(Exception):
    """The failure of a handler."""


def note(session: AsyncSession, event: Happened) -> None:
    emit(session, Noted(thing_id=event.thing_id, number=event.number))


def listen_and_note(book: Book) -> None:
    @book.on(Happened)
    async def remember(session: AsyncSession, event: Happened) -> None:
        note(session, event)


def fail_at_first(book: Book, times: int = 1, patience: Patience | None = None) -> None:
    """A listener that leaves its trace and then breaks, that many times."""
    left = [times]

    @book.on(Happened, patience=patience)
    async def remember(session: AsyncSession, event: Happened) -> None:
        note(session, event)
        await session.flush()
        left[0] -= 1
        if left[0] >= 0:
            raise Broken("no luck")


async def announced(machinery: Machinery, *numbers: int) -> None:
    await machinery.announce(*(Happened(thing_id=THING, number=number) for number in numbers or (0,)))
    await machinery.sweep()


# Effects


async def test_the_effects_of_a_job_and_its_end_are_committed_together(machinery: Machinery, book: Book) -> None:
    listen_and_note(book)
    await announced(machinery, 5)
    assert await machinery.run()
    assert (await machinery.noted(), await machinery.states()) == ([5], ["done"])


async def test_a_job_that_fails_leaves_no_half_effects(machinery: Machinery, book: Book) -> None:
    fail_at_first(book)
    await announced(machinery)
    assert not await machinery.run()
    assert (await machinery.noted(), await machinery.states()) == ([], ["queued"])


async def test_a_job_is_done_once_however_often_it_is_pushed(machinery: Machinery, book: Book) -> None:
    listen_and_note(book)
    await announced(machinery)
    outcomes = await asyncio.gather(*(machinery.run() for _ in range(8)))
    assert (sum(outcomes), await machinery.noted()) == (1, [0])


async def test_what_a_job_announces_leads_back_to_the_request_that_caused_it(machinery: Machinery, book: Book) -> None:
    listen_and_note(book)
    token = request_id.set("the-request")
    await machinery.announce(Happened(thing_id=THING))
    request_id.reset(token)
    await machinery.sweep()
    await machinery.run()
    (row,) = await machinery.execute("SELECT request_id FROM core.outbox WHERE kind = 'tests.noted'")
    assert (row.request_id, request_id.get()) == ("the-request", None)


# The fence


class Slow:
    """A listener that can be held up in the middle of its first run."""

    def __init__(self, book: Book, *, stepwise: bool) -> None:
        self.begun = asyncio.Event()
        self.may_go_on = asyncio.Event()
        self.runs = 0
        if stepwise:
            book.on(Happened)(self._in_steps())
        else:
            book.on(Happened)(self._in_one())

    def _in_one(self) -> Handler:
        async def remember(session: AsyncSession, event: Happened) -> None:
            note(session, event)
            await self._hang()

        return remember

    def _in_steps(self) -> Handler:
        async def remember(job: JobRun, event: Happened) -> None:
            async with job.transaction():
                pass
            await self._hang()
            async with job.transaction() as session:
                note(session, event)

        return remember

    async def _hang(self) -> None:
        self.runs += 1
        if self.runs == 1:
            self.begun.set()
            await self.may_go_on.wait()


@pytest.mark.parametrize("stepwise", [False, True])
async def test_a_run_that_woke_too_late_changes_nothing(machinery: Machinery, book: Book, *, stepwise: bool) -> None:
    slow = Slow(book, stepwise=stepwise)
    await announced(machinery, 3)
    late = asyncio.create_task(machinery.run())
    await slow.begun.wait()
    await machinery.let_leases_run_out()
    assert await machinery.run()
    slow.may_go_on.set()
    assert not await late
    assert (slow.runs, await machinery.noted(), await machinery.states()) == (2, [3], ["done"])


@pytest.mark.req("X-EVT-01")
async def test_a_job_whose_runner_was_killed_is_pushed_again(machinery: Machinery, book: Book) -> None:
    slow = Slow(book, stepwise=True)
    await announced(machinery)
    killed = asyncio.create_task(machinery.run())
    await slow.begun.wait()
    assert await machinery.sweep() == []
    await machinery.let_leases_run_out()
    (job_id,) = await machinery.sweep()
    assert await machinery.run(job_id)
    slow.may_go_on.set()
    await killed


async def test_a_living_run_keeps_its_job_to_itself(machinery: Machinery, book: Book) -> None:
    slow = Slow(book, stepwise=True)
    await announced(machinery)
    first = asyncio.create_task(machinery.run())
    await slow.begun.wait()
    assert not await machinery.run()
    slow.may_go_on.set()
    assert await first


async def test_a_job_that_kills_its_workers_is_given_up_in_the_end(machinery: Machinery, book: Book) -> None:
    listen_and_note(book)
    await announced(machinery)
    deadly = book.listeners()["core.remember"].patience.tries + SILENT_DEATHS
    await machinery.execute(
        "UPDATE core.jobs SET state = 'running', attempt = :attempt, lease_expires_at = now() - interval '1 second'",
        attempt=deadly,
    )
    assert not await machinery.run()
    assert ((await machinery.job()).state, await machinery.noted()) == ("dead", [])


async def test_a_stepwise_job_may_end_itself_with_its_last_effect(machinery: Machinery, book: Book) -> None:
    @book.on(Happened)
    async def remember(job: JobRun, event: Happened) -> None:
        async with job.transaction() as session:
            note(session, event)
            await job.finish(session)

    await announced(machinery, 4)
    assert await machinery.run()
    assert (await machinery.noted(), await machinery.states()) == ([4], ["done"])


# Failing


async def test_a_failed_job_waits_longer_each_time_and_then_gives_up(machinery: Machinery, book: Book) -> None:
    fail_at_first(book, 99, Patience(tries=3, first_wait=timedelta(minutes=10), longest_wait=timedelta(hours=9)))
    await announced(machinery)
    waits = []
    for _ in range(3):
        await machinery.run()
        (row,) = await machinery.execute("SELECT run_at - updated_at AS wait, state FROM core.jobs")
        waits.append((row.wait.total_seconds() / 600, row.state))
        await machinery.hurry()
    assert [state for _, state in waits] == ["queued", "queued", "dead"]
    (first, _), (second, _), _ = waits
    assert (1 <= first <= 1.2, 2 <= second <= 2.4) == (True, True)


async def test_a_job_before_its_time_is_not_run(machinery: Machinery, book: Book) -> None:
    fail_at_first(book)
    await announced(machinery)
    await machinery.run()
    assert not await machinery.run()
    assert await machinery.sweep() == []


async def test_a_job_that_failed_once_is_done_at_the_next_try(machinery: Machinery, book: Book) -> None:
    fail_at_first(book)
    await announced(machinery)
    await machinery.run()
    await machinery.hurry()
    assert await machinery.run()
    job = await machinery.job()
    assert (job.state, job.attempt, job.error, await machinery.noted()) == ("done", 2, None, [0])


async def test_a_handler_that_knows_when_to_try_again_is_heeded(machinery: Machinery, book: Book) -> None:
    @book.on(Happened)
    async def remember(job: JobRun, event: Happened) -> None:
        raise RetryLater("busy", timedelta(hours=5))

    await announced(machinery)
    await machinery.run()
    (row,) = await machinery.execute("SELECT run_at - updated_at AS wait FROM core.jobs")
    assert timedelta(hours=5) <= row.wait <= timedelta(hours=6)


async def test_a_job_that_takes_too_long_is_stopped(machinery: Machinery, book: Book) -> None:
    @book.on(Happened, patience=Patience(time_limit=timedelta(milliseconds=50)))
    async def remember(session: AsyncSession, event: Happened) -> None:
        note(session, event)
        await asyncio.Event().wait()

    await announced(machinery)
    assert not await machinery.run()
    assert ("TimeoutError" in (await machinery.job()).error, await machinery.noted()) == (True, [])


async def test_a_job_that_cannot_be_read_is_given_up_without_harm(machinery: Machinery, book: Book) -> None:
    listen_and_note(book)
    await announced(machinery)
    await machinery.execute("UPDATE core.jobs SET payload = '{}', attempt = 7")
    assert not await machinery.run()
    assert await machinery.states() == ["dead"]


async def test_the_error_of_a_job_quotes_nobodys_data(machinery: Machinery, book: Book) -> None:
    @book.on(Happened)
    async def remember(session: AsyncSession, event: Happened) -> None:
        await session.execute(text("SELECT CAST(:value AS integer)"), {"value": "ada@example.org"})

    await announced(machinery)
    await machinery.run()
    error = (await machinery.job()).error
    assert ("ada@example.org" not in error, "DBAPIError" in error) == (True, True)


@pytest.mark.parametrize("text_with_nul", ["a\0b"])
async def test_an_error_that_no_column_could_hold_is_kept_all_the_same(
    machinery: Machinery, book: Book, text_with_nul: str
) -> None:
    @book.on(Happened)
    async def remember(session: AsyncSession, event: Happened) -> None:
        raise Broken(text_with_nul)

    await announced(machinery)
    await machinery.run()
    assert "ab" in (await machinery.job()).error


async def test_a_stopped_run_gives_its_job_back_at_once_and_without_blame(machinery: Machinery, book: Book) -> None:
    slow = Slow(book, stepwise=False)
    await announced(machinery)
    stopped = asyncio.create_task(machinery.run())
    await slow.begun.wait()
    stopped.cancel()
    with pytest.raises(asyncio.CancelledError):
        await stopped
    job = await machinery.job()
    assert (job.state, job.attempt, job.forgiven, job.lease_expires_at) == ("queued", 1, 1, None)
    assert await machinery.run()


async def test_a_worker_stopped_at_any_moment_leaves_no_job_to_its_lease(machinery: Machinery, book: Book) -> None:
    """Also in the very moment in which the claim commits, when nobody knows yet that it did."""
    listen_and_note(book)
    await machinery.announce(*(Happened(thing_id=uuid4(), number=number) for number in range(60)))
    job_ids = await machinery.sweep()
    for count, job_id in enumerate(job_ids):
        stopped = asyncio.create_task(machinery.run(job_id))
        await asyncio.sleep(count / 3_000)
        stopped.cancel()
        await asyncio.gather(stopped, return_exceptions=True)
    assert set(await machinery.states()) <= {"queued", "done"}


async def test_a_stopped_run_is_given_back_even_at_the_last_try(machinery: Machinery, book: Book) -> None:
    slow = Slow(book, stepwise=False)
    await announced(machinery)
    await machinery.execute("UPDATE core.jobs SET attempt = 7")
    stopped = asyncio.create_task(machinery.run())
    await slow.begun.wait()
    stopped.cancel()
    with pytest.raises(asyncio.CancelledError):
        await stopped
    assert await machinery.states() == ["queued"]


# Order


@pytest.mark.req("X-EVT-01")
async def test_a_job_waits_for_the_older_one_of_its_listener_and_key(machinery: Machinery, book: Book) -> None:
    fail_at_first(book)
    await announced(machinery, 1, 2, 3)
    first, second, _ = await machinery.jobs()
    assert not await machinery.run(second.id)
    assert not await machinery.run(first.id)
    assert not await machinery.run(second.id)
    await machinery.hurry()
    for job in await machinery.jobs():
        assert await machinery.run(job.id)
    assert await machinery.noted() == [1, 2, 3]


async def test_only_the_oldest_of_a_line_is_handed_out(machinery: Machinery, book: Book) -> None:
    listen_and_note(book)
    await machinery.announce(*(Happened(thing_id=THING, number=number) for number in (1, 2, 3)))
    assert await machinery.sweep() == [(await machinery.jobs())[0].id]


async def test_another_key_does_not_wait(machinery: Machinery, book: Book) -> None:
    fail_at_first(book)
    await machinery.announce(Happened(thing_id=THING, number=1), Happened(thing_id=uuid4(), number=2))
    await machinery.sweep()
    stuck, other = await machinery.jobs()
    assert not await machinery.run(stuck.id)
    assert await machinery.run(other.id)


async def test_a_dead_job_does_not_hold_its_line_up_for_ever(machinery: Machinery, book: Book) -> None:
    fail_at_first(book, patience=Patience(tries=1))
    await announced(machinery, 1, 2)
    first, second = await machinery.jobs()
    await machinery.run(first.id)
    assert await machinery.run(second.id)
    assert await machinery.states() == ["dead", "done"]


# The desk


async def test_a_dead_job_that_is_sent_round_again_has_all_its_tries(machinery: Machinery, book: Book) -> None:
    fail_at_first(book, 3, Patience(tries=2))
    await announced(machinery)
    for _ in range(2):
        await machinery.run()
        await machinery.hurry()
    job = await machinery.job()
    async with machinery.sessions.begin() as session:
        assert [dead.id for dead in await list_dead(session)] == [job.id]
        assert await requeue(session, job.id)
    assert not await machinery.run()
    await machinery.hurry()
    assert await machinery.run()
    again = await machinery.job()
    assert (job.state, again.state, again.attempt) == ("dead", "done", 4)


async def test_a_job_that_is_done_cannot_be_sent_round_again(machinery: Machinery, book: Book) -> None:
    listen_and_note(book)
    await announced(machinery)
    await machinery.run()
    async with machinery.sessions.begin() as session:
        assert not await requeue(session, (await machinery.job()).id)


async def test_a_cancelled_job_is_not_run(machinery: Machinery, book: Book) -> None:
    listen_and_note(book)
    await announced(machinery)
    async with machinery.sessions.begin() as session:
        assert await cancel(session, (await machinery.job()).id)
    assert not await machinery.run()
    assert (await machinery.noted(), await machinery.states()) == ([], ["cancelled"])
