"""The inbox of a person: told, listed, counted, read, and nobody else's business."""

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.identity.actor import Actor
from app.identity.models import Account
from app.notifications.mails.schemas import MailOrder
from app.notifications.models import Mail, Notification
from app.notifications.notices import service
from tests.factories.identity import account
from tests.support.client import ApiClient
from tests.support.queries import recorded
from tests.support.worker import WorkerOnDemand

HOUSE = Actor.system()
ORDER = MailOrder(
    "enrollment_confirmed",
    {"learner_name": "Ada", "course_title": "Applied AI", "cohort_name": "Spring", "start_date": "2027-03-01"},
)


@pytest.fixture
async def ada(session: AsyncSession) -> Account:
    person = account(name="Ada", email="ada@example.com")
    session.add(person)
    await session.commit()
    return person


@pytest.fixture
async def grace(session: AsyncSession) -> Account:
    person = account(name="Grace")
    session.add(person)
    await session.commit()
    return person


async def tell(session: AsyncSession, person: Account, count: int = 1, **more: Any) -> list[Notification]:
    told = [
        await service.notify(
            session, HOUSE, account_id=person.id, type=f"tests.told_{number}", data={"n": number}, **more
        )
        for number in range(count)
    ]
    await session.commit()
    return told


async def count(session: AsyncSession, table: type[Any]) -> int:
    return await session.scalar(select(func.count()).select_from(table)) or 0


@pytest.mark.req("A-WTL-04")
async def test_a_notice_and_its_mail_come_with_the_change_or_not_at_all(session: AsyncSession, ada: Account) -> None:
    savepoint = await session.begin_nested()
    await service.notify(session, HOUSE, account_id=ada.id, type="tests.told", data={}, mail=ORDER)
    await session.flush()
    assert (await count(session, Notification), await count(session, Mail)) == (1, 1)
    await savepoint.rollback()
    assert (await count(session, Notification), await count(session, Mail)) == (0, 0)


async def test_a_notice_without_a_mail_sends_none(session: AsyncSession, ada: Account, worker: WorkerOnDemand) -> None:
    await tell(session, ada)
    assert await worker.announced("notifications.mail_queued") == []


async def test_a_notice_names_the_person_whose_doing_it_was(
    session: AsyncSession, ada: Account, grace: Account
) -> None:
    told = await service.notify(
        session, Actor(grace.id), account_id=ada.id, type="tests.told", data={}, actor_name="Grace"
    )
    assert (told.actor_id, told.actor_name) == (grace.id, "Grace")


async def test_a_stranger_has_no_inbox(client: ApiClient) -> None:
    for method, path in (
        ("GET", "/notifications"),
        ("GET", "/notifications/unread-count"),
        ("PUT", "/notifications/read"),
        ("PUT", f"/notifications/{uuid4()}/read"),
    ):
        assert (await client.request(method, path)).status_code == 401


async def test_people_see_their_own_notices_newest_first(
    client: ApiClient, session: AsyncSession, ada: Account, grace: Account
) -> None:
    await tell(session, grace)
    told = await tell(session, ada, 3)
    answer = await (await client.as_(ada)).get("/notifications")
    assert {item["id"] for item in answer.json()["items"]} == {str(each.id) for each in told}
    assert answer.json()["next_cursor"] is None


async def test_a_long_inbox_comes_in_pages(client: ApiClient, session: AsyncSession, ada: Account) -> None:
    told = await tell(session, ada, 7)
    reader = await client.as_(ada)
    seen: list[str] = []
    following = ""
    for _ in range(3):
        page = (await reader.get(f"/notifications?limit=3{following}")).json()
        seen += [item["id"] for item in page["items"]]
        following = f"&cursor={page['next_cursor']}"
    assert page["next_cursor"] is None
    # Notices of one transaction have one time: then the newer id comes first.
    assert seen == sorted((str(each.id) for each in told), reverse=True)


async def test_the_unread_ones_can_be_asked_for(client: ApiClient, session: AsyncSession, ada: Account) -> None:
    first, second = await tell(session, ada, 2)
    reader = await client.as_(ada)
    await reader.put(f"/notifications/{first.id}/read")
    unread, read = [(await reader.get(f"/notifications?unread={each}")).json()["items"] for each in ("true", "false")]
    assert ([item["id"] for item in unread], [item["id"] for item in read]) == ([str(second.id)], [str(first.id)])


async def test_reading_a_notice_is_remembered_from_the_first_time(
    client: ApiClient, session: AsyncSession, ada: Account
) -> None:
    (told,) = await tell(session, ada)
    reader = await client.as_(ada)
    first, second = [(await reader.put(f"/notifications/{told.id}/read")).json() for _ in range(2)]
    assert first["read_at"] is not None
    assert first == second


async def test_reading_somebody_elses_notice_is_not_found(
    client: ApiClient, session: AsyncSession, ada: Account, grace: Account
) -> None:
    (told,) = await tell(session, grace)
    reader = await client.as_(ada)
    theirs = await reader.put(f"/notifications/{told.id}/read")
    unknown = await reader.put(f"/notifications/{uuid4()}/read")
    assert (theirs.status_code, theirs.json()["code"]) == (404, "notifications.notice_not_found")
    assert theirs.json()["detail"] == unknown.json()["detail"]
    assert (await (await client.as_(grace)).get("/notifications/unread-count")).json() == {"unread": 1}


async def test_everything_can_be_read_at_once(
    client: ApiClient, session: AsyncSession, ada: Account, grace: Account
) -> None:
    await tell(session, ada, 4)
    await tell(session, grace)
    reader = await client.as_(ada)
    assert (await reader.get("/notifications/unread-count")).json() == {"unread": 4}
    assert (await reader.put("/notifications/read")).json() == {"unread": 0}
    assert (await reader.get("/notifications/unread-count")).json() == {"unread": 0}
    assert (await (await client.as_(grace)).get("/notifications/unread-count")).json() == {"unread": 1}


async def test_twenty_notices_cost_what_one_costs(
    client: ApiClient, session: AsyncSession, ada: Account, grace: Account, engine: AsyncEngine
) -> None:
    await tell(session, ada)
    await tell(session, grace, 20)
    costs = []
    for person in (ada, grace):
        reader = await client.as_(person)
        with recorded(engine) as statements:
            await reader.get("/notifications")
        costs.append(len(statements))
    assert costs[0] == costs[1]
