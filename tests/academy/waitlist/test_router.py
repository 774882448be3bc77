"""The door of the waitlist: stranger, outsider, insider without the right, refusal, success, and what was announced."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.academy.models import Cohort, Course, Organization, Role
from app.core.clock import utc_now
from app.identity.models import Account
from tests.academy.conftest import enter, found
from tests.academy.waitlist.conftest import (
    RETURN_TO,
    again,
    code,
    counted,
    full,
    leave_seat,
    of,
    plan,
    sit,
    states,
    wait,
    wait_for_course,
)
from tests.factories import academy, identity
from tests.support.client import ApiClient
from tests.support.queries import recorded
from tests.support.worker import WorkerOnDemand

# Strangers and outsiders


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/academy/cohorts/{id}/waitlist"),
        ("POST", "/academy/courses/{id}/waitlist"),
        ("GET", "/academy/cohorts/{id}/waitlist"),
        ("POST", "/academy/cohorts/{id}/waitlist/offers"),
        ("GET", "/academy/me/waitlist"),
        ("GET", "/academy/waitlist/{id}"),
        ("POST", "/academy/waitlist/{id}/acceptance"),
        ("DELETE", "/academy/waitlist/{id}"),
    ],
)
async def test_nothing_here_is_for_strangers(client: ApiClient, method: str, path: str) -> None:
    body = {"json": RETURN_TO} if path.endswith("acceptance") else {}
    answer = await client.request(method, path.format(id=uuid4()), headers={"Idempotency-Key": "k"}, **body)
    assert answer.status_code == 401


@pytest.mark.parametrize("path", ["/academy/cohorts/{}/waitlist", "/academy/courses/{}/waitlist"])
async def test_what_does_not_exist_cannot_be_waited_for(client: ApiClient, learner: Account, path: str) -> None:
    person = await client.as_(learner)
    assert (await person.post(path.format(uuid4()), key="k")).status_code == 404


async def test_a_cohort_of_a_draft_cannot_be_waited_for(
    client: ApiClient, session: AsyncSession, learner: Account
) -> None:
    course = academy.course(status="draft")
    session.add(course)
    await session.flush()
    cohort = await plan(session, course)
    person = await client.as_(learner)
    assert (await person.post(f"/academy/cohorts/{cohort.id}/waitlist", key="k")).status_code == 404
    assert (await person.post(f"/academy/courses/{course.id}/waitlist", key="k")).status_code == 404


async def test_another_customers_cohort_can_neither_be_waited_for_nor_its_queue_be_read(
    client: ApiClient, session: AsyncSession, customer: Organization, member: Account
) -> None:
    theirs = await found(session)
    cohort, _ = await full(session, is_b2b=True, organization_id=theirs.id)
    outsider = await client.as_(member)
    assert (await outsider.post(f"/academy/cohorts/{cohort.id}/waitlist", key="k")).status_code == 404
    assert (await outsider.get(f"/academy/cohorts/{cohort.id}/waitlist")).status_code == 404
    assert customer.id != theirs.id


async def test_ones_own_organizations_cohort_can_be_waited_for(
    client: ApiClient, session: AsyncSession, customer: Organization, member: Account
) -> None:
    cohort, _ = await full(session, is_b2b=True, organization_id=customer.id)
    person = await client.as_(member)
    assert (await person.post(f"/academy/cohorts/{cohort.id}/waitlist", key="k")).status_code == 201


@pytest.mark.parametrize(("method", "suffix"), [("GET", ""), ("POST", "/acceptance"), ("DELETE", "")])
async def test_somebody_elses_entry_does_not_exist(
    client: ApiClient, session: AsyncSession, learner: Account, method: str, suffix: str
) -> None:
    cohort, _ = await full(session)
    entry = await wait(session, cohort)
    outsider = await client.as_(learner)
    body = {"json": RETURN_TO} if suffix else {}
    path = f"/academy/waitlist/{entry.id}{suffix}"
    answer = await outsider.request(method, path, headers={"Idempotency-Key": "k"}, **body)
    assert answer.status_code == 404
    assert await states(session, entry) == ["waiting"]


# Insiders without the right


@pytest.mark.parametrize(("method", "suffix"), [("POST", "/acceptance"), ("DELETE", "")])
async def test_an_admin_sees_an_entry_but_does_not_answer_for_its_person(
    client: ApiClient, session: AsyncSession, admin: Account, method: str, suffix: str
) -> None:
    cohort, taken = await full(session)
    entry = await wait(session, cohort)
    await leave_seat(session, taken[0])
    operator = await client.as_(admin)
    assert (await operator.get(f"/academy/waitlist/{entry.id}")).status_code == 200
    body = {"json": RETURN_TO} if suffix else {}
    path = f"/academy/waitlist/{entry.id}{suffix}"
    answer = await operator.request(method, path, headers={"Idempotency-Key": "k"}, **body)
    assert answer.status_code == 403
    assert await states(session, entry) == ["offered"]


async def test_only_those_who_run_a_cohort_read_its_queue_and_only_admins_process_it(
    client: ApiClient, session: AsyncSession, admin: Account, learner: Account
) -> None:
    teacher = await enter(session)
    cohort, _ = await full(session, instructor_id=teacher.id)
    line = [await wait(session, cohort, learner), await wait(session, cohort)]
    path = f"/academy/cohorts/{cohort.id}/waitlist"
    for account, reads, processes in ((learner, 403, 403), (teacher, 200, 403), (admin, 200, 200)):
        caller = await client.as_(account)
        answer = await caller.get(path)
        assert answer.status_code == reads
        if reads == 200:
            assert [(each["id"], each["rank"]) for each in answer.json()["items"]] == [
                (str(entry.id), rank) for rank, entry in enumerate(line, start=1)
            ]
        assert (await caller.post(f"{path}/offers")).status_code == processes


# Joining


@pytest.mark.parametrize(
    ("of_cohort", "of_course", "refusal"),
    [
        ({"status": "scheduled"}, {}, "academy.cohort_not_open"),
        ({"status": "cancelled"}, {}, "academy.cohort_not_open"),
        ({"status": "in_progress"}, {}, "academy.cohort_started"),
        ({"status": "completed"}, {}, "academy.cohort_started"),
        ({"start_date": utc_now() - timedelta(minutes=1)}, {}, "academy.cohort_started"),
        ({}, {"status": "archived"}, "academy.course_archived"),
        ({"max_capacity": 2}, {}, "academy.seats_available"),
    ],
)
@pytest.mark.req("A-WTL-01")
async def test_a_cohort_that_nobody_could_get_into_or_everybody_could_is_not_waited_for(
    client: ApiClient,
    session: AsyncSession,
    learner: Account,
    of_cohort: dict[str, Any],
    of_course: dict[str, Any],
    refusal: str,
) -> None:
    cohort, _ = await full(session)
    if of_cohort:
        await session.execute(update(Cohort).where(Cohort.id == cohort.id).values(**of_cohort))
    if of_course:
        await session.execute(update(Course).where(Course.id == cohort.course_id).values(**of_course))
    person = await client.as_(learner)
    assert code(await person.post(f"/academy/cohorts/{cohort.id}/waitlist", key="k")) == (409, refusal)


@pytest.mark.req("A-WTL-01")
async def test_whoever_has_a_seat_does_not_wait_for_one(
    client: ApiClient, session: AsyncSession, learner: Account
) -> None:
    cohort = await plan(session)
    await sit(session, cohort, learner)
    person = await client.as_(learner)
    for path in (f"/academy/cohorts/{cohort.id}/waitlist", f"/academy/courses/{cohort.course_id}/waitlist"):
        assert code(await person.post(path, key="k")) == (409, "academy.already_enrolled")


@pytest.mark.req("A-WTL-01")
async def test_one_waits_once_in_each_queue(client: ApiClient, session: AsyncSession, learner: Account) -> None:
    cohort, _ = await full(session)
    person = await client.as_(learner)
    for path in (f"/academy/cohorts/{cohort.id}/waitlist", f"/academy/courses/{cohort.course_id}/waitlist"):
        assert (await person.post(path, key="first")).status_code == 201
        assert code(await person.post(path, key="second")) == (409, "academy.already_waiting")


@pytest.mark.req("A-WTL-01")
async def test_after_leaving_one_may_join_again_at_the_end(
    client: ApiClient, session: AsyncSession, learner: Account
) -> None:
    cohort, _ = await full(session)
    person = await client.as_(learner)
    path = f"/academy/cohorts/{cohort.id}/waitlist"
    first = (await person.post(path, key="1")).json()
    await wait(session, cohort)
    assert (await person.delete(f"/academy/waitlist/{first['id']}")).status_code == 204
    second = (await person.post(path, key="2")).json()
    assert (first["position"], second["position"]) == (1, 3)


async def test_whoever_is_offered_a_seat_by_the_courses_queue_does_not_wait_for_the_cohort_as_well(
    client: ApiClient, session: AsyncSession, learner: Account
) -> None:
    cohort, taken = await full(session)
    await wait_for_course(session, cohort.course_id, learner)
    await leave_seat(session, taken[0])
    person = await client.as_(learner)
    answer = await person.post(f"/academy/cohorts/{cohort.id}/waitlist", key="k")
    assert code(answer) == (409, "academy.already_waiting")


@pytest.mark.req("A-WTL-01")
async def test_joining_gives_the_next_place_and_announces_it(
    client: ApiClient, session: AsyncSession, learner: Account, worker: WorkerOnDemand
) -> None:
    cohort, _ = await full(session)
    await wait(session, cohort)
    person = await client.as_(learner)
    answer = await person.post(f"/academy/cohorts/{cohort.id}/waitlist", key="k")
    assert answer.status_code == 201, answer.text
    entry = answer.json()
    assert (entry["status"], entry["position"], entry["rank"]) == ("waiting", 2, 2)
    assert (entry["offered_at"], entry["offer_expires_at"], entry["enrollment_id"]) == (None, None, None)
    assert (entry["account_id"], entry["cohort_id"]) == (str(learner.id), str(cohort.id))
    assert await counted(session, cohort) == (1, 0, 2)
    (joined,) = await worker.announced("academy.waitlist_joined")
    assert joined.payload["entry_id"] == entry["id"]


async def test_somebody_who_is_new_to_the_academy_can_wait(client: ApiClient, session: AsyncSession) -> None:
    cohort, _ = await full(session)
    newcomer = identity.account()
    session.add(newcomer)
    await session.commit()
    person = await client.as_(newcomer)
    assert (await person.post(f"/academy/cohorts/{cohort.id}/waitlist", key="k")).status_code == 201


@pytest.mark.parametrize(
    "path",
    [
        "/academy/cohorts/{cohort}/waitlist",
        "/academy/courses/{course}/waitlist",
        "/academy/waitlist/{entry}/acceptance",
    ],
)
async def test_joining_and_accepting_need_an_idempotency_key(
    client: ApiClient, session: AsyncSession, learner: Account, path: str
) -> None:
    cohort, _ = await full(session)
    entry = await wait(session, cohort)
    person = await client.as_(learner)
    body = RETURN_TO if path.endswith("acceptance") else None
    answer = await person.post(path.format(cohort=cohort.id, course=cohort.course_id, entry=entry.id), body)
    assert code(answer) == (400, "core.idempotency_key_required")


@pytest.mark.req("X-API-03")
async def test_the_same_key_joins_once_and_answers_the_same(
    client: ApiClient, session: AsyncSession, learner: Account
) -> None:
    cohort, _ = await full(session)
    person = await client.as_(learner)
    first, second = [await person.post(f"/academy/cohorts/{cohort.id}/waitlist", key="same") for _ in range(2)]
    assert (first.status_code, first.content) == (second.status_code, second.content)
    assert await counted(session, cohort) == (1, 0, 1)


@pytest.mark.req("X-API-03")
async def test_the_same_key_accepts_once_and_answers_the_same(client: ApiClient, session: AsyncSession) -> None:
    cohort, taken = await full(session, price=49_900)
    entry = await wait(session, cohort)
    await leave_seat(session, taken[0])
    person = await of(client, session, entry)
    path = f"/academy/waitlist/{entry.id}/acceptance"
    first, second = [await person.post(path, RETURN_TO, key="same") for _ in range(2)]
    assert (first.status_code, first.json()) == (201, second.json())
    assert await counted(session, cohort) == (1, 0, 0)


# Rank (A-WTL-10)


@pytest.mark.req("A-WTL-10")
@pytest.mark.parametrize("queue", ["cohort", "course"])
async def test_positions_stay_while_the_rank_counts_those_who_still_wait(
    client: ApiClient, session: AsyncSession, queue: str
) -> None:
    cohort, _ = await full(session)

    async def join() -> Any:
        return await (wait(session, cohort) if queue == "cohort" else wait_for_course(session, cohort.course_id))

    line = [await join() for _ in range(4)]
    others = [await wait_for_course(session, cohort.course_id) if queue == "cohort" else await wait(session, cohort)]

    async def places() -> list[tuple[int, int | None]]:
        shown = []
        for entry in line:
            person = await of(client, session, entry)
            found = (await person.get(f"/academy/waitlist/{entry.id}")).json()
            shown.append((found["position"], found["rank"]))
        return shown

    assert await places() == [(1, 1), (2, 2), (3, 3), (4, 4)]
    leaver = await of(client, session, line[1])
    await leaver.delete(f"/academy/waitlist/{line[1].id}")
    assert await places() == [(1, 1), (2, None), (3, 2), (4, 3)]
    assert await states(session, *others) == ["waiting"]


@pytest.mark.req("A-WTL-10")
async def test_the_person_sees_when_their_offer_ends(client: ApiClient, session: AsyncSession) -> None:
    cohort, taken = await full(session)
    entry = await wait(session, cohort)
    await leave_seat(session, taken[0])
    person = await of(client, session, entry)
    entry = await again(session, entry)
    assert entry.offer_expires_at is not None
    expires_at = entry.offer_expires_at
    (shown,) = (await person.get("/academy/me/waitlist")).json()["items"]
    assert (shown["status"], shown["rank"]) == ("offered", None)
    assert shown["offer_expires_at"].removesuffix("Z") == expires_at.isoformat().removesuffix("+00:00")


# Lists


@pytest.fixture
def waits_in(session: AsyncSession, learner: Account) -> Callable[[int], Awaitable[None]]:
    """Lets the learner wait for so many cohorts."""

    async def waiting(count: int) -> None:
        for _ in range(count):
            cohort, _taken = await full(session)
            await wait(session, cohort)
            await wait(session, cohort, learner)
        await session.commit()

    return waiting


async def test_the_own_list_holds_own_entries_by_state_newest_or_oldest_first(
    client: ApiClient, learner: Account, waits_in: Callable[[int], Awaitable[None]]
) -> None:
    await waits_in(3)
    person = await client.as_(learner)
    newest = (await person.get("/academy/me/waitlist")).json()["items"]
    assert {each["account_id"] for each in newest} == {str(learner.id)}
    assert [each["rank"] for each in newest] == [2, 2, 2]
    oldest = (await person.get("/academy/me/waitlist", params={"sort": "created_at"})).json()["items"]
    assert oldest == newest[::-1]
    await person.delete(f"/academy/waitlist/{newest[0]['id']}")
    for status, count in (("waiting", 2), ("cancelled", 1), ("offered", 0)):
        listed = (await person.get("/academy/me/waitlist", params={"status": status})).json()["items"]
        assert [each["status"] for each in listed] == [status] * count
    assert (await person.get("/academy/me/waitlist", params={"status": "lost"})).status_code == 422


async def test_a_queue_is_read_page_by_page_from_its_front(
    client: ApiClient, session: AsyncSession, admin: Account
) -> None:
    cohort, _ = await full(session)
    line = [await wait(session, cohort) for _ in range(5)]
    operator = await client.as_(admin)
    path = f"/academy/cohorts/{cohort.id}/waitlist"
    read: list[str] = []
    cursor: str | None = None
    for _ in range(3):
        params = {"limit": "2", **({"cursor": cursor} if cursor else {})}
        page = (await operator.get(path, params=params)).json()
        read += [each["id"] for each in page["items"]]
        cursor = page["next_cursor"]
    assert (read, cursor) == ([str(entry.id) for entry in line], None)
    waiting = (await operator.get(path, params={"status": "offered"})).json()["items"]
    assert waiting == []


async def test_lists_cost_the_same_for_one_entry_and_for_twenty(
    client: ApiClient,
    session: AsyncSession,
    engine: AsyncEngine,
    learner: Account,
    admin: Account,
    waits_in: Callable[[int], Awaitable[None]],
) -> None:
    cohort, _ = await full(session)
    await wait(session, cohort, learner)
    person, operator = await client.as_(learner), await client.as_(admin)

    async def cost() -> tuple[int, int, int, int]:
        with recorded(engine) as own:
            mine = (await person.get("/academy/me/waitlist")).json()["items"]
        with recorded(engine) as queue:
            theirs = (await operator.get(f"/academy/cohorts/{cohort.id}/waitlist")).json()["items"]
        return len(mine), len(theirs), len(own), len(queue)

    one = await cost()
    await waits_in(19)
    for _ in range(19):
        await wait(session, cohort)
    await session.commit()
    twenty = await cost()
    assert (one[:2], twenty[:2]) == ((1, 1), (20, 20))
    assert all(one)
    assert one[2:] == twenty[2:]


# An organization's person


async def test_a_members_held_seat_can_be_taken_as_the_organizations(
    client: ApiClient, session: AsyncSession, customer: Organization, member: Account
) -> None:
    cohort, taken = await full(session)
    entry = await wait(session, cohort, member)
    await leave_seat(session, taken[0])
    person = await client.as_(member)
    answer = await person.post(f"/academy/cohorts/{cohort.id}/enrollments", {}, key="k")
    assert answer.status_code == 201, answer.text
    assert answer.json()["payment_type"] == "b2b"
    assert await states(session, entry) == ["enrolled"]
    assert await counted(session, cohort) == (1, 0, 0)
    assert (await session.get_one(Organization, customer.id, populate_existing=True)).seats_used == 1


async def test_an_offer_is_no_way_around_an_organization_without_seats(
    client: ApiClient, session: AsyncSession
) -> None:
    poor = await found(session, seats_purchased=0)
    person = await enter(session, Role.org_member, poor)
    cohort, taken = await full(session)
    entry = await wait(session, cohort, person)
    await leave_seat(session, taken[0])
    caller = await client.as_(person)
    answer = await caller.post(f"/academy/cohorts/{cohort.id}/enrollments", {}, key="k")
    assert code(answer) == (409, "academy.no_seats")
    assert await states(session, entry) == ["offered"]
