"""Many buyers at once, on real connections: no seat is sold twice, and nobody gets an error they did not earn."""

import asyncio
from collections import Counter
from functools import partial

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.academy.cohorts import seats
from app.academy.models import Cohort, Enrollment, Organization, Role
from app.core.ids import new_id
from app.identity.models import Account
from tests.academy.conftest import enter, found
from tests.academy.enrollments.conftest import RETURN_TO
from tests.factories import academy
from tests.support.client import ApiClient, patiently

pytestmark = pytest.mark.parallel

Sessions = async_sessionmaker[AsyncSession]


async def _cohort(parallel: Sessions, **more: object) -> Cohort:
    async with parallel.begin() as session:
        course = academy.course(price_b2c=0)
        session.add(course)
        await session.flush()
        cohort = academy.cohort(course, **more)
        session.add(cohort)
    return cohort


async def _buyers(parallel: Sessions, crowd: ApiClient, count: int) -> list[ApiClient]:
    async with parallel.begin() as session:
        accounts = [await enter(session) for _ in range(count)]
    return [await crowd.as_(account) for account in accounts]


async def _outcome(parallel: Sessions, cohort: Cohort) -> tuple[int, int]:
    async with parallel() as session:
        row = await session.get_one(Cohort, cohort.id)
        seated = await session.scalars(
            select(Enrollment.id).where(Enrollment.cohort_id == cohort.id, Enrollment.has_seat)
        )
        assert await seats.drifted_cohorts(session) == []
        return row.current_enrollment, len(seated.all())


@pytest.mark.req("A-ENR-05")
async def test_two_hundred_buyers_for_twenty_seats_leave_twenty_enrollments_and_180_refusals(
    crowd: ApiClient, parallel: Sessions
) -> None:
    cohort = await _cohort(parallel, max_capacity=20)
    buyers = await _buyers(parallel, crowd, 200)
    answers = await asyncio.gather(
        *(buyer.post(f"/academy/cohorts/{cohort.id}/checkout", RETURN_TO, key=str(new_id())) for buyer in buyers)
    )
    assert Counter(answer.status_code for answer in answers) == {201: 20, 409: 180}
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"academy.cohort_full"}
    assert await _outcome(parallel, cohort) == (20, 20)


async def test_one_person_fifty_times_gets_one_seat(crowd: ApiClient, parallel: Sessions) -> None:
    cohort = await _cohort(parallel)
    (buyer,) = await _buyers(parallel, crowd, 1)
    answers = await asyncio.gather(
        *(buyer.post(f"/academy/cohorts/{cohort.id}/checkout", RETURN_TO, key=str(new_id())) for _ in range(50))
    )
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 49}
    assert await _outcome(parallel, cohort) == (1, 1)


@pytest.mark.req("X-API-03")
async def test_one_key_fifty_times_does_the_work_once_and_answers_the_same(
    crowd: ApiClient, parallel: Sessions
) -> None:
    cohort = await _cohort(parallel)
    async with parallel.begin() as session:
        customer = await found(session)
        person = await enter(session, Role.org_member, customer)
    buyer = await crowd.as_(person)
    answers = await asyncio.gather(
        *(buyer.post(f"/academy/cohorts/{cohort.id}/enrollments", {}, key="one") for _ in range(50))
    )
    made = [answer for answer in answers if answer.status_code == 201]
    rest = [answer.json()["code"] for answer in answers if answer.status_code != 201]
    assert len({answer.content for answer in made}) == 1
    assert set(rest) <= {"core.idempotency_in_flight"}
    assert await _outcome(parallel, cohort) == (1, 1)


@pytest.mark.req("A-ORG-03")
async def test_an_organization_never_uses_more_seats_than_it_bought(crowd: ApiClient, parallel: Sessions) -> None:
    cohort = await _cohort(parallel, max_capacity=100)
    async with parallel.begin() as session:
        customer = await found(session, seats_purchased=5)
        people: list[Account] = [await enter(session, Role.org_member, customer) for _ in range(50)]
    clients = [await crowd.as_(person) for person in people]
    answers = await asyncio.gather(
        *(each.post(f"/academy/cohorts/{cohort.id}/enrollments", {}, key=str(new_id())) for each in clients)
    )
    assert Counter(answer.status_code for answer in answers) == {201: 5, 409: 45}
    async with parallel() as session:
        assert (await session.get_one(Organization, customer.id)).seats_used == 5
    assert await _outcome(parallel, cohort) == (5, 5)


async def test_crossing_transfers_do_not_lose_or_make_seats(crowd: ApiClient, parallel: Sessions) -> None:
    async with parallel.begin() as session:
        course = academy.course(price_b2c=0)
        session.add(course)
        await session.flush()
        first, second = academy.cohort(course, max_capacity=40), academy.cohort(course, max_capacity=40)
        session.add_all([first, second])
    buyers = await _buyers(parallel, crowd, 40)
    places = [(buyer, *((first, second) if n % 2 else (second, first))) for n, buyer in enumerate(buyers)]
    bought = await asyncio.gather(
        *(b.post(f"/academy/cohorts/{here.id}/checkout", RETURN_TO, key=str(new_id())) for b, here, _ in places)
    )
    enrollments = [answer.json()["enrollment"]["id"] for answer in bought]
    moved = await asyncio.gather(
        *(
            patiently(partial(buyer.post, f"/academy/enrollments/{enrollment}/transfer", {"cohort_id": str(there.id)}))
            for (buyer, _, there), enrollment in zip(places, enrollments, strict=True)
        )
    )
    assert Counter(answer.status_code for answer in moved) == {201: 40}
    assert await _outcome(parallel, first) == (20, 20)
    assert await _outcome(parallel, second) == (20, 20)
