"""The door to participations: the three ways in, and every way out."""

import json
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.crm.models import EnrollmentMethod, ProgramParticipation
from app.identity.models import Account
from tests.crm.conftest import Club, Enter, Plan, audited, kinds
from tests.support.client import ApiClient
from tests.support.queries import recorded
from tests.support.worker import WorkerOnDemand


def code(answer: Any) -> tuple[int, str | None]:
    """The status, and the code of a refusal."""
    return answer.status_code, answer.json().get("code")


def named(account: Account) -> dict[str, str]:
    return {"account_id": str(account.id)}


async def rows(session: AsyncSession) -> list[str]:
    """The statuses of all participations, oldest first."""
    found = select(ProgramParticipation.status).order_by(ProgramParticipation.id)
    return list(await session.scalars(found))


# An admin enrolls


@pytest.mark.req("P-ENR-01")
async def test_only_members_of_the_organization_are_enrolled(
    admin: ApiClient, session: AsyncSession, plan: Plan, rival: Club, *, outsider: Account, worker: WorkerOnDemand
) -> None:
    path = f"/crm/programs/{(await plan()).id}/participants"
    for stranger in (outsider, rival.member):
        assert code(await admin.post(path, named(stranger))) == (409, "crm.not_org_member")
    assert code(await admin.post(path, {"account_id": "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8c11"})) == (
        409,
        "crm.not_org_member",
    )
    assert await rows(session) == []
    assert await kinds(worker) == []


@pytest.mark.req("P-PRG-03")
@pytest.mark.parametrize("method", EnrollmentMethod)
@pytest.mark.parametrize("status", ["planning", "active"])
async def test_an_admin_enrolls_whatever_the_way_in_is(
    admin: ApiClient, club: Club, plan: Plan, worker: WorkerOnDemand, *, method: str, status: str
) -> None:
    program = await plan(enrollment_method=method, status=status)
    answer = await admin.post(f"/crm/programs/{program.id}/participants", named(club.member) | {"admin_notes": "Hm"})
    made = answer.json()
    assert (answer.status_code, made["status"], made["name"]) == (201, "enrolled", club.member.name)
    assert made["enrolled_at"] is not None
    assert (made["requested_at"], made["approved_at"], made["admin_notes"]) == (None, None, "Hm")
    assert await kinds(worker) == ["crm.participation_enrolled"]


async def test_nobody_is_enrolled_in_a_program_that_is_over(admin: ApiClient, club: Club, plan: Plan) -> None:
    path = f"/crm/programs/{(await plan(status='completed')).id}/participants"
    assert code(await admin.post(path, named(club.member))) == (409, "crm.program_not_open")


# Capacity


@pytest.mark.req("P-ENR-02")
async def test_a_full_program_takes_nobody_by_any_way(
    admin: ApiClient, client: ApiClient, session: AsyncSession, plan: Plan, join: Any, another: Enter, club: Club
) -> None:
    full = {"max_participants": 1}
    by_self, by_approval = await plan(**full), await plan(**full, enrollment_method="approval_required")
    for program in (by_self, by_approval):
        await join(program, await another())
    person = await client.as_(club.member)
    refused = (409, "crm.capacity_reached")
    assert code(await admin.post(f"/crm/programs/{by_self.id}/participants", named(club.member))) == refused
    assert code(await person.post(f"/crm/programs/{by_self.id}/enrollments")) == refused
    assert len(await rows(session)) == 2
    asked = await person.post(f"/crm/programs/{by_approval.id}/enrollments")
    assert asked.json()["status"] == "pending"  # whoever waits has no place yet (Z-23)
    assert code(await admin.post(f"/crm/participations/{asked.json()['id']}/approval")) == refused
    assert sorted(await rows(session)) == ["enrolled", "enrolled", "pending"]


@pytest.mark.req("P-ENR-09")
@pytest.mark.req("Z-23")
async def test_no_number_is_no_limit_and_zero_takes_nobody(
    admin: ApiClient, member: ApiClient, session: AsyncSession, plan: Plan, another: Enter, club: Club
) -> None:
    unlimited = f"/crm/programs/{(await plan(max_participants=None)).id}"
    for _ in range(5):
        assert (await admin.post(f"{unlimited}/participants", named(await another()))).status_code == 201
    refused = (409, "crm.capacity_reached")
    for method in ("self_enroll", "approval_required"):
        closed = f"/crm/programs/{(await plan(max_participants=0, enrollment_method=method)).id}"
        assert code(await admin.post(f"{closed}/participants", named(club.member))) == refused
        assert code(await member.post(f"{closed}/enrollments")) == refused
    assert len(await rows(session)) == 5


async def test_fewer_places_take_nobodys_place_away_and_let_nobody_in(
    admin: ApiClient, plan: Plan, join: Any, another: Enter, club: Club
) -> None:
    program = await plan(max_participants=5)
    for _ in range(2):
        await join(program, await another())
    shown = (await admin.patch(f"/crm/programs/{program.id}", {"max_participants": 1})).json()
    assert (shown["enrolled_count"], shown["places_available"]) == (2, 0)
    answer = await admin.post(f"/crm/programs/{program.id}/participants", named(club.member))
    assert code(answer) == (409, "crm.capacity_reached")


@pytest.mark.req("Z-23")
async def test_who_has_completed_has_no_place_any_more(
    admin: ApiClient, plan: Plan, join: Any, another: Enter, club: Club
) -> None:
    program = await plan(max_participants=1)
    await join(program, await another(), status="completed", completed_at=program.created_at)
    assert (await admin.post(f"/crm/programs/{program.id}/participants", named(club.member))).status_code == 201


# Once at a time


@pytest.mark.req("P-ENR-04")
@pytest.mark.parametrize("status", ["pending", "enrolled"])
async def test_who_takes_part_or_waits_is_not_enrolled_again(
    admin: ApiClient, member: ApiClient, session: AsyncSession, club: Club, plan: Plan, *, join: Any, status: str
) -> None:
    program = await plan()
    moments = {"enrolled_at": None, "requested_at": program.created_at} if status == "pending" else {}
    await join(program, status=status, **moments)
    for answer in (
        await admin.post(f"/crm/programs/{program.id}/participants", named(club.member)),
        await member.post(f"/crm/programs/{program.id}/enrollments"),
    ):
        assert code(answer) == (409, "crm.already_participating")
    assert await rows(session) == [status]


@pytest.mark.req("P-ENR-04")
@pytest.mark.req("Z-27")
async def test_who_left_or_was_removed_comes_back_in_a_new_row_beside_the_old_one(
    admin: ApiClient, member: ApiClient, session: AsyncSession, club: Club, plan: Plan
) -> None:
    path = f"/crm/programs/{(await plan(max_participants=1)).id}"
    first = (await member.post(f"{path}/enrollments")).json()
    await member.post(f"/crm/participations/{first['id']}/withdrawal")
    second = (await member.post(f"{path}/enrollments")).json()
    await admin.post(f"/crm/participations/{second['id']}/removal", {"reason": "By mistake"})
    third = (await admin.post(f"{path}/participants", named(club.member))).json()
    assert len({first["id"], second["id"], third["id"]}) == 3
    assert await rows(session) == ["withdrawn", "removed", "enrolled"]
    mine = (await member.get("/crm/me/participations")).json()["items"]
    assert [each["id"] for each in mine] == [third["id"], second["id"], first["id"]]


async def test_who_has_completed_is_reopened_and_does_not_begin_anew(
    admin: ApiClient, member: ApiClient, club: Club, plan: Plan, join: Any
) -> None:
    program = await plan()
    await join(program, status="completed", completed_at=program.created_at)
    for answer in (
        await admin.post(f"/crm/programs/{program.id}/participants", named(club.member)),
        await member.post(f"/crm/programs/{program.id}/enrollments"),
    ):
        assert code(answer) == (409, "crm.already_completed")


# By oneself


@pytest.mark.req("P-ENR-05")
async def test_a_member_enrolls_in_an_active_program_at_once(
    member: ApiClient, plan: Plan, worker: WorkerOnDemand
) -> None:
    answer = await member.post(f"/crm/programs/{(await plan()).id}/enrollments", key="once")
    made = answer.json()
    assert (answer.status_code, made["status"], made["requested_at"]) == (201, "enrolled", None)
    assert made["enrolled_at"] is not None
    announced = await worker.announced("crm.participation_enrolled")
    assert [each.payload["method"] for each in announced] == ["self"]


@pytest.mark.req("P-ENR-05")
@pytest.mark.parametrize("status", ["planning", "completed"])
async def test_a_member_enrolls_in_no_other_program(member: ApiClient, plan: Plan, status: str) -> None:
    answer = await member.post(f"/crm/programs/{(await plan(status=status)).id}/enrollments")
    assert code(answer) == (409, "crm.program_not_open")


@pytest.mark.req("P-ENR-07")
async def test_nobody_enrolls_themselves_where_only_admins_do(
    admin: ApiClient, member: ApiClient, session: AsyncSession, plan: Plan
) -> None:
    path = f"/crm/programs/{(await plan(enrollment_method='admin_only')).id}/enrollments"
    for caller in (member, admin):
        assert code(await caller.post(path)) == (403, "crm.enrollment_by_admins_only")
    assert await rows(session) == []


# By approval


@pytest.mark.req("P-ENR-06")
@pytest.mark.req("Z-26")
async def test_a_request_waits_until_an_admin_says_yes(
    admin: ApiClient, member: ApiClient, club: Club, plan: Plan, worker: WorkerOnDemand
) -> None:
    program = await plan(enrollment_method="approval_required")
    asked = (await member.post(f"/crm/programs/{program.id}/enrollments")).json()
    assert (asked["status"], asked["enrolled_at"]) == ("pending", None)
    assert asked["requested_at"] is not None
    path = f"/crm/participations/{asked['id']}/approval"
    assert (await member.post(path)).status_code == 403
    let_in = (await admin.post(path)).json()
    assert (let_in["status"], let_in["approved_by"]) == ("enrolled", str(club.admin.id))
    assert let_in["approved_at"] is not None
    assert let_in["enrolled_at"] is not None
    assert code(await admin.post(path)) == (409, "crm.participation_not_pending")
    assert await kinds(worker) == [
        "crm.participation_requested",
        "crm.participation_approved",
        "crm.participation_enrolled",
    ]


@pytest.mark.req("P-ENR-06")
@pytest.mark.req("Z-26")
async def test_a_decline_ends_a_request_and_leaves_the_way_open(
    admin: ApiClient, member: ApiClient, plan: Plan, worker: WorkerOnDemand
) -> None:
    program = await plan(enrollment_method="approval_required")
    asked = (await member.post(f"/crm/programs/{program.id}/enrollments")).json()
    path = f"/crm/participations/{asked['id']}"
    ended = (await admin.post(f"{path}/decline")).json()
    assert (ended["status"], ended["end_reason"], ended["enrolled_at"]) == ("removed", "declined", None)
    for act in ("decline", "approval"):
        assert code(await admin.post(f"{path}/{act}")) == (409, "crm.participation_not_pending")
    assert (await member.post(f"/crm/programs/{program.id}/enrollments")).status_code == 201
    assert "crm.participation_declined" in await kinds(worker)


async def test_a_request_of_somebody_who_left_the_organization_is_not_approved(
    admin: ApiClient, member: ApiClient, club: Club, plan: Plan
) -> None:
    program = await plan(enrollment_method="approval_required")
    asked = (await member.post(f"/crm/programs/{program.id}/enrollments")).json()
    await leave_organization(admin, club)
    answer = await admin.post(f"/crm/participations/{asked['id']}/approval")
    assert code(answer) == (409, "crm.not_org_member")


# Leaving


@pytest.mark.req("P-ENR-08")
async def test_a_removal_keeps_its_reason_and_frees_the_place(
    admin: ApiClient, member: ApiClient, plan: Plan, another: Enter, join: Any, *, worker: WorkerOnDemand
) -> None:
    program = await plan(max_participants=1)
    participation = await join(program, admin_notes="Came late.")
    path = f"/crm/participations/{participation.id}"
    assert (await admin.post(f"{path}/removal", {"reason": "  "})).status_code == 422
    removed = (await admin.post(f"{path}/removal", {"reason": "Moved abroad"})).json()
    assert (removed["status"], removed["end_reason"], removed["admin_notes"]) == (
        "removed",
        "Moved abroad",
        "Came late.",
    )
    assert (await member.get(path)).json()["end_reason"] == "Moved abroad"
    newcomer = await admin.post(f"/crm/programs/{program.id}/participants", named(await another()))
    assert newcomer.status_code == 201
    assert (await kinds(worker))[0] == "crm.participation_removed"


@pytest.mark.req("P-ENR-08")
@pytest.mark.parametrize("status", ["pending", "enrolled"])
async def test_a_member_leaves_and_frees_the_place(
    admin: ApiClient, member: ApiClient, plan: Plan, another: Enter, join: Any, *, status: str
) -> None:
    program = await plan(max_participants=1)
    moments = {"enrolled_at": None, "requested_at": program.created_at} if status == "pending" else {}
    participation = await join(program, status=status, **moments)
    left = await member.post(f"/crm/participations/{participation.id}/withdrawal")
    assert (left.json()["status"], left.json()["end_reason"]) == ("withdrawn", None)
    newcomer = await admin.post(f"/crm/programs/{program.id}/participants", named(await another()))
    assert newcomer.status_code == 201


async def test_what_is_over_cannot_be_left_any_more(admin: ApiClient, member: ApiClient, plan: Plan, join: Any) -> None:
    program = await plan()
    participation = await join(program, status="completed", completed_at=program.created_at)
    path = f"/crm/participations/{participation.id}"
    assert code(await member.post(f"{path}/withdrawal")) == (409, "crm.participation_not_live")
    assert code(await admin.post(f"{path}/removal", {"reason": "Why"})) == (409, "crm.participation_not_live")


async def leave_organization(admin: ApiClient, club: Club) -> None:
    """The club's member is taken out of the organization."""
    memberships = (await admin.get(f"/identity/organizations/{club.organization.id}/memberships")).json()["items"]
    theirs = next(each for each in memberships if each["account"]["id"] == str(club.member.id))
    assert (await admin.delete(f"/identity/memberships/{theirs['id']}")).status_code == 204


async def test_whoever_leaves_the_organization_leaves_its_programs(
    admin: ApiClient, member: ApiClient, club: Club, rival: Club, plan: Plan, *, join: Any, worker: WorkerOnDemand
) -> None:
    enrolled, done = await join(await plan()), await plan()
    completed = await join(done, status="completed", completed_at=done.created_at)
    elsewhere = await join(await plan(rival), club.member)
    await leave_organization(admin, club)
    await worker.drain()
    mine = {each["id"]: each for each in (await member.get("/crm/me/participations")).json()["items"]}
    assert (mine[str(enrolled.id)]["status"], mine[str(enrolled.id)]["end_reason"]) == (
        "removed",
        "left the organization",
    )
    assert mine[str(completed.id)]["status"] == "completed"
    assert mine[str(elsewhere.id)]["status"] == "enrolled"
    entry = (await audited(admin, club, subject_id=str(enrolled.id)))[-1]
    assert (entry["action"], entry["actor_id"]) == ("participation_removed", None)


async def test_whoever_came_back_to_the_organization_meanwhile_stays_in_its_programs(
    admin: ApiClient, member: ApiClient, club: Club, plan: Plan, *, join: Any, worker: WorkerOnDemand
) -> None:
    participation = await join(await plan())
    await leave_organization(admin, club)
    back = {"email": club.member.email, "role": "member"}
    await admin.post(f"/identity/organizations/{club.organization.id}/memberships", back)
    await worker.drain()
    assert (await member.get(f"/crm/participations/{participation.id}")).json()["status"] == "enrolled"


# Who sees what


@pytest.mark.req("P-PRV-01")
async def test_no_answer_export_or_refusal_holds_an_address(
    admin: ApiClient, member: ApiClient, club: Club, plan: Plan, another: Enter
) -> None:
    program = await plan(max_participants=2, enrollment_method="approval_required")
    people = [club.member, await another(name="Zed"), await another()]
    path = f"/crm/programs/{program.id}"
    texts = [(await member.post(f"{path}/enrollments")).text]
    texts += [(await admin.post(f"{path}/participants", named(person))).text for person in people]
    listed = await admin.get(f"{path}/participants", params={"sort": "name"})
    names = [each["name"] for each in listed.json()["items"]]
    assert names == sorted(names)
    assert set(names) == {people[0].name, people[1].name, people[2].name}
    texts += [listed.text, (await admin.get(f"{path}/participants/export")).text]
    texts += [(await admin.get(f"{path}/participants/export?format=jsonl")).text]
    texts += [(await admin.get(f"{club.path}/audit-entries")).text, (await admin.get(f"{club.path}/programs")).text]
    first = listed.json()["items"][0]["id"]
    texts += [(await admin.post(f"/crm/participations/{first}/{act}")).text for act in ("approval", "decline")]
    for text in texts:
        assert "@" not in text
        assert "email" not in text


@pytest.mark.req("P-PRV-01")
async def test_addresses_can_be_neither_searched_nor_sorted_nor_filtered_by(
    admin: ApiClient, club: Club, plan: Plan, join: Any
) -> None:
    program = await plan()
    await join(program)
    path = f"/crm/programs/{program.id}/participants"
    assert (await admin.get(path, params={"q": club.member.name})).json()["items"] != []
    for words in (club.member.email, club.member.email.partition("@")[0], "example.com"):
        assert (await admin.get(path, params={"q": words})).json()["items"] == []
    for asked in ({"sort": "email"}, {"sort": "-email"}, {"email": club.member.email}):
        refused = await admin.get(path, params=asked)
        assert refused.status_code == 422
        assert club.member.email not in refused.text


@pytest.mark.req("P-PRV-01")
def test_nothing_of_the_crm_is_called_email(client: ApiClient) -> None:
    document = client.contract.document
    schemas = {name: each for name, each in document["components"]["schemas"].items() if name.startswith("Crm")}
    paths = {path: each for path, each in document["paths"].items() if path.startswith("/api/v1/crm/")}
    parameters = [op.get("parameters", []) for path in paths.values() for op in path.values()]
    assert len(schemas) > 20
    assert "email" not in json.dumps([schemas, parameters]).lower()


async def test_members_see_their_own_participation_without_the_admins_notes_and_nobody_elses(
    admin: ApiClient, member: ApiClient, plan: Plan, another: Enter, join: Any
) -> None:
    program = await plan()
    mine = await join(program, admin_notes="Hm", attendance_notes="By phone")
    theirs = await join(program, await another(), admin_notes="Hm")
    path = "/crm/participations"
    shown, told = (await member.get(f"{path}/{mine.id}")).json(), (await admin.get(f"{path}/{mine.id}")).json()
    assert (shown["admin_notes"], shown["attendance_notes"]) == (None, None)
    assert (told["admin_notes"], told["attendance_notes"]) == ("Hm", "By phone")
    assert (await member.get(f"{path}/{theirs.id}")).status_code == 404
    assert (await member.get(f"/crm/programs/{program.id}/participants")).status_code == 403
    assert (await member.get(f"/crm/programs/{program.id}/participants/export")).status_code == 403
    assert [each["id"] for each in (await member.get("/crm/me/participations")).json()["items"]] == [str(mine.id)]


async def test_twenty_participants_cost_as_many_statements_as_one(
    admin: ApiClient, engine: AsyncEngine, plan: Plan, another: Enter, join: Any
) -> None:
    program, costs = await plan(), []
    for many in (1, 19):
        for _ in range(many):
            await join(program, await another())
        with recorded(engine) as statements:
            answer = await admin.get(f"/crm/programs/{program.id}/participants")
        assert len(answer.json()["items"]) == (1 if many == 1 else 20)
        costs.append(len(statements))
    assert costs[0] == costs[1]


@pytest.mark.parametrize("sort", ["name", "-name", "created_at", "-created_at", "status", "-status"])
async def test_participants_come_page_by_page_in_every_order(
    admin: ApiClient, plan: Plan, another: Enter, join: Any, sort: str
) -> None:
    program = await plan()
    for name in ("Ada", "Bea", "Bea", "Cy"):
        await join(program, await another(name=name))
    path, seen, cursor = f"/crm/programs/{program.id}/participants", [], None
    for _ in range(4):
        more: dict[str, str] = {"cursor": cursor} if cursor else {}
        page = (await admin.get(path, params={"sort": sort, "limit": "1", **more})).json()
        seen += page["items"]
        cursor = page["next_cursor"]
    assert cursor is None
    assert len({each["id"] for each in seen}) == 4
    values = [each[sort.removeprefix("-")] for each in seen]
    assert values == sorted(values, reverse=sort.startswith("-"))


async def test_notes_are_edited_under_their_version_and_the_audit_does_not_quote_them(
    admin: ApiClient, club: Club, plan: Plan, join: Any
) -> None:
    path = f"/crm/participations/{(await join(await plan())).id}"
    answer = await admin.patch(path, {"admin_notes": "A secret"}, headers={"If-Match": '"1"'})
    assert (answer.json()["admin_notes"], answer.headers["etag"]) == ("A secret", '"2"')
    assert code(await admin.patch(path, {"admin_notes": None}, headers={"If-Match": '"1"'})) == (412, "core.stale")
    assert [each["changes"] for each in await audited(admin, club)] == [{"admin_notes": "changed"}]


async def test_what_is_refused_leaves_no_row_behind(
    admin: ApiClient, session: AsyncSession, club: Club, plan: Plan, worker: WorkerOnDemand
) -> None:
    program = await plan(max_participants=0)
    await admin.post(f"/crm/programs/{program.id}/participants", named(club.member))
    assert await session.scalar(select(func.count()).select_from(ProgramParticipation)) == 0
    assert await audited(admin, club) == []
    assert await kinds(worker) == []
