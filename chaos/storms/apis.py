"""API processes die in the middle of requests: SIGKILL. Their callers repeat under the same key."""

import asyncio

from chaos.measure import Times
from chaos.storms.scene import Scene


async def kill_apis(scene: Scene) -> None:
    """Kill them in turn under load; each is started again at once."""
    loop = asyncio.get_running_loop()
    times = Times("API process killed → it answers again")
    rounds = scene.scale.pick(full=4, smoke=2)
    for number in range(rounds):
        victim = number % 2
        await scene.stage.kill_api(victim)
        began = loop.time()
        await scene.stage.start_api(victim)
        times.add(loop.time() - began)
        await asyncio.sleep(scene.chance.uniform(0.3, 1.0))
    broken = sum(scene.caller.statuses[how] for how in ("reset", "cut off", "timeout", "refused"))
    scene.facts |= {"API processes killed": rounds, "requests that broke with them": broken, **times.facts()}
