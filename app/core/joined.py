"""Joined work: what waits for the same thing in this process is done together (performance: a hot row).

One row takes one committed change at a time, however many connections push. So whoever comes first for a key goes at
once and alone, nobody waits for company; whoever comes meanwhile queues, and the first of the queue takes all of it
along. Nothing runs in the background: each batch is carried by one of its own.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Item = TypeVar("Item")
Result = TypeVar("Result")

Carry = Callable[[Key, Sequence[Item]], Awaitable[Sequence[Result]]]


class Abandoned(Exception):
    """Whoever carried the batch was cancelled on the way. Whether the work was done is not known."""


class _Waiting(Generic[Item, Result]):
    """One in the queue: woken with a result, or without one to carry the next batch."""

    __slots__ = ("item", "woken")

    def __init__(self, item: Item) -> None:
        self.item = item
        self.woken: asyncio.Future[tuple[Result] | None] = asyncio.get_running_loop().create_future()

    @property
    def handed_over(self) -> bool:
        """Whether it was woken to carry the next batch."""
        return (
            self.woken.done()
            and not self.woken.cancelled()
            and self.woken.exception() is None
            and not self.woken.result()
        )


class Joined(Generic[Key, Item, Result]):
    """`carry(key, items)` does the work of a batch and returns one result per item, in order.

    Two items with the same `alone` never share a batch. What `carry` raises is raised for everybody in the batch;
    `Abandoned` for the others when its carrier is cancelled.
    """

    def __init__(self, carry: Carry[Key, Item, Result], *, alone: Callable[[Item], Hashable], most: int = 64) -> None:
        self._carry = carry
        self._alone = alone
        self._most = most
        self._queues: dict[Key, list[_Waiting[Item, Result]]] = {}

    async def ask(self, key: Key, item: Item) -> Result:
        """The result for `item`, carried alone or with others."""
        queue = self._queues.get(key)
        if queue is None:
            self._queues[key] = []
            return await self._lead(key, [], item)
        waiting = _Waiting[Item, Result](item)
        queue.append(waiting)
        try:
            told = await waiting.woken
        except asyncio.CancelledError:
            self._leave(key, waiting)
            raise
        if told is not None:
            return told[0]
        return await self._lead(key, self._company(key, item), item)

    async def _lead(self, key: Key, company: list[_Waiting[Item, Result]], own: Item) -> Result:
        try:
            results = await self._carry(key, [own, *(each.item for each in company)])
            for each, result in zip(company, results[1:], strict=True):
                if not each.woken.done():
                    each.woken.set_result((result,))
            return results[0]
        except BaseException as error:
            lost = Abandoned() if isinstance(error, asyncio.CancelledError) else error
            for each in company:
                if not each.woken.done():
                    each.woken.set_exception(lost)
            raise
        finally:
            self._hand_over(key)

    def _company(self, key: Key, own: Item) -> list[_Waiting[Item, Result]]:
        """Who comes along: the front of the queue, but nobody twice."""
        taken: list[_Waiting[Item, Result]] = []
        left: list[_Waiting[Item, Result]] = []
        names = {self._alone(own)}
        for each in self._queues[key]:
            name = self._alone(each.item)
            if len(taken) + 1 < self._most and name not in names:
                names.add(name)
                taken.append(each)
            else:
                left.append(each)
        self._queues[key] = left
        return taken

    def _hand_over(self, key: Key) -> None:
        """The next in the queue carries on; without one the key is forgotten."""
        queue = self._queues[key]
        while queue:
            first = queue.pop(0)
            if not first.woken.done():
                first.woken.set_result(None)
                return
        del self._queues[key]

    def _leave(self, key: Key, waiting: _Waiting[Item, Result]) -> None:
        """Cancelled while waiting. If the lead had just been handed to it, it goes on to the next."""
        queue = self._queues.get(key, [])
        if waiting in queue:
            queue.remove(waiting)
        elif waiting.handed_over:
            self._hand_over(key)
