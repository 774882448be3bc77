"""The book of listeners."""

from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.outbox.listen import Book, Patience, listeners
from app.core.outbox.run import JobRun
from tests.core.outbox.events import Happened


def test_a_listener_is_called_by_its_package_and_function(book: Book) -> None:
    @book.on(Happened)
    async def remember(session: AsyncSession, event: Happened) -> None: ...

    assert list(book.listeners()) == ["core.remember"]


def test_two_listeners_of_one_name_are_refused(book: Book) -> None:
    async def remember(session: AsyncSession, event: Happened) -> None: ...

    book.on(Happened)(remember)
    with pytest.raises(TypeError, match=r"two listeners are called core\.remember"):
        book.on(Happened)(remember)


def test_a_book_of_a_test_leaves_the_houses_book_alone(book: Book) -> None:
    @book.on(Happened)
    async def never_in_the_house(session: AsyncSession, event: Happened) -> None: ...

    assert "core.never_in_the_house" not in listeners()


def test_the_first_argument_says_how_a_listener_is_run(book: Book) -> None:
    @book.on(Happened)
    async def in_one_transaction(session: AsyncSession, event: Happened) -> None: ...

    @book.on(Happened)
    async def in_steps(job: JobRun, event: Happened) -> None: ...

    assert {name: each.is_stepwise for name, each in book.listeners().items()} == {
        "core.in_one_transaction": False,
        "core.in_steps": True,
    }


def test_a_listener_that_does_not_say_what_it_takes_is_refused(book: Book) -> None:
    async def unclear(first: object, event: Happened) -> None: ...

    with pytest.raises(TypeError, match="AsyncSession or a JobRun"):
        book.on(Happened)(unclear)


def test_a_schedule_without_a_period_is_refused(book: Book) -> None:
    with pytest.raises(TypeError, match="period"):
        book.every()


def test_waits_double_up_to_the_longest() -> None:
    patience = Patience(first_wait=timedelta(seconds=2), longest_wait=timedelta(seconds=10))
    assert [patience.wait(failures).total_seconds() for failures in (1, 2, 3, 4, 90)] == [2, 4, 8, 10, 10]


def test_a_lease_outlives_the_time_limit() -> None:
    patience = Patience(time_limit=timedelta(minutes=3))
    assert patience.lease > patience.time_limit
