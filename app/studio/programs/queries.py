"""Reads of programs. Which rows there are for the caller is decided by row-level security, not here."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import NotFound
from app.core.http.pages import Rows, paginate
from app.core.http.sorting import sort_by
from app.studio.models import Chapter, Client, ContentSession, Program, SessionStatus
from app.studio.programs.schemas import StudioProgramFilter

_SORTS = {"name": Program.name, "created_at": Program.created_at}


async def get_program(session: AsyncSession, program_id: UUID) -> Program:
    """A program as it is now. Raises `NotFound` for one of a client that the caller does not work for."""
    wanted = select(Program).where(Program.id == program_id)
    found = await session.scalar(wanted.execution_options(populate_existing=True))
    if found is None:
        raise NotFound
    return found


async def lock_program(session: AsyncSession, program_id: UUID) -> Program:
    """A program in which nobody else changes anything until the end of the transaction. Raises `NotFound`."""
    wanted = select(Program).where(Program.id == program_id).with_for_update(key_share=True)
    found = await session.scalar(wanted.execution_options(populate_existing=True))
    if found is None:
        raise NotFound
    return found


async def list_programs(session: AsyncSession, client: Client, wanted: StudioProgramFilter) -> Rows[Program]:
    """The programs of a client."""
    programs = select(Program).where(Program.client_id == client.id)
    if wanted.status is not None:
        programs = programs.where(Program.status == wanted.status)
    if wanted.q is not None:
        programs = programs.where(Program.name.icontains(wanted.q, autoescape=True))
    programs = programs.execution_options(populate_existing=True)
    return await paginate(session, programs, wanted, sort_by(wanted.sort, _SORTS))


async def has_published_session(session: AsyncSession, program_id: UUID, chapter_id: UUID | None = None) -> bool:
    """Whether anything in a program, or in one chapter of it, is published."""
    published = (
        select(ContentSession.id)
        .join(Chapter, Chapter.id == ContentSession.chapter_id)
        .where(Chapter.program_id == program_id, ContentSession.status == SessionStatus.published)
    )
    if chapter_id is not None:
        published = published.where(Chapter.id == chapter_id)
    return await session.scalar(published.limit(1)) is not None
