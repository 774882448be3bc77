"""Reads of statuses, histories and revisions; what stands in the way of a publication; and the locks for one."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, func, literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import NotFound
from app.core.http.pages import PageQuery, Rows, SortBy, paginate
from app.studio.contents.queries import all_of, is_of
from app.studio.contents.rules import TABLES, AnyContent
from app.studio.models import (
    Chapter,
    ClientMember,
    ContentSession,
    ContentStatus,
    ContentType,
    Exercise,
    Program,
    ProgramRevision,
    SessionRevision,
    SessionStatus,
    StatusChange,
)
from app.studio.permissions import StudioActor
from app.studio.publishing.rules import BlockingItem

_READY = (SessionStatus.approved, SessionStatus.published)

Revision = TypeVar("Revision", ProgramRevision, SessionRevision)


@dataclass(frozen=True, slots=True)
class ProgramPlace:
    """A program, and what the caller is to its client: null for staff from outside."""

    program: Program
    role: str | None


async def get_program(session: AsyncSession, actor: StudioActor, program_id: UUID) -> ProgramPlace:
    """A program as it is now. Raises `NotFound` for one that the actor may not know of."""
    rows = select(Program, ClientMember.role).outerjoin(ClientMember, is_of(actor)).where(Program.id == program_id)
    found = (await session.execute(rows.execution_options(populate_existing=True))).one_or_none()
    if found is None:
        raise NotFound
    return ProgramPlace(*found)


# Histories and revisions


async def list_changes(
    session: AsyncSession, query: PageQuery, *, content_type: ContentType | None = None, **about: UUID
) -> Rows[StatusChange]:
    """The steps of a program, of a session, or of one of its contents, newest first.

    `about` is `program_id=` or `session_id=`.
    """
    rows = select(StatusChange).filter_by(**about).where(StatusChange.content_type.is_not_distinct_from(content_type))
    return await paginate(session, rows, query, SortBy("created_at", StatusChange.created_at, descending=True))


async def list_program_revisions(session: AsyncSession, program_id: UUID, query: PageQuery) -> Rows[ProgramRevision]:
    """What was published of a program, newest first."""
    rows = select(ProgramRevision).where(ProgramRevision.program_id == program_id)
    return await paginate(session, rows, query, SortBy("revision", ProgramRevision.revision, descending=True))


async def list_session_revisions(session: AsyncSession, session_id: UUID, query: PageQuery) -> Rows[SessionRevision]:
    """What was published of a session, newest first."""
    rows = select(SessionRevision).where(SessionRevision.session_id == session_id)
    return await paginate(session, rows, query, SortBy("revision", SessionRevision.revision, descending=True))


async def get_program_revision(session: AsyncSession, program_id: UUID, revision_id: UUID) -> ProgramRevision:
    """One publication of a program. Raises `NotFound`."""
    rows = select(ProgramRevision).where(ProgramRevision.program_id == program_id, ProgramRevision.id == revision_id)
    return _found(await session.scalar(rows))


async def get_session_revision(session: AsyncSession, session_id: UUID, revision_id: UUID) -> SessionRevision:
    """One publication of a session. Raises `NotFound`."""
    rows = select(SessionRevision).where(SessionRevision.session_id == session_id, SessionRevision.id == revision_id)
    return _found(await session.scalar(rows))


def _found(row: Revision | None) -> Revision:
    if row is None:
        raise NotFound
    return row


# What stands in the way


async def what_blocks_session(session: AsyncSession, session_id: UUID) -> Sequence[BlockingItem]:
    """The contents of a session that are not approved."""
    return await _blocking(session, ContentSession.id == session_id, with_sessions=False)


async def what_blocks_program(session: AsyncSession, program_id: UUID) -> Sequence[BlockingItem]:
    """The sessions of a program that are neither approved nor published, and all contents that are not approved."""
    return await _blocking(session, Chapter.program_id == program_id, with_sessions=True)


async def _blocking(
    session: AsyncSession, which: ColumnElement[bool], *, with_sessions: bool
) -> Sequence[BlockingItem]:
    places = (Chapter.order_index.label("chapter_place"), ContentSession.order_index.label("session_place"))
    parts = []
    if with_sessions:
        parts.append(
            select(
                ContentSession.id,
                literal("session").label("kind"),
                ContentSession.title,
                ContentSession.status,
                *places,
            )
            .join(Chapter, Chapter.id == ContentSession.chapter_id)
            .where(which, ContentSession.status.not_in(_READY))
        )
    for kind, table in TABLES.items():
        # Of the four, an exercise has a title of its own; it may still be empty.
        title = func.coalesce(func.nullif(Exercise.title, ""), ContentSession.title)
        parts.append(
            select(
                table.id,
                literal(kind.value).label("kind"),
                (title if table is Exercise else ContentSession.title).label("title"),
                table.status,
                *places,
            )
            .join(ContentSession, ContentSession.id == table.session_id)
            .join(Chapter, Chapter.id == ContentSession.chapter_id)
            .where(which, table.status != ContentStatus.approved)
        )
    found = union_all(*parts).subquery("found")
    item = (found.c.id, found.c.kind, found.c.title, found.c.status)
    rows = await session.execute(select(*item).order_by(found.c.chapter_place, found.c.session_place, found.c.kind))
    return [BlockingItem(*row) for row in rows]


# Locks, from above to below


async def lock_session(session: AsyncSession, session_id: UUID) -> ContentSession:
    """A session that nobody else changes until the end of the transaction, and none of its contents either."""
    rows = select(ContentSession).where(ContentSession.id == session_id).with_for_update(key_share=True)
    found = await session.scalar(rows.execution_options(populate_existing=True))
    if found is None:
        raise NotFound
    return found


async def lock_tree(
    session: AsyncSession, program_id: UUID
) -> tuple[Sequence[Chapter], Mapping[UUID, Sequence[ContentSession]]]:
    """Chapters and sessions (by chapter) of a locked program in their order; none comes, goes or changes meanwhile.

    Each is a statement of its own, because one that has waited for a lock does not see what came in the meantime.
    """
    by_program = select(Chapter).where(Chapter.program_id == program_id).order_by(Chapter.id)
    # Not key_share: whoever adds a session to a chapter waits.
    chapters = await session.scalars(by_program.with_for_update().execution_options(populate_existing=True))
    found = sorted(chapters, key=lambda chapter: chapter.order_index)
    by_chapter = select(ContentSession).where(ContentSession.chapter_id.in_([each.id for each in found]))
    locked = by_chapter.order_by(ContentSession.id).with_for_update(key_share=True)
    sessions: dict[UUID, list[ContentSession]] = defaultdict(list)
    for each in await session.scalars(locked.execution_options(populate_existing=True)):
        sessions[each.chapter_id].append(each)
    for siblings in sessions.values():
        siblings.sort(key=lambda each: each.order_index)
    return found, sessions


async def contents_of(session: AsyncSession, session_ids: Sequence[UUID]) -> Mapping[UUID, Sequence[AnyContent]]:
    """All contents of these sessions: four statements, however many there are."""
    found: dict[UUID, list[AnyContent]] = defaultdict(list)
    for kind in TABLES:
        for content in await session.scalars(all_of(kind, session_ids)):
            found[content.session_id].append(content)
    return found
