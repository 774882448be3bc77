"""Joined work: nobody waits for company, and those who come while one is at it go together."""

import asyncio
from collections.abc import Sequence

import pytest

from app.core.joined import Abandoned, Joined


class Counter:
    """Carries batches one by one, each when the test lets it, and remembers them."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.let_go = asyncio.Event()
        self.broken: Exception | None = None

    async def carry(self, _key: str, items: Sequence[str]) -> list[str]:
        self.batches.append(list(items))
        await self.let_go.wait()
        if self.broken is not None and len(self.batches) == 2:
            raise self.broken
        return [item.upper() for item in items]


@pytest.fixture
def counter() -> Counter:
    return Counter()


async def started(joined: Joined[str, str, str], *items: str, key: str = "row") -> list["asyncio.Task[str]"]:
    tasks = [asyncio.create_task(joined.ask(key, item)) for item in items]
    for _ in range(5):
        await asyncio.sleep(0)
    return tasks


def joining(counter: Counter, most: int = 64) -> Joined[str, str, str]:
    return Joined(counter.carry, alone=lambda item: item[0], most=most)


async def test_whoever_comes_first_goes_at_once_and_alone(counter: Counter) -> None:
    counter.let_go.set()
    assert await joining(counter).ask("row", "a") == "A"
    assert counter.batches == [["a"]]


async def test_those_who_come_meanwhile_go_together_and_each_gets_their_own_result(counter: Counter) -> None:
    tasks = await started(joining(counter), "a", "b", "c", "d")
    counter.let_go.set()
    assert await asyncio.gather(*tasks) == ["A", "B", "C", "D"]
    assert counter.batches == [["a"], ["b", "c", "d"]]


async def test_different_rows_do_not_wait_for_each_other(counter: Counter) -> None:
    joined = joining(counter)
    tasks = await started(joined, "a") + await started(joined, "b", key="other")
    assert counter.batches == [["a"], ["b"]]
    counter.let_go.set()
    await asyncio.gather(*tasks)


async def test_nobody_shares_a_batch_with_themselves(counter: Counter) -> None:
    tasks = await started(joining(counter), "a", "b1", "b2", "c")
    counter.let_go.set()
    assert await asyncio.gather(*tasks) == ["A", "B1", "B2", "C"]
    assert counter.batches == [["a"], ["b1", "c"], ["b2"]]


async def test_a_batch_has_a_largest_size(counter: Counter) -> None:
    tasks = await started(joining(counter, most=2), "a", "b", "c", "d")
    counter.let_go.set()
    await asyncio.gather(*tasks)
    assert counter.batches == [["a"], ["b", "c"], ["d"]]


async def test_what_breaks_a_batch_is_told_to_everybody_in_it_and_to_nobody_else(counter: Counter) -> None:
    counter.broken = RuntimeError("out of order")
    joined = joining(counter, most=3)
    tasks = await started(joined, "a", "b", "c", "d", "e")
    counter.let_go.set()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert results == ["A", counter.broken, counter.broken, counter.broken, "E"]


async def test_those_whose_carrier_is_cancelled_are_told_and_the_queue_goes_on(counter: Counter) -> None:
    joined = joining(counter, most=2)
    tasks = await started(joined, "a")
    tasks += await started(joined, "b", "c", "d")
    counter.let_go.set()
    await asyncio.sleep(0)
    counter.let_go.clear()
    while len(counter.batches) < 2:
        await asyncio.sleep(0)
    tasks[1].cancel()
    counter.let_go.set()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert [results[0], results[3]] == ["A", "D"]
    assert isinstance(results[2], Abandoned)


async def test_one_who_leaves_the_queue_is_not_carried(counter: Counter) -> None:
    tasks = await started(joining(counter), "a", "b", "c")
    tasks[1].cancel()
    counter.let_go.set()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert [results[0], results[2]] == ["A", "C"]
    assert counter.batches == [["a"], ["c"]]


async def test_one_who_leaves_just_when_their_turn_comes_hands_it_on(counter: Counter) -> None:
    first, second, third = await started(joining(counter), "a", "b", "c")
    first.add_done_callback(lambda _: second.cancel())
    counter.let_go.set()
    results = await asyncio.gather(first, second, third, return_exceptions=True)
    assert (results[0], results[2]) == ("A", "C")


async def test_a_queue_that_is_done_leaves_nothing_behind(counter: Counter) -> None:
    counter.let_go.set()
    joined = joining(counter)
    await asyncio.gather(*await started(joined, "a", "b", "c"))
    assert joined._queues == {}
