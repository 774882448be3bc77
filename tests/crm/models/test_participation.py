"""Who takes part, once at a time; and who was at which event."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.crm.models import AttendanceStatus
from tests.crm.models.conftest import Guild
from tests.factories import crm as make
from tests.support.refusals import refused, refused_statement

NOW = text("now()")
ENDED: dict[str, Any] = {"ended_at": NOW, "end_reason": "moved away"}
STATES: dict[str, dict[str, Any]] = {
    "pending": {"enrolled_at": None, "requested_at": NOW},
    "enrolled": {},
    "completed": {"completed_at": NOW},
    "withdrawn": {"ended_at": NOW},
    "removed": ENDED,
}


@pytest.mark.parametrize("status", STATES)
async def test_each_state_has_what_belongs_to_it(session: AsyncSession, guild: Guild, status: str) -> None:
    session.add(make.participation(guild.program, guild.person.id, status=status, **STATES[status]))
    await session.flush()


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"status": "declined"}, "status"),
        ({"status": "pending"}, "pending"),
        ({"enrolled_at": None}, "enrolled"),
        ({"status": "completed"}, "completed"),
        ({"status": "completed", "completed_at": NOW, "enrolled_at": None}, "enrolled"),
        ({"ended_at": NOW}, "ended"),
        ({"status": "withdrawn"}, "ended"),
        ({"manual_attendance_count": -1}, "manual_attendance_count"),
    ],
)
async def test_a_participation_is_refused(
    session: AsyncSession, guild: Guild, fields: dict[str, Any], constraint: str
) -> None:
    row = make.participation(guild.program, guild.person.id, **fields)
    assert await refused(session, row) == f"ck_program_participation_{constraint}"


@pytest.mark.req("Z-26")
async def test_who_is_declined_is_removed_and_told_why(session: AsyncSession, guild: Guild) -> None:
    given = {"status": "removed", "enrolled_at": None, "requested_at": NOW, "ended_at": NOW}
    for reason in (None, " "):
        row = make.participation(guild.program, guild.person.id, **given, end_reason=reason)
        assert await refused(session, row) == "ck_program_participation_removed_with_reason"
    session.add(make.participation(guild.program, guild.person.id, **given, end_reason="declined"))
    await session.flush()


async def test_whoever_approves_does_it_at_some_time(session: AsyncSession, guild: Guild) -> None:
    row = make.participation(guild.program, guild.person.id, approved_by=guild.person.id)
    assert await refused(session, row) == "ck_program_participation_approval"


@pytest.mark.req("Z-27")
@pytest.mark.parametrize("first", STATES)
@pytest.mark.parametrize("second", ["pending", "enrolled"])
async def test_one_participation_of_a_person_in_a_program_is_live(
    session: AsyncSession, guild: Guild, first: str, second: str
) -> None:
    session.add(make.participation(guild.program, guild.person.id, status=first, **STATES[first]))
    await session.flush()
    again = make.participation(guild.program, guild.person.id, status=second, **STATES[second])
    if first in {"pending", "enrolled"}:
        assert await refused(session, again) == "uq_program_participation_live"
    else:
        session.add(again)
        await session.flush()


@pytest.mark.req("P-TAB-02")
async def test_the_copied_organization_is_the_programs(session: AsyncSession, guild: Guild, another: Guild) -> None:
    row = make.participation(guild.program, guild.person.id, organization_id=another.organization.id)
    assert await refused(session, row) == "fk_program_participation_program_id_organization_id"


async def test_what_a_participation_proves_is_not_deleted_under_it(session: AsyncSession, guild: Guild) -> None:
    session.add(make.participation(guild.program, guild.person.id))
    session.add(make.attendance(guild.event.id, guild.person.id))
    await session.flush()
    kept = [
        await refused_statement(session, f"DELETE FROM {table} WHERE id = :id", id=row.id)  # noqa: S608  (our own names)
        for table, row in (
            ("crm.programs", guild.program),
            ("crm.events", guild.event),
            ("core.accounts", guild.person),
        )
    ]
    assert kept[0] == "fk_program_participation_program_id_organization_id"
    assert kept[1] == "fk_event_attendance_event_id"
    assert kept[2] in {"fk_program_participation_user_id", "fk_event_attendance_user_id"}


# Events


@pytest.mark.parametrize("status", AttendanceStatus)
async def test_somebody_was_there_in_one_way(session: AsyncSession, guild: Guild, status: str) -> None:
    session.add(make.attendance(guild.event.id, guild.person.id, status=status))
    await session.flush()
    again = make.attendance(guild.event.id, guild.person.id)
    assert await refused(session, again) == "uq_event_attendance_event_id_user_id"


async def test_nobody_was_there_in_another_way(session: AsyncSession, guild: Guild) -> None:
    row = make.attendance(guild.event.id, guild.person.id, status="late")
    assert await refused(session, row) == "ck_event_attendance_status"


@pytest.mark.parametrize("length", [timedelta(), timedelta(hours=-1)])
async def test_an_event_ends_after_its_beginning(session: AsyncSession, guild: Guild, length: timedelta) -> None:
    late = make.event(guild.organization.id, ends_at=guild.event.starts_at + length, starts_at=guild.event.starts_at)
    assert await refused(session, late) == "ck_events_times"
