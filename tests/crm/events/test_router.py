"""The door to events: plan, change, cancel, say who was there, and let them count for programs."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.crm.models import AttendanceStatus, Event, EventAttendance, ProgramEvent
from app.identity.models import Account
from tests.crm.conftest import Club, Enter, Plan, audited, kinds
from tests.factories import crm, identity
from tests.support.client import ApiClient
from tests.support.queries import recorded
from tests.support.worker import WorkerOnDemand

UNKNOWN = UUID(int=7)
BODY: dict[str, Any] = {
    "title": "First evening",
    "location": "Library",
    "starts_at": "2027-03-01T18:00:00Z",
    "ends_at": "2027-03-01T20:00:00Z",
}
WRITES = [
    ("POST", "{club}/events", BODY),
    ("PATCH", "/crm/events/{event}", {"title": "Mine"}),
    ("DELETE", "/crm/events/{event}", None),
    ("PUT", "/crm/events/{event}/attendance", {"items": [{"account_id": str(UNKNOWN), "status": "attended"}]}),
    ("GET", "/crm/events/{event}/attendance", None),
]


async def held(session: AsyncSession, club: Club, **fields: Any) -> Event:
    """An event of the club that ended an hour ago."""
    begins = datetime.now(UTC) - timedelta(hours=3)
    event = crm.event(club.organization.id, **{"starts_at": begins, "ends_at": begins + timedelta(hours=2), **fields})
    session.add(event)
    await session.commit()
    return event


def said(*people: Account, status: str = "attended") -> dict[str, Any]:
    return {"items": [{"account_id": str(each.id), "status": status} for each in people]}


# Planning


async def test_an_admin_plans_an_event_that_members_see(
    admin: ApiClient, member: ApiClient, club: Club, worker: WorkerOnDemand
) -> None:
    answer = await admin.post(f"{club.path}/events", BODY)
    made = answer.json()
    assert answer.status_code == 201
    assert (made["title"], made["cancelled_at"], made["created_by"]) == ("First evening", None, str(club.admin.id))
    assert (await member.get(f"/crm/events/{made['id']}")).json() == made
    assert (await member.get(f"{club.path}/events")).json()["items"] == [made]
    assert await kinds(worker) == ["crm.event_created"]


@pytest.mark.parametrize("ends_at", ["2027-03-01T18:00:00Z", "2027-03-01T17:00:00Z"])
async def test_an_event_ends_after_it_starts(admin: ApiClient, session: AsyncSession, club: Club, ends_at: str) -> None:
    refused = await admin.post(f"{club.path}/events", BODY | {"ends_at": ends_at})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/ends_at")
    event = await held(
        session, club, starts_at=datetime(2027, 3, 1, 18, tzinfo=UTC), ends_at=datetime(2028, 1, 1, tzinfo=UTC)
    )
    refused = await admin.patch(f"/crm/events/{event.id}", {"ends_at": ends_at})
    assert (refused.status_code, refused.json()["code"]) == (422, "crm.event_times_reversed")


async def test_events_are_listed_by_their_start_and_found_by_time_and_program(
    admin: ApiClient, session: AsyncSession, club: Club, plan: Plan
) -> None:
    day = datetime(2027, 5, 1, tzinfo=UTC)
    events = [
        await held(session, club, starts_at=day + timedelta(days=n), ends_at=day + timedelta(days=n, hours=1))
        for n in (2, 0, 1)
    ]
    program = await plan()
    session.add(crm.linked(program, events[0]))
    await session.commit()

    async def listed(**asked: str) -> list[int]:
        items = (await admin.get(f"{club.path}/events", params=asked)).json()["items"]
        ids = [str(each.id) for each in events]
        return [ids.index(each["id"]) for each in items]

    assert await listed() == [1, 2, 0]
    assert await listed(sort="-starts_at") == [0, 2, 1]
    assert await listed(starts_from="2027-05-02T00:00:00Z", starts_before="2027-05-03T00:00:00Z") == [2]
    assert await listed(program_id=str(program.id)) == [0]
    linked = (await admin.get(f"/crm/programs/{program.id}/events")).json()["items"]
    assert [each["id"] for each in linked] == [str(events[0].id)]


async def test_a_cancelled_event_stays_and_is_not_edited(
    admin: ApiClient, session: AsyncSession, club: Club, worker: WorkerOnDemand
) -> None:
    path = f"/crm/events/{(await held(session, club)).id}"
    assert (await admin.delete(path, headers={"If-Match": '"9"'})).status_code == 412
    for _ in range(2):
        assert (await admin.delete(path)).status_code == 204
    assert (await admin.get(path)).json()["cancelled_at"] is not None
    for refused in (
        await admin.patch(path, {"title": "Other"}),
        await admin.put(f"{path}/attendance", said(club.member)),
    ):
        assert (refused.status_code, refused.json()["code"]) == (409, "crm.event_cancelled")
    assert await kinds(worker) == ["crm.event_cancelled"]


@pytest.mark.parametrize(("method", "path", "body"), WRITES)
async def test_who_is_no_admin_of_the_organization_changes_nothing(
    client: ApiClient,
    session: AsyncSession,
    club: Club,
    rival: Club,
    *,
    outsider: Account,
    worker: WorkerOnDemand,
    method: str,
    path: str,
    body: Any,
) -> None:
    path = path.format(club=club.path, event=(await held(session, club)).id)
    told = [
        (await (await client.as_(person)).request(method, path, json=body)).status_code
        for person in (club.member, outsider, rival.admin)
    ]
    assert told == [403, 404, 404]
    assert await kinds(worker) == []


# Who was there


@pytest.mark.req("P-TAB-04")
@pytest.mark.req("Z-25")
async def test_attendance_is_said_and_corrected_person_by_person(
    admin: ApiClient, session: AsyncSession, club: Club, another: Enter, worker: WorkerOnDemand
) -> None:
    event, second = await held(session, club), await another(name="Zoe")
    path = f"/crm/events/{event.id}/attendance"
    assert (await admin.put(path, said(club.member, second))).json() == {"changed_count": 2}
    assert (await admin.put(path, said(second))).json() == {"changed_count": 0}
    assert (await admin.put(path, said(second, status="absent"))).json() == {"changed_count": 1}
    items = (await admin.get(path)).json()["items"]
    assert [(each["name"], each["status"]) for each in items] == [
        (club.member.name, "attended"),
        ("Zoe", "absent"),
    ]
    absent = (await admin.get(path, params={"status": "absent"})).json()["items"]
    assert [each["account_id"] for each in absent] == [str(second.id)]
    told = await worker.announced("crm.attendance_recorded")
    assert [len(each.payload["account_ids"]) for each in told] == [2, 1]
    entries = await audited(admin, club, subject_id=str(event.id))
    assert entries[-1]["changes"] == {str(second.id): "absent"}


@pytest.mark.parametrize("status", AttendanceStatus)
async def test_somebody_was_there_wholly_partly_or_not(
    admin: ApiClient, session: AsyncSession, club: Club, status: str
) -> None:
    path = f"/crm/events/{(await held(session, club)).id}/attendance"
    assert (await admin.put(path, said(club.member, status=status))).status_code == 200
    assert (await admin.get(path)).json()["items"][0]["status"] == status


async def test_nobody_is_recorded_at_an_event_that_has_not_begun(
    admin: ApiClient, session: AsyncSession, club: Club
) -> None:
    session.add(event := crm.event(club.organization.id))
    await session.commit()
    answer = await admin.put(f"/crm/events/{event.id}/attendance", said(club.member))
    assert (answer.status_code, answer.json()["code"]) == (409, "crm.event_not_started")


async def test_attendance_is_of_people_of_the_organization_and_all_or_nothing(
    admin: ApiClient, session: AsyncSession, club: Club, *, outsider: Account, rival: Club
) -> None:
    path = f"/crm/events/{(await held(session, club)).id}/attendance"
    answer = await admin.put(path, said(club.member, outsider, rival.member))
    assert (answer.status_code, answer.json()["code"]) == (422, "crm.attendees_unknown")
    assert [each["pointer"] for each in answer.json()["errors"]] == ["/items/1/account_id", "/items/2/account_id"]
    twice = await admin.put(path, said(club.member, club.member))
    assert [each["pointer"] for each in twice.json()["errors"]] == ["/items/1/account_id"]
    assert await session.scalar(select(func.count()).select_from(EventAttendance)) == 0


async def test_who_has_left_since_is_still_recorded(admin: ApiClient, session: AsyncSession, club: Club) -> None:
    event, former = await held(session, club), identity.account()
    session.add(former)
    await session.flush()  # the membership points at them
    session.add(identity.membership(club.organization.id, former.id, ended_at=func.now()))
    await session.commit()
    assert (await admin.put(f"/crm/events/{event.id}/attendance", said(former))).status_code == 200


async def test_two_hundred_people_cost_as_many_statements_as_one(
    admin: ApiClient, engine: AsyncEngine, session: AsyncSession, club: Club
) -> None:
    event = await held(session, club)
    people = [identity.account() for _ in range(30)]
    session.add_all(people)
    await session.flush()  # memberships point at them
    session.add_all(identity.membership(club.organization.id, each.id) for each in people)
    await session.commit()
    costs = []
    for group in (people[:1], people[1:]):
        with recorded(engine) as statements:
            assert (await admin.put(f"/crm/events/{event.id}/attendance", said(*group))).status_code == 200
        costs.append(len(statements))
    assert costs[0] == costs[1]


# What counts for a program


@pytest.mark.req("P-PRG-13")
async def test_events_of_the_same_organization_are_linked_and_unlinked(
    admin: ApiClient, session: AsyncSession, club: Club, plan: Plan, worker: WorkerOnDemand
) -> None:
    program, event = await plan(), await held(session, club)
    path = f"/crm/programs/{program.id}/events/{event.id}"
    for _ in range(2):
        answer = await admin.put(path)
        assert (answer.status_code, answer.json()["linked_event_ids"]) == (200, [str(event.id)])
    assert await session.scalar(select(func.count()).select_from(ProgramEvent)) == 1
    for _ in range(2):
        assert (await admin.delete(path)).status_code == 204
    assert (await admin.get(f"/crm/programs/{program.id}")).json()["linked_event_ids"] == []
    assert await kinds(worker) == ["crm.program_event_linked", "crm.program_event_unlinked"]


@pytest.mark.req("P-PRG-13")
async def test_an_event_of_another_organization_is_refused_like_one_that_is_not_there(
    admin: ApiClient, session: AsyncSession, rival: Club, plan: Plan
) -> None:
    program, foreign = await plan(), await held(session, rival)
    answers = [await admin.put(f"/crm/programs/{program.id}/events/{event_id}") for event_id in (foreign.id, UNKNOWN)]
    for answer in answers:
        assert (answer.status_code, answer.json()["code"]) == (422, "crm.event_of_another_organization")
        assert answer.json()["errors"][0]["pointer"] == "/path/event_id"
    assert await session.scalar(select(func.count()).select_from(ProgramEvent)) == 0


async def test_nothing_is_linked_to_an_archived_program(
    admin: ApiClient, session: AsyncSession, club: Club, plan: Plan
) -> None:
    program, event = await plan(status="archived"), await held(session, club)
    answer = await admin.put(f"/crm/programs/{program.id}/events/{event.id}")
    assert (answer.status_code, answer.json()["code"]) == (409, "crm.program_archived")
