"""Event and audit entry: written together with the change, or none of the three; and never edited."""

from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.core.ids import new_id
from app.crm.models import AuditEntry, EnrollmentMethod
from app.crm.permissions import CrmActor
from app.crm.programs import service
from app.identity.models import Account
from tests.crm.conftest import Club, Enter, Plan, audited, kinds
from tests.crm.events.test_router import held, said
from tests.support.client import ApiClient
from tests.support.queries import recorded
from tests.support.worker import WorkerOnDemand

PROGRAM: dict[str, Any] = {"name": "Walking", "type": "custom", "enrollment_method": "approval_required"}


@pytest.mark.req("P-PRV-02")
async def test_every_mutation_of_the_crm_has_its_event_and_its_entry(
    admin: ApiClient, member: ApiClient, session: AsyncSession, club: Club, another: Enter, *, worker: WorkerOnDemand
) -> None:
    """The whole life of a program: what was announced and what was written down are one list."""
    second, third = await another(), await another()
    program = f"/crm/programs/{(await admin.post(f'{club.path}/programs', PROGRAM)).json()['id']}"
    event = await held(session, club)
    at = "/crm/participations/{}".format

    async def asked(account: Account) -> str:
        row = await admin.post(f"{program}/participants", {"account_id": str(account.id)})
        return at(row.json()["id"])

    await admin.patch(program, {"max_participants": 9, "name": "Strolling"})
    await admin.put(f"{program}/slug")
    await admin.put(f"{program}/status", {"status": "active"})
    await admin.put(f"{program}/events/{event.id}")
    await admin.put(f"/crm/events/{event.id}/attendance", said(club.member))
    await admin.delete(f"{program}/events/{event.id}")
    await admin.patch(f"/crm/events/{event.id}", {"title": "Evening"})
    await admin.delete(f"/crm/events/{event.id}")
    await admin.post(f"{club.path}/events", {"title": "A", "starts_at": 1, "ends_at": 2})
    mine = at((await member.post(f"{program}/enrollments")).json()["id"])
    await admin.post(f"{mine}/decline")
    mine = at((await member.post(f"{program}/enrollments")).json()["id"])
    await admin.post(f"{mine}/approval")
    await admin.put(f"{mine}/attendance", {"manual_attendance_count": 1})
    await admin.post(f"{mine}/completion")
    await admin.post(f"{mine}/reopening")
    await member.post(f"{mine}/withdrawal")
    await admin.post(f"{await asked(second)}/removal", {"reason": "By mistake"})
    await asked(third)
    await admin.delete(program)

    told = [kind.removeprefix("crm.") for kind in await kinds(worker)]
    entries = await audited(admin, club, limit="200")
    assert [each["action"] for each in entries] == told
    assert set(told) == {
        *("program_created", "program_changed", "program_slug_changed", "program_status_changed", "program_archived"),
        *("program_event_linked", "program_event_unlinked", "attendance_recorded"),
        *("event_created", "event_changed", "event_cancelled"),
        *("participation_requested", "participation_approved", "participation_declined", "participation_enrolled"),
        *("participation_changed", "participation_completed", "participation_reopened"),
        *("participation_withdrawn", "participation_removed"),
    }
    own = {"participation_requested", "participation_withdrawn"}
    for each in entries:
        assert each["actor_id"] == str(club.member.id if each["action"] in own else club.admin.id)


@pytest.mark.req("P-PRV-02")
async def test_what_is_rolled_back_was_neither_announced_nor_written_down(
    session: AsyncSession, plan: Plan, worker: WorkerOnDemand
) -> None:
    program = await plan()
    actor = CrmActor.system()
    async with session.begin_nested() as savepoint:
        await service.archive_program(session, actor, program)
        await session.flush()  # all three are written now
        assert (await session.scalars(select(AuditEntry.action))).all() == ["program_archived"]
        await savepoint.rollback()
    await session.commit()
    assert (await session.scalars(select(AuditEntry))).all() == []
    assert await kinds(worker) == []
    assert (await session.scalar(text("SELECT status FROM crm.programs"))) == "active"


@pytest.mark.req("P-PRG-09")
@pytest.mark.parametrize("change", ["UPDATE crm.audit_entries SET action = 'x'", "DELETE FROM crm.audit_entries"])
async def test_nobody_who_serves_requests_edits_the_audit(
    admin: ApiClient, session: AsyncSession, plan: Plan, change: str
) -> None:
    await admin.delete(f"/crm/programs/{(await plan()).id}")
    with pytest.raises(ProgrammingError, match="permission denied"):
        async with session.begin_nested():
            await session.execute(text(change))


async def test_the_audit_is_found_by_subject_action_and_person(
    admin: ApiClient, member: ApiClient, club: Club, plan: Plan
) -> None:
    first, second = await plan(), await plan(enrollment_method=EnrollmentMethod.self_enroll)
    await admin.patch(f"/crm/programs/{first.id}", {"max_participants": 3})
    await admin.delete(f"/crm/programs/{first.id}")
    joined = (await member.post(f"/crm/programs/{second.id}/enrollments")).json()

    async def actions(**asked: str) -> list[str]:
        return [each["action"] for each in await audited(admin, club, **asked)]

    assert await actions() == ["program_changed", "program_archived", "participation_enrolled"]
    assert await actions(subject_id=str(first.id)) == ["program_changed", "program_archived"]
    assert await actions(subject_type="participation") == ["participation_enrolled"]
    assert await actions(actor_id=str(club.member.id)) == ["participation_enrolled"]
    assert await actions(action="program_archived") == ["program_archived"]
    assert await actions(sort="-created_at", limit="1") == ["participation_enrolled"]
    changed = (await audited(admin, club, action="program_changed"))[0]
    assert changed["changes"] == {"max_participants": {"before": None, "after": 3}}
    assert (await audited(admin, club, subject_id=joined["id"]))[0]["changes"] == {"method": "self"}


async def test_the_audit_is_for_the_organizations_admins(
    client: ApiClient, member: ApiClient, club: Club, rival: Club
) -> None:
    path = f"{club.path}/audit-entries"
    assert (await member.get(path)).status_code == 403
    assert (await (await client.as_(rival.admin)).get(path)).status_code == 404
    assert (await (await client.as_(rival.admin)).get(f"{rival.path}/audit-entries")).json()["items"] == []


async def test_two_hundred_entries_cost_as_many_statements_as_one(
    admin: ApiClient, engine: AsyncEngine, session: AsyncSession, club: Club
) -> None:
    costs = []
    for many in (1, 199):
        session.add_all(
            AuditEntry(
                organization_id=club.organization.id,
                action="program_changed",
                subject_type="program",
                subject_id=new_id(),
                changes={},
            )
            for _ in range(many)
        )
        await session.commit()
        with recorded(engine) as statements:
            assert len(await audited(admin, club, limit="200")) in {1, 200}
        costs.append(len(statements))
    assert costs[0] == costs[1]
