"""Reads of chapters. Which rows there are for the caller is decided by row-level security, not here."""

from uuid import UUID

from sqlalchemy import Subquery, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import NotFound
from app.core.http.pages import PageQuery, Rows, SortBy, paginate
from app.studio.chapters.rules import Order
from app.studio.models import Chapter, ContentSession, Program


async def get_chapter(session: AsyncSession, chapter_id: UUID) -> Chapter:
    """A chapter as it is now. Raises `NotFound` for one of a client that the caller does not work for."""
    wanted = select(Chapter).where(Chapter.id == chapter_id)
    found = await session.scalar(wanted.execution_options(populate_existing=True))
    if found is None:
        raise NotFound
    return found


async def list_chapters(session: AsyncSession, program: Program, query: PageQuery) -> Rows[Chapter]:
    """The chapters of a program in their order."""
    chapters = select(Chapter).where(Chapter.program_id == program.id).execution_options(populate_existing=True)
    return await paginate(session, chapters, query, SortBy("order_index", Chapter.order_index))


async def get_order(session: AsyncSession, program_id: UUID) -> Order:
    """Which chapter follows which."""
    ids = select(Chapter.id).where(Chapter.program_id == program_id).order_by(Chapter.order_index)
    return Order(tuple(await session.scalars(ids)))


async def last_places(session: AsyncSession, program_id: UUID) -> tuple[int, int]:
    """The highest place and the highest number in a program; 0 for one without chapters."""
    highest = select(func.max(Chapter.order_index), func.max(Chapter.number)).where(Chapter.program_id == program_id)
    place, number = (await session.execute(highest)).one()
    return place or 0, number or 0


def chapter_numbers(program_id: UUID) -> Subquery:
    """`id` and the `number` that the place of each chapter gives it."""
    number = func.row_number().over(order_by=Chapter.order_index).label("number")
    return select(Chapter.id, number).where(Chapter.program_id == program_id).subquery("chapter_numbers")


def session_numbers(program_id: UUID) -> Subquery:
    """`id` and the `number` that the place of each session gives it, behind the number of its chapter."""
    place = func.row_number().over(partition_by=Chapter.id, order_by=ContentSession.order_index)
    return (
        select(ContentSession.id, func.concat(Chapter.number, ".", place).label("number"))
        .join(Chapter, Chapter.id == ContentSession.chapter_id)
        .where(Chapter.program_id == program_id)
        .subquery("session_numbers")
    )
