"""Reads of lessons: as far as the actor may know of their course."""

from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.courses.queries import is_visible_to
from app.academy.models import ClassSession, Course, Lesson, LessonProgress
from app.academy.permissions import AcademyActor
from app.core.errors import NotFound
from app.core.http.pages import PageQuery, Rows, SortBy, paginate


def visible_lessons(actor: AcademyActor) -> Select[Lesson]:
    """The lessons of courses that the actor may know of."""
    placed = select(Lesson).join(ClassSession, ClassSession.id == Lesson.session_id)
    return placed.join(Course, Course.id == ClassSession.course_id).where(is_visible_to(actor))


async def get_lesson(session: AsyncSession, actor: AcademyActor, lesson_id: UUID) -> Lesson:
    """A lesson as it is now. Raises `NotFound` for one that the actor may not know of."""
    rows = visible_lessons(actor).where(Lesson.id == lesson_id)
    found = await session.scalar(rows.execution_options(populate_existing=True))
    if found is None:
        raise NotFound
    return found


async def list_lessons(session: AsyncSession, item: ClassSession, query: PageQuery) -> Rows[Lesson]:
    """The lessons of a class session, in their order."""
    rows = select(Lesson).where(Lesson.session_id == item.id).execution_options(populate_existing=True)
    return await paginate(session, rows, query, SortBy("order_in_session", Lesson.order_in_session))


async def last_order(session: AsyncSession, session_id: UUID) -> int:
    """The place of the last lesson of a class session; 0 without any."""
    taken = select(func.max(Lesson.order_in_session)).where(Lesson.session_id == session_id)
    return await session.scalar(taken) or 0


async def course_of(session: AsyncSession, lesson: Lesson) -> UUID:
    """The course that a lesson belongs to."""
    found = select(ClassSession.course_id).where(ClassSession.id == lesson.session_id)
    return (await session.scalars(found)).one()


async def get_completion(session: AsyncSession, enrollment_id: UUID, lesson_id: UUID) -> LessonProgress:
    """When a learner finished a lesson. There is such a row."""
    rows = select(LessonProgress).where(
        LessonProgress.enrollment_id == enrollment_id, LessonProgress.lesson_id == lesson_id
    )
    return (await session.scalars(rows)).one()
