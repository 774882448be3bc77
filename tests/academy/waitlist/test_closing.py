"""A queue ends with what it waits for: a cohort that is cancelled or begins (A-COH-07, Z-75)."""

from collections import Counter

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.identity.models import Account
from app.notifications.models import Notification
from tests.academy.waitlist.conftest import (
    again,
    counted,
    full,
    leave_seat,
    of,
    states,
    wait,
    wait_for_course,
)
from tests.support.client import ApiClient
from tests.support.worker import WorkerOnDemand


async def told(session: AsyncSession, account_id: object) -> list[str]:
    """The kinds of notice somebody got, oldest first."""
    types = select(Notification.type).where(Notification.account_id == account_id).order_by(Notification.id)
    return list((await session.scalars(types)).all())


@pytest.mark.req("A-COH-07")
async def test_cancelling_a_cohort_closes_its_queue_and_tells_everybody_in_it(
    client: ApiClient, session: AsyncSession, admin: Account, worker: WorkerOnDemand
) -> None:
    cohort, taken = await full(session, seats=3)
    offered, waiting = await wait(session, cohort), await wait(session, cohort)
    await leave_seat(session, taken[0])
    of_course = await wait_for_course(session, cohort.course_id)
    gone = await wait(session, cohort)
    await (await of(client, session, gone)).delete(f"/academy/waitlist/{gone.id}")
    operator = await client.as_(admin)
    answer = await operator.put(f"/academy/cohorts/{cohort.id}/status", {"status": "cancelled"})
    assert answer.status_code == 200, answer.text
    await worker.drain()
    assert await states(session, offered, waiting, of_course) == ["cancelled", "cancelled", "waiting"]
    assert await counted(session, cohort) == (0, 0, 0)
    assert (await told(session, offered.user_id))[-1] == "academy.cohort_cancelled"
    assert await told(session, waiting.user_id) == ["academy.cohort_cancelled"]
    assert await told(session, gone.user_id) == []
    assert await told(session, of_course.user_id) == []
    left = await worker.announced("academy.waitlist_left")
    assert Counter(each.payload["is_cohort_cancelled"] for each in left) == {True: 2, False: 1}


@pytest.mark.req("A-COH-07")
async def test_an_offer_to_the_courses_queue_ends_with_its_cohort(
    client: ApiClient, session: AsyncSession, admin: Account, worker: WorkerOnDemand
) -> None:
    cohort, taken = await full(session)
    entry = await wait_for_course(session, cohort.course_id)
    await leave_seat(session, taken[0])
    operator = await client.as_(admin)
    await operator.put(f"/academy/cohorts/{cohort.id}/status", {"status": "cancelled"})
    await worker.drain()
    assert await states(session, entry) == ["cancelled"]
    assert await counted(session, cohort) == (0, 0, 0)
    assert (await told(session, entry.user_id))[-1] == "academy.cohort_cancelled"


async def test_a_cohort_that_begins_lets_its_queue_go(
    client: ApiClient, session: AsyncSession, admin: Account, worker: WorkerOnDemand
) -> None:
    cohort, taken = await full(session)
    offered, waiting = await wait(session, cohort), await wait(session, cohort)
    await leave_seat(session, taken[0])
    operator = await client.as_(admin)
    answer = await operator.put(f"/academy/cohorts/{cohort.id}/status", {"status": "in_progress"})
    assert answer.status_code == 200, answer.text
    await worker.drain()
    assert await states(session, offered, waiting) == ["expired", "cancelled"]
    assert await counted(session, cohort) == (0, 0, 0)
    assert (await told(session, offered.user_id))[-1] == "academy.waitlist_offer_expired"


async def test_an_offer_keeps_what_it_says_when_other_things_of_the_cohort_change(
    client: ApiClient, session: AsyncSession, admin: Account, worker: WorkerOnDemand
) -> None:
    cohort, taken = await full(session)
    entry = await wait(session, cohort)
    await leave_seat(session, taken[0])
    until = (await again(session, entry)).offer_expires_at
    operator = await client.as_(admin)
    await operator.patch(f"/academy/cohorts/{cohort.id}", {"name": "Autumn cohort"})
    await worker.drain()
    assert (await again(session, entry)).offer_expires_at == until
