"""The door to programs: for each call outsider, member without the right, refusal, success."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.core.ids import new_id
from app.crm.models import CompletionCriteriaType, EnrollmentMethod, Program, ProgramParticipation, ProgramType
from app.identity.models import Account
from tests.crm.conftest import Club, Plan, audited, kinds
from tests.factories import crm
from tests.support.client import ApiClient
from tests.support.queries import recorded
from tests.support.worker import WorkerOnDemand

BODY: dict[str, Any] = {"name": "Spring Reading Group", "type": "reading_group", "enrollment_method": "self_enroll"}

UNKNOWN = UUID(int=7)

# Every change of programs and their events.
WRITES = [
    ("POST", "{club}/programs", BODY),
    ("POST", "{club}/program-imports", {"programs": [BODY]}),
    ("POST", "{club}/slug-renewals", None),
    ("PATCH", "/crm/programs/{program}", {"name": "Mine now"}),
    ("DELETE", "/crm/programs/{program}", None),
    ("PUT", "/crm/programs/{program}/status", {"status": "completed"}),
    ("PUT", "/crm/programs/{program}/slug", None),
    ("PUT", f"/crm/programs/{{program}}/events/{UNKNOWN}", None),
    ("DELETE", f"/crm/programs/{{program}}/events/{UNKNOWN}", None),
    ("GET", "{club}/programs/export", None),
]


# Making


@pytest.mark.req("P-PRG-01")
async def test_a_new_program_begins_in_planning_without_events(admin: ApiClient, club: Club) -> None:
    answer = await admin.post(f"{club.path}/programs", BODY)
    made = answer.json()
    assert answer.status_code == 201
    assert made["slug"] == "spring-reading-group"
    assert (made["status"], made["linked_event_ids"], made["participant_count"]) == ("planning", [], 0)
    assert made["created_by"] == str(club.admin.id)
    assert (await admin.get(f"/crm/programs/{made['id']}")).json() == made
    assert answer.headers["etag"] == '"1"'


@pytest.mark.req("P-PRG-02")
@pytest.mark.parametrize("kind", ProgramType)
async def test_each_of_the_six_types_is_accepted(admin: ApiClient, club: Club, kind: str) -> None:
    answer = await admin.post(f"{club.path}/programs", BODY | {"type": kind})
    assert (answer.status_code, answer.json()["type"]) == (201, kind)
    assert len(ProgramType) == 6


@pytest.mark.req("P-PRG-03")
@pytest.mark.parametrize("method", EnrollmentMethod)
async def test_each_of_the_three_ways_in_is_accepted(admin: ApiClient, club: Club, method: str) -> None:
    answer = await admin.post(f"{club.path}/programs", BODY | {"enrollment_method": method})
    assert (answer.status_code, answer.json()["enrollment_method"]) == (201, method)
    assert len(EnrollmentMethod) == 3


@pytest.mark.req("P-PRG-02")
@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"type": "course"}, "/type"),
        ({"enrollment_method": "paid"}, "/enrollment_method"),
        ({"max_participants": -1}, "/max_participants"),
        ({"name": " "}, "/name"),
        ({"status": "active"}, "/status"),
        ({"slug": "mine"}, "/slug"),
        ({"start_date": "2027-03-02T00:00:00Z", "end_date": "2027-03-01T00:00:00Z"}, "/end_date"),
    ],
)
async def test_any_other_value_is_refused_where_it_stands(
    admin: ApiClient, session: AsyncSession, club: Club, change: dict[str, Any], pointer: str
) -> None:
    answer = await admin.post(f"{club.path}/programs", BODY | change)
    assert answer.status_code == 422
    assert [each["pointer"] for each in answer.json()["errors"]] == [pointer]
    assert await session.scalar(select(func.count()).select_from(Program)) == 0


CRITERIA: list[tuple[dict[str, Any], str | None]] = [
    ({"type": "attendance_count", "required_count": 1}, None),
    ({"type": "attendance_count"}, "/completion_criteria/required_count"),
    ({"type": "attendance_count", "required_count": 0}, "/completion_criteria/required_count"),
    (
        {"type": "attendance_count", "required_count": 3, "required_percentage": 50},
        "/completion_criteria/required_percentage",
    ),
    ({"type": "attendance_percentage", "required_percentage": 1}, None),
    ({"type": "attendance_percentage", "required_percentage": 66.6}, None),
    ({"type": "attendance_percentage", "required_percentage": 100}, None),
    ({"type": "attendance_percentage"}, "/completion_criteria/required_percentage"),
    ({"type": "attendance_percentage", "required_percentage": 0}, "/completion_criteria/required_percentage"),
    ({"type": "attendance_percentage", "required_percentage": 101}, "/completion_criteria/required_percentage"),
    ({"type": "attendance_percentage", "required_percentage": 33.33}, "/completion_criteria/required_percentage"),
    ({"type": "manual"}, None),
    ({"type": "manual", "required_count": 3}, "/completion_criteria/required_count"),
    ({"type": "points"}, "/completion_criteria/type"),
]


@pytest.mark.req("P-PRG-04")
@pytest.mark.req("Z-24")
@pytest.mark.parametrize(("criteria", "pointer"), CRITERIA)
@pytest.mark.parametrize("method", ["POST", "PATCH"])
async def test_criteria_are_said_completely_or_refused(
    admin: ApiClient, club: Club, plan: Plan, criteria: dict[str, Any], pointer: str | None, *, method: str
) -> None:
    if method == "POST":
        answer = await admin.post(f"{club.path}/programs", BODY | {"completion_criteria": criteria})
    else:
        answer = await admin.patch(f"/crm/programs/{(await plan()).id}", {"completion_criteria": criteria})
    if pointer is None:
        assert answer.status_code in {200, 201}
        shown = {key: value for key, value in answer.json()["completion_criteria"].items() if value is not None}
        assert shown == criteria
    else:
        assert answer.status_code == 422
        assert [each["pointer"] for each in answer.json()["errors"]] == [pointer]


def test_all_three_criteria_are_tried() -> None:
    accepted = {criteria["type"] for criteria, pointer in CRITERIA if pointer is None}
    assert accepted == set(CompletionCriteriaType)


@pytest.mark.req("P-PRG-06")
async def test_a_taken_slug_gets_a_timestamp_and_another_organization_has_its_own(
    admin: ApiClient, client: ApiClient, club: Club, rival: Club
) -> None:
    slugs = [(await admin.post(f"{club.path}/programs", BODY)).json()["slug"] for _ in range(2)]
    assert slugs[0] == "spring-reading-group"
    stem, _, stamp = slugs[1].rpartition("-")
    assert stem == "spring-reading-group"
    assert len(stamp) == 13
    assert stamp.isdigit()
    theirs = await (await client.as_(rival.admin)).post(f"{rival.path}/programs", BODY)
    assert theirs.json()["slug"] == "spring-reading-group"


async def test_the_same_key_makes_one_program(admin: ApiClient, club: Club) -> None:
    first, second = [await admin.post(f"{club.path}/programs", BODY, key="once") for _ in range(2)]
    assert first.json() == second.json()
    assert len((await admin.get(f"{club.path}/programs")).json()["items"]) == 1


# Changing


@pytest.mark.req("P-PRG-08")
async def test_a_partial_update_changes_the_named_fields_alone_and_keeps_the_slug(
    admin: ApiClient, plan: Plan, worker: WorkerOnDemand
) -> None:
    program = await plan(description="As it was", max_participants=7)
    before = (await admin.get(f"/crm/programs/{program.id}")).json()
    after = (await admin.patch(f"/crm/programs/{program.id}", {"name": "Another name"})).json()
    moved = {key for key in before if before[key] != after[key]}
    assert moved <= {"name", "updated_at"}
    assert (after["name"], after["slug"]) == ("Another name", before["slug"])
    nulled = (await admin.patch(f"/crm/programs/{program.id}", {"description": None, "max_participants": None})).json()
    assert (nulled["description"], nulled["max_participants"]) == (None, None)
    assert await kinds(worker) == ["crm.program_changed"] * 2


async def test_what_changes_nothing_is_not_announced(admin: ApiClient, plan: Plan, worker: WorkerOnDemand) -> None:
    program = await plan(name="Same")
    answer = await admin.patch(f"/crm/programs/{program.id}", {"name": "Same", "completion_criteria": None})
    assert answer.headers["etag"] == '"1"'
    assert await kinds(worker) == []


async def test_an_older_version_is_refused_and_told_the_newer_one(admin: ApiClient, plan: Plan) -> None:
    program = await plan()
    path = f"/crm/programs/{program.id}"
    assert (await admin.patch(path, {"name": "First"}, headers={"If-Match": '"1"'})).status_code == 200
    for refused in (
        await admin.patch(path, {"name": "Second"}, headers={"If-Match": '"1"'}),
        await admin.delete(path, headers={"If-Match": '"1"'}),
    ):
        assert (refused.status_code, refused.json()["code"]) == (412, "core.stale")
        assert '"2"' in refused.json()["detail"]


async def test_dates_are_compared_with_those_that_stay(admin: ApiClient, plan: Plan) -> None:
    starts = crm.event(new_id()).starts_at
    program = await plan(start_date=starts, end_date=starts + timedelta(days=9))
    early = (starts - timedelta(days=1)).isoformat()
    answer = await admin.patch(f"/crm/programs/{program.id}", {"end_date": early})
    assert (answer.status_code, answer.json()["code"]) == (422, "crm.program_dates_reversed")
    assert answer.json()["errors"][0]["pointer"] == "/end_date"


@pytest.mark.req("Z-20")
async def test_a_program_moves_along_and_nowhere_else(admin: ApiClient, plan: Plan, worker: WorkerOnDemand) -> None:
    path = f"/crm/programs/{(await plan(status='planning')).id}/status"
    told = [(await admin.put(path, {"status": to})).status_code for to in ("active", "active", "completed", "active")]
    assert told == [200, 200, 200, 200]
    refused = await admin.put(f"/crm/programs/{(await plan(status='planning')).id}/status", {"status": "completed"})
    assert (refused.status_code, refused.json()["code"]) == (409, "crm.program_transition_refused")
    assert await kinds(worker) == ["crm.program_status_changed"] * 3


# Archiving


@pytest.mark.req("P-PRG-09")
async def test_deleting_archives_and_keeps_the_program_its_people_and_who_did_it(
    admin: ApiClient, session: AsyncSession, club: Club, plan: Plan, join: Any, worker: WorkerOnDemand
) -> None:
    program = await plan()
    participation = await join(program)
    assert (await admin.delete(f"/crm/programs/{program.id}")).status_code == 204
    assert (await admin.delete(f"/crm/programs/{program.id}")).status_code == 204
    assert (await admin.get(f"/crm/programs/{program.id}")).json()["status"] == "archived"
    row = await session.get_one(ProgramParticipation, participation.id, populate_existing=True)
    assert row.status == "enrolled"
    entries = await audited(admin, club, subject_id=str(program.id))
    assert [(each["action"], each["actor_id"]) for each in entries] == [("program_archived", str(club.admin.id))]
    assert entries[0]["changes"] == {"status": {"before": "active", "after": "archived"}}
    assert await kinds(worker) == ["crm.program_archived"]


@pytest.mark.req("P-PRG-10")
async def test_an_archived_program_is_listed_only_when_asked_for(admin: ApiClient, club: Club, plan: Plan) -> None:
    shown, archived = await plan(), await plan(status="archived")

    async def listed(query: str = "") -> list[str]:
        return [each["id"] for each in (await admin.get(f"{club.path}/programs{query}")).json()["items"]]

    assert await listed() == [str(shown.id)]
    assert await listed("?status=archived") == [str(archived.id)]
    assert await listed("?status=active") == [str(shown.id)]


@pytest.mark.req("P-PRG-10")
async def test_nobody_comes_into_an_archived_program(
    admin: ApiClient, member: ApiClient, club: Club, plan: Plan
) -> None:
    path = f"/crm/programs/{(await plan(status='archived')).id}"
    for answer in (
        await admin.post(f"{path}/participants", {"account_id": str(club.member.id)}),
        await member.post(f"{path}/enrollments"),
        await admin.patch(path, {"name": "Other"}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "crm.program_archived")


async def test_a_program_comes_back_out_of_the_archive_into_planning(admin: ApiClient, plan: Plan) -> None:
    path = f"/crm/programs/{(await plan(status='archived')).id}/status"
    assert (await admin.put(path, {"status": "active"})).status_code == 409
    assert (await admin.put(path, {"status": "planning"})).json()["status"] == "planning"


# Listing


@pytest.mark.req("P-PRG-11")
async def test_each_program_of_a_list_has_its_live_participants(
    admin: ApiClient, club: Club, plan: Plan, join: Any, another: Any
) -> None:
    program, empty = await plan(max_participants=3), await plan()
    moment = program.created_at
    await join(program)
    await join(program, await another(), status="pending", enrolled_at=None, requested_at=moment)
    await join(program, await another(), status="completed", completed_at=moment)
    await join(program, await another(), status="withdrawn", ended_at=moment)
    items = {each["id"]: each for each in (await admin.get(f"{club.path}/programs")).json()["items"]}
    names = ("participant_count", "enrolled_count", "pending_count", "places_available")
    assert [items[str(program.id)][name] for name in names] == [2, 1, 1, 2]
    assert [items[str(empty.id)][name] for name in names] == [0, 0, 0, None]


@pytest.mark.req("P-PRG-11")
async def test_twenty_programs_cost_as_many_statements_as_one(
    admin: ApiClient, engine: AsyncEngine, club: Club, plan: Plan, join: Any
) -> None:
    costs = []
    for many in (1, 19):
        for _ in range(many):
            await join(await plan())
        with recorded(engine) as statements:
            assert (await admin.get(f"{club.path}/programs")).status_code == 200
        costs.append(len(statements))
    assert costs[0] == costs[1]


async def test_programs_are_found_by_part_of_their_name_by_type_and_page_by_page(
    admin: ApiClient, club: Club, plan: Plan
) -> None:
    for name in ("Reading A", "Reading B", "Walking"):
        await plan(name=name, type="custom" if name == "Walking" else "reading_group")

    async def names(query: str) -> list[str]:
        return [each["name"] for each in (await admin.get(f"{club.path}/programs?{query}")).json()["items"]]

    assert await names("q=READ&sort=name") == ["Reading A", "Reading B"]
    assert await names("type=custom") == ["Walking"]
    first = (await admin.get(f"{club.path}/programs?sort=-name&limit=2")).json()
    assert [each["name"] for each in first["items"]] == ["Walking", "Reading B"]
    assert await names(f"sort=-name&limit=2&cursor={first['next_cursor']}") == ["Reading A"]


# Who may


@pytest.mark.req("P-PRG-12")
@pytest.mark.parametrize(("method", "path", "body"), WRITES)
async def test_who_is_no_admin_of_the_organization_changes_nothing(
    client: ApiClient,
    session: AsyncSession,
    club: Club,
    rival: Club,
    *,
    outsider: Account,
    plan: Plan,
    worker: WorkerOnDemand,
    method: str,
    path: str,
    body: Any,
) -> None:
    program = await plan()
    path = path.format(club=club.path, program=program.id)
    told = [
        (await (await client.as_(person)).request(method, path, json=body)).status_code
        for person in (club.member, outsider, rival.admin)
    ]
    assert told == [403, 404, 404]
    assert (await client.request(method, path, json=body)).status_code == 401
    assert await kinds(worker) == []
    programs = (await session.scalars(select(Program).execution_options(populate_existing=True))).all()
    assert [(each.id, each.name, each.status, each.version) for each in programs] == [
        (program.id, program.name, "active", 1)
    ]


async def test_a_former_admin_is_an_outsider_from_the_next_request_on(
    admin: ApiClient, client: ApiClient, club: Club, plan: Plan, another: Any
) -> None:
    program = await plan()
    second = await client.as_(await another("admin"))
    memberships = (await admin.get(f"/identity/organizations/{club.organization.id}/memberships")).json()["items"]
    mine = next(each for each in memberships if each["account"]["id"] == str(club.admin.id))
    assert (await admin.patch(f"/crm/programs/{program.id}", {"name": "Still mine"})).status_code == 200
    assert (await second.delete(f"/identity/memberships/{mine['id']}")).status_code == 204
    assert (await admin.patch(f"/crm/programs/{program.id}", {"name": "Mine"})).status_code == 404


async def test_a_member_reads_every_program_of_the_organization(member: ApiClient, club: Club, plan: Plan) -> None:
    for status in ("planning", "active", "completed", "archived"):
        program = await plan(status=status)
        assert (await member.get(f"/crm/programs/{program.id}")).json()["status"] == status
    assert len((await member.get(f"{club.path}/programs")).json()["items"]) == 3
