"""Programs and participants as files: complete, for admins alone, and harmless in a spreadsheet."""

import csv
import io
import json
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.crm.models import Program
from tests.crm.conftest import Club, Enter, Plan
from tests.factories import crm, identity
from tests.support.client import ApiClient


def cells(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


async def test_programs_come_as_csv_and_as_json_lines(admin: ApiClient, club: Club, plan: Plan) -> None:
    program = await plan(
        name="=HYPERLINK(0)",
        description="Several\nlines, and a comma",
        completion_criteria_type="attendance_count",
        completion_required_count=2,
    )
    await plan(status="archived")
    answer = await admin.get(f"{club.path}/programs/export")
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="programs.csv"'
    assert answer.headers["x-content-type-options"] == "nosniff"
    (row,) = cells(answer.text)
    shown = (await admin.get(f"/crm/programs/{program.id}")).json()
    assert list(row) == list(shown)
    assert row["name"] == "'=HYPERLINK(0)"
    assert row["description"] == "Several\nlines, and a comma"
    assert json.loads(row["completion_criteria"])["required_count"] == 2
    assert (row["linked_event_ids"], row["max_participants"]) == ("[]", "")
    lines = await admin.get(f"{club.path}/programs/export?format=jsonl")
    assert lines.headers["content-type"] == "application/jsonl"
    assert [json.loads(line) for line in lines.text.splitlines()] == [shown]
    archived = await admin.get(f"{club.path}/programs/export?format=jsonl&status=archived")
    assert [json.loads(line)["status"] for line in archived.text.splitlines()] == ["archived"]


DANGEROUS = ["=1+1", "+1", "-1", "@SUM(A1)", "＝1", "＋1", "－1", "＠1"]


@pytest.mark.parametrize("name", DANGEROUS)
async def test_a_name_is_never_a_formula(admin: ApiClient, plan: Plan, another: Enter, join: Any, name: str) -> None:
    program = await plan()
    await join(program, await another(name=name), admin_notes=name)
    path = f"/crm/programs/{program.id}/participants/export"
    (row,) = cells((await admin.get(path)).text)
    assert (row["name"], row["admin_notes"]) == (f"'{name}", f"'{name}")
    assert json.loads((await admin.get(f"{path}?format=jsonl")).text)["name"] == name


async def crowded(session: AsyncSession, program: Program, many: int) -> None:
    people = [identity.account() for _ in range(many)]
    session.add_all(people)
    await session.flush()  # participations point at them
    session.add_all(crm.participation(program, each.id) for each in people)
    await session.commit()


async def test_an_export_has_every_participant_once_over_several_pages(
    admin: ApiClient, session: AsyncSession, plan: Plan, join: Any
) -> None:
    program = await plan()
    await crowded(session, program, 450)
    await join(program, status="withdrawn", ended_at=program.created_at)
    path = f"/crm/programs/{program.id}/participants/export"
    ids = [json.loads(line)["id"] for line in (await admin.get(f"{path}?format=jsonl")).text.splitlines()]
    assert len(ids) == len(set(ids)) == 451
    assert len(cells((await admin.get(f"{path}?status=enrolled")).text)) == 450


async def test_an_empty_export_is_a_file_too(admin: ApiClient, plan: Plan) -> None:
    path = f"/crm/programs/{(await plan()).id}/participants/export"
    header = (await admin.get(path)).text
    assert header.startswith("id,created_at,")
    assert cells(header) == []
    assert (await admin.get(f"{path}?format=jsonl")).text == ""


@pytest.mark.parametrize("asked", ["format=xlsx", "format=", "status=nobody", "email=1", "unheard_of=1"])
async def test_an_export_refuses_what_it_does_not_know(admin: ApiClient, club: Club, asked: str) -> None:
    assert (await admin.get(f"{club.path}/programs/export?{asked}")).status_code == 422
