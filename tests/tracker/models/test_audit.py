"""Every change leaves its trace, however it was made; what is nobody's business leaves only that it changed."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.database.model import metadata
from app.tracker.models import AuditEntry, AuditMask, CoursePrerequisite
from tests.factories import tracker
from tests.tracker.models.church import Church
from tests.tracker.models.trail import change, entries, remove, traces

pytestmark = pytest.mark.req("C-AUD-01")

Values = dict[str, Any]

TABLES = {table.name: table for table in metadata.tables.values() if table.schema == "tracker"}

# One change in each table that has something to change: the row, what is set, and what the log says of it.
CHANGES: list[tuple[str, Values, Values, Values]] = [
    ("person", {"first_name": "Eve"}, {"first_name": "Ada"}, {"first_name": "Eve"}),
    ("campus", {"name": "Hill"}, {"name": "Harbour"}, {"name": "Hill"}),
    ("role", {"permissions": ["sync:run"]}, {"permissions": []}, {"permissions": ["sync:run"]}),
    ("at_campus", {"is_primary": False}, {"is_primary": True}, {"is_primary": False}),
    ("with_role", {"assigned_date": date(2026, 5, 17)}, {"assigned_date": None}, {"assigned_date": "2026-05-17"}),
    ("course", {"max_capacity": 12}, {"max_capacity": None}, {"max_capacity": 12}),
    ("instance", {"is_active": False}, {"is_active": True}, {"is_active": False}),
    ("content_type", {"icon_class": "mic"}, {"icon_class": None}, {"icon_class": "mic"}),
    ("content", {"order_sequence": 2}, {"order_sequence": 1}, {"order_sequence": 2}),
    ("course_role", {"role_type": "observer"}, {"role_type": "teacher"}, {"role_type": "observer"}),
    (
        "enrollment",
        {"progress_percentage": Decimal("12.5"), "status": "in_progress"},
        {"progress_percentage": 0, "status": "enrolled"},
        {"progress_percentage": 12.5, "status": "in_progress"},
    ),
    ("completion", {"score": Decimal(90)}, {"score": None}, {"score": 90}),
    ("certification", {"validity_months": None}, {"validity_months": 24}, {"validity_months": None}),
    ("progress", {"started_date": None}, {"started_date": "2026-01-31"}, {"started_date": None}),
    (
        "sync_log",
        {"records_processed": 1, "records_failed": 1},
        {"records_processed": 0, "records_failed": 0},
        {"records_processed": 1, "records_failed": 1},
    ),
    ("webhook_event", {"attempts": 1}, {"attempts": 0}, {"attempts": 1}),
    ("cached_event", {"event_name": "Basics"}, {"event_name": "Foundations"}, {"event_name": "Basics"}),
    (
        "cached_registration",
        {"registration_status": "cancelled"},
        {"registration_status": "registered"},
        {"registration_status": "cancelled"},
    ),
]

# What the log must not quote, and two values of each. The list itself is in the database.
SECRETS: list[tuple[str, str, Any, Any]] = [
    ("person", "email", "ada@example.org", "eve@example.org"),
    ("person", "phone", "+4711", "+4712"),
    ("person", "date_of_birth", date(2014, 5, 17), date(2014, 5, 18)),
    ("person", "address1", "1 Quay", "2 Quay"),
    ("person", "address2", "left", "right"),
    ("person", "city", "Oslo", "Bergen"),
    ("person", "state", "NY", "NJ"),
    ("person", "zip", "0150", "0151"),
    ("enrollment", "notes", "grieves", "better"),
    ("enrollment", "registration_notes", "wheelchair", "none"),
    ("completion", "notes", "cried", "laughed"),
    ("sync_log", "error_details", [{"record_id": "1", "error": "Ada"}], []),
    ("webhook_event", "payload", {"name": "Ada"}, {"name": "Eve"}),
    ("webhook_event", "error_message", "no Ada here", "no Eve here"),
    ("cached_registration", "registration_notes", "wheelchair", "none"),
    ("cached_registration", "custom_field_responses", {"allergies": "nuts"}, {"allergies": "none"}),
]

# Every other column about people, so that whoever adds one decides whether the log may quote it.
TOLD_OF_PEOPLE = {
    *("id", "planning_center_id", "account_id", "merged_into_id", "household_id", "created_by", "updated_by"),
    *("first_name", "last_name", "gender", "household_name", "status", "is_active", "join_date", "created_at"),
    *("updated_at", "version", "last_synced_at", "planning_center_updated_at"),
}


async def test_every_table_is_watched_but_the_log_itself(session: AsyncSession) -> None:
    watched = await session.scalars(
        text("SELECT relname FROM pg_trigger t JOIN pg_class c ON c.oid = tgrelid WHERE tgname = 'audit'")
    )
    assert sorted(watched) == sorted(TABLES.keys() - {"audit_log"})


async def test_every_new_row_is_in_the_log_once(session: AsyncSession, church: Church) -> None:
    for row in church.made():
        (entry,) = await entries(session, row)
        assert (entry.action, entry.old_values) == ("insert", None)
        assert set(entry.record_id.split("/")) <= set((entry.new_values or {}).values())


async def test_of_a_new_row_the_log_has_what_it_was_given(session: AsyncSession) -> None:
    made = tracker.campus(planning_center_location_id="7")
    session.add(made)
    await session.flush()  # the trigger writes now
    (entry,) = await entries(session, made)
    values = entry.new_values or {}
    assert values.pop("created_at")
    assert values == {"id": str(made.id), "name": "Harbour", "planning_center_location_id": "7", "is_active": True}


@pytest.mark.parametrize(("name", "values", "old", "new"), CHANGES, ids=[each[0] for each in CHANGES])
async def test_a_change_says_what_was_and_what_is(
    session: AsyncSession, church: Church, name: str, values: Values, old: Values, new: Values
) -> None:
    await change(session, getattr(church, name), **values)
    assert await traces(session, getattr(church, name)) == [("update", old, new)]


async def test_every_row_that_goes_is_in_the_log_with_what_it_was(session: AsyncSession, church: Church) -> None:
    for row in reversed(church.made()):
        (begun,) = await entries(session, row)
        await remove(session, row)
        assert await traces(session, row) == [("delete", begun.new_values, None)]


async def test_what_goes_with_its_whole_is_in_the_log_too(session: AsyncSession, church: Church) -> None:
    await remove(session, church.advanced)
    ((action, old, new),) = await traces(session, church.prerequisite)
    assert (action, new) == ("delete", None)
    assert old == {"course_id": str(church.advanced.id), "prerequisite_id": str(church.course.id)}


async def test_a_row_is_known_by_the_key_that_it_had(session: AsyncSession, church: Church) -> None:
    other = tracker.course()
    session.add(other)
    await session.flush()  # the link will point at it
    await change(session, church.prerequisite, prerequisite_id=other.id)
    old, new = {"prerequisite_id": str(church.course.id)}, {"prerequisite_id": str(other.id)}
    assert await traces(session, church.prerequisite) == [("update", old, new)]


@pytest.mark.parametrize(
    "values",
    [
        {"first_name": "Ada"},
        {"last_synced_at": text("now()")},
        {"planning_center_updated_at": text("now()")},
        {"version": 2},
    ],
    ids=["the same", "seen by the sync", "seen by Planning Center", "counted"],
)
async def test_what_changes_nothing_leaves_no_trace(session: AsyncSession, church: Church, values: Values) -> None:
    await change(session, church.person, **values)
    assert await traces(session, church.person) == []


async def test_only_what_changed_is_kept(session: AsyncSession, church: Church) -> None:
    await change(session, church.person, first_name="Eve", last_name="Berg", gender="F", last_synced_at=text("now()"))
    assert await traces(session, church.person) == [
        ("update", {"first_name": "Ada", "gender": None}, {"first_name": "Eve", "gender": "F"})
    ]


async def test_changes_in_one_transaction_keep_their_order(session: AsyncSession, church: Church) -> None:
    for name in ("Bea", "Cia", "Dea"):
        await change(session, church.person, first_name=name)
    told = [new and new["first_name"] for _, _, new in await traces(session, church.person)]
    assert told == ["Bea", "Cia", "Dea"]


async def test_an_upsert_leaves_what_it_did(session: AsyncSession, church: Church) -> None:
    """As a sync writes: many rows in one statement, some new and some known."""
    known, number = church.cached_event, tracker.planning_center_number()
    await session.execute(
        text(
            "INSERT INTO tracker.planning_center_events_cache (planning_center_event_id, event_name)"
            " VALUES (:known, 'Basics'), (:fresh, 'Basics') ON CONFLICT (planning_center_event_id)"
            " DO UPDATE SET event_name = excluded.event_name, last_synced_at = now()"
        ),
        {"known": known.planning_center_event_id, "fresh": number},
    )
    assert await traces(session, known) == [("update", {"event_name": "Foundations"}, {"event_name": "Basics"})]
    fresh = AuditEntry.new_values["planning_center_event_id"].astext == number
    assert [entry.action for entry in await session.scalars(select(AuditEntry).where(fresh))] == ["insert"]


# What is masked


@pytest.mark.parametrize(
    ("name", "column", "first", "second"), SECRETS, ids=[f"{each[0]}.{each[1]}" for each in SECRETS]
)
async def test_of_a_secret_the_log_says_only_that_it_changed(
    session: AsyncSession, church: Church, name: str, column: str, first: Any, second: Any
) -> None:
    row = getattr(church, name)
    begun = "***" if getattr(row, column) is not None else None
    await change(session, row, **{column: first})
    await change(session, row, **{column: second})
    assert await traces(session, row) == [
        ("update", {column: begun}, {column: "***"}),
        ("update", {column: "***"}, {column: "***"}),
    ]


async def test_the_list_of_secrets_is_the_one_that_is_tried_here(session: AsyncSession, church: Church) -> None:
    masks = {mask.table_name: set(mask.columns) for mask in await session.scalars(select(AuditMask))}
    tried: dict[str, set[str]] = {}
    for name, column, *_ in SECRETS:
        tried.setdefault(getattr(church, name).__tablename__, set()).add(column)
    assert masks == tried
    assert {column.name for column in TABLES["people"].columns} == TOLD_OF_PEOPLE | masks["people"]


async def test_nothing_secret_is_in_the_log_when_a_row_comes_or_goes(session: AsyncSession) -> None:
    somebody = tracker.person(email="ada@example.org", date_of_birth=date(2014, 5, 17))
    session.add(somebody)
    await session.flush()  # the trigger writes now
    await remove(session, somebody)
    (begun, ended) = await entries(session, somebody)
    for values in (begun.new_values or {}, ended.old_values or {}):
        assert (values["email"], values["date_of_birth"], values["first_name"]) == ("***", "***", "Ada")


async def test_a_link_is_known_by_both_its_ends(session: AsyncSession, church: Church) -> None:
    link = await session.get_one(CoursePrerequisite, (church.advanced.id, church.course.id))
    (entry,) = await entries(session, link)
    assert entry.record_id == f"{church.advanced.id}/{church.course.id}"
