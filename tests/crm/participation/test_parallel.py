"""A crowd for a few places, by all three ways at once, on real connections: never one too many, never one lost."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import pytest
from httpx import Response
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.crm.models import AuditEntry, Program, ProgramParticipation
from tests.crm.conftest import Club, enter, found
from tests.factories import crm
from tests.support.client import ApiClient, patiently
from tests.support.worker import WorkerOnDemand

pytestmark = pytest.mark.parallel

Sessions = async_sessionmaker[AsyncSession]
Act = Callable[[], Awaitable[Response]]
PLACES = 12


async def tally(parallel: Sessions) -> Counter[str]:
    """How many participations have each status."""
    async with parallel() as session:
        return Counter(await session.scalars(select(ProgramParticipation.status)))


async def at_once(acts: list[Act]) -> Counter[tuple[int, str | None]]:
    """The answers to all of them, sent together: status, and the code of a refusal."""
    answers = await asyncio.gather(*(patiently(act) for act in acts))
    return Counter((answer.status_code, answer.json().get("code")) for answer in answers)


@pytest.mark.req("P-ENR-03")
@pytest.mark.req("P-ENR-02")
async def test_a_crowd_by_all_three_ways_at_once_fills_exactly_the_places(crowd: ApiClient, parallel: Sessions) -> None:
    """62 people: 20 wait for a yes, which they get now; 20 are enrolled by the admin; the others enroll themselves."""
    async with parallel.begin() as session:
        club = await found(session)
        people = [await enter(session, club.organization) for _ in range(PLACES + 50)]
        program = crm.program(club.organization.id, status="active", max_participants=PLACES)
        session.add(program)
        await session.flush()  # requests point at it
        asked = [
            crm.participation(program, person.id, status="pending", enrolled_at=None, requested_at=func.now())
            for person in people[:20]
        ]
        session.add_all(asked)
    admin = await crowd.as_(club.admin)
    path = f"/crm/programs/{program.id}"
    acts: list[Act] = [partial(admin.post, f"/crm/participations/{each.id}/approval") for each in asked]
    acts += [partial(admin.post, f"{path}/participants", {"account_id": str(each.id)}) for each in people[20:40]]
    acts += [partial((await crowd.as_(each)).post, f"{path}/enrollments") for each in people[40:]]
    random.Random(7).shuffle(acts)  # noqa: S311  (an order, not a secret)

    answers = await at_once(acts)
    assert answers[409, "crm.capacity_reached"] == 50
    assert answers[200, None] + answers[201, None] == PLACES
    assert (await tally(parallel))["enrolled"] == PLACES
    worker = WorkerOnDemand(parallel, {})
    assert len(await worker.announced("crm.participation_enrolled")) == PLACES
    async with parallel() as session:
        entries = select(func.count()).where(AuditEntry.action == "participation_enrolled")
        assert await session.scalar(entries) == PLACES


async def _club_with_program(parallel: Sessions, **fields: Any) -> tuple[Club, Program]:
    async with parallel.begin() as session:
        club = await found(session)
        program = crm.program(club.organization.id, status="active", **fields)
        session.add(program)
    return club, program


@pytest.mark.req("P-ENR-04")
async def test_one_person_twenty_times_at_once_takes_part_once(crowd: ApiClient, parallel: Sessions) -> None:
    club, program = await _club_with_program(parallel)
    admin, member = await crowd.as_(club.admin), await crowd.as_(club.member)
    path = f"/crm/programs/{program.id}"
    acts: list[Act] = [partial(member.post, f"{path}/enrollments") for _ in range(10)]
    acts += [partial(admin.post, f"{path}/participants", {"account_id": str(club.member.id)})] * 10
    assert await at_once(acts) == {(201, None): 1, (409, "crm.already_participating"): 19}
    assert await tally(parallel) == {"enrolled": 1}


@pytest.mark.req("P-ENR-06")
async def test_a_request_that_is_approved_declined_and_taken_back_at_once_ends_one_way(
    crowd: ApiClient, parallel: Sessions
) -> None:
    club, program = await _club_with_program(parallel, enrollment_method="approval_required")
    admin, member = await crowd.as_(club.admin), await crowd.as_(club.member)
    asked = (await member.post(f"/crm/programs/{program.id}/enrollments")).json()
    path = f"/crm/participations/{asked['id']}"
    acts: list[Act] = [partial(admin.post, f"{path}/approval") for _ in range(5)]
    acts += [partial(admin.post, f"{path}/decline") for _ in range(5)]
    answers = await at_once(acts)
    assert answers == {(200, None): 1, (409, "crm.participation_not_pending"): 9}
    told = [each.kind for each in await WorkerOnDemand(parallel, {}).announced()]
    assert told.count("crm.participation_approved") + told.count("crm.participation_declined") == 1


async def test_places_that_fall_free_in_the_crowd_are_taken_again_and_never_twice(
    crowd: ApiClient, parallel: Sessions
) -> None:
    club, program = await _club_with_program(parallel, max_participants=PLACES)
    async with parallel.begin() as session:
        inside = [await enter(session, club.organization) for _ in range(PLACES)]
        outside = [await enter(session, club.organization) for _ in range(40)]
        rows = [crm.participation(program, each.id) for each in inside]
        session.add_all(rows)
    acts: list[Act] = [
        partial((await crowd.as_(person)).post, f"/crm/participations/{row.id}/withdrawal")
        for person, row in zip(inside, rows, strict=True)
    ]
    acts += [partial((await crowd.as_(each)).post, f"/crm/programs/{program.id}/enrollments") for each in outside]
    random.Random(11).shuffle(acts)  # noqa: S311  (an order, not a secret)
    answers = await at_once(acts)
    assert answers[200, None] == PLACES
    counted = await tally(parallel)
    assert counted["withdrawn"] == PLACES
    assert counted["enrolled"] == answers[201, None] <= PLACES
    # Whoever comes after the crowd finds the rest of the places, and no more.
    late = inside[: PLACES + 1 - counted["enrolled"]]
    again = [
        (await (await crowd.as_(person)).post(f"/crm/programs/{program.id}/enrollments")).status_code for person in late
    ]
    assert again[: PLACES - counted["enrolled"]] == [201] * (PLACES - counted["enrolled"])
