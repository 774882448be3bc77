"""What the parts of a storm share: the stage, the load that goes on, and what was measured."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING

from chaos.client import Caller
from chaos.ledger import Ledger
from chaos.scenario import Contest, Facts, Scale
from chaos.storms.load import BAD_DAY, Load, prepare
from chaos.storms.school import FAILING

if TYPE_CHECKING:
    from chaos.stage import Stage


@dataclass(slots=True)
class Scene:
    """One storm."""

    stage: "Stage"
    caller: Caller
    ledger: Ledger
    chance: Random
    scale: Scale
    load: Load
    facts: Facts = field(default_factory=dict)
    _watchers: list[asyncio.Task[None]] = field(default_factory=list)

    def watch(self, watching: Coroutine[None, None, None]) -> None:
        """Let something be waited for while the next parts go on."""
        self._watchers.append(asyncio.create_task(watching))

    async def settled(self) -> None:
        """Wait for all that is waited for. Raises what went wrong with it."""
        await asyncio.gather(*self._watchers)

    def give_up(self) -> None:
        """Wait for nothing any more."""
        for watcher in self._watchers:
            watcher.cancel()

    async def moods(self, **more: float) -> None:
        """Stripe has a bad day, and `more`; so has the language model."""
        await self.stage.faults(**{**BAD_DAY, **more}, seed=self.stage.seed)
        await self.stage.model_fails(every=FAILING)

    async def until(self, holds: Callable[[], Awaitable[bool]], patience: float, every: float = 0.1) -> bool:
        """Look again and again. Whether it came true in time."""
        deadline = asyncio.get_running_loop().time() + self.scale.wait(patience)
        while not await holds():
            if asyncio.get_running_loop().time() > deadline:
                return False
            await asyncio.sleep(every)
        return True


Part = Callable[[Scene], Awaitable[None]]


async def settle(scene: Scene) -> None:
    """The part in which nothing new happens until the others have shown what they wait for."""
    await scene.settled()


def storm(*parts: Part) -> Contest:
    """A contest that plays the parts one after the other, under load from before the first to after the last."""

    async def rage(stage: "Stage", caller: Caller, ledger: Ledger, chance: Random, scale: Scale) -> Facts:
        load = await prepare(stage, caller, chance)
        scene = Scene(stage, caller, ledger, chance, scale, load)
        loop = asyncio.get_running_loop()
        began = loop.time()
        await scene.moods()
        load.start(scale.pick(full=10, smoke=6))
        try:
            for part in parts:
                await part(scene)
            await scene.settled()
            await load.stop()
        except BaseException:
            scene.give_up()
            await load.cancel()
            raise
        scene.facts["under load for s"] = round(loop.time() - began)
        return {**scene.facts, **{f"lives lived, {name}": count for name, count in sorted(load.lives.items())}}

    return rage
