"""The catalogue's door: for each call stranger, outsider, insider without the right, refusal, success."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.academy.models import Course, CourseStatus, Enrollment, Organization
from app.core.clock import utc_now
from app.core.ids import new_id
from app.identity.models import Account
from tests.factories import academy
from tests.support.client import ApiClient
from tests.support.queries import recorded
from tests.support.worker import WorkerOnDemand

UNKNOWN = UUID(int=7)

BODY: dict[str, Any] = {
    "title": "Prompting for Beginners",
    "description": "One afternoon.",
    "session_type": "webinar",
    "price_b2c": 4900,
    "price_b2b": 3900,
    "currency": "eur",
    "max_participants": 100,
    "impact_level": "L2",
    "capability_level": "intermediate",
}

WRITES = [
    ("POST", "/academy/courses", BODY),
    ("PATCH", "/academy/courses/{id}", {"title": "Other"}),
    ("DELETE", "/academy/courses/{id}", None),
    ("PUT", "/academy/courses/{id}/publication", None),
    ("DELETE", "/academy/courses/{id}/publication", None),
]


@pytest.fixture
def save(session: AsyncSession) -> Callable[..., Awaitable[Course]]:
    """Saves a course made by the factory."""

    async def saved(**more: Any) -> Course:
        course = academy.course(**more)
        session.add(course)
        await session.commit()
        return course

    return saved


Save = Callable[..., Awaitable[Course]]


async def titles(client: ApiClient, **query: Any) -> list[str]:
    """The titles on the first page of the catalogue."""
    return [course["title"] for course in (await client.get("/academy/courses", params=query)).json()["items"]]


# Who may


@pytest.mark.parametrize(("method", "path", "body"), WRITES)
async def test_a_stranger_is_asked_to_sign_in_before_writing(
    client: ApiClient, save: Save, method: str, path: str, body: Any
) -> None:
    course = await save()
    answer = await client.request(method, path.format(id=course.id), json=body)
    assert answer.status_code == 401


@pytest.mark.req("A-CRS-01")
@pytest.mark.parametrize(("method", "path", "body"), WRITES)
async def test_a_learner_may_not_write(
    client: ApiClient, learner: Account, save: Save, *, method: str, path: str, body: Any
) -> None:
    course = await save()
    answer = await (await client.as_(learner)).request(method, path.format(id=course.id), json=body)
    assert (answer.status_code, answer.json()["code"]) == (403, "core.forbidden")


@pytest.mark.parametrize(("method", "path", "body"), WRITES[1:])
async def test_writing_to_an_unknown_course_is_404(
    client: ApiClient, admin: Account, method: str, path: str, body: Any
) -> None:
    answer = await (await client.as_(admin)).request(method, path.format(id=UNKNOWN), json=body)
    assert answer.status_code == 404


# Reading


@pytest.mark.req("A-CRS-03")
async def test_the_public_catalogue_holds_published_courses_alone(client: ApiClient, save: Save) -> None:
    for status in CourseStatus:
        await save(status=status, title=status.value)
    assert await titles(client) == ["published"]


@pytest.mark.req("A-CRS-03")
async def test_a_platform_admin_sees_courses_of_every_status(client: ApiClient, admin: Account, save: Save) -> None:
    for status in CourseStatus:
        await save(status=status, title=status.value)
    as_admin = await client.as_(admin)
    assert sorted(await titles(as_admin)) == ["archived", "draft", "published"]
    assert await titles(as_admin, status="draft") == ["draft"]


async def test_a_learner_who_filters_for_drafts_finds_none(client: ApiClient, learner: Account, save: Save) -> None:
    await save(status=CourseStatus.draft)
    assert await titles(await client.as_(learner), status="draft") == []


@pytest.mark.req("A-CRS-03")
@pytest.mark.parametrize(
    ("status", "anonymous", "for_learner", "for_admin"),
    [
        (CourseStatus.draft, 404, 404, 200),
        (CourseStatus.published, 200, 200, 200),
        (CourseStatus.archived, 404, 404, 200),
    ],
)
async def test_who_sees_a_course_depends_on_its_status(
    client: ApiClient,
    admin: Account,
    learner: Account,
    save: Save,
    *,
    status: CourseStatus,
    anonymous: int,
    for_learner: int,
    for_admin: int,
) -> None:
    path = f"/academy/courses/{(await save(status=status)).id}"
    assert (await client.get(path)).status_code == anonymous
    assert (await (await client.as_(learner)).get(path)).status_code == for_learner
    assert (await (await client.as_(admin)).get(path)).status_code == for_admin


@pytest.mark.req("A-CRS-03")
async def test_an_archived_course_stays_readable_to_its_learners(
    client: ApiClient, session: AsyncSession, learner: Account, save: Save
) -> None:
    course = await save(status=CourseStatus.archived)
    await enroll(session, learner, course)
    as_learner = await client.as_(learner)
    assert (await as_learner.get(f"/academy/courses/{course.id}")).json()["status"] == "archived"
    assert await titles(as_learner) == []


async def test_an_archived_course_is_closed_to_those_who_left_it(
    client: ApiClient, session: AsyncSession, learner: Account, save: Save
) -> None:
    course = await save(status=CourseStatus.archived)
    await enroll(session, learner, course, enrollment_status="cancelled", has_seat=False)
    assert (await (await client.as_(learner)).get(f"/academy/courses/{course.id}")).status_code == 404


async def test_an_archived_course_stays_readable_to_its_instructor(
    client: ApiClient, session: AsyncSession, learner: Account, save: Save
) -> None:
    course = await save(status=CourseStatus.archived)
    session.add(academy.cohort(course, instructor_id=learner.id))
    assert (await (await client.as_(learner)).get(f"/academy/courses/{course.id}")).status_code == 200


async def test_an_unknown_course_and_a_hidden_one_answer_alike(client: ApiClient, save: Save) -> None:
    hidden = await client.get(f"/academy/courses/{(await save(status=CourseStatus.draft)).id}")
    unknown = await client.get(f"/academy/courses/{UNKNOWN}")
    varying = {"instance", "request_id"}
    assert {k: v for k, v in hidden.json().items() if k not in varying} == {
        k: v for k, v in unknown.json().items() if k not in varying
    }


@pytest.mark.req("A-CRS-04", "A-CRS-07")
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"session_type": "webinar"}, {"a", "c"}),
        ({"impact_level": "L1"}, {"a", "b"}),
        ({"capability_level": "advanced"}, {"b", "c"}),
        ({"session_type": "webinar", "impact_level": "L1"}, {"a"}),
        ({"session_type": "webinar", "impact_level": "L1", "capability_level": "advanced"}, set()),
        ({"session_type": "webinar", "q": "c"}, {"c"}),
    ],
)
async def test_filters_work_alone_and_combined(
    client: ApiClient, save: Save, query: dict[str, str], expected: set[str]
) -> None:
    plain = {"description": "-"}
    await save(title="a", session_type="webinar", impact_level="L1", capability_level="fundamentals", **plain)
    await save(title="b", session_type="hackathon", impact_level="L1", capability_level="advanced", **plain)
    await save(title="c", session_type="webinar", impact_level="L3", capability_level="advanced", **plain)
    assert set(await titles(client, **query)) == expected


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("PRIVACY", {"100% Privacy", "Law"}),
        ("%", {"100% Privacy"}),
        ("_", set()),
        ("\\", set()),
        ("'; DROP TABLE academy.courses; --", set()),
    ],
)
async def test_search_finds_words_in_title_and_description_and_takes_no_patterns(
    client: ApiClient, save: Save, q: str, expected: set[str]
) -> None:
    await save(title="100% Privacy", description="")
    await save(title="Law", description="With a day on privacy")
    await save(title="Sales", description="")
    assert set(await titles(client, q=q)) == expected


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("title", ["a", "b", "c"]),
        ("-title", ["c", "b", "a"]),
        ("price_b2c", ["c", "a", "b"]),
        ("-price_b2c", ["b", "a", "c"]),
        ("created_at", ["b", "c", "a"]),
        ("-created_at", ["a", "c", "b"]),
    ],
)
async def test_the_catalogue_is_sorted_and_paged(client: ApiClient, save: Save, sort: str, expected: list[str]) -> None:
    now = utc_now()
    await save(title="b", price_b2c=300, created_at=now)
    await save(title="c", price_b2c=100, created_at=now + timedelta(hours=1))
    await save(title="a", price_b2c=200, created_at=now + timedelta(hours=2))
    seen: list[str] = []
    cursor = None
    while cursor or not seen:
        page = (
            await client.get(
                "/academy/courses", params={"sort": sort, "limit": 1} | ({"cursor": cursor} if cursor else {})
            )
        ).json()
        seen += [course["title"] for course in page["items"]]
        cursor = page["next_cursor"]
    assert seen == expected


async def test_a_cursor_of_another_sort_is_refused(client: ApiClient, save: Save) -> None:
    await save()
    await save()
    page = (await client.get("/academy/courses", params={"limit": 1})).json()
    answer = await client.get("/academy/courses", params={"cursor": page["next_cursor"], "sort": "title"})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/query/cursor")


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({"limit": 0}, "/query/limit"),
        ({"limit": 201}, "/query/limit"),
        ({"sort": "slug"}, "/query/sort"),
        ({"session_type": "concert"}, "/query/session_type"),
        ({"impact_level": "L4"}, "/query/impact_level"),
        ({"q": "x" * 201}, "/query/q"),
        ({"q": " "}, "/query/q"),
        ({"author": "me"}, "/query/author"),
    ],
)
async def test_a_wrong_filter_is_named(client: ApiClient, query: dict[str, Any], pointer: str) -> None:
    answer = await client.get("/academy/courses", params=query)
    assert (answer.status_code, [error["pointer"] for error in answer.json()["errors"]]) == (422, [pointer])


# The next cohort


async def test_the_next_cohort_is_the_soonest_that_one_could_enroll_in(
    client: ApiClient, session: AsyncSession, save: Save
) -> None:
    course = await save()
    now = utc_now()
    soonest = academy.cohort(course, start_date=now + timedelta(days=10), max_capacity=5, current_enrollment=2, held=1)
    session.add_all(
        [
            academy.cohort(course, start_date=now + timedelta(days=20)),
            soonest,
            academy.cohort(course, start_date=now + timedelta(days=5), max_capacity=2, current_enrollment=1, held=1),
            academy.cohort(course, start_date=now + timedelta(days=5), status="scheduled"),
            academy.cohort(course, start_date=now - timedelta(days=5)),
        ]
    )
    await session.commit()
    known = (await client.get(f"/academy/courses/{course.id}")).json()["next_cohort"]
    assert known == {
        "id": str(soonest.id),
        "name": soonest.name,
        "start_date": soonest.start_date.isoformat().replace("+00:00", "Z"),
        "seats_available": 2,
    }


async def test_a_dedicated_cohort_is_the_next_one_for_its_organization_alone(
    client: ApiClient, session: AsyncSession, *, member: Account, learner: Account, customer: Organization, save: Save
) -> None:
    course = await save()
    session.add(academy.cohort(course, is_b2b=True, organization_id=customer.id))
    path = f"/academy/courses/{course.id}"
    assert (await (await client.as_(member)).get(path)).json()["next_cohort"] is not None
    assert (await (await client.as_(learner)).get(path)).json()["next_cohort"] is None
    assert (await client.get(path)).json()["next_cohort"] is None


async def test_a_page_of_20_costs_as_many_statements_as_a_page_of_one(
    client: ApiClient, session: AsyncSession, engine: AsyncEngine, save: Save
) -> None:
    async def cost() -> int:
        with recorded(engine) as statements:
            await client.get("/academy/courses")
        return len(statements)

    session.add(academy.cohort(await save()))
    of_one = await cost()
    for _ in range(19):
        session.add(academy.cohort(await save()))
    assert (await cost(), of_one) == (1, 1)


# Making


@pytest.mark.req("A-CRS-01", "A-CRS-03")
async def test_a_new_course_is_a_draft_with_the_fields_that_were_sent(
    client: ApiClient, admin: Account, worker: WorkerOnDemand
) -> None:
    answer = await (await client.as_(admin)).post("/academy/courses", BODY)
    course = answer.json()
    assert answer.status_code == 201
    assert {name: course[name] for name in BODY} == BODY
    assert (course["slug"], course["status"], course["next_cohort"]) == ("prompting-for-beginners", "draft", None)
    assert answer.headers["ETag"] == '"1"'
    (announced,) = await worker.announced("academy.course_changed")
    assert announced.payload["course_id"] == course["id"]


async def test_a_course_is_in_dollars_unless_said_otherwise(client: ApiClient, admin: Account) -> None:
    body = {name: value for name, value in BODY.items() if name != "currency"}
    assert (await (await client.as_(admin)).post("/academy/courses", body)).json()["currency"] == "usd"


async def test_creating_again_with_the_same_key_gives_the_first_answer(client: ApiClient, admin: Account) -> None:
    as_admin = await client.as_(admin)
    first = await as_admin.post("/academy/courses", BODY, key="one")
    again = await as_admin.post("/academy/courses", BODY, key="one")
    assert again.json() == first.json()
    assert len(await titles(as_admin)) == 1


@pytest.mark.req("A-CRS-02")
async def test_courses_of_one_title_have_different_slugs(client: ApiClient, admin: Account) -> None:
    as_admin = await client.as_(admin)
    slugs = [(await as_admin.post("/academy/courses", BODY)).json()["slug"] for _ in range(3)]
    assert slugs[0] == "prompting-for-beginners"
    assert len(set(slugs)) == 3


@pytest.mark.req("A-CRS-02")
async def test_a_title_without_a_usable_character_still_has_a_slug(client: ApiClient, admin: Account) -> None:
    answer = await (await client.as_(admin)).post("/academy/courses", BODY | {"title": "!!!"})
    assert answer.json()["slug"] == "course"


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"title": ""}, "/title"),
    ({"title": "   "}, "/title"),
    ({"title": "x" * 201}, "/title"),
    ({"title": None}, "/title"),
    ({"title": "a\x00b"}, "/title"),
    ({"description": 7}, "/description"),
    ({"session_type": "concert"}, "/session_type"),
    ({"price_b2c": -1}, "/price_b2c"),
    ({"price_b2c": 49.5}, "/price_b2c"),
    ({"price_b2c": "4900"}, "/price_b2c"),
    ({"price_b2b": -1}, "/price_b2b"),
    ({"price_b2b": 10**9}, "/price_b2b"),
    ({"currency": "USD"}, "/currency"),
    ({"currency": "zzz"}, "/currency"),
    ({"max_participants": 0}, "/max_participants"),
    ({"impact_level": "L4"}, "/impact_level"),
    ({"capability_level": "expert"}, "/capability_level"),
    ({"status": "published"}, "/status"),
    ({"slug": "mine"}, "/slug"),
]


@pytest.mark.req("A-CRS-01")
@pytest.mark.parametrize(("wrong", "pointer"), WRONG)
async def test_a_wrong_field_is_named_when_creating(
    client: ApiClient, admin: Account, wrong: dict[str, Any], pointer: str
) -> None:
    answer = await (await client.as_(admin)).post("/academy/courses", BODY | wrong)
    assert (answer.status_code, [error["pointer"] for error in answer.json()["errors"]]) == (422, [pointer])


@pytest.mark.req("A-CRS-01")
@pytest.mark.parametrize(("wrong", "pointer"), WRONG)
async def test_a_wrong_field_is_named_when_changing(
    client: ApiClient, admin: Account, save: Save, wrong: dict[str, Any], pointer: str
) -> None:
    answer = await (await client.as_(admin)).patch(f"/academy/courses/{(await save()).id}", wrong)
    assert (answer.status_code, [error["pointer"] for error in answer.json()["errors"]]) == (422, [pointer])


@pytest.mark.parametrize("name", sorted(set(BODY) - {"currency"}))
async def test_a_missing_field_is_named_when_creating(client: ApiClient, admin: Account, name: str) -> None:
    body = {key: value for key, value in BODY.items() if key != name}
    answer = await (await client.as_(admin)).post("/academy/courses", body)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, f"/{name}")


# Changing


@pytest.mark.req("A-CRS-01")
@pytest.mark.parametrize("name", sorted(BODY))
async def test_each_field_can_be_changed_alone(client: ApiClient, admin: Account, save: Save, name: str) -> None:
    course = await save()
    answer = await (await client.as_(admin)).patch(f"/academy/courses/{course.id}", {name: BODY[name]})
    before = {key: getattr(course, key) for key in BODY}
    assert {key: answer.json()[key] for key in BODY} == before | {name: BODY[name]}


@pytest.mark.req("A-CRS-02")
async def test_a_renamed_course_keeps_its_slug(client: ApiClient, admin: Account, save: Save) -> None:
    course = await save()
    answer = await (await client.as_(admin)).patch(f"/academy/courses/{course.id}", {"title": "Another"})
    assert answer.json()["slug"] == course.slug


async def test_a_change_is_announced_with_the_fields_that_changed(
    client: ApiClient, admin: Account, worker: WorkerOnDemand, save: Save
) -> None:
    course = await save()
    body = {"title": "Another", "price_b2c": course.price_b2c, "max_participants": 3}
    await (await client.as_(admin)).patch(f"/academy/courses/{course.id}", body)
    (announced,) = await worker.announced()
    assert announced.payload["fields"] == ["max_participants", "title"]


async def test_a_change_of_nothing_is_not_announced(
    client: ApiClient, admin: Account, worker: WorkerOnDemand, save: Save
) -> None:
    course = await save()
    answer = await (await client.as_(admin)).patch(f"/academy/courses/{course.id}", {"title": course.title})
    assert (answer.headers["ETag"], list(await worker.announced())) == ('"1"', [])


@pytest.mark.req("X-API-04")
async def test_a_change_of_an_overtaken_version_is_refused(client: ApiClient, admin: Account, save: Save) -> None:
    path = f"/academy/courses/{(await save()).id}"
    as_admin = await client.as_(admin)
    seen = (await as_admin.get(path)).headers["ETag"]
    other = await as_admin.patch(path, {"title": "First"}, headers={"If-Match": seen})
    late = await as_admin.patch(path, {"title": "Second"}, headers={"If-Match": seen})
    assert (other.headers["ETag"], late.status_code, late.json()["code"]) == ('"2"', 412, "core.stale")
    assert (await as_admin.get(path)).json()["title"] == "First"


async def test_a_shorter_kind_of_course_is_refused_while_its_agenda_is_longer(
    client: ApiClient, session: AsyncSession, admin: Account, save: Save
) -> None:
    course = await save(session_type="cohort")
    session.add(academy.class_session(course, day_number=2))
    answer = await (await client.as_(admin)).patch(f"/academy/courses/{course.id}", {"session_type": "webinar"})
    assert (answer.status_code, answer.json()["code"]) == (409, "academy.agenda_does_not_fit")


# Publishing and archiving


@pytest.mark.req("A-CRS-03")
async def test_publishing_puts_a_draft_into_the_catalogue_and_announces_it_once(
    client: ApiClient, admin: Account, worker: WorkerOnDemand, save: Save
) -> None:
    course = await save(status=CourseStatus.draft)
    as_admin = await client.as_(admin)
    first = await as_admin.put(f"/academy/courses/{course.id}/publication")
    again = await as_admin.put(f"/academy/courses/{course.id}/publication")
    assert (first.json()["status"], again.status_code, again.json()["status"]) == ("published", 200, "published")
    assert await titles(client) == [course.title]
    assert [each.kind for each in await worker.announced()] == ["academy.course_published"]


@pytest.mark.req("A-CRS-03")
async def test_a_course_can_go_back_to_being_a_draft(client: ApiClient, admin: Account, save: Save) -> None:
    course = await save()
    answer = await (await client.as_(admin)).delete(f"/academy/courses/{course.id}/publication")
    assert answer.json()["status"] == "draft"
    assert await titles(client) == []


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
async def test_an_archived_course_is_neither_published_nor_withdrawn(
    client: ApiClient, admin: Account, save: Save, method: str
) -> None:
    course = await save(status=CourseStatus.archived)
    answer = await (await client.as_(admin)).request(method, f"/academy/courses/{course.id}/publication")
    assert (answer.status_code, answer.json()["code"]) == (409, "academy.publication_refused")


@pytest.mark.req("A-CRS-03")
@pytest.mark.parametrize("status", [CourseStatus.draft, CourseStatus.published])
async def test_deleting_archives_and_doing_it_twice_changes_nothing(
    client: ApiClient, admin: Account, worker: WorkerOnDemand, save: Save, status: CourseStatus
) -> None:
    path = f"/academy/courses/{(await save(status=status)).id}"
    as_admin = await client.as_(admin)
    assert [(await as_admin.delete(path)).status_code for _ in range(2)] == [204, 204]
    assert (await as_admin.get(path)).json()["status"] == "archived"
    assert [each.payload["status"] for each in await worker.announced()] == ["archived"]


async def test_archiving_an_overtaken_version_is_refused(client: ApiClient, admin: Account, save: Save) -> None:
    path = f"/academy/courses/{(await save(version=3)).id}"
    answer = await (await client.as_(admin)).delete(path, headers={"If-Match": '"2"'})
    assert answer.status_code == 412


async def enroll(session: AsyncSession, account: Account, course: Course, **more: Any) -> None:
    """Put somebody into a new cohort of the course."""
    cohort = academy.cohort(course, current_enrollment=1)
    session.add(cohort)
    await session.flush()  # the enrollment points at it
    values = {
        "id": new_id(),
        "user_id": account.id,
        "cohort_id": cohort.id,
        "course_id": course.id,
        "payment_status": "completed",
        "office_hours_eligible_until": cohort.end_date,
        "materials_access_until": cohort.end_date,
        "chatbot_access_until": cohort.end_date,
    }
    session.add(Enrollment(**values | more))
