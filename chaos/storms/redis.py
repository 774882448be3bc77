"""Redis is emptied, restarted empty, and away for a minute. Nothing is lost, and no write needs it."""

import asyncio

from chaos.measure import Times
from chaos.storms.scene import Scene

# What was there to do when Redis came back; a failed job that waits for its next try is not a backlog.
_BACKLOG = """
SELECT (SELECT count(*) FROM core.outbox WHERE relayed_at IS NULL AND created_at < $1)
     + (SELECT count(*) FROM core.jobs
        WHERE created_at < $1 AND event_id IS NOT NULL AND state = 'queued' AND run_at <= now())
"""
_WRITES = ("POST checkout", "POST waitlist", "POST cancellation", "DELETE waitlist", "POST acceptance", "POST refund")


async def take_redis_away(scene: Scene) -> None:
    """Empty it, restart it empty, leave it out; the load goes on."""
    stage = scene.stage
    times = Times("Redis back → backlog empty")
    empties = scene.scale.pick(full=5, smoke=2)
    for _ in range(empties):
        await stage.empty_redis()
        await asyncio.sleep(scene.chance.uniform(0.5, 1.5))
    for _ in range(scene.scale.pick(full=2, smoke=1)):
        await stage.stop_redis()
        await stage.start_redis()
        await _until_no_backlog(scene, times)
    absent = scene.scale.pick(full=60.0, smoke=6.0)
    before, wrong = len(scene.ledger.calls), len(scene.caller.wrong)
    await stage.stop_redis()
    await asyncio.sleep(absent)
    during = [each for each in scene.ledger.calls[before:] if each.kind in _WRITES]
    await stage.start_redis()
    await _until_no_backlog(scene, times)
    done = sum(each.is_done for each in during)
    if not done:
        scene.caller.wrong.append(f"no write was answered while Redis was away for {absent:.0f} s")
    scene.facts |= {
        "Redis emptied": empties,
        "Redis away for s": int(absent),
        "writes done without Redis": done,
        "writes that failed for want of Redis": len(scene.caller.wrong) - wrong,
        **times.facts(),
    }


async def _until_no_backlog(scene: Scene, times: Times) -> None:
    loop = asyncio.get_running_loop()
    began = loop.time()
    back = (await scene.stage.fetch("SELECT now()"))[0][0]

    async def is_empty() -> bool:
        return int((await scene.stage.fetch(_BACKLOG, back))[0][0]) == 0

    if await scene.until(is_empty, patience=60, every=0.05):
        times.add(loop.time() - began)
    else:
        scene.ledger.offence("orphaned work", "a minute after Redis came back there was still work from before")
