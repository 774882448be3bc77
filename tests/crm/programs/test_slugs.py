"""Slugs after a rename and after an import: where the old ones lead, and what the worker does."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.crm.models import Program, ProgramSlug
from app.crm.permissions import CrmActor
from app.crm.programs import service
from tests.crm.conftest import Club, Plan, audited, kinds
from tests.support.client import ApiClient
from tests.support.worker import WorkerOnDemand

BODY: dict[str, Any] = {"name": "Reading Group", "type": "reading_group", "enrollment_method": "self_enroll"}


async def by_slug(client: ApiClient, club: Club, slug: str) -> tuple[int, str | None]:
    """The status, and the last part of where it leads."""
    answer = await client.get(f"{club.path}/programs/by-slug/{slug}")
    location = answer.headers.get("location")
    return answer.status_code, location and location.rpartition("/")[2]


@pytest.mark.req("Z-22")
async def test_renaming_keeps_the_slug_and_the_separate_action_renews_it(
    admin: ApiClient, member: ApiClient, club: Club, worker: WorkerOnDemand
) -> None:
    made = (await admin.post(f"{club.path}/programs", BODY)).json()
    path = f"/crm/programs/{made['id']}"
    assert (await admin.patch(path, {"name": "Book Club"})).json()["slug"] == "reading-group"
    assert await by_slug(member, club, "reading-group") == (200, None)
    assert (await admin.put(f"{path}/slug")).json()["slug"] == "book-club"
    assert await by_slug(member, club, "book-club") == (200, None)
    assert await by_slug(member, club, "reading-group") == (308, "book-club")
    followed = await member.get(f"{club.path}/programs/by-slug/reading-group")
    canonical = await member.get(followed.headers["location"].removeprefix("/api/v1"))
    assert canonical.json()["id"] == made["id"]
    assert (await admin.put(f"{path}/slug")).json()["slug"] == "book-club"  # twice changes nothing
    assert (await kinds(worker)).count("crm.program_slug_changed") == 1
    changes = [each["changes"] for each in await audited(admin, club, action="program_slug_changed")]
    assert changes == [{"slug": {"before": "reading-group", "after": "book-club"}}]


@pytest.mark.req("Z-21")
async def test_a_former_slug_leads_to_its_program_until_another_is_called_so(
    admin: ApiClient, club: Club, plan: Plan
) -> None:
    first = await plan(name="Book Club", slug="reading-group")
    await admin.put(f"/crm/programs/{first.id}/slug")
    second = (await admin.post(f"{club.path}/programs", BODY)).json()
    assert second["slug"] == "reading-group"
    found = await admin.get(f"{club.path}/programs/by-slug/reading-group")
    assert (found.status_code, found.json()["id"]) == (200, second["id"])
    assert await by_slug(admin, club, "never-was") == (404, None)


async def test_a_slug_that_a_program_takes_back_is_no_former_one_any_more(
    admin: ApiClient, session: AsyncSession, plan: Plan
) -> None:
    program = await plan(name="Alpha", slug="alpha")
    for name in ("Beta", "Alpha", "Gamma", "Beta"):
        await admin.patch(f"/crm/programs/{program.id}", {"name": name})
        await admin.put(f"/crm/programs/{program.id}/slug")
    former = await session.scalars(select(ProgramSlug.slug).where(ProgramSlug.program_id == program.id))
    assert set(former) == {"alpha", "gamma"}


async def test_a_wanted_slug_that_is_taken_gets_a_suffix(admin: ApiClient, plan: Plan) -> None:
    await plan(name="Alpha", slug="alpha")
    program = await plan(name="Alpha", slug="once")
    slug = (await admin.put(f"/crm/programs/{program.id}/slug")).json()["slug"]
    assert slug.startswith("alpha-")
    assert slug.removeprefix("alpha-").isdigit()


async def test_slugs_are_not_led_on_between_organizations(
    admin: ApiClient, client: ApiClient, club: Club, rival: Club, plan: Plan
) -> None:
    program = await plan(name="Alpha", slug="once")
    await admin.put(f"/crm/programs/{program.id}/slug")
    theirs = await client.as_(rival.admin)
    assert await by_slug(theirs, rival, "once") == (404, None)
    assert await by_slug(theirs, club, "once") == (404, None)


# Imports and renames in bulk: the worker's share


@pytest.mark.req("Z-21")
async def test_an_import_makes_all_programs_and_the_worker_gives_them_their_slugs(
    admin: ApiClient, club: Club, worker: WorkerOnDemand
) -> None:
    names = ["Reading Group", "Reading Group", "Walking", "🦆"]
    answer = await admin.post(f"{club.path}/program-imports", {"programs": [BODY | {"name": name} for name in names]})
    assert answer.status_code == 202
    made = answer.json()["programs"]
    assert [each["name"] for each in made] == names
    for each in made:
        assert await by_slug(admin, club, each["slug"]) == (200, None)
    await worker.drain()
    slugs = [(await admin.get(f"/crm/programs/{each['id']}")).json()["slug"] for each in made]
    plain, suffixed = sorted(slugs[:2])
    assert (plain, slugs[2], slugs[3]) == ("reading-group", "walking", "program")
    assert suffixed.startswith("reading-group-")
    for each, slug in zip(made, slugs, strict=True):
        assert await by_slug(admin, club, each["slug"]) == (308, slug)
    assert (await kinds(worker)).count("crm.program_created") == 4


async def test_an_import_with_one_bad_program_makes_none(admin: ApiClient, club: Club) -> None:
    answer = await admin.post(f"{club.path}/program-imports", {"programs": [BODY, BODY | {"type": "course"}]})
    assert answer.status_code == 422
    assert [each["pointer"] for each in answer.json()["errors"]] == ["/programs/1/type"]
    assert (await admin.get(f"{club.path}/programs")).json()["items"] == []


@pytest.mark.req("Z-21")
async def test_renamed_programs_get_their_slugs_in_bulk_and_the_job_may_run_twice(
    admin: ApiClient, session: AsyncSession, club: Club, plan: Plan, worker: WorkerOnDemand
) -> None:
    renamed = [await plan(name=f"New {number}", slug=f"old-{number}") for number in range(3)]
    await plan(name="Same", slug="same")
    await plan(name="Resting", slug="old", status="archived")
    answer = await admin.post(f"{club.path}/slug-renewals")
    assert (answer.status_code, answer.json()) == (202, {"requested_count": 3})
    await worker.drain()
    for program in renamed:
        await service.renew_slug(session, CrmActor.system(), program.id)
    await session.commit()
    slugs = await session.scalars(select(Program.slug).order_by(Program.slug))
    assert list(slugs) == ["new-0", "new-1", "new-2", "old", "same"]
    assert (await admin.post(f"{club.path}/slug-renewals")).json() == {"requested_count": 0}
    assert (await kinds(worker)).count("crm.program_slug_changed") == 3
