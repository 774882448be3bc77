"""The door to cohorts: for each call stranger, outsider, insider without the right, refusal, success."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.academy.models import Cohort, CohortStatus, Course, Enrollment, Organization, WaitlistEntry
from app.core.clock import utc_now
from app.core.ids import new_id
from app.identity.models import Account
from tests.academy.conftest import found
from tests.factories import academy
from tests.support.client import ApiClient
from tests.support.queries import recorded
from tests.support.worker import WorkerOnDemand

SaveCohort = Callable[..., Awaitable[Cohort]]

UNKNOWN = UUID(int=7)
LINK = "https://meet.example/spring"

BODY: dict[str, Any] = {"name": "Autumn", "start_date": "2031-09-01T09:00:00Z", "end_date": "2031-09-02T17:00:00Z"}

WRITES = [
    ("POST", "/academy/courses/{course}/cohorts", BODY),
    ("PATCH", "/academy/cohorts/{cohort}", {"name": "Other"}),
    ("PUT", "/academy/cohorts/{cohort}/status", {"status": "cancelled"}),
]


async def names(client: ApiClient, course: Course, **query: Any) -> list[str]:
    """The names in a list of cohorts."""
    answer = await client.get(f"/academy/courses/{course.id}/cohorts", params=query)
    return [cohort["name"] for cohort in answer.json()["items"]]


async def seat(session: AsyncSession, account: Account, cohort: Cohort, **more: Any) -> None:
    """Give somebody a paid seat."""
    values = {
        "id": new_id(),
        "user_id": account.id,
        "cohort_id": cohort.id,
        "course_id": cohort.course_id,
        "payment_status": "completed",
        "office_hours_eligible_until": cohort.end_date,
        "materials_access_until": cohort.end_date,
        "chatbot_access_until": cohort.end_date,
    }
    session.add(Enrollment(**values | more))
    await session.commit()


# Who may


@pytest.mark.parametrize(("method", "path", "body"), WRITES)
async def test_a_stranger_is_asked_to_sign_in_before_writing(
    client: ApiClient, course: Course, save: SaveCohort, *, method: str, path: str, body: Any
) -> None:
    cohort = await save()
    answer = await client.request(method, path.format(course=course.id, cohort=cohort.id), json=body)
    assert answer.status_code == 401


@pytest.mark.parametrize(("method", "path", "body"), WRITES)
async def test_a_learner_may_not_write(
    client: ApiClient, learner: Account, course: Course, save: SaveCohort, *, method: str, path: str, body: Any
) -> None:
    path = path.format(course=course.id, cohort=(await save()).id)
    answer = await (await client.as_(learner)).request(method, path, json=body)
    assert (answer.status_code, answer.json()["code"]) == (403, "core.forbidden")


@pytest.mark.parametrize(("method", "path", "body"), WRITES)
async def test_writing_below_an_unknown_id_is_404(
    client: ApiClient, admin: Account, method: str, path: str, body: Any
) -> None:
    answer = await (await client.as_(admin)).request(method, path.format(course=UNKNOWN, cohort=UNKNOWN), json=body)
    assert answer.status_code == 404


# Reading


@pytest.mark.req("A-COH-01")
async def test_available_are_open_future_cohorts_with_a_free_seat_soonest_first(
    client: ApiClient, course: Course, save: SaveCohort
) -> None:
    now = utc_now()
    await save(name="later", start_date=now + timedelta(days=9))
    await save(name="sooner", start_date=now + timedelta(days=2))
    await save(name="one seat", start_date=now + timedelta(days=5), max_capacity=3, current_enrollment=1, held=1)
    await save(name="full", max_capacity=3, current_enrollment=2, held=1)
    await save(name="begun", start_date=now - timedelta(minutes=1))
    for status in set(CohortStatus) - {CohortStatus.open}:
        await save(name=status, status=status)
    assert await names(client, course) == ["sooner", "one seat", "later"]


async def test_a_listed_cohort_tells_its_free_seats(client: ApiClient, course: Course, save: SaveCohort) -> None:
    cohort = await save(max_capacity=10, current_enrollment=3, held=2)
    (listed,) = (await client.get(f"/academy/courses/{course.id}/cohorts")).json()["items"]
    assert listed == {
        "id": str(cohort.id),
        "course_id": str(course.id),
        "name": cohort.name,
        "start_date": cohort.start_date.isoformat().replace("+00:00", "Z"),
        "end_date": cohort.end_date.isoformat().replace("+00:00", "Z"),
        "max_capacity": 10,
        "seats_available": 5,
        "status": "open",
        "is_b2b": False,
    }


async def test_cohorts_of_an_archived_course_are_not_available(
    client: ApiClient, session: AsyncSession, admin: Account, save: SaveCohort
) -> None:
    archived = academy.course(status="archived")
    session.add(archived)
    await save(archived)
    assert await names(await client.as_(admin), archived) == []


@pytest.mark.req("A-COH-01", "A-COH-06")
async def test_a_dedicated_cohort_is_known_to_its_organization_and_admins_alone(
    client: ApiClient,
    session: AsyncSession,
    course: Course,
    save: SaveCohort,
    *,
    admin: Account,
    learner: Account,
    member: Account,
    customer: Organization,
) -> None:
    cohort = await save(is_b2b=True, organization_id=customer.id)
    other = await found(session)
    theirs = await save(is_b2b=True, organization_id=other.id)
    seen = {}
    for name, caller in [
        ("nobody", client),
        ("learner", await client.as_(learner)),
        ("member", await client.as_(member)),
        ("admin", await client.as_(admin)),
    ]:
        one = (await caller.get(f"/academy/cohorts/{cohort.id}")).status_code
        another = (await caller.get(f"/academy/cohorts/{theirs.id}")).status_code
        seen[name] = (len(await names(caller, course)), one, another)
    assert seen == {"nobody": (0, 404, 404), "learner": (0, 404, 404), "member": (1, 200, 404), "admin": (2, 200, 200)}


async def test_cohorts_of_a_draft_are_known_to_admins_alone(
    client: ApiClient, session: AsyncSession, admin: Account, learner: Account, save: SaveCohort
) -> None:
    draft = academy.course(status="draft")
    session.add(draft)
    path = f"/academy/cohorts/{(await save(draft)).id}"
    assert (await client.get(path)).status_code == 404
    assert (await (await client.as_(learner)).get(path)).status_code == 404
    assert (await (await client.as_(admin)).get(path)).status_code == 200


@pytest.mark.parametrize("status", ["all", "scheduled", "completed"])
async def test_only_admins_see_more_than_what_is_available(
    client: ApiClient, learner: Account, course: Course, status: str
) -> None:
    path = f"/academy/courses/{course.id}/cohorts"
    assert (await client.get(path, params={"status": status})).status_code == 403
    assert (await (await client.as_(learner)).get(path, params={"status": status})).status_code == 403


async def test_an_admin_selects_cohorts_by_status(
    client: ApiClient, admin: Account, course: Course, save: SaveCohort
) -> None:
    for status in CohortStatus:
        await save(name=status, status=status)
    as_admin = await client.as_(admin)
    assert await names(as_admin, course, status="completed") == ["completed"]
    assert await names(as_admin, course, status="all", sort="-name") == sorted(CohortStatus, reverse=True)


async def test_the_list_is_paged(client: ApiClient, course: Course, save: SaveCohort) -> None:
    now = utc_now()
    for day in (3, 1, 2):
        await save(name=str(day), start_date=now + timedelta(days=day))
    path = f"/academy/courses/{course.id}/cohorts"
    first = (await client.get(path, params={"limit": 2})).json()
    second = (await client.get(path, params={"limit": 2, "cursor": first["next_cursor"]})).json()
    assert [cohort["name"] for cohort in first["items"] + second["items"]] == ["1", "2", "3"]
    assert second["next_cursor"] is None


async def test_a_list_of_20_costs_as_many_statements_as_a_list_of_one(
    client: ApiClient, engine: AsyncEngine, course: Course, save: SaveCohort
) -> None:
    async def cost() -> int:
        with recorded(engine) as statements:
            await client.get(f"/academy/courses/{course.id}/cohorts")
        return len(statements)

    await save()
    of_one = await cost()
    for _ in range(19):
        await save()
    assert await cost() == of_one


# The meeting link


@pytest.mark.req("A-COH-05")
@pytest.mark.parametrize(
    ("enrollment", "reads"),
    [
        ({}, True),
        ({"payment_status": "pending"}, False),
        ({"payment_status": "refunded", "has_seat": False}, False),
        ({"enrollment_status": "cancelled", "has_seat": False}, False),
        (None, False),
    ],
)
async def test_of_learners_only_those_with_a_paid_seat_read_the_link(
    client: ApiClient,
    session: AsyncSession,
    learner: Account,
    save: SaveCohort,
    *,
    enrollment: dict[str, Any] | None,
    reads: bool,
) -> None:
    cohort = await save(zoom_link=LINK)
    if enrollment is not None:
        await seat(session, learner, cohort, **enrollment)
    answer = await (await client.as_(learner)).get(f"/academy/cohorts/{cohort.id}")
    assert answer.json()["zoom_link"] == (LINK if reads else None)


@pytest.mark.req("A-COH-05")
async def test_admins_and_the_instructor_read_the_link_and_the_public_does_not(
    client: ApiClient, admin: Account, learner: Account, member: Account, save: SaveCohort
) -> None:
    cohort = await save(zoom_link=LINK, instructor_id=learner.id)
    path = f"/academy/cohorts/{cohort.id}"
    callers = [await client.as_(admin), await client.as_(learner), await client.as_(member), client]
    assert [(await caller.get(path)).json()["zoom_link"] for caller in callers] == [LINK, LINK, None, None]


async def test_a_seat_in_one_cohort_does_not_open_the_link_of_another(
    client: ApiClient, session: AsyncSession, learner: Account, save: SaveCohort
) -> None:
    await seat(session, learner, await save(zoom_link=LINK))
    other = await save(zoom_link=LINK)
    assert (await (await client.as_(learner)).get(f"/academy/cohorts/{other.id}")).json()["zoom_link"] is None


# Planning


@pytest.mark.req("A-COH-03")
async def test_a_new_cohort_is_scheduled_with_as_many_seats_as_the_course_suggests(
    client: ApiClient, admin: Account, course: Course, worker: WorkerOnDemand
) -> None:
    answer = await (await client.as_(admin)).post(f"/academy/courses/{course.id}/cohorts", BODY)
    cohort = answer.json()
    assert answer.status_code == 201
    assert {name: cohort[name] for name in BODY} == BODY
    assert (cohort["status"], cohort["course_id"], cohort["max_capacity"]) == ("scheduled", str(course.id), 12)
    assert (cohort["current_enrollment"], cohort["held"], cohort["seats_available"]) == (0, 0, 12)
    assert (answer.headers["ETag"], [each.kind for each in await worker.announced()]) == (
        '"1"',
        ["academy.cohort_changed"],
    )


async def test_a_dedicated_cohort_keeps_its_organization_instructor_and_link(
    client: ApiClient, admin: Account, learner: Account, customer: Organization, course: Course
) -> None:
    body = BODY | {
        "max_capacity": 3,
        "is_b2b": True,
        "organization_id": str(customer.id),
        "instructor_id": str(learner.id),
        "zoom_link": LINK,
    }
    answer = await (await client.as_(admin)).post(f"/academy/courses/{course.id}/cohorts", body)
    assert {name: answer.json()[name] for name in body} == body


async def test_creating_again_with_the_same_key_plans_one_cohort(
    client: ApiClient, admin: Account, course: Course
) -> None:
    as_admin = await client.as_(admin)
    path = f"/academy/courses/{course.id}/cohorts"
    first = await as_admin.post(path, BODY, key="one")
    assert (await as_admin.post(path, BODY, key="one")).json() == first.json()
    assert len(await names(as_admin, course, status="all")) == 1


async def test_an_archived_course_gets_no_new_cohort(client: ApiClient, session: AsyncSession, admin: Account) -> None:
    archived = academy.course(status="archived")
    session.add(archived)
    answer = await (await client.as_(admin)).post(f"/academy/courses/{archived.id}/cohorts", BODY)
    assert (answer.status_code, answer.json()["code"]) == (409, "academy.course_archived")


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"name": ""}, "/name"),
    ({"name": None}, "/name"),
    ({"start_date": "tomorrow"}, "/start_date"),
    ({"start_date": "2031-09-01T09:00:00"}, "/start_date"),
    ({"end_date": "2031-08-01T09:00:00Z"}, "/end_date"),
    ({"end_date": "2031-09-01T09:00:00Z"}, "/end_date"),
    ({"max_capacity": 0}, "/max_capacity"),
    ({"max_capacity": "12"}, "/max_capacity"),
    ({"zoom_link": "javascript:alert(1)"}, "/zoom_link"),
    ({"instructor_id": "me"}, "/instructor_id"),
    ({"instructor_id": str(UNKNOWN)}, "/instructor_id"),
    ({"current_enrollment": 3}, "/current_enrollment"),
    ({"status": "open"}, "/status"),
]


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        *WRONG,
        ({"is_b2b": True}, "/organization_id"),
        ({"is_b2b": True, "organization_id": str(UNKNOWN)}, "/organization_id"),
        ({"is_b2b": "yes"}, "/is_b2b"),
    ],
)
@pytest.mark.req("A-COH-06")
async def test_a_wrong_field_is_named_when_planning(
    client: ApiClient, admin: Account, course: Course, wrong: dict[str, Any], pointer: str
) -> None:
    answer = await (await client.as_(admin)).post(f"/academy/courses/{course.id}/cohorts", BODY | wrong)
    assert (answer.status_code, [error["pointer"] for error in answer.json()["errors"]]) == (422, [pointer])


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        *((BODY | wrong if "end_date" in wrong else wrong, pointer) for wrong, pointer in WRONG),
        ({"end_date": "2001-01-01T00:00:00Z"}, "/end_date"),
        ({"organization_id": str(UNKNOWN)}, "/organization_id"),
        ({"max_capacity": None}, "/max_capacity"),
    ],
)
async def test_a_wrong_field_is_named_when_changing(
    client: ApiClient, admin: Account, save: SaveCohort, wrong: dict[str, Any], pointer: str
) -> None:
    answer = await (await client.as_(admin)).patch(f"/academy/cohorts/{(await save()).id}", wrong)
    assert (answer.status_code, [error["pointer"] for error in answer.json()["errors"]]) == (422, [pointer])


@pytest.mark.parametrize("name", sorted(BODY))
async def test_a_missing_field_is_named_when_planning(
    client: ApiClient, admin: Account, course: Course, name: str
) -> None:
    body = {key: value for key, value in BODY.items() if key != name}
    answer = await (await client.as_(admin)).post(f"/academy/courses/{course.id}/cohorts", body)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, f"/{name}")


# Changing


async def test_the_fields_that_were_sent_change_and_no_other(
    client: ApiClient, admin: Account, learner: Account, save: SaveCohort
) -> None:
    path = f"/academy/cohorts/{(await save(zoom_link=LINK)).id}"
    as_admin = await client.as_(admin)
    before = (await as_admin.get(path)).json()
    changes = {"name": "Renamed", "instructor_id": str(learner.id), "zoom_link": None}
    after = (await as_admin.patch(path, changes)).json()
    assert {k: v for k, v in after.items() if k != "updated_at"} == {
        k: v for k, v in (before | changes).items() if k != "updated_at"
    }


@pytest.mark.req("A-COH-03")
@pytest.mark.parametrize(("capacity", "status"), [(5, 200), (4, 409), (30, 200)])
async def test_capacity_may_fall_to_the_seats_taken_and_not_below(
    client: ApiClient, admin: Account, save: SaveCohort, *, capacity: int, status: int
) -> None:
    path = f"/academy/cohorts/{(await save(max_capacity=10, current_enrollment=3, held=2)).id}"
    as_admin = await client.as_(admin)
    answer = await as_admin.patch(path, {"max_capacity": capacity, "name": "Changed"})
    assert answer.status_code == status
    now = (await as_admin.get(path)).json()
    assert (now["max_capacity"], now["name"]) == ((capacity, "Changed") if status == 200 else (10, "Spring cohort"))


@pytest.mark.req("A-COH-03")
async def test_a_capacity_below_the_seats_taken_has_its_own_code(
    client: ApiClient, admin: Account, save: SaveCohort
) -> None:
    cohort = await save(max_capacity=10, current_enrollment=5)
    answer = await (await client.as_(admin)).patch(f"/academy/cohorts/{cohort.id}", {"max_capacity": 4})
    assert answer.json()["code"] == "academy.capacity_below_seats_taken"


async def test_new_seats_are_offered_to_those_who_wait(
    client: ApiClient, session: AsyncSession, admin: Account, learner: Account, save: SaveCohort
) -> None:
    cohort = await save(max_capacity=1, current_enrollment=1, waiting=1, waitlist_last_position=1)
    session.add(
        WaitlistEntry(id=new_id(), user_id=learner.id, course_id=cohort.course_id, cohort_id=cohort.id, position=1)
    )
    answer = await (await client.as_(admin)).patch(f"/academy/cohorts/{cohort.id}", {"max_capacity": 2})
    assert (answer.json()["held"], answer.json()["seats_available"]) == (1, 0)


@pytest.mark.parametrize("flag", [{}, {"may_shorten_access": True}])
async def test_a_moved_end_is_announced_with_what_the_admin_allows(
    client: ApiClient, admin: Account, worker: WorkerOnDemand, save: SaveCohort, flag: dict[str, bool]
) -> None:
    cohort = await save()
    end = (cohort.end_date + timedelta(days=1)).isoformat()
    await (await client.as_(admin)).patch(f"/academy/cohorts/{cohort.id}", {"end_date": end} | flag)
    (announced,) = await worker.announced("academy.cohort_dates_changed")
    assert announced.payload == {"cohort_id": str(cohort.id), "may_shorten": bool(flag)}


async def test_a_renamed_cohort_announces_no_moved_end(
    client: ApiClient, admin: Account, worker: WorkerOnDemand, save: SaveCohort
) -> None:
    cohort = await save()
    same = {"name": "Renamed", "end_date": cohort.end_date.isoformat(), "max_capacity": cohort.max_capacity}
    await (await client.as_(admin)).patch(f"/academy/cohorts/{cohort.id}", same)
    (announced,) = await worker.announced()
    assert (announced.kind, announced.payload["fields"]) == ("academy.cohort_changed", ["name"])


@pytest.mark.req("X-API-04")
@pytest.mark.parametrize("change", [{"name": "First"}, {"max_capacity": 99}])
async def test_a_change_of_an_overtaken_version_is_refused(
    client: ApiClient, admin: Account, save: SaveCohort, change: dict[str, Any]
) -> None:
    path = f"/academy/cohorts/{(await save()).id}"
    as_admin = await client.as_(admin)
    seen = {"If-Match": (await as_admin.get(path)).headers["ETag"]}
    assert (await as_admin.patch(path, change, headers=seen)).headers["ETag"] == '"2"'
    assert (await as_admin.patch(path, {"name": "Second"}, headers=seen)).status_code == 412


# Moving along


@pytest.mark.req("A-COH-02")
@pytest.mark.parametrize(
    ("before", "after", "also"),
    [
        ("scheduled", "open", []),
        ("open", "in_progress", []),
        ("in_progress", "completed", ["academy.cohort_completed"]),
        ("scheduled", "cancelled", ["academy.cohort_cancelled"]),
        ("open", "cancelled", ["academy.cohort_cancelled"]),
        ("in_progress", "cancelled", ["academy.cohort_cancelled"]),
    ],
)
async def test_a_lawful_move_is_made_and_announced(
    client: ApiClient,
    admin: Account,
    worker: WorkerOnDemand,
    save: SaveCohort,
    *,
    before: str,
    after: str,
    also: list[str],
) -> None:
    cohort = await save(status=before)
    answer = await (await client.as_(admin)).put(f"/academy/cohorts/{cohort.id}/status", {"status": after})
    assert (answer.status_code, answer.json()["status"]) == (200, after)
    announced = await worker.announced()
    assert [each.kind for each in announced] == ["academy.cohort_status_changed", *also]
    assert (announced[0].payload["before"], announced[0].payload["after"]) == (before, after)


@pytest.mark.req("A-COH-02")
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("scheduled", "in_progress"),
        ("open", "scheduled"),
        ("open", "completed"),
        ("completed", "cancelled"),
        ("completed", "open"),
        ("cancelled", "open"),
        ("open", "open"),
    ],
)
async def test_an_unlawful_move_is_refused(
    client: ApiClient, admin: Account, worker: WorkerOnDemand, save: SaveCohort, *, before: str, after: str
) -> None:
    cohort = await save(status=before)
    answer = await (await client.as_(admin)).put(f"/academy/cohorts/{cohort.id}/status", {"status": after})
    assert (answer.status_code, answer.json()["code"]) == (409, "academy.cohort_transition_refused")
    assert list(await worker.announced()) == []


@pytest.mark.parametrize(
    ("body", "pointer"),
    [({"status": "paused"}, "/status"), ({}, "/status"), ({"status": "open", "force": True}, "/force")],
)
async def test_a_wrong_status_is_named(
    client: ApiClient, admin: Account, save: SaveCohort, body: dict[str, Any], pointer: str
) -> None:
    answer = await (await client.as_(admin)).put(f"/academy/cohorts/{(await save()).id}/status", body)
    assert (answer.status_code, [error["pointer"] for error in answer.json()["errors"]]) == (422, [pointer])


async def test_a_cohort_of_an_archived_course_is_not_opened(
    client: ApiClient, session: AsyncSession, admin: Account, save: SaveCohort
) -> None:
    archived = academy.course(status="archived")
    session.add(archived)
    path = f"/academy/cohorts/{(await save(archived, status='scheduled')).id}/status"
    answer = await (await client.as_(admin)).put(path, {"status": "open"})
    assert (answer.status_code, answer.json()["code"]) == (409, "academy.course_archived")


async def test_a_cohort_that_opens_is_offered_to_those_who_wait_for_the_course(
    client: ApiClient, session: AsyncSession, admin: Account, learner: Account, save: SaveCohort
) -> None:
    cohort = await save(status="scheduled")
    session.add(WaitlistEntry(id=new_id(), user_id=learner.id, course_id=cohort.course_id, position=1))
    answer = await (await client.as_(admin)).put(f"/academy/cohorts/{cohort.id}/status", {"status": "open"})
    assert answer.json()["held"] == 1


async def test_instants_may_be_sent_in_milliseconds(client: ApiClient, admin: Account, course: Course) -> None:
    start = datetime(2031, 9, 1, 9, tzinfo=UTC)
    body = BODY | {"start_date": int(start.timestamp() * 1000)}
    answer = await (await client.as_(admin)).post(f"/academy/courses/{course.id}/cohorts", body)
    assert answer.json()["start_date"] == BODY["start_date"]
