"""Verbs on lessons: write them, and say that one was finished."""

from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.courses.queries import get_standing, lock_course
from app.academy.lessons import queries
from app.academy.lessons.errors import LessonOfOtherCourse, NoCourseAccess
from app.academy.lessons.schemas import AcademyLessonCompletion, AcademyLessonCreate, AcademyLessonUpdate
from app.academy.models import ClassSession, Lesson, LessonProgress
from app.academy.permissions import AcademyActor, Permission, allow
from app.academy.progress import queries as progress_read
from app.academy.progress import service as progress
from app.core.database.patch import patch
from app.core.http.etags import require_match
from app.core.ids import new_id
from app.core.outbox.emit import emit
from app.domain_events.academy import LessonChanged, LessonCompleted


async def require_access(session: AsyncSession, actor: AcademyActor, course_id: UUID) -> None:
    """Raise `Forbidden` unless the actor learns or teaches in the course."""
    allow(actor, Permission.LESSON_READ, await get_standing(session, actor, course_id))


async def create_lesson(
    session: AsyncSession, actor: AcademyActor, item: ClassSession, data: AcademyLessonCreate
) -> Lesson:
    """Put a lesson into a class session; without a place of its own, last. Raises `WorksheetUnknown`."""
    allow(actor, Permission.COURSE_EDIT, item)
    await lock_course(session, item.course_id)
    order = data.order_in_session or await queries.last_order(session, item.id) + 1
    lesson = Lesson(id=new_id(), session_id=item.id, **data.model_dump() | {"order_in_session": order})
    session.add(lesson)
    emit(session, LessonChanged(lesson_id=lesson.id, session_id=item.id, course_id=item.course_id))
    return await queries.get_lesson(session, actor, lesson.id)


async def update_lesson(
    session: AsyncSession, actor: AcademyActor, lesson: Lesson, data: AcademyLessonUpdate, if_match: str | None = None
) -> Lesson:
    """Change the fields that were sent. Raises `Stale`, `WorksheetUnknown`."""
    allow(actor, Permission.COURSE_EDIT, lesson)
    course_id = await queries.course_of(session, lesson)
    await lock_course(session, course_id)
    lesson = await queries.get_lesson(session, actor, lesson.id)
    require_match(lesson, if_match)
    if patch(lesson, data):
        emit(session, LessonChanged(lesson_id=lesson.id, session_id=lesson.session_id, course_id=course_id))
    return await queries.get_lesson(session, actor, lesson.id)


async def delete_lesson(
    session: AsyncSession, actor: AcademyActor, lesson: Lesson, if_match: str | None = None
) -> None:
    """Take a lesson away. Raises `Stale`, `LessonInUse`."""
    allow(actor, Permission.COURSE_EDIT, lesson)
    course_id = await queries.course_of(session, lesson)
    await lock_course(session, course_id)
    lesson = await queries.get_lesson(session, actor, lesson.id)
    require_match(lesson, if_match)
    await session.execute(delete(Lesson).where(Lesson.id == lesson.id))
    emit(session, LessonChanged(lesson_id=lesson.id, session_id=lesson.session_id, course_id=course_id))


async def complete_lesson(
    session: AsyncSession, actor: AcademyActor, enrollment_id: UUID, lesson_id: UUID
) -> AcademyLessonCompletion:
    """Say that one has finished a lesson; a second time changes nothing. Raises `NoCourseAccess`, and
    `LessonOfOtherCourse`.
    """
    place = await progress_read.get_place(session, actor, enrollment_id)
    allow(actor, Permission.ENROLLMENT_STUDY, place)
    lesson = await queries.get_lesson(session, actor, lesson_id)
    if await queries.course_of(session, lesson) != place.course_id:
        raise LessonOfOtherCourse
    if not place.has_access:
        raise NoCourseAccess
    done = insert(LessonProgress).values(id=new_id(), enrollment_id=enrollment_id, lesson_id=lesson_id)
    new = await session.scalar(
        done.on_conflict_do_nothing(index_elements=[LessonProgress.enrollment_id, LessonProgress.lesson_id]).returning(
            LessonProgress.id
        )
    )
    if new is not None:
        emit(
            session,
            LessonCompleted(
                enrollment_id=enrollment_id,
                lesson_id=lesson_id,
                course_id=place.course_id,
                account_id=place.account_id,
            ),
        )
    percent = await progress.refresh(session, actor, enrollment_id)
    completion = await queries.get_completion(session, enrollment_id, lesson_id)
    return AcademyLessonCompletion(
        enrollment_id=enrollment_id,
        lesson_id=lesson_id,
        completed_at=completion.completed_at,
        progress_percent=percent,
    )
