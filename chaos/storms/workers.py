"""Workers die inside jobs: SIGKILL, again and again. What they held is done by another once its lease has ended."""

import asyncio

from chaos.measure import Times
from chaos.storms import jobs
from chaos.storms.scene import Scene

HANG_MS = 2_500
_LEASE = 60.0


async def kill_workers(scene: Scene) -> None:
    """Kill workers in turn while refunds hang at Stripe; each is started again at once.

    The leases of the dead are waited for while the storm goes on.
    """
    stage = scene.stage
    rounds = scene.scale.pick(full=3, smoke=1)
    held: dict[tuple[object, int], jobs.Held] = {}
    for number in range(rounds):
        await scene.moods(answer_delay_ms=HANG_MS)
        await jobs.refunds_under_way(scene, 6)
        victim = number % len(stage.workers)
        await stage.kill_worker(victim)
        before = await jobs.running(stage)
        await stage.start_worker(victim)
        await scene.moods()
        await asyncio.sleep(HANG_MS / 1_000 + 1.5)  # the other worker's have ended by now
        for each in await jobs.still_held(stage, before):
            held.setdefault((each.id, each.attempt), each)
    scene.facts["workers killed inside a job"] = rounds
    if not scene.scale.is_full:
        await jobs.shorten_leases(scene, list(held.values()))
        scene.facts["leases of the dead"] = "moved to their end by hand"
    scene.watch(_watch(scene, list(held.values())))


async def _watch(scene: Scene, held: list[jobs.Held]) -> None:
    times = Times("worker killed → its job done by another")
    fate = await jobs.until_redone(scene, held, _LEASE + 60)
    for seconds in fate.redone.values():
        times.add(seconds)
    for each in fate.pending:
        scene.ledger.offence("orphaned work", f"job {each.id} of a killed worker is not done by another")
    if not fate.redone:
        raise RuntimeError("no worker was killed inside a job")
    scene.facts |= times.facts()
