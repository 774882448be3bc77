"""Several who edit one path at once, and people who come in meanwhile, on real connections: the database decides."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from uuid import UUID

import pytest
import pytest_asyncio
from httpx import Response
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.academy.models import LearningPath, PathEnrollment, PathStepCompletion, Role
from app.academy.path_steps.schemas import AcademyPathStepCreate
from app.academy.path_steps.service import create_step
from app.academy.paths.queries import lock_path
from app.academy.permissions import AcademyActor
from app.core.ids import new_id
from tests.academy.authoring import BODY, Author
from tests.academy.conftest import enter
from tests.support.client import ApiClient
from tests.support.worker import WorkerOnDemand

pytestmark = pytest.mark.parallel

Sessions = async_sessionmaker[AsyncSession]


@pytest_asyncio.fixture
async def writer(crowd: ApiClient, parallel: Sessions) -> AsyncIterator[Author]:
    """An admin whose requests run on connections of their own."""
    async with parallel() as session:
        admin = await enter(session, Role.platform_admin)
        await session.commit()
        yield Author(await crowd.as_(admin), session)


def codes(answers: list[Response]) -> Counter[str]:
    """How often each status or code was answered."""
    return Counter(str(a.status_code) if a.is_success else a.json()["code"] for a in answers)


async def test_steps_that_come_at_once_are_numbered_one_by_one_and_all_count(writer: Author) -> None:
    path = await writer.path()
    courses = [await writer.course(hours=2, price_b2c=100) for _ in range(12)]
    answers = await asyncio.gather(*(writer.try_step(path, course) for course in courses))
    assert codes(answers) == {"201": 12}
    assert len(await writer.order(path)) == 12
    read = await writer.read(path)
    assert (read["total_courses"], read["total_hours"], read["list_price"]) == (12, 24, 1_200)


async def test_a_course_that_is_added_eight_times_at_once_is_one_step(writer: Author) -> None:
    path, course = await writer.path(), await writer.course()
    answers = await asyncio.gather(*(writer.try_step(path, course) for _ in range(8)))
    assert codes(answers) == {"201": 1, "academy.course_in_path": 7}


async def test_paths_of_one_title_that_are_made_at_once_all_get_a_slug(writer: Author) -> None:
    answers = await asyncio.gather(*(writer.admin.post("/academy/paths", BODY) for _ in range(10)))
    assert codes(answers) == {"201": 10}
    assert len({answer.json()["slug"] for answer in answers}) == 10


async def test_orders_of_everybody_leave_one_of_them_and_no_gap(writer: Author) -> None:
    path = await writer.path()
    steps = [(await writer.step(path))["id"] for _ in range(4)]
    orders = [steps[turn:] + steps[:turn] for turn in range(4)] * 3
    url = f"/academy/paths/{path['id']}/steps/order"
    answers = await asyncio.gather(*(writer.admin.put(url, {"step_ids": order}) for order in orders))
    assert codes(answers) == {"200": 12}
    assert await writer.order(path) in orders


@pytest.mark.parametrize("_", range(3))
async def test_a_path_is_never_active_without_its_last_step(writer: Author, _: int) -> None:
    path = await writer.path()
    step = await writer.step(path)
    activated, removed = await asyncio.gather(
        writer.admin.put(f"/academy/paths/{path['id']}/activation"),
        writer.admin.delete(f"/academy/path-steps/{step['id']}"),
    )
    assert sorted([activated.is_success, removed.is_success]) == [False, True]
    read = await writer.read(path)
    assert (read["is_active"], len(read["steps"])) in {(True, 1), (False, 0)}


@pytest.mark.parametrize("_", range(3))
async def test_a_step_is_either_removed_or_completed(writer: Author, parallel: Sessions, _: int) -> None:
    path = await writer.path()
    step = await writer.step(path)
    await writer.step(path)
    person = await writer.enter(path)

    async def complete() -> bool:
        try:
            async with parallel.begin() as session:
                enrollment = await session.scalar(select(PathEnrollment.id).where(PathEnrollment.user_id == person.id))
                values = {"path_enrollment_id": enrollment, "path_id": UUID(path["id"]), "step_id": UUID(step["id"])}
                await session.execute(insert(PathStepCompletion).values(values))
        except IntegrityError:
            return False
        return True

    is_done, removed = await asyncio.gather(complete(), writer.admin.delete(f"/academy/path-steps/{step['id']}"))
    assert codes([removed]) == ({"academy.path_step_done": 1} if is_done else {"204": 1})


@pytest.mark.parametrize("_", range(3))
async def test_a_path_is_either_deleted_or_somebody_comes_in(writer: Author, parallel: Sessions, _: int) -> None:
    path = await writer.active()

    async def come_in() -> bool:
        try:
            async with parallel.begin() as session:
                person = await enter(session)
                values = {"id": new_id(), "user_id": person.id, "path_id": UUID(path["id"]), "payment_type": "bundle"}
                await session.execute(insert(PathEnrollment).values(values))
        except IntegrityError:
            return False
        return True

    is_in, deleted = await asyncio.gather(come_in(), writer.admin.delete(f"/academy/paths/{path['id']}"))
    assert codes([deleted]) == ({"academy.path_has_people": 1} if is_in else {"204": 1})
    async with parallel() as session:
        assert (await session.get(LearningPath, UUID(path["id"])) is not None) is is_in


@pytest.mark.req("A-TAB-24")
async def test_a_course_that_changes_while_it_comes_into_a_path_is_counted_as_it_is_now(
    writer: Author, parallel: Sessions
) -> None:
    """The new price waits until the step is there: else its job would look for paths too early, and never again."""
    path, course = await writer.path(), await writer.course(price_b2c=100)
    worker = WorkerOnDemand(parallel, {})
    async with parallel.begin() as session:
        row = await lock_path(session, UUID(path["id"]))
        await create_step(session, AcademyActor.system(), row, AcademyPathStepCreate(course_id=course.id))
        change = asyncio.create_task(writer.admin.patch(f"/academy/courses/{course.id}", {"price_b2c": 200}))
        await asyncio.wait({change}, timeout=0.5)
        await worker.drain()
    assert (await change).status_code == 200
    await worker.drain()
    assert (await writer.read(path))["list_price"] == 200
