"""Catching a worker inside a job: it waits on the network, the worker dies or sleeps, another does it again."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import asyncpg

from chaos.storms.scene import Scene

if TYPE_CHECKING:
    from chaos.stage import Stage

_RUNNING = """
SELECT id, attempt, name, clock_timestamp() AS now FROM core.jobs WHERE state = 'running' AND event_id IS NOT NULL
"""
_NOW = "SELECT id, attempt, state, finished_at, updated_at FROM core.jobs WHERE id = ANY($1::uuid[])"
_LEASE_OVER = """
UPDATE core.jobs SET lease_expires_at = now(), pushed_at = NULL
WHERE id = ANY($1::uuid[]) AND state = 'running' AND lease_expires_at > now()
"""
# Stripe's bad day may fail the second run as well: how long a job waits after that is not what is measured here.
_NEXT_TRY = "UPDATE core.jobs SET run_at = now() WHERE id = ANY($1::uuid[]) AND state = 'queued' AND run_at > now()"


# Longer than any transaction may last.
LOCKED_AT_MOST = 90.0


@dataclass(frozen=True, slots=True)
class Held:
    """A job that a worker was in when it was stopped, and which attempt that was."""

    id: UUID
    attempt: int
    since: datetime


async def running(stage: "Stage") -> list[Held]:
    """The jobs that anybody is in, by the database's clock."""
    return [Held(row["id"], row["attempt"], row["now"]) for row in await stage.fetch(_RUNNING)]


async def still_held(stage: "Stage", held: list[Held]) -> list[Held]:
    """Those of them whose attempt has not ended."""
    rows = {row["id"]: row for row in await stage.fetch(_NOW, [each.id for each in held])}
    return [each for each in held if rows[each.id]["state"] == "running" and rows[each.id]["attempt"] == each.attempt]


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of held jobs. `redone`: seconds until another had done it, by job; `pending`: not done yet.

    Those that ended in the very attempt were in the hands of a living worker that took its time: they are left out.
    """

    redone: dict[Held, float]
    pending: list[Held]


async def fate(stage: "Stage", held: list[Held]) -> Fate:
    """Look once."""
    rows = {row["id"]: row for row in await stage.fetch(_NOW, [each.id for each in held])}
    done = [each for each in held if rows[each.id]["state"] == "done"]
    redone = {
        each: (rows[each.id]["finished_at"] - each.since).total_seconds()
        for each in done
        if rows[each.id]["attempt"] > each.attempt
    }
    return Fate(redone, [each for each in held if each not in done])


async def until_redone(scene: Scene, held: list[Held], patience: float) -> Fate:
    """Look until none is pending, or patience ends."""

    async def none_pending() -> bool:
        await scene.stage.fetch(_NEXT_TRY, [each.id for each in held])
        return not (await fate(scene.stage, held)).pending

    await scene.until(none_pending, patience)
    return await fate(scene.stage, held)


async def traces(stage: "Stage", held: list[Held]) -> dict[UUID, tuple[object, ...]]:
    """Everything of these jobs that a second finisher would touch."""
    return {row["id"]: tuple(row) for row in await stage.fetch(_NOW, [each.id for each in held])}


async def shorten_leases(scene: Scene, held: list[Held]) -> None:
    """Move the end of these leases to now: what the clock would do a minute later.

    A worker that was stopped in the middle of a transaction has the row locked until the database ends it.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + LOCKED_AT_MOST
    for each in held:
        while not await _shortened(scene.stage, each):
            if loop.time() > deadline:
                scene.ledger.offence("orphaned work", f"a worker that stands still has job {each.id} locked for ever")
                return


async def _shortened(stage: "Stage", held: Held) -> bool:
    async with stage.database.acquire() as connection, connection.transaction():
        await connection.execute("SET LOCAL lock_timeout = '1s'")
        try:
            async with connection.transaction():
                await connection.execute(_LEASE_OVER, [held.id])
        except asyncpg.LockNotAvailableError:
            return False
    return True


async def refunds_under_way(scene: Scene, count: int) -> None:
    """Have refunds sent that hang at Stripe, until as many jobs are in the middle of one."""
    for enrollment in await scene.load.paid_seats(count):
        await scene.load.refund(enrollment)

    async def hang() -> bool:
        found = await scene.stage.fetch(
            "SELECT count(*) FROM core.jobs WHERE state = 'running' AND name = 'academy.send_money_back'"
        )
        return int(found[0][0]) >= count

    await scene.until(hang, patience=10, every=0.02)
    await asyncio.sleep(0.5)  # past their first transaction, and not yet at their second
