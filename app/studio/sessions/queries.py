"""Reads of sessions. Which rows there are for the caller is decided by row-level security, not here."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import NotFound
from app.core.http.pages import PageQuery, Rows, SortBy, paginate
from app.studio.chapters.rules import Order
from app.studio.models import Chapter, ContentSession, Program
from app.studio.programs.queries import lock_program


async def get_session(session: AsyncSession, session_id: UUID) -> ContentSession:
    """A session as it is now. Raises `NotFound` for one of a client that the caller does not work for."""
    wanted = select(ContentSession).where(ContentSession.id == session_id)
    found = await session.scalar(wanted.execution_options(populate_existing=True))
    if found is None:
        raise NotFound
    return found


async def lock_program_of(session: AsyncSession, item: ContentSession) -> Program:
    """The program of a session, locked: nobody else changes anything in it. Raises `NotFound`."""
    program_id = await session.scalar(select(Chapter.program_id).where(Chapter.id == item.chapter_id))
    if program_id is None:
        raise NotFound
    return await lock_program(session, program_id)


async def list_sessions(session: AsyncSession, chapter: Chapter, query: PageQuery) -> Rows[ContentSession]:
    """The sessions of a chapter in their order."""
    sessions = select(ContentSession).where(ContentSession.chapter_id == chapter.id)
    order = SortBy("order_index", ContentSession.order_index)
    return await paginate(session, sessions.execution_options(populate_existing=True), query, order)


async def get_order(session: AsyncSession, chapter_id: UUID) -> Order:
    """Which session follows which."""
    ids = select(ContentSession.id).where(ContentSession.chapter_id == chapter_id)
    return Order(tuple(await session.scalars(ids.order_by(ContentSession.order_index))))


async def last_place(session: AsyncSession, chapter_id: UUID) -> int:
    """The highest place in a chapter; 0 for one without sessions."""
    highest = select(func.max(ContentSession.order_index)).where(ContentSession.chapter_id == chapter_id)
    return await session.scalar(highest) or 0


async def numbers_in(session: AsyncSession, chapter_id: UUID) -> set[str]:
    """The numbers that a chapter's sessions have."""
    numbers = select(ContentSession.number).where(ContentSession.chapter_id == chapter_id)
    return set(await session.scalars(numbers))


async def numbers_in_program(session: AsyncSession, program_id: UUID) -> dict[UUID, str]:
    """Every session of a program with its number."""
    sessions = (
        select(ContentSession.id, ContentSession.number)
        .join(Chapter, Chapter.id == ContentSession.chapter_id)
        .where(Chapter.program_id == program_id)
    )
    return {row.id: row.number for row in await session.execute(sessions)}
