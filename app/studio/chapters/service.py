"""Verbs on chapters, each under the lock of the program: what is checked stays true until the commit."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Integer, Subquery, Uuid, column, delete, update, values
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.database.patch import patch
from app.core.http.etags import require_match
from app.core.ids import new_id
from app.core.outbox.emit import emit
from app.domain_events.studio import (
    ChapterChanged,
    ChapterCreated,
    ChapterDeleted,
    ChaptersReordered,
    ProgramRenumbered,
)
from app.studio.chapters import queries
from app.studio.chapters.errors import ChapterPublished
from app.studio.chapters.rules import Order, require_permutation
from app.studio.chapters.schemas import StudioChapterCreate, StudioChapterUpdate, StudioRenumbering
from app.studio.models import Chapter, ContentSession, Program
from app.studio.permissions import StudioActor
from app.studio.programs.queries import has_published_session, lock_program
from app.studio.programs.rules import require_unpublished


async def create_chapter(
    session: AsyncSession, actor: StudioActor, program: Program, data: StudioChapterCreate
) -> Chapter:
    """Put a chapter behind the others. Raises `ProgramPublished`; a taken number is refused."""
    program = await lock_program(session, program.id)
    require_unpublished(program)
    place, number = await queries.last_places(session, program.id)
    wanted = number + 1 if data.number is None else data.number
    chapter = Chapter(
        id=new_id(),
        program_id=program.id,
        order_index=place + 1,
        created_by=None if actor.is_system else actor.account_id,
        **data.model_dump() | {"number": wanted},
    )
    session.add(chapter)
    emit(session, ChapterCreated(program_id=program.id, chapter_id=chapter.id))
    return await queries.get_chapter(session, chapter.id)


async def update_chapter(
    session: AsyncSession, actor: StudioActor, chapter: Chapter, data: StudioChapterUpdate, if_match: str | None = None
) -> Chapter:
    """Change the fields that were sent. Raises `Stale` and `ProgramPublished`; a taken number is refused."""
    program = await lock_program(session, chapter.program_id)
    chapter = await queries.get_chapter(session, chapter.id)
    require_match(chapter, if_match)
    require_unpublished(program)
    if changed := patch(chapter, data):
        told = ChapterChanged(program_id=program.id, chapter_id=chapter.id, fields=tuple(sorted(changed)))
        emit(session, told)
    return await queries.get_chapter(session, chapter.id)


async def delete_chapter(
    session: AsyncSession, actor: StudioActor, chapter: Chapter, if_match: str | None = None
) -> None:
    """Delete a chapter with its sessions. Raises `Stale`, `ProgramPublished` and `ChapterPublished`."""
    program = await lock_program(session, chapter.program_id)
    chapter = await queries.get_chapter(session, chapter.id)
    require_match(chapter, if_match)
    require_unpublished(program)
    if await has_published_session(session, program.id, chapter.id):
        raise ChapterPublished
    await session.execute(delete(Chapter).where(Chapter.id == chapter.id))
    emit(session, ChapterDeleted(program_id=program.id, chapter_id=chapter.id))


async def order_chapters(
    session: AsyncSession, actor: StudioActor, program: Program, wanted: Sequence[UUID], if_match: str | None = None
) -> Order:
    """Let the chapters follow each other as told, all at once. Raises `Stale` and `ProgramPublished` (S-HIE-03).

    One statement: the unique key looks at what it leaves behind, so chapters may swap places. Numbers stay.
    """
    program = await lock_program(session, program.id)
    known = await queries.get_order(session, program.id)
    require_match(known, if_match)
    require_unpublished(program)
    require_permutation(wanted, needed=known.ids, allowed=known.ids, field="chapter_ids")
    order = Order(tuple(wanted))
    if order == known:
        return known
    places = values(column("id", Uuid), column("place", Integer), name="places").data(
        [(chapter_id, place) for place, chapter_id in enumerate(order.ids, start=1)]
    )
    await session.execute(
        update(Chapter)
        .where(Chapter.id == places.c.id, Chapter.order_index != places.c.place)
        .values(order_index=places.c.place, version=Chapter.version + 1)
        .execution_options(synchronize_session=False)
    )
    emit(session, ChaptersReordered(program_id=program.id))
    return order


async def renumber(session: AsyncSession, actor: StudioActor, program: Program) -> StudioRenumbering:
    """Give chapters the numbers 1 … n of their places, and sessions "1.1" … behind them (S-HIE-03, Z-193).

    A second time changes nothing. Raises `ProgramPublished`.
    """
    program = await lock_program(session, program.id)
    require_unpublished(program)
    chapters = await _number(session, Chapter, queries.chapter_numbers(program.id))
    # Behind it, because the numbers of sessions begin with those of their chapters.
    sessions = await _number(session, ContentSession, queries.session_numbers(program.id))
    if chapters or sessions:
        emit(session, ProgramRenumbered(program_id=program.id))
    return StudioRenumbering(chapters_changed=chapters, sessions_changed=sessions)


async def _number(session: AsyncSession, table: type[Chapter | ContentSession], numbers: Subquery) -> int:
    """Write the numbers that differ, in one statement; how many those were."""
    wanted = numbers.c
    changed = await session.scalars(
        update(table)
        .where(table.id == wanted.id, table.number != wanted.number)
        .values(number=wanted.number, version=table.version + 1)
        .returning(table.id)
        .execution_options(synchronize_session=False)
    )
    return len(changed.all())
