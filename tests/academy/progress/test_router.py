"""Attendance and completion through the door, and what completes a course by itself."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import text, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.academy.models import AssessmentType, Cohort, CohortStatus, Course
from app.academy.permissions import AcademyActor
from app.academy.progress import service
from app.core.ids import new_id
from app.core.outbox.emit import emit
from app.domain_events.academy import CohortCompleted
from app.identity.models import Account
from tests.academy.classroom import Classroom, begin, choice, essay, hand_in, open_classroom, say
from tests.factories import academy
from tests.support.client import ApiClient
from tests.support.worker import WorkerOnDemand


async def end_cohort(session: AsyncSession, room: Classroom) -> None:
    """The cohort is over, and says so."""
    await session.execute(update(Cohort).where(Cohort.id == room.cohort.id).values(status=CohortStatus.completed))
    emit(session, CohortCompleted(cohort_id=room.cohort.id, course_id=room.course.id))
    await session.commit()


def was_there(room: Classroom, status: str = "attended", minutes: int = 30, **more: Any) -> dict[str, Any]:
    item = {"enrollment_id": str(room.enrollment.id), "status": status, "minutes_attended": minutes} | more
    return {"session_id": str(room.item.id), "items": [item]}


async def progress(client: ApiClient, room: Classroom) -> dict[str, Any]:
    found: dict[str, Any] = (await client.get(f"/academy/enrollments/{room.enrollment.id}/progress")).json()
    return found


# Attendance


async def test_attendance_is_recorded_corrected_and_told_of_when_it_changes(
    room: Classroom, learner_client: ApiClient, teacher_client: ApiClient, worker: WorkerOnDemand
) -> None:
    path = f"/academy/cohorts/{room.cohort.id}/attendance"
    for body, changed in (
        (was_there(room), 1),
        (was_there(room), 0),
        (was_there(room, "partial", 10), 1),
        (was_there(room, "absent", 0), 1),
    ):
        recorded = await teacher_client.put(path, body)
        assert (recorded.status_code, recorded.json()["changed"]) == (200, changed)
        mine = await progress(learner_client, room)
        item = body["items"][0]
        assert mine["attendance"] == [
            {
                "session_id": str(room.item.id),
                "status": item["status"],
                "minutes_attended": item["minutes_attended"],
            }
        ]
        assert mine["sessions_attended"] == (item["status"] != "absent")
    told = await worker.announced("academy.attendance_recorded")
    assert [each.payload["status"] for each in told] == ["attended", "partial", "absent"]


@pytest.mark.parametrize(
    ("change", "code", "pointer"),
    [
        ({"session_id": str(new_id())}, "academy.attendance_unknown_target", "/session_id"),
        ({"enrollment_id": str(new_id())}, "academy.attendance_unknown_target", "/items/0/enrollment_id"),
        ({"status": "absent"}, "academy.absent_with_minutes", "/items/0/minutes_attended"),
    ],
)
async def test_what_does_not_fit_is_refused_and_nothing_is_written(
    session: AsyncSession, room: Classroom, teacher_client: ApiClient, change: dict[str, Any], code: str, pointer: str
) -> None:
    body = was_there(room)
    if "session_id" in change:
        body |= change
    else:
        body["items"][0] |= change
    refused = await teacher_client.put(f"/academy/cohorts/{room.cohort.id}/attendance", body)
    assert (refused.status_code, refused.json()["code"]) == (422, code)
    assert pointer in [each["pointer"] for each in refused.json()["errors"]]
    assert await session.scalar(text("SELECT count(*) FROM academy.session_attendance")) == 0


async def test_who_teaches_records_and_completes_and_nobody_else(
    client: ApiClient, room: Classroom, learner_client: ApiClient, teacher_client: ApiClient, learner: Account
) -> None:
    attendance = f"/academy/cohorts/{room.cohort.id}/attendance"
    completion = f"/academy/enrollments/{room.enrollment.id}/completion"
    shown = f"/academy/enrollments/{room.enrollment.id}/progress"
    stranger = await client.as_(learner)
    assert (await client.put(attendance, was_there(room))).status_code == 401
    assert (await learner_client.put(attendance, was_there(room))).status_code == 403
    assert (await learner_client.put(completion)).status_code == 403
    assert (await stranger.put(completion)).status_code == 404
    assert (await stranger.get(shown)).status_code == 404
    assert (await teacher_client.get(shown)).status_code == 200


# Completion


async def test_a_cohort_that_ends_completes_the_course_for_those_who_did_what_it_asks(
    session: AsyncSession, room: Classroom, learner_client: ApiClient, worker: WorkerOnDemand
) -> None:
    assert (await progress(learner_client, room))["missing"] == ["cohort_not_completed"]
    await end_cohort(session, room)
    await worker.drain()
    mine = await progress(learner_client, room)
    assert (mine["progress_percent"], mine["missing"], mine["completed_by_id"]) == (100, [], None)
    [told] = await worker.announced("academy.enrollment_completed")
    assert told.payload == {
        "enrollment_id": str(room.enrollment.id),
        "cohort_id": str(room.cohort.id),
        "course_id": str(room.course.id),
        "account_id": str(room.learner.id),
        "completed_by_id": None,
    }


async def test_a_required_assessment_has_to_be_passed(
    session: AsyncSession, room: Classroom, learner_client: ApiClient, worker: WorkerOnDemand
) -> None:
    test = await room.test(session, choice(), is_required=True, allow_retake=True)
    await end_cohort(session, room)
    for answer, completed in (("b", False), ("a", True)):
        begun = await begin(learner_client, test)
        await say(learner_client, begun, begun["questions"][0], selected_answer_ids=[answer])
        await hand_in(learner_client, begun)
        await worker.drain()
        mine = await progress(learner_client, room)
        assert (mine["completed_at"] is not None) is completed
        assert mine["missing"] == ([] if completed else ["assessment_not_passed"])


async def test_a_required_assessment_with_nothing_to_pass_has_to_be_handed_in(
    session: AsyncSession, room: Classroom, learner_client: ApiClient, worker: WorkerOnDemand
) -> None:
    test = await room.test(session, choice(), type=AssessmentType.pre_course, passing_score=0, is_required=True)
    await end_cohort(session, room)
    await worker.drain()
    begun = await begin(learner_client, test)
    assert (await progress(learner_client, room))["missing"] == ["assessment_not_passed"]
    await hand_in(learner_client, begun)
    await worker.drain()
    assert (await progress(learner_client, room))["completed_at"] is not None


async def test_a_persons_grade_can_be_the_last_thing_that_was_missing(
    session: AsyncSession,
    room: Classroom,
    learner_client: ApiClient,
    teacher_client: ApiClient,
    worker: WorkerOnDemand,
) -> None:
    test = await room.test(session, essay(), is_required=True)
    await end_cohort(session, room)
    begun = await begin(learner_client, test)
    await say(learner_client, begun, begun["questions"][0], text_response="We sort tickets.")
    await hand_in(learner_client, begun)
    await worker.drain()
    assert (await progress(learner_client, room))["completed_at"] is None
    [review] = (await teacher_client.get("/academy/reviews")).json()["items"]
    await teacher_client.put(f"/academy/responses/{review['id']}/grade", {"points_earned": 15})
    await worker.drain()
    assert (await progress(learner_client, room))["completed_at"] is not None


async def test_where_the_course_asks_for_attendance_it_counts(
    session: AsyncSession, room: Classroom, learner_client: ApiClient, teacher_client: ApiClient, worker: WorkerOnDemand
) -> None:
    session.add(academy.class_session(room.course, order_in_day=2))
    await session.execute(update(Course).where(Course.id == room.course.id).values(required_attendance_percent=50))
    await end_cohort(session, room)
    await worker.drain()
    assert (await progress(learner_client, room))["missing"] == ["attendance_too_low"]
    await teacher_client.put(f"/academy/cohorts/{room.cohort.id}/attendance", was_there(room))
    assert (await progress(learner_client, room))["completed_at"] is not None


async def test_an_instructors_word_completes_once_and_for_good(
    room: Classroom, learner_client: ApiClient, teacher_client: ApiClient, worker: WorkerOnDemand
) -> None:
    path = f"/academy/enrollments/{room.enrollment.id}/completion"
    first, second = [(await teacher_client.put(path)).json() for _ in range(2)]
    assert first == second
    assert first["completed_by_id"] == str(room.instructor.id)
    assert len(await worker.announced("academy.enrollment_completed")) == 1
    assert (await progress(learner_client, room))["progress_percent"] == 100


@pytest.mark.parametrize("change", ["payment_status = 'refunded'", "enrollment_status = 'cancelled'"])
async def test_who_left_completes_nothing(
    session: AsyncSession, room: Classroom, teacher_client: ApiClient, worker: WorkerOnDemand, change: str
) -> None:
    await session.execute(text(f"UPDATE academy.enrollments SET {change}"))  # noqa: S608  (a constant)
    await end_cohort(session, room)
    await worker.drain()
    refused = await teacher_client.put(f"/academy/enrollments/{room.enrollment.id}/completion")
    assert (refused.status_code, refused.json()["code"]) == (409, "academy.not_enrolled")
    assert await worker.announced("academy.enrollment_completed") == []


@pytest.mark.parallel
async def test_many_who_compute_at_once_complete_once(parallel: async_sessionmaker[AsyncSession]) -> None:
    async with parallel() as session:
        room = await open_classroom(session)
        await end_cohort(session, room)

    async def refresh() -> int:
        async with parallel.begin() as session:
            return await service.refresh(session, AcademyActor.system(), room.enrollment.id)

    assert await asyncio.gather(*(refresh() for _ in range(50))) == [100] * 50
    told = await WorkerOnDemand(parallel, {}).announced("academy.enrollment_completed")
    assert len(told) == 1
