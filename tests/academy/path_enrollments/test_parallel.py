"""Paths on real connections: one person, many people, one completion, one certificate, one payment."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from pydantic_core import from_json
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.academy.enrollments import service as seats
from app.academy.models import (
    Enrollment,
    LearningPath,
    PathCertificate,
    PathEnrollment,
    PathPurchase,
    PathStepCompletion,
    UnlockRule,
)
from app.academy.path_enrollments import service as enrollments
from app.academy.path_payments import rules as money
from app.academy.path_payments import service as purchases
from app.academy.path_progress import service
from app.academy.permissions import AcademyActor
from app.core.ids import new_id
from app.gateways.stripe import answers
from tests.academy.conftest import enter
from tests.academy.path_enrollments.world import Track, in_path, learned, open_cohort, track
from tests.academy.path_payments.conftest import RETURN_TO
from tests.support.client import ApiClient, patiently
from tests.support.twins import Twins
from tests.support.worker import WorkerOnDemand

pytestmark = pytest.mark.parallel

HOUSE = AcademyActor.system()
Sessions = async_sessionmaker[AsyncSession]
INDIVIDUAL = {"payment_type": "individual"}
ONE = UnlockRule.immediate


async def insist(parallel: Sessions, act: Callable[[AsyncSession], Awaitable[object]]) -> None:
    """One transaction on a connection of its own, begun anew when it has waited too long: as the worker does."""
    for tries in range(8):
        try:
            async with parallel.begin() as session:
                await act(session)
        except DBAPIError as error:
            if tries == 7 or getattr(error.orig, "sqlstate", None) not in {"55P03", "57014"}:
                raise
        else:
            return


async def counts(parallel: Sessions, made: Track) -> tuple[int, int, int]:
    """Rows, counted enrollments, counted completions."""
    async with parallel() as session:
        rows = await session.scalar(select(func.count()).select_from(PathEnrollment))
        path = await session.get_one(LearningPath, made.path.id)
        return int(rows or 0), path.enrollment_count, path.completion_count


@pytest.mark.req("A-LPA-03", "A-LPA-05")
async def test_one_person_fifty_times_is_in_it_once(crowd: ApiClient, parallel: Sessions) -> None:
    async with parallel.begin() as session:
        made = await track(session)
        person = await enter(session)
    mine = await crowd.as_(person)
    url = f"{made.url}/enrollments"
    answers_ = await asyncio.gather(
        *(patiently(partial(mine.post, url, INDIVIDUAL, key=str(new_id()))) for _ in range(50))
    )
    assert Counter(each.status_code for each in answers_) == {201: 1, 409: 49}
    refused = {each.json()["code"] for each in answers_ if each.status_code == 409}
    assert refused == {"academy.path_already_enrolled"}
    assert await counts(parallel, made) == (1, 1, 0)


@pytest.mark.req("A-LPA-05")
async def test_fifty_people_are_counted_as_fifty(crowd: ApiClient, parallel: Sessions) -> None:
    async with parallel.begin() as session:
        made = await track(session)
        people = [await enter(session) for _ in range(50)]
    clients = [await crowd.as_(person) for person in people]
    url = f"{made.url}/enrollments"
    answers_ = await asyncio.gather(
        *(patiently(partial(each.post, url, INDIVIDUAL, key=str(new_id()))) for each in clients)
    )
    assert Counter(each.status_code for each in answers_) == {201: 50}
    assert await counts(parallel, made) == (50, 50, 0)


@pytest.mark.req("A-LPA-03", "Z-124")
async def test_an_expired_one_is_renewed_once(crowd: ApiClient, parallel: Sessions) -> None:
    async with parallel.begin() as session:
        made = await track(session)
        person = await enter(session)
        await in_path(session, person, made.path, status="expired")
    mine = await crowd.as_(person)
    url = f"{made.url}/enrollments"
    answers_ = await asyncio.gather(
        *(patiently(partial(mine.post, url, INDIVIDUAL, key=str(new_id()))) for _ in range(20))
    )
    assert Counter(each.status_code for each in answers_) == {201: 1, 409: 19}
    assert await counts(parallel, made) == (1, 1, 0)


@pytest.mark.req("A-LPA-08", "A-LPC-01", "A-LPA-06")
async def test_the_last_step_completed_on_fifty_connections_completes_the_path_once(parallel: Sessions) -> None:
    async with parallel.begin() as session:
        made = await track(session, ONE, ONE)
        person = await enter(session)
        begun = await in_path(session, person, made.path)
        await learned(session, person, made.courses[0])
        await learned(session, person, made.courses[1])

    acts = [
        lambda session: service.advance(session, HOUSE, begun.id),
        lambda session: service.complete_step(session, HOUSE, begun.id, made.steps[0].id),
        lambda session: service.advance(session, HOUSE, begun.id),
        lambda session: service.complete_step(session, HOUSE, begun.id, made.steps[1].id),
    ]
    await asyncio.gather(*(insist(parallel, acts[place % 4]) for place in range(50)))
    assert await counts(parallel, made) == (1, 1, 1)
    async with parallel() as session:
        assert await session.scalar(select(func.count()).select_from(PathCertificate)) == 1
        assert await session.scalar(select(func.count()).select_from(PathStepCompletion)) == 2
        assert (await session.get_one(PathEnrollment, begun.id)).progress_percent == 100
    told = Counter(each.kind for each in await WorkerOnDemand(parallel, {}).announced() if ".path_" in each.kind)
    once = ("academy.path_completed", "academy.path_certificate_issued")
    assert [told[kind] for kind in once] == [1, 1]
    assert told["academy.path_step_completed"] == 2


@pytest.mark.req("A-LPC-02", "Z-129", "A-LPA-05")
async def test_a_hundred_who_finish_at_once_have_a_hundred_numbers(parallel: Sessions) -> None:
    async with parallel.begin() as session:
        made = await track(session, ONE)
        rows = []
        for _ in range(100):
            person = await enter(session)
            rows.append(await in_path(session, person, made.path))
            await learned(session, person, made.courses[0])

    await asyncio.gather(
        *(insist(parallel, partial(service.advance, actor=HOUSE, path_enrollment_id=each.id)) for each in rows)
    )
    assert await counts(parallel, made) == (100, 100, 100)
    async with parallel() as session:
        numbers = (await session.scalars(select(PathCertificate.certificate_number))).all()
    year = numbers[0][5:9]
    assert sorted(numbers) == [f"PATH-{year}-{position:06}" for position in range(1, 101)]


@pytest.mark.req("A-LPA-13", "Z-127")
async def test_a_step_asked_for_in_twenty_cohorts_has_one_seat(crowd: ApiClient, parallel: Sessions) -> None:
    async with parallel.begin() as session:
        made = await track(session, ONE)
        person = await enter(session)
        begun = await in_path(session, person, made.path)
        cohorts = [await open_cohort(session, made.courses[0]) for _ in range(20)]
    mine = await crowd.as_(person)
    url = f"/academy/path-enrollments/{begun.id}/steps/{made.steps[0].id}/enrollments"
    answers_ = await asyncio.gather(
        *(patiently(partial(mine.post, url, {"cohort_id": str(cohort.id)}, key=str(new_id()))) for cohort in cohorts)
    )
    assert Counter(each.status_code for each in answers_) == {201: 1, 409: 19}
    assert {each.json().get("code") for each in answers_} == {None, "academy.step_taken"}
    async with parallel() as session:
        assert await session.scalar(select(func.count()).select_from(Enrollment).where(Enrollment.has_seat)) == 1


async def test_a_transfer_and_a_step_that_is_taken_do_not_block_each_other(parallel: Sessions) -> None:
    """A moved seat points at the path enrollment under its cohort's lock; taking a step locks them the other way."""
    async with parallel.begin() as session:
        made = await track(session, ONE, ONE)
        person = await enter(session)
        begun = await in_path(session, person, made.path)
        cohorts = [await open_cohort(session, made.courses[0]) for _ in range(2)]
    actor = AcademyActor(person.id, None)

    async def take(cohort_id: UUID) -> None:
        async with parallel.begin() as session:
            await service.take_step(session, actor, begun.id, made.steps[0].id, cohort_id)

    await take(cohorts[0].id)

    async def move(target: UUID) -> None:
        async with parallel.begin() as session:
            seat = await session.scalar(select(Enrollment.id).where(Enrollment.has_seat))
            await seats.transfer(session, actor, seat or new_id(), target)

    for place in range(6):
        results = await asyncio.gather(
            move(cohorts[(place + 1) % 2].id), take(cohorts[place % 2].id), return_exceptions=True
        )
        assert "deadlock" not in str(results)
    async with parallel() as session:
        seat = await session.scalar(select(Enrollment).where(Enrollment.has_seat))
        assert seat is not None
        assert seat.path_enrollment_id == begun.id


@pytest.mark.req("Z-124", "A-LPA-12")
async def test_one_payment_told_by_twenty_workers_lets_its_buyer_in_once(
    crowd: ApiClient, parallel: Sessions, twins: Twins
) -> None:
    async with parallel.begin() as session:
        made = await track(session)
        person = await enter(session)
    answer = await (await crowd.as_(person)).post(f"{made.url}/checkout", RETURN_TO, key="one")
    purchase_id = UUID(answer.json()["id"])
    async with parallel() as session:
        page = (await session.get_one(PathPurchase, purchase_id)).stripe_checkout_session_id
    twins.outcome(str(page), "paid")
    events = [answers.event(from_json(webhook.body)) for webhook in twins.take_webhooks()]
    facts = [fact for event in events if (fact := money.fact_of(event)) is not None]

    async def hear(fact: Any) -> None:
        async with parallel.begin() as session:
            await purchases.apply_fact(session, HOUSE, fact)
        async with parallel.begin() as session:
            await enrollments.follow_purchase(session, HOUSE, purchase_id)

    await asyncio.gather(*(hear(fact) for fact in facts * 10))
    assert await counts(parallel, made) == (1, 1, 0)
    async with parallel() as session:
        assert (await session.get_one(PathPurchase, purchase_id)).state == "paid"
        told = await session.scalar(
            text("SELECT count(*) FROM core.outbox WHERE kind = 'academy.path_purchase_changed'")
        )
        assert told == 1


@pytest.mark.usefixtures("twins")
async def test_ten_checkouts_at_once_leave_one_open(crowd: ApiClient, parallel: Sessions) -> None:
    async with parallel.begin() as session:
        made = await track(session)
        person = await enter(session)
    mine = await crowd.as_(person)
    answers_ = await asyncio.gather(
        *(patiently(partial(mine.post, f"{made.url}/checkout", RETURN_TO, key=str(new_id()))) for _ in range(10))
    )
    assert {each.status_code for each in answers_} <= {201, 409}
    assert {each.json()["code"] for each in answers_ if each.status_code == 409} <= {"academy.path_checkout_open"}
    async with parallel() as session:
        states = Counter((await session.scalars(select(PathPurchase.state))).all())
    assert states["open"] + states["created"] == 1
    assert set(states) <= {"open", "created", "expired"}
