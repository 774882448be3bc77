"""What callers who hang up may leave behind: places that nobody can have any more, transactions that never end."""

import asyncio
import time
from typing import TYPE_CHECKING

from chaos.contests.patience import until
from chaos.people import make_people

if TYPE_CHECKING:
    from chaos.client import Caller
    from chaos.ledger import Ledger
    from chaos.stage import Stage

MORE_THAN_FIT = 40
COUNTED_WITHIN = 1.8
STEADY_FOR = 0.6
CLOSED_WITHIN = 5.0

_STAND_STILL = "LOCK TABLE academy.enrollments IN ACCESS EXCLUSIVE MODE"
_INSIDE = """
SELECT count(*) FROM pg_locks WHERE relation = 'academy.enrollments'::regclass AND NOT granted
"""
_LEFT_OPEN = """
SELECT pid || ' for ' || (now() - state_change) FROM pg_stat_activity
WHERE datname = current_database() AND state LIKE 'idle in transaction%'
  AND state_change < now() - interval '1 second'
"""


async def places(stage: "Stage", caller: "Caller") -> int:
    """How many requests are served at the same time by all processes together, counted while all of them stand still.

    They are counted in the database, and have to be back before `lock_timeout` ends their patience.
    """
    crowd = MORE_THAN_FIT * len(stage.api_urls)
    people = await make_people(stage, crowd)
    most, grown_at = 0, time.monotonic()

    async def grows_no_more() -> bool:
        nonlocal most, grown_at
        now = await stage.database.fetchval(_INSIDE)
        if now > most:
            most, grown_at = now, time.monotonic()
        return most > 0 and time.monotonic() - grown_at > STEADY_FOR

    async with asyncio.TaskGroup() as asking, stage.database.acquire() as connection, connection.transaction():
        await connection.execute(_STAND_STILL)
        for number, person in enumerate(people):
            api = number % len(stage.api_urls)
            asking.create_task(caller.call(person, "GET", "/academy/me/enrollments", api=api))
        await until(grows_no_more, COUNTED_WITHIN)
    return most


async def connections_left_open(stage: "Stage", ledger: "Ledger") -> int:
    """Connections that began a transaction and do nothing with it; each is an offence."""

    async def none() -> bool:
        return not await stage.everybody(_LEFT_OPEN)

    await until(none, CLOSED_WITHIN)
    found = [row[0] for row in await stage.everybody(_LEFT_OPEN)]
    for each in found:
        ledger.offence("orphaned work", f"idle in a transaction: {each}")
    return len(found)
