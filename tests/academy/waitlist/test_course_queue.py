"""A course's own queue: it is served when a cohort has a seat that nobody waits for in particular (A-WTL-09)."""

from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.models import Cohort, Course
from app.identity.models import Account
from tests.academy.conftest import enter, found
from tests.academy.waitlist.conftest import (
    RETURN_TO,
    again,
    code,
    counted,
    full,
    leave_seat,
    make_over,
    of,
    plan,
    sit,
    states,
    wait,
    wait_for_course,
)
from tests.factories import academy
from tests.support.client import ApiClient
from tests.support.worker import WorkerOnDemand

pytestmark = pytest.mark.req("A-WTL-09")


async def a_course(session: AsyncSession) -> Course:
    course = academy.course(price_b2c=0)
    session.add(course)
    await session.flush()
    return course


async def test_a_course_without_an_open_cohort_can_be_waited_for(
    client: ApiClient, session: AsyncSession, learner: Account, worker: WorkerOnDemand
) -> None:
    course = await a_course(session)
    await plan(session, course, status="scheduled")
    person = await client.as_(learner)
    answer = await person.post(f"/academy/courses/{course.id}/waitlist", key="k")
    assert answer.status_code == 201, answer.text
    entry = answer.json()
    assert (entry["status"], entry["position"], entry["rank"], entry["cohort_id"]) == ("waiting", 1, 1, None)
    (joined,) = await worker.announced("academy.waitlist_joined")
    assert (joined.payload["entry_id"], joined.payload["cohort_id"]) == (entry["id"], None)


@pytest.mark.parametrize(
    ("of_cohort", "status"),
    [
        ({}, 409),
        ({"status": "scheduled"}, 201),
        ({"is_b2b": True}, 201),
        ({"waiting": 1}, 201),
        ({"held": 2}, 201),
    ],
)
async def test_a_course_is_waited_for_only_while_none_of_its_cohorts_has_a_seat_for_the_person(
    client: ApiClient, session: AsyncSession, learner: Account, of_cohort: dict[str, Any], status: int
) -> None:
    if "is_b2b" in of_cohort:
        of_cohort = {**of_cohort, "organization_id": (await found(session)).id}
    cohort = await plan(session, seats=2, **of_cohort)
    person = await client.as_(learner)
    answer = await person.post(f"/academy/courses/{cohort.course_id}/waitlist", key="k")
    assert answer.status_code == status
    assert status == 201 or answer.json()["code"] == "academy.seats_available"


async def test_nobody_waits_for_an_archived_course(client: ApiClient, session: AsyncSession, admin: Account) -> None:
    course = await a_course(session)
    course.status = "archived"
    person = await client.as_(admin)
    answer = await person.post(f"/academy/courses/{course.id}/waitlist", key="k")
    assert code(answer) == (409, "academy.course_archived")


async def test_opening_a_cohort_serves_the_courses_queue_in_order(
    client: ApiClient, session: AsyncSession, admin: Account
) -> None:
    course = await a_course(session)
    line = [await wait_for_course(session, course.id) for _ in range(3)]
    cohort = await plan(session, course, seats=2, status="scheduled")
    operator = await client.as_(admin)
    answer = await operator.put(f"/academy/cohorts/{cohort.id}/status", {"status": "open"})
    assert answer.status_code == 200, answer.text
    assert await states(session, *line) == ["offered", "offered", "waiting"]
    assert await counted(session, cohort) == (0, 2, 0)
    assert (await again(session, line[0])).offered_cohort_id == cohort.id


async def test_a_freed_seat_goes_to_the_cohorts_queue_before_the_courses(session: AsyncSession) -> None:
    cohort, taken = await full(session, seats=3)
    of_course = [await wait_for_course(session, cohort.course_id) for _ in range(2)]
    of_cohort = [await wait(session, cohort) for _ in range(2)]
    for enrollment_id in taken:
        await leave_seat(session, enrollment_id)
    assert await states(session, *of_cohort, *of_course) == ["offered", "offered", "offered", "waiting"]
    assert await counted(session, cohort) == (0, 3, 0)


async def test_a_dedicated_cohort_serves_nobody_from_the_courses_queue(session: AsyncSession) -> None:
    customer = await found(session)
    cohort, taken = await full(session, is_b2b=True, organization_id=customer.id)
    entry = await wait_for_course(session, cohort.course_id)
    await leave_seat(session, taken[0])
    assert await states(session, entry) == ["waiting"]


async def test_whoever_has_a_seat_or_an_offer_in_the_cohort_is_passed_over(session: AsyncSession) -> None:
    cohort, taken = await full(session, seats=3)
    seated, offered = await enter(session), await enter(session)
    in_both = await wait(session, cohort, offered)
    line = [
        await wait_for_course(session, cohort.course_id, seated),
        await wait_for_course(session, cohort.course_id, offered),
        await wait_for_course(session, cohort.course_id),
    ]
    await leave_seat(session, taken[0])
    assert await states(session, in_both) == ["offered"]
    await session.execute(update(Cohort).where(Cohort.id == cohort.id).values(max_capacity=4))
    await sit(session, cohort, seated)
    await leave_seat(session, taken[1])
    assert await states(session, *line) == ["waiting", "waiting", "offered"]
    assert await counted(session, cohort) == (2, 2, 0)


@pytest.mark.parametrize("answer", ["accept", "decline", "let pass"])
async def test_an_offer_to_the_courses_queue_ends_like_any_other(
    client: ApiClient, session: AsyncSession, worker: WorkerOnDemand, answer: str
) -> None:
    cohort, taken = await full(session)
    line = [await wait_for_course(session, cohort.course_id) for _ in range(2)]
    await leave_seat(session, taken[0])
    assert await counted(session, cohort) == (0, 1, 0)
    person = await of(client, session, line[0])
    if answer == "accept":
        accepted = await person.post(f"/academy/waitlist/{line[0].id}/acceptance", RETURN_TO, key="k")
        assert accepted.json()["enrollment"]["cohort_id"] == str(cohort.id)
        assert await states(session, *line) == ["enrolled", "waiting"]
        assert await counted(session, cohort) == (1, 0, 0)
        return
    if answer == "decline":
        assert (await person.delete(f"/academy/waitlist/{line[0].id}")).status_code == 204
    else:
        await make_over(session, line[0])
        await session.commit()
        await worker.run_schedule("academy.sweep_waitlist")
    assert await states(session, *line) == ["cancelled" if answer == "decline" else "expired", "offered"]
    assert await counted(session, cohort) == (0, 1, 0)


async def test_leaving_the_courses_queue_leaves_its_cohorts_alone(
    client: ApiClient, session: AsyncSession, worker: WorkerOnDemand
) -> None:
    cohort, _ = await full(session)
    entry = await wait_for_course(session, cohort.course_id)
    person = await of(client, session, entry)
    for _ in range(2):
        assert (await person.delete(f"/academy/waitlist/{entry.id}")).status_code == 204
    assert await states(session, entry) == ["cancelled"]
    (left,) = await worker.announced("academy.waitlist_left")
    assert (left.payload["status"], left.payload["cohort_id"]) == ("cancelled", None)


async def test_the_sweep_finds_seats_for_the_courses_queue(session: AsyncSession, worker: WorkerOnDemand) -> None:
    course = await a_course(session)
    entry = await wait_for_course(session, course.id)
    cohort = await plan(session, course)
    await session.commit()
    await worker.run_schedule("academy.sweep_waitlist")
    assert await states(session, entry) == ["offered"]
    assert await counted(session, cohort) == (0, 1, 0)
