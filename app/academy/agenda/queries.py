"""Reads of agendas: as visible as their course."""

from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.courses.queries import is_visible_to
from app.academy.models import ClassSession, Course
from app.academy.permissions import AcademyActor
from app.core.errors import NotFound
from app.core.http.pages import PageQuery, Rows, SortBy, paginate


def visible_sessions(actor: AcademyActor) -> Select[ClassSession]:
    """The class sessions of courses that the actor may know of."""
    return select(ClassSession).join(Course, Course.id == ClassSession.course_id).where(is_visible_to(actor))


async def get_session(session: AsyncSession, actor: AcademyActor, session_id: UUID) -> ClassSession:
    """A class session as it is now. Raises `NotFound` for one that the actor may not know of."""
    rows = visible_sessions(actor).where(ClassSession.id == session_id)
    found = await session.scalar(rows.execution_options(populate_existing=True))
    if found is None:
        raise NotFound
    return found


async def list_sessions(session: AsyncSession, course: Course, query: PageQuery) -> Rows[ClassSession]:
    """The agenda of a course that the caller sees, by day and by order in the day (A-CRS-06)."""
    agenda = select(ClassSession).where(ClassSession.course_id == course.id)
    return await paginate(
        session, agenda.execution_options(populate_existing=True), query, SortBy("place", ClassSession.place)
    )


async def last_order(session: AsyncSession, course_id: UUID, day_number: int) -> int:
    """The place of the last session of a day; 0 on a day without any."""
    taken = select(func.max(ClassSession.order_in_day)).where(
        ClassSession.course_id == course_id, ClassSession.day_number == day_number
    )
    return await session.scalar(taken) or 0


async def ids_in_agenda(session: AsyncSession, course_id: UUID) -> set[UUID]:
    """Every class session of a course."""
    return set(await session.scalars(select(ClassSession.id).where(ClassSession.course_id == course_id)))
