"""Lessons, attendance, progress, and what completing a course leaves on the enrollment."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.models import CourseInstructor, Enrollment, Lesson
from app.core.clock import utc_now
from app.core.constraints import constraint_of
from tests.academy.models.learning.world import World
from tests.factories import academy, learning
from tests.support.refusals import kept, refused

Build = Callable[[World], Any]


@pytest.mark.parametrize(
    ("build", "constraint"),
    [
        (lambda w: learning.lesson(w.item, order_in_session=0), "ck_lessons_order_in_session"),
        (lambda w: learning.lesson(w.item, duration_minutes=0), "ck_lessons_duration_minutes"),
        (lambda w: w.attendance(status="late"), "ck_session_attendance_status"),
        (lambda w: w.attendance(minutes_attended=-1), "ck_session_attendance_minutes_attended"),
        (lambda w: w.attendance(status="absent"), "ck_session_attendance_absent"),
        (lambda _: academy.course(required_attendance_percent=0), "ck_courses_required_attendance_percent"),
        (lambda _: academy.course(required_attendance_percent=101), "ck_courses_required_attendance_percent"),
    ],
)
async def test_a_row_that_makes_no_sense_is_refused(
    session: AsyncSession, world: World, build: Build, constraint: str
) -> None:
    assert await refused(session, build(world)) == constraint


@pytest.mark.parametrize(
    "build",
    [
        lambda w: learning.lesson(w.item),  # a place may be taken twice: lessons are moved one by one
        lambda w: w.attendance(),
        lambda w: w.attendance(status="partial", minutes_attended=10, recorded_by_id=w.instructor.id),
        lambda w: w.attendance(status="absent", minutes_attended=0),
        lambda w: w.lesson_progress(),
        lambda w: CourseInstructor(course_id=w.course.id, user_id=w.instructor.id),
        lambda _: academy.course(required_attendance_percent=80),
    ],
)
async def test_a_row_that_makes_sense_is_taken(session: AsyncSession, world: World, build: Build) -> None:
    assert await refused(session, build(world)) is None


@pytest.mark.parametrize(
    ("build", "constraint"),
    [
        (lambda w: w.attendance(), "uq_session_attendance_enrollment_id_session_id"),
        (lambda w: w.lesson_progress(), "uq_lesson_progress_enrollment_id_lesson_id"),
        (lambda w: CourseInstructor(course_id=w.course.id, user_id=w.instructor.id), "pk_course_instructors"),
    ],
)
async def test_nothing_is_said_twice(session: AsyncSession, world: World, build: Build, constraint: str) -> None:
    session.add(build(world))
    await session.flush()
    session.expunge_all()
    assert await refused(session, build(world)) == constraint


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"progress_percent": 100}, None),
        ({"progress_percent": 101}, "ck_enrollments_progress_percent"),
        ({"completed_at": utc_now()}, None),
        ({"completed_at": utc_now(), "completed_by_id": "instructor"}, None),
        ({"completed_by_id": "instructor"}, "ck_enrollments_completed_by"),
    ],
)
async def test_an_enrollment_is_completed_by_the_rules_or_by_somebody(
    session: AsyncSession, world: World, changes: dict[str, Any], constraint: str | None
) -> None:
    if "completed_by_id" in changes:
        changes = changes | {"completed_by_id": world.instructor.id}
    found = None
    try:
        async with session.begin_nested():
            await session.execute(update(Enrollment).where(Enrollment.id == world.enrollment.id).values(changes))
    except IntegrityError as error:
        found = constraint_of(error)
    assert found == constraint


async def test_a_new_enrollment_has_not_begun(session: AsyncSession, world: World) -> None:
    await session.refresh(world.enrollment)
    assert (world.enrollment.progress_percent, world.enrollment.completed_at) == (0, None)


async def test_a_lesson_goes_with_its_class_session(session: AsyncSession, world: World) -> None:
    session.add(world.lesson_competency())
    await session.flush()
    assert await kept(session, world.item) is None
    assert await session.get(Lesson, world.lesson.id, populate_existing=True) is None


@pytest.mark.parametrize(
    ("build", "of", "constraint"),
    [
        (lambda w: w.lesson_progress(), "lesson", "fk_lesson_progress_lesson_id"),
        (lambda w: w.lesson_progress(), "item", "fk_lesson_progress_lesson_id"),
        (lambda w: w.lesson_progress(), "enrollment", "fk_lesson_progress_enrollment_id"),
        (lambda w: w.attendance(), "item", "fk_session_attendance_session_id"),
        (lambda w: w.attendance(), "enrollment", "fk_session_attendance_enrollment_id"),
        (
            lambda w: learning.assessment(w.course, type="knowledge_check", lesson_id=w.lesson.id),
            "item",
            "fk_assessments_lesson_id",
        ),
    ],
)
async def test_what_was_attended_and_learned_keeps_what_it_is_about(
    session: AsyncSession, world: World, build: Build, of: str, constraint: str
) -> None:
    session.add(build(world))
    await session.flush()
    assert await kept(session, getattr(world, of)) == constraint
