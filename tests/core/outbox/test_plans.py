"""What the sweep asks twice a second is answered from indexes, however much has been done already."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import TextClause, make_url, text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from app.core.database.engine import normalise
from app.core.outbox import run, sweep
from app.local.services import Services

# A day's worth of done work, and a little that is not.
FILL = (
    """
    INSERT INTO core.outbox (kind, key, payload, created_at, relayed_at)
    SELECT 'tests.happened', gen_random_uuid(), '{}', now() - n * interval '5 minutes',
           CASE WHEN n > 20 THEN now() END
    FROM generate_series(1, 12000) n
    """,
    """
    INSERT INTO core.jobs (name, event_id, number, key, payload, state, run_at, finished_at, lease_expires_at)
    SELECT 'core.listener_' || number % 30, id, number, key, '{}',
           CASE WHEN number % 400 = 0 THEN 'queued' WHEN number % 900 = 0 THEN 'running' ELSE 'done' END,
           created_at, created_at, created_at
    FROM core.outbox
    """,
    "ANALYZE core.outbox, core.jobs",
)

NAMES = [f"core.listener_{number}" for number in range(30)]
CLOCKS: dict[str, Any] = {"clocks": ["core.x"], "periods": [60.0], "shifts": [0.0]}
SOME_ID = "00000000-0000-7000-8000-000000000001"
ASKED: dict[str, tuple[TextClause, dict[str, Any]]] = {
    "is there anything": (sweep._LOOK, {"known": ["tests.happened"], **CLOCKS}),
    "new events": (
        sweep._RELAY,
        {"known": ["tests.happened"], "limit": 500, "kinds": ["tests.happened"], "names": ["core.x"]},
    ),
    "due jobs": (sweep._PUSH, {"names": NAMES, "quotas": [50] * 30, "limit": 200}),
    "claim": (run._CLAIM, {"id": SOME_ID, "lease": timedelta(minutes=1), "most": 9}),
}


@pytest_asyncio.fixture
async def filled(server: Services, database_url: str) -> AsyncIterator[AsyncConnection]:
    """A connection of the owner, who may ask for statistics, to tables with a past."""
    owner, arguments = normalise(server.owner_url)
    engine = create_async_engine(
        owner.set(database=make_url(database_url).database), poolclass=NullPool, connect_args=arguments
    )
    async with engine.connect() as connection:
        for statement in FILL:
            await connection.execute(text(statement))
        yield connection
        await connection.rollback()
    await engine.dispose()


def scans(plan: dict[str, Any]) -> list[str]:
    """The tables of the machinery that a plan reads from one end to the other."""
    found = [plan["Relation Name"]] if plan["Node Type"] == "Seq Scan" else []
    return found + [table for inner in plan.get("Plans", ()) for table in scans(inner)]


@pytest.mark.parametrize("asked", ASKED)
async def test_nothing_of_the_machinery_is_read_from_end_to_end(filled: AsyncConnection, asked: str) -> None:
    statement, values = ASKED[asked]
    explained = await filled.scalar(text(f"EXPLAIN (FORMAT JSON) {statement.text}"), values)
    assert set(scans(explained[0]["Plan"])) <= {"schedules"}
