"""A worker sleeps past its lease and wakes: another has done its job, and the late one may change nothing."""

import asyncio

from chaos.storms import jobs
from chaos.storms.scene import Scene

HANG_MS = 3_000
_LEASE = 60.0
_AWAKE = 6.0
_TRIES = 12


async def freeze_briefly(scene: Scene) -> None:
    """Asleep for seconds, its leases moved to their end by hand: on waking nothing else stops it but the fence."""
    victim, held = await _frozen_inside_jobs(scene)
    await jobs.shorten_leases(scene, held)
    await _wake_late(scene, victim, held, "asleep for seconds")


async def freeze_past_lease(scene: Scene) -> None:
    """Asleep for longer than the lease, really, while the storm goes on. Left out of the smoke version."""
    if scene.scale.is_full:
        victim, held = await _frozen_inside_jobs(scene)
        scene.watch(_wake_late(scene, victim, held, "asleep past the lease"))


async def _frozen_inside_jobs(scene: Scene) -> tuple[int, list[jobs.Held]]:
    """Freeze a worker that is inside a job; the one that is not is let go, and the other one tried."""
    stage = scene.stage
    for number in range(_TRIES):
        victim = number % len(stage.workers)
        await scene.moods(answer_delay_ms=HANG_MS)
        await jobs.refunds_under_way(scene, 4)
        stage.freeze_worker(victim)
        before = await jobs.running(stage)
        await scene.moods()
        await asyncio.sleep(HANG_MS / 1_000 + 1.5)  # the other worker's have ended by now
        held = await jobs.still_held(stage, before)
        await asyncio.sleep(1.0)  # unless the machine is busy
        if held := await jobs.still_held(stage, held):
            return victim, held
        stage.thaw_worker(victim)
    raise RuntimeError("no worker could be caught inside a job")


async def _wake_late(scene: Scene, victim: int, held: list[jobs.Held], name: str) -> None:
    """Wait until others have done the jobs, wake the sleeper, and see that it changes nothing."""
    stage = scene.stage
    fate = await jobs.until_redone(scene, held, _LEASE + 60)
    redone = list(fate.redone)
    after = await jobs.traces(stage, redone)
    stage.thaw_worker(victim)
    await asyncio.sleep(_AWAKE)
    if not redone:
        raise RuntimeError(f"no job of a worker {name} was done by another")
    for each in fate.pending:
        scene.ledger.offence("orphaned work", f"job {each.id} of a worker {name} was not done by another")
    for job_id, trace in (await jobs.traces(stage, redone)).items():
        if trace != after[job_id]:
            scene.ledger.offence("doubled", f"job {job_id} was changed by a worker that woke too late ({name})")
    scene.facts[f"jobs of a worker {name}, done by another"] = len(redone)
