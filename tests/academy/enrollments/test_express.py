"""The express lane of checkout: many buyers in one statement, each with everything that the till would have written."""

import asyncio
from collections import Counter
from typing import Any

import pytest
from sqlalchemy import inspect, select, text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.academy.models import Cohort, Enrollment, Learner
from app.core.http.idempotency import IdempotencyKey
from app.core.ids import new_id
from app.core.outbox.models import OutboxRow
from app.identity.models import Account
from tests.academy.conftest import enter
from tests.academy.enrollments.conftest import RETURN_TO, Plan
from tests.factories import academy, identity
from tests.support.client import ApiClient

Sessions = async_sessionmaker[AsyncSession]


async def _open(parallel: Sessions, price: int = 0, **more: Any) -> Cohort:
    async with parallel.begin() as session:
        course = academy.course(price_b2c=price)
        session.add(course)
        await session.flush()
        cohort = academy.cohort(course, **more)
        session.add(cohort)
    return cohort


async def _accounts(parallel: Sessions, count: int) -> list[Account]:
    """People who were never in the academy before."""
    accounts = [identity.account() for _ in range(count)]
    async with parallel.begin() as session:
        session.add_all(accounts)
    return accounts


@pytest.mark.parallel
@pytest.mark.req("A-ENR-05", "X-API-03", "X-EVT-01")
async def test_forty_who_press_at_once_are_sold_to_in_fewer_transactions_each_with_key_events_and_answer(
    crowd: ApiClient, parallel: Sessions
) -> None:
    cohort = await _open(parallel, max_capacity=100)
    accounts = await _accounts(parallel, 40)
    buyers = [await crowd.as_(account) for account in accounts]
    path = f"/academy/cohorts/{cohort.id}/checkout"
    answers = await asyncio.gather(*(buyer.post(path, RETURN_TO, key="once") for buyer in buyers))
    assert Counter(answer.status_code for answer in answers) == {201: 40}
    again = await asyncio.gather(*(buyer.post(path, RETURN_TO, key="once") for buyer in buyers))
    assert [each.json() for each in again] == [each.json() for each in answers]
    assert {each.headers["Idempotent-Replayed"] for each in again} == {"true"}
    async with parallel() as session:
        enrollments = (await session.scalars(select(Enrollment).where(Enrollment.cohort_id == cohort.id))).all()
        transactions = await session.scalar(text("SELECT count(DISTINCT xmin::text) FROM academy.enrollments"))
        counted = await session.scalar(select(Cohort.current_enrollment).where(Cohort.id == cohort.id))
        events = (await session.scalars(select(OutboxRow).order_by(OutboxRow.number))).all()
        keys = (await session.scalars(select(IdempotencyKey))).all()
        profiles = (await session.scalars(select(Learner.id))).all()
    shown = {answer.json()["enrollment"]["id"]: answer.json()["enrollment"]["account_id"] for answer in answers}
    assert {str(each.id): str(each.user_id) for each in enrollments} == shown
    assert len(set(shown.values())) == counted == len(keys) == len(profiles) == 40
    assert transactions is not None
    assert transactions < 40
    for enrollment in enrollments:
        told = [each for each in events if each.key == enrollment.id]
        assert [each.kind for each in told] == ["academy.enrollment_created", "academy.enrollment_confirmed"]
        assert {each.account_id for each in told} == {enrollment.user_id}
        assert all(each.request_id for each in told)


@pytest.mark.parallel
@pytest.mark.req("A-ENR-05")
async def test_the_last_seats_go_to_as_many_as_there_are(crowd: ApiClient, parallel: Sessions) -> None:
    cohort = await _open(parallel, max_capacity=25)
    buyers = [await crowd.as_(account) for account in await _accounts(parallel, 60)]
    answers = await asyncio.gather(
        *(buyer.post(f"/academy/cohorts/{cohort.id}/checkout", RETURN_TO, key=str(new_id())) for buyer in buyers)
    )
    assert Counter(answer.status_code for answer in answers) == {201: 25, 409: 35}
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"academy.cohort_full"}
    async with parallel() as session:
        seated = await session.scalars(select(Enrollment.id).where(Enrollment.cohort_id == cohort.id))
        counted = await session.scalar(select(Cohort.current_enrollment).where(Cohort.id == cohort.id))
    assert len(seated.all()) == counted == 25


def _columns(row: Any, *, without: set[str]) -> dict[str, Any]:
    names = [each.key for each in inspect(type(row)).column_attrs]
    return {name: getattr(row, name) for name in names if name not in without}


OWN = {"id", "user_id", "key", "request_id", "number", "account_id", "caller", "resource_id", "answer_body", "payload"}


async def _written(session: AsyncSession, account: Account) -> dict[str, Any]:
    """Everything one checkout left in the database, without what is anybody's own."""
    profile = await session.get_one(Learner, account.id)
    enrollment = await session.scalar(select(Enrollment).where(Enrollment.user_id == account.id))
    assert enrollment is not None
    key = await session.scalar(select(IdempotencyKey).where(IdempotencyKey.caller == str(account.id)))
    assert key is not None
    assert key.resource_id == enrollment.id
    events = await session.scalars(select(OutboxRow).where(OutboxRow.key == enrollment.id).order_by(OutboxRow.number))
    payloads = []
    rows = []
    for event in events:
        assert event.account_id == account.id
        rows.append(_columns(event, without=OWN | {"relayed_at"}))
        payloads.append({name: value for name, value in event.payload.items() if name not in OWN | {"enrollment_id"}})
    return {
        "profile": _columns(profile, without=OWN | {"email", "name", "token_identifier"}),
        "enrollment": _columns(enrollment, without=OWN),
        "key": _columns(key, without=OWN),
        "events": rows,
        "payloads": payloads,
    }


async def test_the_lane_writes_and_answers_what_the_till_does(
    client: ApiClient, session: AsyncSession, plan: Plan, request_state: dict[str, Any]
) -> None:
    cohort = await plan()
    lanes, answers, rows = request_state["drivers"], [], []
    for drivers in (lanes, None):
        request_state["drivers"] = drivers
        account = identity.account()
        session.add(account)
        await session.commit()
        buyer = await client.as_(account)
        answer = await buyer.post(f"/academy/cohorts/{cohort.id}/checkout", RETURN_TO, key="the-same")
        assert answer.status_code == 201
        own = {"id": None, "account_id": None}
        answers.append({**answer.json(), "enrollment": {**answer.json()["enrollment"], **own}})
        rows.append(await _written(session, account))
    assert answers[0] == answers[1]
    assert rows[0] == rows[1]


async def test_a_seat_to_be_paid_is_held_by_the_lane_and_finished_by_the_till(
    client: ApiClient, session: AsyncSession, plan: Plan
) -> None:
    cohort = await plan(price=49_900)
    account = await enter(session)
    await session.commit()
    buyer = await client.as_(account)
    answer = await buyer.post(f"/academy/cohorts/{cohort.id}/checkout", RETURN_TO, key="paid")
    assert answer.status_code == 201
    assert answer.json()["checkout_url"].startswith("http")
    again = await buyer.post(f"/academy/cohorts/{cohort.id}/checkout", RETURN_TO, key="paid")
    assert again.json() == answer.json()
    seated = await session.scalars(select(Enrollment.id).where(Enrollment.user_id == account.id))
    assert len(seated.all()) == 1
