"""A worker sleeps past its lease and wakes: another has done its job, and the late one may change nothing."""

import asyncio

from chaos.storms import jobs
from chaos.storms.scene import Scene

HANG_MS = 3_000
_LEASE = 60.0
_AWAKE = 6.0


async def freeze_briefly(scene: Scene) -> None:
    """Asleep for seconds, its leases moved to their end by hand: on waking nothing else stops it but the fence."""
    await _freeze(scene, "asleep for seconds", by_hand=True)


async def freeze_past_lease(scene: Scene) -> None:
    """Asleep for longer than the lease, really; in the smoke version as above."""
    if scene.scale.is_full:
        await _freeze(scene, "asleep past the lease", by_hand=False)


async def _freeze(scene: Scene, name: str, *, by_hand: bool) -> None:
    stage = scene.stage
    held: list[jobs.Held] = []
    tries = 0
    while not held and tries < 5:
        victim = tries % 2
        tries += 1
        await scene.moods(answer_delay_ms=HANG_MS)
        await jobs.refunds_under_way(scene, 4)
        stage.freeze_worker(victim)
        before = await jobs.running(stage)
        await scene.moods()
        await asyncio.sleep(HANG_MS / 1_000 + 1.5)
        held = await jobs.still_held(stage, before)
        if not held:
            stage.thaw_worker(victim)
    if by_hand:
        await jobs.shorten_leases(stage, held)

    async def all_redone() -> bool:
        return len(await jobs.redone(stage, held)) == len(held)

    redone = await scene.until(all_redone, patience=scene.scale.pick(_LEASE + 60, 20.0))
    after = await jobs.traces(stage, held)
    stage.thaw_worker(victim)
    await asyncio.sleep(_AWAKE)
    for job_id, trace in (await jobs.traces(stage, held)).items():
        if redone and trace != after[job_id]:
            scene.ledger.offence("doubled", f"job {job_id} was changed by a worker that woke too late")
    if not redone:
        scene.ledger.offence("orphaned work", f"jobs of a sleeping worker were not done by another ({name})")
    scene.facts[f"workers {name}, jobs held"] = len(held)
