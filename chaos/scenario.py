"""What a contest is, how large it is, and what it leaves behind."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from chaos.client import Caller
    from chaos.ledger import Ledger
    from chaos.stage import Stage

Size = TypeVar("Size")
Facts = dict[str, str | int | float]
_SHORT = 10.0


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is done: `make chaos`, or the minute of it that every `make test` can afford.

    `patience` stretches or shortens the long waits for what has to come: what never comes need not be waited for.
    """

    is_full: bool
    patience: float = 1.0

    def pick(self, full: Size, smoke: Size) -> Size:
        """One of two sizes."""
        return full if self.is_full else smoke

    def wait(self, seconds: float) -> float:
        """How long to wait for something; short waits stay as they are."""
        return max(min(seconds, _SHORT), seconds * self.patience)


FULL = Scale(is_full=True)
SMOKE = Scale(is_full=False)


@dataclass(frozen=True, slots=True)
class Equation:
    """A promise and by how much it is broken: 0 means that it holds. `examples`: a few of the offenders."""

    name: str
    meaning: str
    number: int
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one contest or storm has shown."""

    name: str
    facts: Facts
    equations: tuple[Equation, ...]
    seconds: float = 0.0

    @property
    def holds(self) -> bool:
        """Whether every equation is 0."""
        return all(equation.number == 0 for equation in self.equations)


Contest = Callable[["Stage", "Caller", "Ledger", Random, Scale], Awaitable[Facts]]
"""Plays against the stage, tells the ledger through the caller, and returns what is worth printing.

It does not close the ledger and need not wait for the workers: the harness drains and closes after it.
"""
