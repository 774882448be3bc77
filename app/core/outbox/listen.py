"""The book of listeners: what runs in the worker, under which name, and how patiently.

`@on(Event)` and `@every(...)` stand in the `jobs.py` of a feature. A function whose first argument is a session is one
transaction: its effects and the job's `done` commit together. A function whose first argument is a `JobRun` calls the
outside world: it opens short transactions itself, before and after the call, never across it.
"""

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.outbox.domain_event import DomainEvent

if TYPE_CHECKING:
    from app.core.outbox.run import JobRun

Event = TypeVar("Event", bound=DomainEvent)
Handler = Callable[..., Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Patience:
    """How long one run may take, how often it is tried, and how the waits between tries grow (with jitter)."""

    time_limit: timedelta = timedelta(seconds=50)
    tries: int = 8
    first_wait: timedelta = timedelta(seconds=2)
    longest_wait: timedelta = timedelta(minutes=30)

    @property
    def lease(self) -> timedelta:
        """Longer than the time limit: a living run is always stopped before another may take its place."""
        return self.time_limit + timedelta(seconds=10)

    def wait(self, failures: int) -> timedelta:
        """How long to wait after that many failures, without the jitter."""
        return min(self.first_wait * (1 << min(failures - 1, 20)), self.longest_wait)


@dataclass(frozen=True, slots=True)
class Listener:
    """A function of the worker. `name` is its arq name and the `name` of its jobs.

    `is_stepwise`: it opens its own short transactions, because it calls the outside world.
    """

    name: str
    handler: Handler
    event: type[DomainEvent] | None
    is_stepwise: bool
    period: timedelta | None = None
    offset: timedelta = timedelta()
    patience: Patience = field(default_factory=Patience)


class Book:
    """Listeners by name. The house has one (`on`, `every` and `listeners` below); a test keeps its own."""

    def __init__(self) -> None:
        self._listeners: dict[str, Listener] = {}

    def on(
        self, event: type[Event], *, patience: Patience | None = None
    ) -> Callable[
        ["Callable[[AsyncSession, Event], Awaitable[None]] | Callable[[JobRun, Event], Awaitable[None]]"], Handler
    ]:
        """Run the function for every `event`, in order per key, at least once, with effects exactly once.

        A job that gave up no longer holds back the later ones of its key.
        """

        def enlist(handler: Handler) -> Handler:
            self._enlist(handler, event, None, timedelta(), patience or Patience())
            return handler

        return enlist

    def every(
        self,
        *,
        seconds: int = 0,
        minutes: int = 0,
        hours: int = 0,
        at: timedelta = timedelta(),
        patience: Patience | None = None,
    ) -> Callable[[Handler], Handler]:
        """Run the function once per period across all workers; `at` shifts the slot (03:00 UTC: hours=24, at=3 h).

        After downtime the newest missed slot runs once; handlers work on whatever is due by then, not on one slot.
        Three tries, unless `patience` says otherwise: one that met a lock must not wait for its next slot.
        """
        period = timedelta(seconds=seconds, minutes=minutes, hours=hours)
        if period <= timedelta():
            raise TypeError("a schedule needs a period")

        def enlist(handler: Handler) -> Handler:
            self._enlist(handler, None, period, at, patience or Patience(tries=3))
            return handler

        return enlist

    def listeners(self) -> dict[str, Listener]:
        """Every listener and schedule of this book, by name."""
        return dict(self._listeners)

    def _enlist(
        self,
        handler: Handler,
        event: type[DomainEvent] | None,
        period: timedelta | None,
        offset: timedelta,
        patience: Patience,
    ) -> None:
        name = _name_of(handler)
        if name in self._listeners:
            raise TypeError(f"two listeners are called {name}")
        self._listeners[name] = Listener(name, handler, event, _is_stepwise(handler), period, offset, patience)


def _name_of(handler: Handler) -> str:
    """`app.academy.enrollments.jobs.queue_welcome` is called `academy.queue_welcome`."""
    return f"{handler.__module__.split('.')[1]}.{handler.__name__}"


def _is_stepwise(handler: Handler) -> bool:
    """What the first argument is decides how the function is run, so it has to say it. Raises TypeError."""
    first = next(iter(inspect.signature(handler).parameters.values()), None)
    wanted = first.annotation if first else None
    name = wanted if isinstance(wanted, str) else getattr(wanted, "__name__", "")
    if name not in {"AsyncSession", "JobRun"}:
        raise TypeError(f"{_name_of(handler)} must take an AsyncSession or a JobRun first, and say so")
    return name == "JobRun"


_house = Book()
on = _house.on
every = _house.every
listeners = _house.listeners
