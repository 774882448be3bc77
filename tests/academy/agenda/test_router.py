"""The door to agendas: for each call stranger, outsider, insider without the right, refusal, success."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.academy.models import ClassSession, ClassSessionType, Course
from app.identity.models import Account
from tests.factories import academy
from tests.support.client import ApiClient
from tests.support.queries import recorded
from tests.support.worker import WorkerOnDemand

Save = Callable[..., Awaitable[ClassSession]]

UNKNOWN = UUID(int=7)

BODY: dict[str, Any] = {
    "title": "Hands on",
    "type": "W",
    "day_number": 1,
    "order_in_day": 2,
    "duration_minutes": 90,
    "description": "Your own cases.",
    "outcomes": ["A working prompt", "A list of next steps"],
}

WRITES = [
    ("POST", "/academy/courses/{course}/sessions", BODY),
    (
        "PUT",
        "/academy/courses/{course}/sessions/order",
        {"items": [{"session_id": str(UNKNOWN), "day_number": 1, "order_in_day": 1}]},
    ),
    ("PATCH", "/academy/sessions/{item}", {"title": "Other"}),
    ("DELETE", "/academy/sessions/{item}", None),
]


@pytest_asyncio.fixture
async def course(session: AsyncSession) -> Course:
    """A published cohort course: two days."""
    made = academy.course()
    session.add(made)
    await session.commit()
    return made


@pytest.fixture
def save(session: AsyncSession, course: Course) -> Save:
    """Saves a class session of the course, made by the factory."""

    async def saved(day: int = 1, order: int = 1, of: Course | None = None, **more: Any) -> ClassSession:
        item = academy.class_session(of or course, day_number=day, order_in_day=order, **more)
        session.add(item)
        await session.commit()
        return item

    return saved


async def agenda(client: ApiClient, course: Course) -> list[str]:
    """The titles of an agenda."""
    return [item["title"] for item in (await client.get(f"/academy/courses/{course.id}/sessions")).json()["items"]]


def place(item: ClassSession, day: int, order: int) -> dict[str, Any]:
    """Where a session is to go."""
    return {"session_id": str(item.id), "day_number": day, "order_in_day": order}


# Who may


@pytest.mark.parametrize(("method", "path", "body"), WRITES)
async def test_a_stranger_is_asked_to_sign_in_before_writing(
    client: ApiClient, course: Course, save: Save, *, method: str, path: str, body: Any
) -> None:
    path = path.format(course=course.id, item=(await save()).id)
    assert (await client.request(method, path, json=body)).status_code == 401


@pytest.mark.parametrize(("method", "path", "body"), WRITES)
async def test_a_learner_may_not_write(
    client: ApiClient, learner: Account, course: Course, save: Save, *, method: str, path: str, body: Any
) -> None:
    path = path.format(course=course.id, item=(await save()).id)
    answer = await (await client.as_(learner)).request(method, path, json=body)
    assert (answer.status_code, answer.json()["code"]) == (403, "core.forbidden")


@pytest.mark.parametrize(("method", "path", "body"), WRITES)
async def test_writing_below_an_unknown_id_is_404(
    client: ApiClient, admin: Account, method: str, path: str, body: Any
) -> None:
    answer = await (await client.as_(admin)).request(method, path.format(course=UNKNOWN, item=UNKNOWN), json=body)
    assert answer.status_code == 404


@pytest.mark.parametrize("path", ["/academy/courses/{course}/sessions", "/academy/sessions/{item}"])
async def test_the_agenda_of_a_draft_is_known_to_admins_alone(
    client: ApiClient, session: AsyncSession, save: Save, *, admin: Account, learner: Account, path: str
) -> None:
    draft = academy.course(status="draft")
    session.add(draft)
    await session.flush()  # the class session points at it
    path = path.format(course=draft.id, item=(await save(of=draft)).id)
    callers = [client, await client.as_(learner), await client.as_(admin)]
    assert [(await caller.get(path)).status_code for caller in callers] == [404, 404, 200]


# Reading


@pytest.mark.req("A-CRS-06")
async def test_the_agenda_goes_by_day_and_by_order_in_the_day(client: ApiClient, course: Course, save: Save) -> None:
    for day, order in [(2, 1), (1, 10), (1, 2), (2, 2), (1, 1)]:
        await save(day, order, title=f"{day}.{order}")
    assert await agenda(client, course) == ["1.1", "1.2", "1.10", "2.1", "2.2"]


@pytest.mark.req("A-CRS-06")
async def test_the_agenda_is_paged_in_its_order(client: ApiClient, course: Course, save: Save) -> None:
    for order in (3, 1, 2):
        await save(1, order, title=str(order))
    path = f"/academy/courses/{course.id}/sessions"
    first = (await client.get(path, params={"limit": 2})).json()
    second = (await client.get(path, params={"limit": 2, "cursor": first["next_cursor"]})).json()
    assert [item["title"] for item in first["items"] + second["items"]] == ["1", "2", "3"]
    assert second["next_cursor"] is None


async def test_an_agenda_of_20_costs_as_many_statements_as_one_of_one(
    client: ApiClient, engine: AsyncEngine, course: Course, save: Save
) -> None:
    async def cost() -> int:
        with recorded(engine) as statements:
            await agenda(client, course)
        return len(statements)

    await save(1, 1)
    of_one = await cost()
    for order in range(2, 21):
        await save(1, order)
    assert await cost() == of_one


@pytest.mark.req("X-API-04")
async def test_a_caller_who_has_the_newest_version_gets_304(client: ApiClient, save: Save) -> None:
    path = f"/academy/sessions/{(await save()).id}"
    etag = (await client.get(path)).headers["ETag"]
    again = await client.get(path, headers={"If-None-Match": etag})
    assert (again.status_code, again.content) == (304, b"")


# Adding


@pytest.mark.req("A-CRS-05")
async def test_a_new_item_has_the_fields_that_were_sent(
    client: ApiClient, admin: Account, course: Course, worker: WorkerOnDemand
) -> None:
    answer = await (await client.as_(admin)).post(f"/academy/courses/{course.id}/sessions", BODY)
    item = answer.json()
    assert answer.status_code == 201
    assert {name: item[name] for name in BODY} == BODY
    assert (item["course_id"], answer.headers["ETag"]) == (str(course.id), '"1"')
    (announced,) = await worker.announced()
    assert (announced.kind, announced.payload) == ("academy.agenda_changed", {"course_id": str(course.id)})


async def test_an_item_without_a_place_comes_last_in_its_day(
    client: ApiClient, admin: Account, course: Course, save: Save
) -> None:
    await save(1, 4)
    body = {name: value for name, value in BODY.items() if name not in {"order_in_day", "outcomes"}}
    as_admin = await client.as_(admin)
    first = (await as_admin.post(f"/academy/courses/{course.id}/sessions", body)).json()
    other_day = (await as_admin.post(f"/academy/courses/{course.id}/sessions", body | {"day_number": 2})).json()
    assert (first["order_in_day"], other_day["order_in_day"], first["outcomes"]) == (5, 1, [])


@pytest.mark.req("A-CRS-05")
@pytest.mark.parametrize("kind", list(ClassSessionType))
async def test_each_of_the_five_types_is_taken(
    client: ApiClient, admin: Account, course: Course, kind: ClassSessionType
) -> None:
    answer = await (await client.as_(admin)).post(f"/academy/courses/{course.id}/sessions", BODY | {"type": kind})
    assert answer.json()["type"] == kind


@pytest.mark.req("A-CRS-04")
@pytest.mark.parametrize(
    ("session_type", "day", "status"),
    [("cohort", 2, 201), ("cohort", 3, 422), ("webinar", 1, 201), ("webinar", 2, 422), ("hackathon", 30, 201)],
)
async def test_an_item_needs_a_day_that_the_course_has(
    client: ApiClient, session: AsyncSession, admin: Account, *, session_type: str, day: int, status: int
) -> None:
    course = academy.course(session_type=session_type)
    session.add(course)
    path = f"/academy/courses/{course.id}/sessions"
    answer = await (await client.as_(admin)).post(path, BODY | {"day_number": day})
    told = [(error["pointer"], error["code"]) for error in answer.json().get("errors", [])]
    assert (answer.status_code, told) == (status, [("/day_number", "day_outside_course")] if status == 422 else [])


async def test_a_taken_place_is_refused(client: ApiClient, admin: Account, course: Course, save: Save) -> None:
    await save(1, 2)
    answer = await (await client.as_(admin)).post(f"/academy/courses/{course.id}/sessions", BODY)
    assert (answer.status_code, answer.json()["code"]) == (409, "academy.agenda_place_taken")


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"title": " "}, "/title"),
    ({"type": "X"}, "/type"),
    ({"type": "s"}, "/type"),
    ({"day_number": 0}, "/day_number"),
    ({"day_number": "1"}, "/day_number"),
    ({"order_in_day": 0}, "/order_in_day"),
    ({"order_in_day": 10_000}, "/order_in_day"),
    ({"duration_minutes": 0}, "/duration_minutes"),
    ({"duration_minutes": 30.5}, "/duration_minutes"),
    ({"description": None}, "/description"),
    ({"outcomes": "many"}, "/outcomes"),
    ({"outcomes": ["ok", ""]}, "/outcomes/1"),
    ({"cohort_id": str(UNKNOWN)}, "/cohort_id"),
]


@pytest.mark.req("A-CRS-05")
@pytest.mark.parametrize(("wrong", "pointer"), WRONG)
async def test_a_wrong_field_is_named_when_adding(
    client: ApiClient, admin: Account, course: Course, wrong: dict[str, Any], pointer: str
) -> None:
    answer = await (await client.as_(admin)).post(f"/academy/courses/{course.id}/sessions", BODY | wrong)
    assert (answer.status_code, [error["pointer"] for error in answer.json()["errors"]]) == (422, [pointer])


@pytest.mark.parametrize(("wrong", "pointer"), WRONG)
async def test_a_wrong_field_is_named_when_changing(
    client: ApiClient, admin: Account, save: Save, wrong: dict[str, Any], pointer: str
) -> None:
    answer = await (await client.as_(admin)).patch(f"/academy/sessions/{(await save()).id}", wrong)
    assert (answer.status_code, [error["pointer"] for error in answer.json()["errors"]]) == (422, [pointer])


@pytest.mark.parametrize("name", sorted(set(BODY) - {"order_in_day", "outcomes"}))
async def test_a_missing_field_is_named_when_adding(
    client: ApiClient, admin: Account, course: Course, name: str
) -> None:
    body = {key: value for key, value in BODY.items() if key != name}
    answer = await (await client.as_(admin)).post(f"/academy/courses/{course.id}/sessions", body)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, f"/{name}")


# Changing


@pytest.mark.parametrize("name", sorted(BODY))
async def test_each_field_can_be_changed_alone(client: ApiClient, admin: Account, save: Save, name: str) -> None:
    item = await save()
    before = {key: getattr(item, key) for key in BODY}
    answer = await (await client.as_(admin)).patch(f"/academy/sessions/{item.id}", {name: BODY[name]})
    assert {key: answer.json()[key] for key in BODY} == before | {name: BODY[name]}


async def test_moving_to_a_taken_place_is_refused(client: ApiClient, admin: Account, save: Save) -> None:
    await save(1, 1)
    item = await save(1, 2)
    answer = await (await client.as_(admin)).patch(f"/academy/sessions/{item.id}", {"order_in_day": 1})
    assert (answer.status_code, answer.json()["code"]) == (409, "academy.agenda_place_taken")


@pytest.mark.req("A-CRS-04")
async def test_moving_to_a_day_that_the_course_does_not_have_is_refused(
    client: ApiClient, admin: Account, save: Save
) -> None:
    answer = await (await client.as_(admin)).patch(f"/academy/sessions/{(await save()).id}", {"day_number": 3})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/day_number")


@pytest.mark.req("X-API-04")
@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
async def test_a_change_of_an_overtaken_version_is_refused(
    client: ApiClient, admin: Account, save: Save, method: str
) -> None:
    path = f"/academy/sessions/{(await save()).id}"
    as_admin = await client.as_(admin)
    seen = {"If-Match": (await as_admin.get(path)).headers["ETag"]}
    assert (await as_admin.patch(path, {"title": "First"}, headers=seen)).headers["ETag"] == '"2"'
    body = {"title": "Second"} if method == "PATCH" else None
    assert (await as_admin.request(method, path, json=body, headers=seen)).status_code == 412


async def test_a_removed_item_is_gone_and_the_others_keep_their_places(
    client: ApiClient, admin: Account, course: Course, save: Save
) -> None:
    first, second = await save(1, 1, title="first"), await save(1, 2, title="second")
    as_admin = await client.as_(admin)
    assert (await as_admin.delete(f"/academy/sessions/{first.id}")).status_code == 204
    assert (await as_admin.delete(f"/academy/sessions/{first.id}")).status_code == 404
    assert await agenda(client, course) == ["second"]
    assert (await client.get(f"/academy/sessions/{second.id}")).json()["order_in_day"] == 2


# Reordering


@pytest.mark.req("A-CRS-06")
async def test_sessions_swap_and_rotate_their_places_in_one_go(
    client: ApiClient, admin: Account, course: Course, save: Save, worker: WorkerOnDemand
) -> None:
    a, b, c = await save(1, 1, title="a"), await save(1, 2, title="b"), await save(2, 1, title="c")
    order = {"items": [place(a, 2, 1), place(b, 1, 1), place(c, 1, 2)]}
    answer = await (await client.as_(admin)).put(f"/academy/courses/{course.id}/sessions/order", order)
    assert [item["title"] for item in answer.json()["items"]] == ["b", "c", "a"]
    assert len(await worker.announced("academy.agenda_changed")) == 1


async def test_sessions_that_are_not_named_keep_their_places(
    client: ApiClient, admin: Account, course: Course, save: Save
) -> None:
    a, b = await save(1, 1, title="a"), await save(1, 2, title="b")
    await save(1, 3, title="c")
    order = {"items": [place(a, 1, 2), place(b, 1, 1)]}
    await (await client.as_(admin)).put(f"/academy/courses/{course.id}/sessions/order", order)
    assert await agenda(client, course) == ["b", "a", "c"]


@pytest.mark.req("A-CRS-06")
async def test_an_order_with_one_impossible_place_changes_nothing(
    client: ApiClient, admin: Account, course: Course, save: Save
) -> None:
    a, b = await save(1, 1, title="a"), await save(1, 2, title="b")
    await save(1, 3, title="c")
    order = {"items": [place(a, 2, 1), place(b, 1, 3)]}
    answer = await (await client.as_(admin)).put(f"/academy/courses/{course.id}/sessions/order", order)
    assert (answer.status_code, answer.json()["code"]) == (409, "academy.agenda_place_taken")
    assert await agenda(client, course) == ["a", "b", "c"]


async def test_an_order_that_is_already_so_is_not_announced(
    client: ApiClient, admin: Account, course: Course, save: Save, worker: WorkerOnDemand
) -> None:
    item = await save(1, 1)
    order = {"items": [place(item, 1, 1)]}
    answer = await (await client.as_(admin)).put(f"/academy/courses/{course.id}/sessions/order", order)
    assert (answer.status_code, list(await worker.announced())) == (200, [])


async def test_an_order_names_only_sessions_of_the_course_each_once_on_days_it_has(
    client: ApiClient, session: AsyncSession, admin: Account, course: Course, save: Save
) -> None:
    other = academy.course()
    session.add(other)
    await session.flush()  # the class session points at it
    mine, foreign = await save(1, 1), await save(of=other)
    path = f"/academy/courses/{course.id}/sessions/order"
    as_admin = await client.as_(admin)
    told = []
    for order in (
        [place(mine, 1, 1), place(foreign, 1, 2)],
        [place(mine, 1, 1), place(mine, 1, 2)],
        [place(mine, 3, 1)],
    ):
        answer = await as_admin.put(path, {"items": order})
        told.append((answer.status_code, answer.json()["errors"][0]["pointer"], answer.json()["errors"][0]["code"]))
    assert told == [
        (422, "/items/1/session_id", "unknown"),
        (422, "/items/1/session_id", "repeated"),
        (422, "/items/0/day_number", "day_outside_course"),
    ]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ([], ""),
        ({"items": []}, "/items"),
        ({"items": [{"session_id": str(UNKNOWN), "day_number": 1}]}, "/items/0/order_in_day"),
        ({"items": [{"session_id": "one", "day_number": 1, "order_in_day": 1}]}, "/items/0/session_id"),
        (
            {"items": [{"session_id": str(UNKNOWN), "day_number": 1, "order_in_day": 1, "title": "x"}]},
            "/items/0/title",
        ),
    ],
)
async def test_a_malformed_order_is_named(
    client: ApiClient, admin: Account, course: Course, body: Any, pointer: str
) -> None:
    answer = await (await client.as_(admin)).put(f"/academy/courses/{course.id}/sessions/order", body)
    assert (answer.status_code, [error["pointer"] for error in answer.json()["errors"]]) == (422, [pointer])
