"""Completion: by count, by percentage, by hand; at once, or by the worker when something changed that counts."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.crm.models import AttendanceStatus, Event, Program, ProgramParticipation
from tests.crm.conftest import Club, Plan, audited, kinds
from tests.crm.events.test_router import held, said
from tests.factories import crm
from tests.support.client import ApiClient
from tests.support.worker import WorkerOnDemand

COUNT_2: dict[str, Any] = {"completion_criteria_type": "attendance_count", "completion_required_count": 2}
HALF: dict[str, Any] = {"completion_criteria_type": "attendance_percentage", "completion_required_percentage": 50}


class Case:
    """A program with events of the club, and the member in it."""

    def __init__(self, admin: ApiClient, club: Club, session: AsyncSession, worker: WorkerOnDemand) -> None:
        self.admin, self.club, self.session, self.worker = admin, club, session, worker
        self.program: Program
        self.participation: ProgramParticipation
        self.events: list[Event] = []

    async def link(self, **fields: Any) -> Event:
        event = await held(self.session, self.club, **fields)
        self.session.add(crm.linked(self.program, event))
        await self.session.commit()
        self.events.append(event)
        return event

    async def record(self, event: Event, status: str = "attended") -> None:
        answer = await self.admin.put(f"/crm/events/{event.id}/attendance", said(self.club.member, status=status))
        assert answer.status_code == 200, answer.text

    async def count(self, number: int | None) -> dict[str, Any]:
        path = f"/crm/participations/{self.participation.id}/attendance"
        answer = await self.admin.put(path, {"manual_attendance_count": number})
        assert answer.status_code == 200, answer.text
        shown: dict[str, Any] = answer.json()
        return shown

    async def act(self, noun: str) -> int:
        return (await self.admin.post(f"/crm/participations/{self.participation.id}/{noun}")).status_code

    async def shown(self) -> dict[str, Any]:
        shown: dict[str, Any] = (await self.admin.get(f"/crm/participations/{self.participation.id}")).json()
        return shown

    async def status(self) -> str:
        await self.worker.drain()
        return str((await self.shown())["status"])

    async def completions(self) -> int:
        return (await kinds(self.worker)).count("crm.participation_completed")


@pytest.fixture
def case(admin: ApiClient, club: Club, session: AsyncSession, worker: WorkerOnDemand) -> Case:
    return Case(admin, club, session, worker)


@pytest_asyncio.fixture
async def begin(case: Case, plan: Plan, join: Any) -> Any:
    """Begins a case with a program of these criteria."""

    async def begun(**fields: Any) -> Case:
        case.program = await plan(**fields)
        case.participation = await join(case.program)
        return case

    return begun


# By count


@pytest.mark.req("P-CMP-01")
@pytest.mark.req("P-CMP-02")
async def test_counting_by_hand_completes_at_the_number_and_not_before_and_once(begin: Any) -> None:
    case = await begin(**COUNT_2)
    early = await case.count(1)
    assert (early["status"], early["completed_at"], early["attended_count"]) == ("enrolled", None, 1)
    done = await case.count(2)
    assert done["status"] == "completed"
    assert done["completed_at"] is not None
    again = await case.count(5)
    assert (again["status"], again["completed_at"]) == ("completed", done["completed_at"])
    assert await case.completions() == 1
    told = (await case.worker.announced("crm.participation_completed"))[0].payload
    assert told["by"] == "attendance_count"
    actions = [each["action"] for each in await audited(case.admin, case.club)]
    assert actions.count("participation_completed") == 1


@pytest.mark.req("P-CMP-01")
@pytest.mark.parametrize("status", ["planning", "active", "completed"])
async def test_counting_by_hand_completes_whatever_the_program_is_up_to(begin: Any, status: str) -> None:
    assert (await (await begin(**COUNT_2, status=status)).count(2))["status"] == "completed"


@pytest.mark.req("P-CMP-06")
async def test_a_lower_count_takes_no_completion_back_until_an_admin_reopens_it(begin: Any) -> None:
    case = await begin(**COUNT_2)
    await case.count(2)
    lowered = await case.count(0)
    assert (lowered["status"], lowered["manual_attendance_count"]) == ("completed", 0)
    assert await case.status() == "completed"
    assert await case.act("reopening") == 200
    reopened = await case.shown()
    assert (reopened["status"], reopened["completed_at"]) == ("enrolled", None)
    assert await case.act("reopening") == 409
    assert (await case.count(3))["status"] == "completed"
    assert await case.completions() == 2
    assert "crm.participation_reopened" in await kinds(case.worker)


@pytest.mark.parametrize("status", ["pending", "withdrawn"])
async def test_nothing_is_counted_for_who_is_not_enrolled(admin: ApiClient, plan: Plan, join: Any, status: str) -> None:
    program = await plan(**COUNT_2)
    now = program.created_at
    moments = {"requested_at": now} if status == "pending" else {"ended_at": now}
    row = await join(program, status=status, **moments)
    answer = await admin.put(f"/crm/participations/{row.id}/attendance", {"manual_attendance_count": 9})
    assert (answer.status_code, answer.json()["code"]) == (409, "crm.participation_not_enrolled")


# By events


@pytest.mark.req("P-CMP-05")
@pytest.mark.parametrize("status", AttendanceStatus)
async def test_being_there_wholly_or_partly_counts_and_absence_does_not(begin: Any, status: str) -> None:
    case = await begin(**COUNT_2)
    first, second = await case.link(), await case.link()
    await case.record(first)
    assert await case.status() == "enrolled"
    await case.record(second, status)
    assert await case.status() == ("enrolled" if status == "absent" else "completed")
    assert await case.completions() == (0 if status == "absent" else 1)


@pytest.mark.req("P-CMP-05")
async def test_events_and_what_was_counted_by_hand_add_up(begin: Any) -> None:
    case = await begin(**COUNT_2)
    await case.count(1)
    await case.record(await case.link())
    assert await case.status() == "completed"
    assert (await case.shown())["attended_count"] == 2


@pytest.mark.req("P-CMP-05")
async def test_every_active_program_that_links_the_event_is_looked_at_and_no_other(
    begin: Any, plan: Plan, join: Any, admin: ApiClient
) -> None:
    one = {"completion_criteria_type": "attendance_count", "completion_required_count": 1}
    case = await begin(**one)
    event = await case.link()
    linked = {status: await plan(**one, status=status) for status in ("active", "planning", "completed", "archived")}
    rows = {status: await join(program) for status, program in linked.items()}
    case.session.add_all([crm.linked(program, event) for program in linked.values()])
    unlinked = await join(await plan(**one))
    await case.record(event)
    assert await case.status() == "completed"
    found = {
        status: (await admin.get(f"/crm/participations/{row.id}")).json()["status"] for status, row in rows.items()
    }
    assert found == {"active": "completed", "planning": "enrolled", "completed": "enrolled", "archived": "enrolled"}
    assert (await admin.get(f"/crm/participations/{unlinked.id}")).json()["status"] == "enrolled"
    # What waited counts as soon as its program becomes active.
    await admin.put(f"/crm/programs/{linked['planning'].id}/status", {"status": "active"})
    await case.worker.drain()
    assert (await admin.get(f"/crm/participations/{rows['planning'].id}")).json()["status"] == "completed"


async def test_attendance_counts_from_the_moment_the_event_is_linked_or_the_criteria_are_met(begin: Any) -> None:
    case = await begin(completion_criteria_type="attendance_count", completion_required_count=9)
    event = await held(case.session, case.club)
    await case.record(event)
    await case.admin.put(f"/crm/programs/{case.program.id}/events/{event.id}")
    assert await case.status() == "enrolled"
    wanted = {"completion_criteria": {"type": "attendance_count", "required_count": 1}}
    await case.admin.patch(f"/crm/programs/{case.program.id}", wanted)
    assert await case.status() == "completed"


# By percentage


@pytest.mark.req("P-CMP-04")
@pytest.mark.req("Z-24")
@pytest.mark.parametrize(
    ("required", "there", "events", "is_completed"),
    [
        (50, 1, 2, True),
        (50, 1, 3, False),
        (66.7, 2, 3, False),  # two thirds are a little less
        (66.6, 2, 3, True),
        (100, 3, 3, True),
        (100, 2, 3, False),
        (1, 1, 9, True),
    ],
)
async def test_the_percentage_is_of_the_events_that_were_held(
    begin: Any, required: float, there: int, events: int, *, is_completed: bool
) -> None:
    case = await begin(completion_criteria_type="attendance_percentage", completion_required_percentage=required)
    for number in range(events):
        event = await case.link()
        if number < there:
            case.session.add(crm.attendance(event.id, case.club.member.id))
    await case.session.commit()
    await case.record(case.events[-1], "attended" if there == events else "absent")
    await case.record(case.events[0], "partial")
    assert await case.status() == ("completed" if is_completed else "enrolled")
    assert (await case.shown())["attendance_percentage"] == round(there / events * 100, 1)


@pytest.mark.req("P-CMP-04")
async def test_with_no_event_held_nothing_completes(begin: Any) -> None:
    case = await begin(**HALF)
    now = datetime.now(UTC)
    running = await case.link(starts_at=now - timedelta(hours=1), ends_at=now + timedelta(hours=1))
    cancelled = await case.link()
    await case.record(running)
    await case.record(cancelled)
    await case.admin.delete(f"/crm/events/{cancelled.id}")
    await case.count(1_000)
    assert await case.status() == "enrolled"
    assert (await case.shown())["attendance_percentage"] is None


@pytest.mark.req("P-CMP-04")
async def test_an_event_counts_once_it_has_ended_without_anybody_doing_anything(begin: Any) -> None:
    case = await begin(**HALF)
    now = datetime.now(UTC)
    event = await case.link(starts_at=now - timedelta(hours=1), ends_at=now + timedelta(hours=1))
    await case.record(event)
    await case.worker.run_schedule("crm.complete_after_events")
    assert await case.status() == "enrolled"
    await case.session.execute(
        text("UPDATE crm.events SET ends_at = now() - interval '1 second' WHERE id = :id"), {"id": event.id}
    )
    await case.session.commit()
    for _ in range(2):
        await case.worker.run_schedule("crm.complete_after_events")
    assert await case.status() == "completed"
    assert await case.completions() == 1


async def test_the_clock_does_not_complete_again_what_an_admin_reopened(begin: Any) -> None:
    case = await begin(**HALF)
    await case.record(await case.link())
    assert await case.status() == "completed"
    assert await case.act("reopening") == 200
    await case.worker.run_schedule("crm.complete_after_events")
    assert await case.status() == "enrolled"


@pytest.mark.parametrize("change", ["cancelled", "unlinked", "postponed"])
async def test_fewer_events_may_be_enough_attendance(begin: Any, change: str) -> None:
    case = await begin(**HALF)
    there, missed, other = [await case.link() for _ in range(3)]
    await case.record(there)
    await case.record(missed, "absent")
    assert await case.status() == "enrolled"
    if change == "cancelled":
        await case.admin.delete(f"/crm/events/{other.id}")
    elif change == "unlinked":
        await case.admin.delete(f"/crm/programs/{case.program.id}/events/{other.id}")
    else:
        await case.admin.patch(f"/crm/events/{other.id}", {"ends_at": "2099-01-01T00:00:00Z"})
    assert await case.status() == "completed"


# By hand


@pytest.mark.req("P-CMP-03")
@pytest.mark.parametrize("criteria", [{"completion_criteria_type": "manual"}, {}])
async def test_by_hand_nothing_completes_but_an_admins_word(begin: Any, criteria: dict[str, Any]) -> None:
    case = await begin(**criteria)
    await case.record(await case.link())
    assert (await case.count(1_000))["status"] == "enrolled"
    await case.worker.run_schedule("crm.complete_after_events")
    assert await case.status() == "enrolled"
    assert await case.act("completion") == 200
    assert await case.status() == "completed"
    assert await case.act("completion") == 409
    assert [each.payload["by"] for each in await case.worker.announced("crm.participation_completed")] == ["manual"]


@pytest.mark.req("P-CMP-03")
@pytest.mark.parametrize("status", ["pending", "withdrawn", "removed", "completed"])
async def test_only_who_is_enrolled_is_completed(admin: ApiClient, plan: Plan, join: Any, status: str) -> None:
    program = await plan()
    now = program.created_at
    moments: dict[str, dict[str, Any]] = {
        "pending": {"requested_at": now},
        "withdrawn": {"ended_at": now},
        "removed": {"ended_at": now, "end_reason": "x"},
        "completed": {"completed_at": now},
    }
    row = await join(program, status=status, **moments[status])
    answer = await admin.post(f"/crm/participations/{row.id}/completion")
    assert (answer.status_code, answer.json()["code"]) == (409, "crm.participation_not_enrolled")


async def test_reopening_needs_a_place(begin: Any, another: Any, join: Any) -> None:
    case = await begin(max_participants=1)
    assert await case.act("completion") == 200
    await join(case.program, await another())
    answer = await case.admin.post(f"/crm/participations/{case.participation.id}/reopening")
    assert (answer.status_code, answer.json()["code"]) == (409, "crm.capacity_reached")


async def test_nobody_completes_in_an_archived_program(begin: Any) -> None:
    case = await begin(**COUNT_2, status="archived")
    assert await case.act("completion") == 409
    assert await case.act("reopening") == 409
    path = f"/crm/participations/{case.participation.id}/attendance"
    answer = await case.admin.put(path, {"manual_attendance_count": 2})
    assert (answer.status_code, answer.json()["code"]) == (409, "crm.program_archived")
