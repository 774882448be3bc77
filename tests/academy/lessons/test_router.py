"""Lessons through the door: who sees and writes them, and finishing one."""

from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.academy.models import AssessmentType, Enrollment
from app.core.clock import utc_now
from app.core.ids import new_id
from app.identity.models import Account
from tests.academy.classroom import Classroom, choice, open_classroom
from tests.factories import learning
from tests.support.client import ApiClient
from tests.support.queries import recorded
from tests.support.worker import WorkerOnDemand

BODY = {"title": "System prompts", "description": "What they are for.", "duration_minutes": 20}


@pytest_asyncio.fixture
async def author(client: ApiClient, admin: Account) -> ApiClient:
    """Who writes lessons."""
    return await client.as_(admin)


async def test_a_lesson_comes_last_unless_it_has_a_place_and_they_are_listed_in_order(
    author: ApiClient, room: Classroom, worker: WorkerOnDemand
) -> None:
    path = f"/academy/sessions/{room.item.id}/lessons"
    second = await author.post(path, BODY | {"title": "Second"})
    assert (second.status_code, second.json()["order_in_session"]) == (201, 2)
    third = await author.post(path, BODY | {"title": "Third", "order_in_session": 1})
    assert third.json()["order_in_session"] == 1
    await author.patch(f"/academy/lessons/{third.json()['id']}", {"order_in_session": 9})
    titles = [each["title"] for each in (await author.get(path)).json()["items"]]
    assert titles == [room.lesson.title, "Second", "Third"]
    assert len(await worker.announced("academy.lesson_changed")) == 3


async def test_lessons_are_for_those_who_learn_and_teach(
    client: ApiClient, author: ApiClient, room: Classroom, learner: Account
) -> None:
    people = {room.learner: 200, room.instructor: 200, learner: 403}
    one, listed = f"/academy/lessons/{room.lesson.id}", f"/academy/sessions/{room.item.id}/lessons"
    for person, status in people.items():
        reader = await client.as_(person)
        assert [(await reader.get(path)).status_code for path in (one, listed)] == [status, status]
        assert (await reader.post(listed, BODY)).status_code == 403
        assert (await reader.patch(one, {"title": "Mine"})).status_code == 403
        assert (await reader.delete(one)).status_code == 403
    assert (await client.get(one)).status_code == 401
    assert (await author.get(f"/academy/lessons/{new_id()}")).status_code == 404


async def test_an_older_edit_is_refused_and_null_takes_the_slides_away(author: ApiClient, room: Classroom) -> None:
    path = f"/academy/lessons/{room.lesson.id}"
    etag = (await author.get(path)).headers["etag"]
    changed = await author.patch(path, {"slides_url": "https://slides.example.com/1"}, headers={"If-Match": etag})
    assert changed.json()["slides_url"] == "https://slides.example.com/1"
    assert (await author.patch(path, {"title": "Late"}, headers={"If-Match": etag})).status_code == 412
    assert (await author.patch(path, {"slides_url": None})).json()["slides_url"] is None
    unknown = await author.patch(path, {"worksheet_id": str(new_id())})
    assert (unknown.status_code, unknown.json()["code"]) == (422, "academy.worksheet_unknown")


async def test_a_lesson_in_use_stays(
    client: ApiClient, author: ApiClient, session: AsyncSession, room: Classroom
) -> None:
    path = f"/academy/lessons/{room.lesson.id}"
    await room.test(session, choice(), type=AssessmentType.knowledge_check)
    checked = await author.delete(path)
    assert (checked.status_code, checked.json()["code"]) == (409, "academy.lesson_in_use")
    free = learning.lesson(room.item, order_in_session=2)
    session.add(free)
    await session.commit()
    done = await (await client.as_(room.learner)).put(
        f"/academy/enrollments/{room.enrollment.id}/lessons/{free.id}/completion"
    )
    assert done.status_code == 200
    finished = await author.delete(f"/academy/lessons/{free.id}")
    assert (finished.status_code, finished.json()["code"]) == (409, "academy.lesson_in_use")


# Finishing one


async def test_a_finished_lesson_counts_once_and_is_told_of(
    session: AsyncSession, room: Classroom, learner_client: ApiClient, worker: WorkerOnDemand
) -> None:
    session.add_all(learning.lesson(room.item, order_in_session=order) for order in (2, 3))
    await session.commit()
    path = f"/academy/enrollments/{room.enrollment.id}/lessons/{room.lesson.id}/completion"
    first, second = [await learner_client.put(path) for _ in range(2)]
    assert first.json() == second.json()
    assert first.json()["progress_percent"] == 33
    [told] = await worker.announced("academy.lesson_completed")
    assert told.payload == {
        "enrollment_id": str(room.enrollment.id),
        "lesson_id": str(room.lesson.id),
        "course_id": str(room.course.id),
        "account_id": str(room.learner.id),
    }


async def test_only_its_learner_finishes_lessons_of_the_course(
    client: ApiClient, session: AsyncSession, room: Classroom, learner_client: ApiClient, learner: Account
) -> None:
    other = await open_classroom(session)
    mine = f"/academy/enrollments/{room.enrollment.id}/lessons"
    path = f"{mine}/{room.lesson.id}/completion"
    assert (await client.put(path)).status_code == 401
    assert (await (await client.as_(learner)).put(path)).status_code == 404
    assert (await (await client.as_(room.instructor)).put(path)).status_code == 403
    foreign = await learner_client.put(f"{mine}/{other.lesson.id}/completion")
    assert (foreign.status_code, foreign.json()["code"]) == (422, "academy.lesson_of_other_course")
    assert (await learner_client.put(f"{mine}/{new_id()}/completion")).status_code == 404


@pytest.mark.parametrize(
    "change",
    [{"payment_status": "pending"}, {"enrollment_status": "cancelled"}, {"materials_access_until": utc_now()}],
)
async def test_who_has_no_access_finishes_nothing(
    session: AsyncSession, room: Classroom, learner_client: ApiClient, change: dict[str, Any]
) -> None:
    await session.execute(update(Enrollment).where(Enrollment.id == room.enrollment.id).values(**change))
    await session.commit()
    refused = await learner_client.put(f"/academy/enrollments/{room.enrollment.id}/lessons/{room.lesson.id}/completion")
    assert (refused.status_code, refused.json()["code"]) == (409, "academy.no_course_access")


async def test_a_long_list_costs_what_a_short_one_costs(
    author: ApiClient, session: AsyncSession, room: Classroom, engine: AsyncEngine
) -> None:
    session.add_all(learning.lesson(room.item, order_in_session=order) for order in range(2, 12))
    await session.commit()
    costs = []
    for limit in (1, 11):
        with recorded(engine) as statements:
            listed = await author.get(f"/academy/sessions/{room.item.id}/lessons", params={"limit": limit})
        assert len(listed.json()["items"]) == limit
        costs.append(len(statements))
    assert costs[0] == costs[1]
