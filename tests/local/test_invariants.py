"""`lyceum doctor --invariants`: says every number, names the rows, and ends with 1 when a promise is broken."""

import json

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.cli import invariants
from app.core.invariants import Finding, Invariant, Kind, Offender
from app.core.outbox.listen import listeners
from app.flows.invariants.rules import INVARIANTS
from tests.factories import identity

BROKEN = Invariant("tests.broken", "is not broken", "rule 64", "")
LATE = Invariant("tests.late", "is not late", "rule 64", "", Kind.late)

CASES = [
    (Finding(BROKEN, 0), True),
    (Finding(BROKEN, 1, (Offender("7", "why"),)), False),
    (Finding(BROKEN, None, error="SQLSTATE 57014"), False),
    (Finding(LATE, 3), True),
    (Finding(LATE, None, error="SQLSTATE 57014"), False),
]


@pytest.mark.parametrize(("finding", "is_kept"), CASES)
def test_what_is_broken_or_unknown_fails_and_what_is_late_does_not(
    finding: Finding,
    is_kept: bool,
) -> None:
    assert invariants.are_kept([finding]) is is_kept


def test_people_are_told_the_number_the_promise_and_the_rows() -> None:
    told = invariants.for_people([finding for finding, _ in CASES])
    assert "is not broken (rule 64)\n    7  why" in told
    assert told.endswith("5 looked at: 1 broken, 1 late, 2 unknown")


@pytest.mark.parallel
async def test_a_database_is_looked_at_whole(parallel: async_sessionmaker[AsyncSession], database_url: str) -> None:
    async with parallel.begin() as session:
        session.add(nobodys := identity.organization())
        await session.execute(
            text("INSERT INTO core.jobs (name, payload, state, finished_at) VALUES ('x', '{}', 'dead', now())")
        )
    told = json.loads(json.dumps(invariants.for_programs(await invariants.look(database_url))))
    found = {each["name"]: each for each in told["invariants"]}
    assert not told["kept"]
    assert found.keys() == {each.name for each in INVARIANTS}
    assert {name for name, each in found.items() if each["violations"]} == {
        "identity.organizations_have_an_admin",
        "core.no_job_is_dead",
    }
    assert found["identity.organizations_have_an_admin"]["samples"] == [
        {"subject": str(nobodys.id), "detail": "no admin"}
    ]


def test_the_doctor_knows_who_hears_what() -> None:
    """Without the book of listeners two of the promises would hold because nobody is asked."""
    assert listeners()
