"""One name, fifty times at once, on real connections: nobody fails, and nobody shares a slug."""

import asyncio
from collections import Counter
from functools import partial
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.crm.models import AuditEntry, Program, ProgramSlug
from app.crm.permissions import CrmActor
from app.crm.programs import service
from tests.crm.conftest import found, patient
from tests.factories import crm
from tests.support.client import ApiClient, patiently
from tests.support.worker import WorkerOnDemand

pytestmark = pytest.mark.parallel

Sessions = async_sessionmaker[AsyncSession]
BODY: dict[str, Any] = {"name": "Reading Group", "type": "reading_group", "enrollment_method": "self_enroll"}


@pytest.mark.req("P-PRG-07")
@pytest.mark.req("Z-21")
async def test_fifty_programs_of_one_name_made_at_once_have_fifty_slugs(crowd: ApiClient, parallel: Sessions) -> None:
    async with parallel.begin() as session:
        club = await found(session)
    admin = await crowd.as_(club.admin)
    answers = await asyncio.gather(*(admin.post(f"{club.path}/programs", BODY) for _ in range(50)))
    assert Counter(answer.status_code for answer in answers) == {201: 50}
    slugs = {answer.json()["slug"] for answer in answers}
    assert len(slugs) == 50
    assert "reading-group" in slugs
    assert all(len(slug) <= 50 for slug in slugs)
    async with parallel() as session:
        assert set(await session.scalars(select(Program.slug))) == slugs
        assert await session.scalar(select(func.count()).select_from(AuditEntry)) == 50
    assert len(await WorkerOnDemand(parallel, {}).announced("crm.program_created")) == 50


@pytest.mark.req("Z-21")
async def test_fifty_renamed_programs_take_one_name_at_once(parallel: Sessions) -> None:
    async with parallel.begin() as session:
        club = await found(session)
        programs = [crm.program(club.organization.id, name="Walking", slug=f"old-{n}") for n in range(50)]
        session.add_all(programs)

    async def renew(program: Program) -> str:
        async with parallel.begin() as session:
            return (await service.renew_slug(session, CrmActor.system(), program.id)).slug

    slugs = await asyncio.gather(*(patient(partial(renew, program)) for program in programs))
    assert len(set(slugs)) == 50
    assert "walking" in slugs
    async with parallel() as session:
        former = await session.execute(select(ProgramSlug.slug, ProgramSlug.program_id))
        assert dict(former.all()) == {program.slug: program.id for program in programs}


@pytest.mark.req("Z-22")
async def test_one_program_renewed_twenty_times_at_once_is_renewed_once(crowd: ApiClient, parallel: Sessions) -> None:
    async with parallel.begin() as session:
        club = await found(session)
        program = crm.program(club.organization.id, name="Walking", slug="once")
        session.add(program)
    admin = await crowd.as_(club.admin)
    path = f"/crm/programs/{program.id}/slug"
    answers = await asyncio.gather(*(patiently(partial(admin.put, path)) for _ in range(20)))
    assert {(answer.status_code, answer.json()["slug"]) for answer in answers} == {(200, "walking")}
    assert len(await WorkerOnDemand(parallel, {}).announced("crm.program_slug_changed")) == 1
