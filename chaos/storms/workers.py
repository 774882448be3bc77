"""Workers die inside jobs: SIGKILL, again and again. What they held is done by another once its lease has ended."""

import asyncio

from chaos.measure import Times
from chaos.storms import jobs
from chaos.storms.scene import Scene

HANG_MS = 2_500
_LEASE = 60.0


async def kill_workers(scene: Scene) -> None:
    """Kill workers in turn while refunds hang at Stripe; each is started again at once."""
    times = Times("worker killed → its job done by another")
    stage = scene.stage
    rounds = scene.scale.pick(full=4, smoke=1)
    held: list[jobs.Held] = []
    for number in range(rounds):
        await scene.moods(answer_delay_ms=HANG_MS)
        await jobs.refunds_under_way(scene, 6)
        victim = number % 2
        await stage.kill_worker(victim)
        before = await jobs.running(stage)
        await stage.start_worker(victim)
        await scene.moods()
        await asyncio.sleep(HANG_MS / 1_000 + 1.5)  # the other worker's have ended by now
        held += await jobs.still_held(stage, before)
    if not scene.scale.is_full:
        await jobs.shorten_leases(stage, held)

    async def all_redone() -> bool:
        return len(await jobs.redone(stage, held)) == len(held)

    await scene.until(all_redone, patience=scene.scale.pick(_LEASE + 60, 20.0))
    done = await jobs.redone(stage, held)
    for seconds in done.values():
        times.add(seconds)
    for each in held:
        if each.id not in done:
            scene.ledger.offence("orphaned work", f"job {each.id} of a killed worker is not done by another")
    scene.facts |= {"workers killed inside a job": rounds, "jobs that died with them": len(held), **times.facts()}
    if not scene.scale.is_full:
        scene.facts["leases of the dead"] = "moved to their end by hand"
