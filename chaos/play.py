"""Playing: one stage per seed, on it one scenario after the other, a ledger drawn up after each."""

import asyncio
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from random import Random

from chaos.client import Caller
from chaos.ground import own_folder
from chaos.ledger import Ledger
from chaos.scenario import Contest, Equation, Facts, Outcome, Scale
from chaos.stage import RUN, Stage

_SHOWN = 5
_DRAIN_WITHIN = 180.0


@dataclass(frozen=True, slots=True)
class Run:
    """All that was played from one seed."""

    seed: int
    outcomes: tuple[Outcome, ...]
    seconds: float

    @property
    def holds(self) -> bool:
        """Whether every equation of every scenario is 0."""
        return all(outcome.holds for outcome in self.outcomes)


async def play(
    seed: int,
    scenarios: Iterable[tuple[str, Contest]],
    scale: Scale,
    tree: Path,
    say: Callable[[str], None],
) -> Run:
    """Play the scenarios in order, on a stage of their own. `say` gets a line for whoever watches."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    outcomes = []
    async with Stage(own_folder(RUN), tree=tree, seed=seed) as stage:
        for name, contest in scenarios:
            say(f"{name} …")
            outcomes.append(await _played(stage, name, contest, scale))
            say(_line(outcomes[-1]))
    return Run(seed, tuple(outcomes), loop.time() - began)


async def _played(stage: Stage, name: str, contest: Contest, scale: Scale) -> Outcome:
    loop = asyncio.get_running_loop()
    began = loop.time()
    chance = Random(f"{stage.seed} {name}")  # noqa: S311  (a story that can be told again, not a secret)
    ledger = Ledger()
    caller = Caller(stage, ledger, chance)
    facts: Facts = {}
    broken: list[str] = []
    try:
        facts |= await contest(stage, caller, ledger, chance, scale)
    except Exception as error:  # noqa: BLE001  (one scenario that breaks must not hide what the others show)
        broken.append(f"{type(error).__name__}: {error}")
        (stage.logs / f"{name}.traceback").write_text(traceback.format_exc())
    equations = await _closed(stage, ledger, facts, broken, scale.wait(_DRAIN_WITHIN))
    answers = Equation(
        "answers",
        "500s, and 503 or 429 that do not say when to come again",
        len(caller.wrong),
        tuple(caller.wrong[:_SHOWN]),
    )
    played = Equation("played", "the scenario broke off", len(broken), tuple(broken))
    facts["calls"] = len(ledger.calls)
    facts["attempts"] = sum(caller.statuses.values())
    in_order = dict(sorted(facts.items()))  # whatever ended first: the same lines in every report
    return Outcome(name, in_order, (*equations, answers, played), loop.time() - began)


async def _closed(stage: Stage, ledger: Ledger, facts: Facts, broken: list[str], drain_within: float) -> list[Equation]:
    try:
        await stage.calm()
        drained = await stage.drained(drain_within)
        facts["waits cut short"] = drained.hurried
        facts["drained after s"] = round(drained.seconds, 1)
        return await ledger.close(stage)
    except Exception as error:  # noqa: BLE001  (as above)
        broken.append(f"the ledger could not be closed: {type(error).__name__}: {error}")
        return []


def _line(outcome: Outcome) -> str:
    numbers = "  ".join(f"{equation.name} {equation.number}" for equation in outcome.equations)
    return f"{outcome.name}: {numbers}  ({outcome.seconds:.0f} s)"
