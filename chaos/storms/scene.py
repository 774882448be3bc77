"""What the parts of a storm share: the stage, the load that goes on, and what was measured."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING

from chaos.client import Caller
from chaos.ledger import Ledger
from chaos.scenario import Contest, Facts, Scale
from chaos.storms.load import BAD_DAY, Load, prepare

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

    async def moods(self, **more: float) -> None:
        """Stripe has a bad day, and `more`."""
        await self.stage.faults(**{**BAD_DAY, **more}, seed=self.stage.seed)

    async def until(self, holds: Callable[[], Awaitable[bool]], patience: float, every: float = 0.1) -> bool:
        """Look again and again. Whether it came true in time."""
        deadline = asyncio.get_running_loop().time() + patience
        while not await holds():
            if asyncio.get_running_loop().time() > deadline:
                return False
            await asyncio.sleep(every)
        return True


Part = Callable[[Scene], Awaitable[None]]


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
            await load.stop()
        except BaseException:
            await load.cancel()
            raise
        scene.facts["under load for s"] = round(loop.time() - began)
        return {**scene.facts, **{f"lives lived, {name}": count for name, count in sorted(load.lives.items())}}

    return rage
