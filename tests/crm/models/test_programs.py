"""Programs, their former slugs, and the events that count for them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.crm.models import (
    CompletionCriteriaType,
    EnrollmentMethod,
    Event,
    Program,
    ProgramEvent,
    ProgramSlug,
    ProgramStatus,
    ProgramType,
)
from app.identity.models import Account, Organization
from tests.crm.models.conftest import Guild
from tests.factories import crm as make
from tests.support.refusals import refused, refused_statement

START = datetime(2026, 9, 1, tzinfo=UTC)


@pytest.mark.parametrize("kind", ProgramType)
@pytest.mark.parametrize("method", EnrollmentMethod)
async def test_every_type_is_joined_in_every_way(session: AsyncSession, guild: Guild, kind: str, method: str) -> None:
    session.add(make.program(guild.organization.id, type=kind, enrollment_method=method))
    await session.flush()


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"type": "course"}, "ck_programs_type"),
        ({"status": "draft"}, "ck_programs_status"),
        ({"enrollment_method": "paid"}, "ck_programs_enrollment_method"),
        ({"max_participants": -1}, "ck_programs_max_participants"),
        ({"start_date": START, "end_date": START - timedelta(days=1)}, "ck_programs_dates"),
        ({"completion_criteria_type": "points"}, "ck_programs_completion_criteria_type"),
    ],
)
async def test_a_program_is_refused(
    session: AsyncSession, guild: Guild, fields: dict[str, Any], constraint: str
) -> None:
    assert await refused(session, make.program(guild.organization.id, **fields)) == constraint


@pytest.mark.req("Z-24")
@pytest.mark.parametrize(
    ("kind", "count", "percentage", "is_accepted"),
    [
        (None, None, None, True),
        ("manual", None, None, True),
        ("attendance_count", 1, None, True),
        ("attendance_count", None, None, False),  # it would complete everybody with the first attendance
        ("attendance_count", 0, None, False),
        ("attendance_count", 3, 50, False),
        ("attendance_percentage", None, 1, True),
        ("attendance_percentage", None, 100, True),
        ("attendance_percentage", None, None, False),
        ("attendance_percentage", None, 0, False),
        ("attendance_percentage", None, 101, False),
        ("attendance_percentage", 3, 50, False),
        ("manual", 3, None, False),
        (None, None, 50, False),
    ],
)
async def test_what_completes_a_participation_is_said_completely(
    session: AsyncSession,
    guild: Guild,
    kind: str | None,
    count: int | None,
    percentage: int | None,
    *,
    is_accepted: bool,
) -> None:
    program = make.program(
        guild.organization.id,
        completion_criteria_type=kind,
        completion_required_count=count,
        completion_required_percentage=percentage,
    )
    if is_accepted:
        session.add(program)
        await session.flush()
    else:
        assert await refused(session, program) == "ck_programs_completion_criteria"


@pytest.mark.req("Z-23")
@pytest.mark.parametrize("most", [None, 0, 1])
async def test_a_program_is_without_limit_closed_or_limited(
    session: AsyncSession, guild: Guild, most: int | None
) -> None:
    session.add(make.program(guild.organization.id, max_participants=most))
    await session.flush()


def test_the_statuses_and_criteria_are_the_catalogues() -> None:
    assert list(ProgramStatus) == ["planning", "active", "completed", "archived"]
    assert list(CompletionCriteriaType) == ["attendance_count", "attendance_percentage", "manual"]


# Slugs


@pytest.mark.req("Z-21")
async def test_a_slug_is_taken_within_its_organization_only(
    session: AsyncSession, guild: Guild, another: Guild
) -> None:
    again = make.program(guild.organization.id, slug=guild.program.slug)
    assert await refused(session, again) == "uq_programs_organization_id_slug"
    session.add(make.program(another.organization.id, slug=guild.program.slug))
    await session.flush()


@pytest.mark.req("Z-21")
async def test_a_former_slug_leads_to_one_program_of_its_organization(
    session: AsyncSession, guild: Guild, another: Guild
) -> None:
    session.add(make.slug(guild.program, slug="once"))
    await session.flush()
    other = make.program(guild.organization.id)
    session.add(other)
    await session.flush()
    assert await refused(session, make.slug(other, slug="once")) == "uq_program_slugs_organization_id_slug"
    elsewhere = make.slug(guild.program, organization_id=another.organization.id)
    assert await refused(session, elsewhere) == "fk_program_slugs_program_id_organization_id"
    session.add(make.slug(another.program, slug="once"))
    await session.flush()


async def test_former_slugs_go_with_their_program(session: AsyncSession, guild: Guild) -> None:
    session.add(make.slug(guild.program))
    await session.flush()
    await session.execute(delete(Program).where(Program.id == guild.program.id))
    assert await session.scalar(select(func.count()).select_from(ProgramSlug)) == 0


# Events that count


@pytest.mark.req("P-TAB-04")
async def test_only_events_of_the_same_organization_count_for_a_program(
    session: AsyncSession, guild: Guild, another: Guild
) -> None:
    session.add(make.linked(guild.program, guild.event))
    await session.flush()
    foreign = make.linked(guild.program, another.event)
    assert await refused(session, foreign) == "fk_program_events_event_id_organization_id"
    disguised = make.linked(guild.program, another.event, organization_id=another.organization.id)
    assert await refused(session, disguised) == "fk_program_events_program_id_organization_id"


@pytest.mark.parametrize("parent", [Program, Event])
async def test_a_link_goes_with_either_end(session: AsyncSession, guild: Guild, parent: type[Program | Event]) -> None:
    session.add(make.linked(guild.program, guild.event))
    await session.flush()
    await session.execute(delete(parent))
    assert await session.scalar(select(func.count()).select_from(ProgramEvent)) == 0


# What deleting does


async def test_an_organization_with_programs_or_events_stays(
    session: AsyncSession, guild: Guild, another: Guild
) -> None:
    await session.execute(delete(Event).where(Event.organization_id == guild.organization.id))
    await session.execute(delete(Program).where(Program.organization_id == another.organization.id))
    statement = f"DELETE FROM {Organization.__table__} WHERE id = :id"  # noqa: S608  (our own names)
    for place, constraint in ((guild, "fk_programs_organization_id"), (another, "fk_events_organization_id")):
        assert await refused_statement(session, statement, id=place.organization.id) == constraint


async def test_what_somebody_made_stays_when_they_go(session: AsyncSession, guild: Guild) -> None:
    guild.program.created_by = guild.event.created_by = guild.person.id
    await session.flush()
    await session.execute(delete(Account).where(Account.id == guild.person.id))
    for row in (guild.program, guild.event):
        await session.refresh(row)
        assert row.created_by is None
