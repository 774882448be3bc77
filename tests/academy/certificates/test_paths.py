"""Certificates of learning paths: completed, numbered without doubles, with courses and skills."""

import asyncio
import re
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.academy.certificates import service
from app.academy.certificates.errors import PathNotCompleted
from app.academy.models import PathCertificate, PathSkill, PathStepCompletion, SkillProgress
from app.academy.permissions import AcademyActor
from app.core.clock import utc_now
from app.core.ids import new_id
from app.core.storage import file_store
from app.identity.models import Account
from app.media.models import StoredFile
from tests.academy.conftest import enter
from tests.academy.credentials.conftest import completed_path, new_skill
from tests.factories import academy, learning
from tests.support.client import ApiClient
from tests.support.pdf import text_of
from tests.support.worker import WorkerOnDemand

HOUSE = AcademyActor.system()


async def furnished(session: AsyncSession, person: Account) -> PathCertificate:
    """The certificate of a path of two courses and two skills, of which one has a level."""
    path = learning.path(title="AI Foundations Track")
    courses = [academy.course(title="First steps"), academy.course(title="Second steps")]
    skill, unused = await new_skill(session, name="Prompting"), await new_skill(session, name="Never begun")
    session.add_all([path, *courses])
    await session.flush()
    steps = [learning.path_step(path, course, step_number=place) for place, course in enumerate(courses, 1)]
    session.add_all(
        [
            *steps,
            PathSkill(path_id=path.id, skill_id=skill.id),
            PathSkill(path_id=path.id, skill_id=unused.id),
            SkillProgress(id=new_id(), user_id=person.id, skill_id=skill.id, current_level="advanced"),
            SkillProgress(id=new_id(), user_id=person.id, skill_id=unused.id),
        ]
    )
    enrollment = await completed_path(session, person, path)
    for step in steps:
        session.add(PathStepCompletion(path_enrollment_id=enrollment.id, step_id=step.id, path_id=path.id))
    await session.flush()
    made = await service.issue_path_certificate(session, HOUSE, enrollment)
    await session.commit()
    return made


@pytest.mark.req("A-LPC-01")
async def test_it_lists_courses_and_skills_and_is_a_badge_with_a_number_and_a_page(
    client: ApiClient, session: AsyncSession, learner: Account, worker: WorkerOnDemand
) -> None:
    made = await furnished(session, learner)
    told = (await (await client.as_(learner)).get(f"/academy/path-certificates/{made.id}")).json()
    assert re.fullmatch(rf"PATH-{utc_now().year}-\d{{6}}", told["certificate_number"])
    assert [each["title"] for each in told["courses_completed"]] == ["First steps", "Second steps"]
    assert [each["level"] for each in told["skills_achieved"]] == ["advanced"]
    badge = (await client.get(f"/academy/credentials/{made.id}")).json()
    narrative = badge["credentialSubject"]["achievement"]["criteria"]["narrative"]
    assert "First steps; Second steps" in narrative
    assert "Prompting (advanced)" in narrative
    verified = (await client.get(f"/academy/credentials/{made.id}/verification")).json()
    assert (verified["status"], verified["certificate_number"]) == ("valid", told["certificate_number"])
    assert (await client.get("root:/verify/" + str(made.id))).status_code == 200
    assert (await worker.announced())[0].kind == "academy.path_certificate_issued"


@pytest.mark.req("A-LPC-01")
async def test_its_paper_says_the_same(
    client: ApiClient, session: AsyncSession, learner: Account, worker: WorkerOnDemand
) -> None:
    made = await furnished(session, learner)
    await worker.drain()
    mine = await client.as_(learner)
    assert (await mine.get(f"/academy/path-certificates/{made.id}")).json()["status"] == "issued"
    words = text_of((await mine.get(f"/academy/credentials/{made.id}/pdf")).content)
    for wanted in ("AI Foundations Track", "First steps", "Second steps", "Prompting: advanced"):
        assert wanted in words
    for wanted in (made.certificate_number, made.public_url):
        assert wanted in words
    assert "@" not in words


async def test_a_path_that_is_not_completed_has_none(session: AsyncSession, learner: Account) -> None:
    path = learning.path()
    session.add(path)
    await session.flush()
    enrollment = learning.path_enrollment(learner, path)
    session.add(enrollment)
    await session.flush()
    with pytest.raises(PathNotCompleted):
        await service.issue_path_certificate(session, HOUSE, enrollment)


async def test_asked_for_again_it_is_the_same_one(session: AsyncSession, learner: Account) -> None:
    enrollment = await completed_path(session, learner)
    first = await service.issue_path_certificate(session, HOUSE, enrollment)
    again = await service.issue_path_certificate(session, HOUSE, enrollment)
    assert first.id == again.id


@pytest.mark.parallel
@pytest.mark.req("A-LPC-02")
async def test_a_hundred_at_once_have_a_hundred_numbers(parallel: async_sessionmaker[AsyncSession]) -> None:
    async with parallel.begin() as session:
        people = [await enter(session) for _ in range(100)]
        enrollments = [await completed_path(session, person) for person in people]

    async def one(enrollment: Any) -> str:
        async with parallel.begin() as session:
            return (await service.issue_path_certificate(session, HOUSE, enrollment)).certificate_number

    numbers = await asyncio.gather(*(one(each) for each in enrollments))
    year = utc_now().year
    assert sorted(numbers) == [f"PATH-{year}-{position:06}" for position in range(1, 101)]
    async with parallel() as session:
        positions = (await session.scalars(select(PathCertificate.status_position))).all()
        assert len(set(positions)) == 100


@pytest.mark.parallel
async def test_one_path_asked_for_on_twenty_connections_has_one_certificate(
    parallel: async_sessionmaker[AsyncSession],
) -> None:
    async with parallel.begin() as session:
        enrollment = await completed_path(session, await enter(session))

    async def one() -> object:
        async with parallel.begin() as session:
            return (await service.issue_path_certificate(session, HOUSE, enrollment)).id

    assert len(set(await asyncio.gather(*(one() for _ in range(20))))) == 1
    async with parallel() as session:
        assert await session.scalar(select(func.count()).select_from(PathCertificate)) == 1


@pytest.mark.req("A-LPC-02")
async def test_each_year_counts_for_itself(session: AsyncSession) -> None:
    assert [await service._next_number(session, year) for year in (2025, 2026, 2025)] == [
        "PATH-2025-000001",
        "PATH-2026-000001",
        "PATH-2025-000002",
    ]


async def test_they_are_listed_for_their_holder_and_for_admins(
    client: ApiClient, session: AsyncSession, learner: Account, admin: Account
) -> None:
    made = await furnished(session, learner)
    mine, boss = await client.as_(learner), await client.as_(admin)
    stranger = await client.as_(await enter(session))
    assert [each["id"] for each in (await mine.get("/academy/me/path-certificates")).json()["items"]] == [str(made.id)]
    assert (await stranger.get("/academy/me/path-certificates")).json()["items"] == []
    assert (await mine.get("/academy/path-certificates")).status_code == 403
    assert (await stranger.get(f"/academy/path-certificates/{made.id}")).status_code == 404
    for wish in (
        f"certificate_number={made.certificate_number}",
        f"account_id={learner.id}",
        f"path_id={made.path_id}",
    ):
        assert len((await boss.get(f"/academy/path-certificates?{wish}")).json()["items"]) == 1
    assert (await boss.get("/academy/path-certificates?certificate_number=PATH-2020-000001")).json()["items"] == []
    assert (await boss.get("/academy/path-certificates?state=revoked")).json()["items"] == []


async def test_what_the_disk_lost_is_not_an_empty_answer(
    client: ApiClient, session: AsyncSession, learner: Account, worker: WorkerOnDemand
) -> None:
    made = await furnished(session, learner)
    await worker.drain()
    kept = await session.scalar(select(StoredFile.storage_key))
    file_store().remove(str(kept))
    answer = await (await client.as_(learner)).get(f"/academy/credentials/{made.id}/pdf")
    assert (answer.status_code, answer.json()["code"]) == (404, "core.not_found")
