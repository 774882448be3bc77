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


@dataclass(frozen=True, slots=True)
class Listener:
    """A function of the worker. `name` is its arq name and the `name` of its jobs."""

    name: str
    handler: Handler
    event: type[DomainEvent] | None
    period: timedelta | None = None
    offset: timedelta = timedelta()
    patience: Patience = field(default_factory=Patience)

    @property
    def is_stepwise(self) -> bool:
        """Whether it opens its own short transactions because it calls the outside world."""
        first = next(iter(inspect.signature(self.handler).parameters.values()))
        return first.annotation is not AsyncSession and first.annotation != "AsyncSession"


_listeners: dict[str, Listener] = {}


def _name_of(handler: Handler) -> str:
    """`app.academy.enrollments.jobs.queue_welcome` is called `academy.queue_welcome`."""
    return f"{handler.__module__.split('.')[1]}.{handler.__name__}"  # type: ignore[attr-defined]  # functions have one


def _enlist(listener: Listener) -> None:
    if listener.name in _listeners:
        raise TypeError(f"two listeners are called {listener.name}")
    _listeners[listener.name] = listener


def on(
    event: type[Event], *, patience: Patience | None = None
) -> Callable[
    [Callable[[AsyncSession, Event], Awaitable[None]] | "Callable[[JobRun, Event], Awaitable[None]]"], Handler
]:
    """Run the function for every `event`, in order per key, at least once, with effects exactly once."""

    def enlist(handler: Handler) -> Handler:
        _enlist(Listener(_name_of(handler), handler, event, patience=patience or Patience()))
        return handler

    return enlist


def every(
    *,
    seconds: int = 0,
    minutes: int = 0,
    hours: int = 0,
    at: timedelta = timedelta(),
    patience: Patience | None = None,
) -> Callable[[Handler], Handler]:
    """Run the function once per period across all workers; `at` shifts the slot (03:00 UTC: hours=24, at=3 h).

    After downtime the newest missed slot runs once; handlers work on whatever is due by then, not on one slot.
    """
    period = timedelta(seconds=seconds, minutes=minutes, hours=hours)

    def enlist(handler: Handler) -> Handler:
        _enlist(Listener(_name_of(handler), handler, None, period, at, patience or Patience(tries=1)))
        return handler

    return enlist


def listeners() -> dict[str, Listener]:
    """Every listener and schedule whose module this process has imported, by name."""
    return dict(_listeners)
