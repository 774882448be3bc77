"""The ledger: what clients were told, held against what the database holds and what the twins received.

`close` draws it up as seven equations. Each is a number of offences; 0 means that the promise was kept.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

from chaos.equations import EQUATIONS
from chaos.equations.promises import broken_promises
from chaos.http import Answer
from chaos.people import Person
from chaos.scenario import Equation

if TYPE_CHECKING:
    from chaos.stage import Stage

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody asks for. `api`: the process that is asked, None: any. `path` is without `/api/v1`."""

    person: Person | None
    method: str
    path: str
    body: object = None
    key: str | None = None
    api: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Told:
    """One call and what its caller knows of it. `is_final`: the answer stands; else the outcome is unknown to them."""

    request: Request
    answer: Answer
    attempts: int = 1
    is_final: bool = True

    @property
    def person(self) -> Person | None:
        """Who asked."""
        return self.request.person

    @property
    def key(self) -> str | None:
        """Under which idempotency key."""
        return self.request.key

    @property
    def parts(self) -> list[str]:
        """The path in pieces, without the prefix: `['academy', 'cohorts', '<id>', 'checkout']`."""
        return self.request.path.removeprefix("/api/v1").strip("/").split("?")[0].split("/")

    @property
    def kind(self) -> str:
        """Method and last word of the path: `POST checkout`; ids are left out."""
        words = [part for part in self.parts if not _is_id(part)]
        return f"{self.request.method} {words[-1]}" if words else self.request.method

    @property
    def subject(self) -> UUID | None:
        """The id in the path: whom or what the call was about."""
        return next((UUID(part) for part in self.parts if _is_id(part)), None)

    @property
    def is_done(self) -> bool:
        """Whether the caller was told that it is done."""
        return 200 <= self.answer.status < 300

    @property
    def may_be_done(self) -> bool:
        """Whether there may be an effect: it is done, or nobody told the caller how it ended.

        502 counts too: the seat was held, and given back when the payment page was refused.
        """
        return self.is_done or not self.is_final or self.answer.status >= 500


@dataclass(slots=True)
class Ledger:
    """Everything that was told in one contest, and offences that the contest itself has seen."""

    calls: list[Told] = field(default_factory=list)
    _offences: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def told(self, told: Told) -> None:
        """Write down how a call ended."""
        self.calls.append(told)

    def offence(self, equation: str, example: str) -> None:
        """Something that a contest has seen itself and that breaks one of the seven: `lost`, `doubled`,
        `orphaned work`, `outside effects`, `counters`, `money`, `certificates`.
        """
        self._offences[equation].append(example)

    def of_kind(self, *kinds: str) -> list[Told]:
        """The calls of these kinds: `of_kind("POST checkout")`."""
        return [each for each in self.calls if each.kind in kinds]

    async def close(self, stage: "Stage") -> list[Equation]:
        """The seven equations, drained or not: what should have been done by now and is not is an offence too."""
        drawn_up = []
        promises = await broken_promises(stage)
        for name, meaning, examine in EQUATIONS:
            offences = [*self._offences.get(name, ()), *promises.get(name, ()), *await examine(stage, self)]
            drawn_up.append(Equation(name, meaning, len(offences), tuple(offences[:_SHOWN])))
        return drawn_up


def _is_id(part: str) -> bool:
    try:
        UUID(part)
    except ValueError:
        return False
    return len(part) == 36
