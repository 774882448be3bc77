"""Workers die inside jobs: SIGKILL, again and again. What they held is done by another once its lease has ended."""

import asyncio
from uuid import UUID

from chaos.measure import Times
from chaos.storms import jobs
from chaos.storms.scene import Scene

HANG_MS = 2_500
_LEASE = 60.0
_TRIES = 12


async def kill_workers(scene: Scene) -> None:
    """Kill workers in turn while refunds hang at Stripe; each is started again at once.

    The leases of the dead are waited for while the storm goes on.
    """
    held: dict[tuple[UUID, int], jobs.Held] = {}
    killed = caught = 0
    while caught < scene.scale.pick(full=3, smoke=1):
        if killed == _TRIES:
            raise RuntimeError("no worker could be killed inside a job")
        found = await _kill_inside_jobs(scene, killed % len(scene.stage.workers))
        killed += 1
        caught += bool(found)
        for each in found:
            held.setdefault((each.id, each.attempt), each)
    scene.facts |= {"workers killed": killed, "workers killed inside a job": caught}
    if not scene.scale.is_full:
        await jobs.shorten_leases(scene, list(held.values()))
        scene.facts["leases of the dead"] = "moved to their end by hand"
    scene.watch(_watch(scene, list(held.values())))


async def _kill_inside_jobs(scene: Scene, victim: int) -> list[jobs.Held]:
    """Kill a worker while refunds hang; returns what it held, which is nothing if the other one had taken them all."""
    stage = scene.stage
    await scene.moods(answer_delay_ms=HANG_MS)
    await jobs.refunds_under_way(scene, 6)
    await stage.kill_worker(victim)
    before = await jobs.running(stage)
    await stage.start_worker(victim)
    await scene.moods()
    await asyncio.sleep(HANG_MS / 1_000 + 1.5)  # the other worker's have ended by now
    return await jobs.still_held(stage, before)


async def _watch(scene: Scene, held: list[jobs.Held]) -> None:
    times = Times("worker killed → its job done by another")
    fate = await jobs.until_redone(scene, held, _LEASE + 60)
    for seconds in fate.redone.values():
        times.add(seconds)
    for each in fate.pending:
        scene.ledger.offence("orphaned work", f"job {each.id} of a killed worker is not done by another")
    scene.facts |= times.facts()
