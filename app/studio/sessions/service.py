"""Verbs on sessions, each under the lock of the program: what is checked stays true until the commit."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Integer, Text, Uuid, column, delete, or_, update, values
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.database.patch import patch
from app.core.http.etags import require_match
from app.core.ids import new_id
from app.core.outbox.emit import emit
from app.domain_events.studio import SessionChanged, SessionCreated, SessionDeleted, SessionsReordered
from app.studio.chapters.queries import get_chapter
from app.studio.chapters.rules import Order, require_permutation
from app.studio.models import Chapter, ContentSession
from app.studio.permissions import StudioActor
from app.studio.programs.queries import lock_program
from app.studio.programs.rules import require_unpublished as require_program_unpublished
from app.studio.sessions import queries
from app.studio.sessions.rules import free_number, require_unpublished
from app.studio.sessions.schemas import StudioContentSessionCreate, StudioContentSessionUpdate


async def create_session(
    session: AsyncSession, actor: StudioActor, chapter: Chapter, data: StudioContentSessionCreate
) -> ContentSession:
    """Put a session behind the others of its chapter. Raises `ProgramPublished`; a taken number is refused."""
    program = await lock_program(session, chapter.program_id)
    require_program_unpublished(program)
    chapter = await get_chapter(session, chapter.id)
    number = data.number or free_number(chapter.number, await queries.numbers_in(session, chapter.id))
    item = ContentSession(
        id=new_id(),
        chapter_id=chapter.id,
        order_index=await queries.last_place(session, chapter.id) + 1,
        created_by=None if actor.is_system else actor.account_id,
        **data.model_dump() | {"number": number},
    )
    session.add(item)
    emit(session, SessionCreated(program_id=program.id, session_id=item.id))
    return await queries.get_session(session, item.id)


async def update_session(
    session: AsyncSession,
    actor: StudioActor,
    item: ContentSession,
    data: StudioContentSessionUpdate,
    if_match: str | None = None,
) -> ContentSession:
    """Change the fields that were sent. Raises `Stale` and `SessionPublished`; a taken number is refused."""
    program = await queries.lock_program_of(session, item)
    item = await queries.get_session(session, item.id)
    require_match(item, if_match)
    require_unpublished(item)
    if changed := patch(item, data):
        emit(session, SessionChanged(program_id=program.id, session_id=item.id, fields=tuple(sorted(changed))))
    return await queries.get_session(session, item.id)


async def delete_session(
    session: AsyncSession, actor: StudioActor, item: ContentSession, if_match: str | None = None
) -> None:
    """Delete a session with its contents. Raises `Stale`, `ProgramPublished` and `SessionPublished`."""
    program = await queries.lock_program_of(session, item)
    item = await queries.get_session(session, item.id)
    require_match(item, if_match)
    require_program_unpublished(program)
    require_unpublished(item)
    await session.execute(delete(ContentSession).where(ContentSession.id == item.id))
    emit(session, SessionDeleted(program_id=program.id, session_id=item.id))


async def order_sessions(
    session: AsyncSession, actor: StudioActor, chapter: Chapter, wanted: Sequence[UUID], if_match: str | None = None
) -> Order:
    """Let the sessions of a chapter follow each other as told, all at once; others of the program move in (S-HIE-03).

    One statement: the unique keys look at what it leaves behind, so sessions may swap places. A session that moves in
    keeps its number unless that is taken here. Raises `Stale` and `ProgramPublished`.
    """
    program = await lock_program(session, chapter.program_id)
    chapter = await get_chapter(session, chapter.id)
    known = await queries.get_order(session, chapter.id)
    require_match(known, if_match)
    require_program_unpublished(program)
    numbers = await queries.numbers_in_program(session, program.id)
    require_permutation(wanted, needed=known.ids, allowed=numbers, field="session_ids")
    order = Order(tuple(wanted))
    if order == known:
        return known
    rows = _numbered(chapter, known, order, numbers)
    places = values(column("id", Uuid), column("place", Integer), column("number", Text), name="places").data(rows)
    moves = or_(ContentSession.order_index != places.c.place, ContentSession.chapter_id != chapter.id)
    await session.execute(
        update(ContentSession)
        .where(ContentSession.id == places.c.id, moves)
        .values(
            chapter_id=chapter.id,
            order_index=places.c.place,
            number=places.c.number,
            version=ContentSession.version + 1,
        )
        .execution_options(synchronize_session=False)
    )
    emit(session, SessionsReordered(program_id=program.id, chapter_id=chapter.id))
    return order


def _numbered(chapter: Chapter, known: Order, order: Order, numbers: dict[UUID, str]) -> list[tuple[UUID, int, str]]:
    """Id, place and number of each session of the new order."""
    at_home = set(known.ids)
    taken = {numbers[session_id] for session_id in known.ids}
    rows = []
    for place, session_id in enumerate(order.ids, start=1):
        number = numbers[session_id]
        if session_id not in at_home:
            number = free_number(chapter.number, taken) if number in taken else number
            taken.add(number)
        rows.append((session_id, place, number))
    return rows
