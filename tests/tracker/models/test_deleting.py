"""What deleting a row by hand does: what proves something stays, what means nothing alone goes along."""

from typing import Any

import pytest
from sqlalchemy import delete, func, inspect, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.tracker.models import Campus, CourseEnrollment, Person, PersonRole, SyncLog
from app.tracker.models.base import Base
from tests.factories import tracker
from tests.tracker.models.church import Church, broken


async def is_there(session: AsyncSession, row: Base) -> bool:
    table = type(row)
    keys = zip(inspect(table).primary_key, inspect(row).identity or (), strict=True)
    return bool(await session.scalar(select(func.count()).select_from(table).where(*(key == at for key, at in keys))))


async def remove(session: AsyncSession, row: Any) -> None:
    await session.execute(delete(type(row)).where(type(row).id == row.id))


async def clear(session: AsyncSession, *rows: Base) -> None:
    """Take these rows away, so that nothing but what a test is about still points at their parents."""
    for row in rows:
        await session.delete(row)
        await session.flush()  # in this order


@pytest.mark.parametrize(
    ("parent", "first", "key"),
    [
        ("person", ["progress"], "fk_course_enrollment_people_id"),
        ("person", ["completion", "enrollment"], "fk_certification_progress_people_id"),
        ("campus", [], "fk_people_campus_campus_id"),
        ("role", [], "fk_people_role_role_id"),
        ("course", ["completion", "prerequisite", "required"], "fk_course_enrollment_course_id"),
        ("course", ["completion", "enrollment", "required"], "fk_course_prerequisite_prerequisite_id"),
        ("course", ["completion", "enrollment", "prerequisite"], "fk_certification_course_course_id"),
        ("content", [], "fk_content_completion_content_id"),
        ("content_type", [], "fk_content_content_type_id"),
        ("enrollment", [], "fk_content_completion_course_enrollment_id"),
        ("certification", [], "fk_certification_progress_certification_id"),
    ],
)
async def test_a_row_that_others_are_about_stays(
    session: AsyncSession, church: Church, parent: str, first: list[str], key: str
) -> None:
    """Of several that stand in the way any may be named, so all but one are taken away `first`."""
    await clear(session, *(getattr(church, name) for name in first))
    with pytest.raises(IntegrityError) as refused:
        await remove(session, getattr(church, parent))
    assert broken(refused.value) == key


async def test_a_run_that_somebody_is_in_stays(session: AsyncSession, church: Church) -> None:
    session.add(tracker.enrollment(church.person.id, church.course.id, course_instance_id=church.instance.id))
    await session.flush()  # before the run is to go
    with pytest.raises(IntegrityError) as refused:
        await remove(session, church.instance)
    assert broken(refused.value) == "fk_course_enrollment_course_instance_id_course_id"


async def test_somebody_whom_others_were_merged_into_stays(session: AsyncSession) -> None:
    kept = tracker.person()
    session.add(kept)
    await session.flush()  # the other one points at it
    session.add(tracker.person(merged_into_id=kept.id, status="inactive", is_active=False))
    await session.flush()  # before the kept one is to go
    with pytest.raises(IntegrityError) as refused:
        await remove(session, kept)
    assert broken(refused.value) == "fk_people_merged_into_id"


@pytest.mark.parametrize(
    ("parent", "first", "children"),
    [
        ("person", ["completion", "enrollment", "progress"], ["at_campus", "with_role", "course_role"]),
        (
            "course",
            ["completion", "enrollment", "prerequisite", "required"],
            ["content", "instance", "course_role"],
        ),
        ("advanced", [], ["prerequisite"]),
        ("certification", ["progress"], ["required"]),
    ],
)
async def test_parts_go_with_their_whole(
    session: AsyncSession, church: Church, parent: str, first: list[str], children: list[str]
) -> None:
    await clear(session, *(getattr(church, name) for name in first))
    await remove(session, getattr(church, parent))
    assert [name for name in children if await is_there(session, getattr(church, name))] == []


async def test_what_an_account_did_stays_when_the_account_goes(session: AsyncSession, church: Church) -> None:
    account = church.account.id
    for row in (church.person, church.campus, church.enrollment):
        row.created_by = row.updated_by = account
    church.person.account_id = church.with_role.assigned_by = church.sync_log.created_by = account
    church.enrollment.dependency_override, church.enrollment.dependency_override_by = True, account
    await session.flush()  # before the account goes
    await session.execute(text("DELETE FROM core.accounts WHERE id = :id"), {"id": account})
    pointers = (
        *(Person.account_id, Person.created_by, Campus.updated_by, PersonRole.assigned_by),
        *(CourseEnrollment.dependency_override_by, SyncLog.created_by),
    )
    assert [await session.scalar(select(pointer)) for pointer in pointers] == [None] * len(pointers)
    assert await session.scalar(select(CourseEnrollment.dependency_override))
