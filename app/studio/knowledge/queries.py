"""Reads of knowledge. Which rows there are for the caller is decided by row-level security, not here."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from app.core.errors import FieldError, Invalid, NotFound
from app.core.http.pages import PageQuery, Rows, SortBy, paginate, read_cursor, write_cursor
from app.studio.knowledge.rules import changes, unified
from app.studio.knowledge.schemas import DiffQuery, StudioClientKnowledgeDiff, StudioProgramKnowledgeDiff
from app.studio.models import ClientKnowledge, ClientKnowledgeHistory, ProgramKnowledge, ProgramKnowledgeHistory


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where one kind of knowledge is kept: its table and whose it is, its earlier versions and what they are of."""

    table: Any
    owner: InstrumentedAttribute[UUID]
    earlier: Any
    of: InstrumentedAttribute[UUID]


CLIENTS = Shelf(
    ClientKnowledge, ClientKnowledge.client_id, ClientKnowledgeHistory, ClientKnowledgeHistory.client_knowledge_id
)
PROGRAMS = Shelf(
    ProgramKnowledge, ProgramKnowledge.program_id, ProgramKnowledgeHistory, ProgramKnowledgeHistory.program_knowledge_id
)


async def find(session: AsyncSession, shelf: Shelf, owner_id: UUID, kind: str, *, lock: bool = False) -> Any | None:
    """The present version, locked for a change when asked; None before the first."""
    wanted = select(shelf.table).where(shelf.owner == owner_id, shelf.table.type == kind)
    if lock:
        wanted = wanted.with_for_update(key_share=True)
    return await session.scalar(wanted.execution_options(populate_existing=True))


async def get(session: AsyncSession, shelf: Shelf, owner_id: UUID, kind: str) -> Any:
    """The present version. Raises `NotFound` before the first."""
    found = await find(session, shelf, owner_id, kind)
    if found is None:
        raise NotFound
    return found


async def list_types(session: AsyncSession, shelf: Shelf, owner_id: UUID, query: PageQuery) -> Rows[Any]:
    """What is known, by type, each in its present version."""
    rows = select(shelf.table).where(shelf.owner == owner_id)
    return await paginate(session, rows, query, SortBy("type", shelf.table.type))


async def get_version(session: AsyncSession, shelf: Shelf, known: Any, version: int) -> Any:
    """One version, present or earlier. Raises `NotFound`."""
    if version == known.version:
        return known
    found = await session.scalar(select(shelf.earlier).where(shelf.of == known.id, shelf.earlier.version == version))
    if found is None:
        raise NotFound
    return found


async def list_versions(session: AsyncSession, shelf: Shelf, known: Any, query: PageQuery) -> Rows[Any]:
    """All versions, the newest first: the present one from its table, the others from theirs."""
    sort = SortBy("version", shelf.earlier.version, descending=True)
    earlier = select(shelf.earlier).where(shelf.of == known.id)
    found = [known]
    if query.cursor:
        last, _ = read_cursor(sort, query.cursor)
        earlier, found = earlier.where(shelf.earlier.version < last), []
    newest = earlier.order_by(shelf.earlier.version.desc()).limit(query.limit + 1)
    found += (await session.scalars(newest)).all()
    items = found[: query.limit]
    more = len(found) > query.limit
    return Rows(items, write_cursor(sort, items[-1].version, items[-1].id) if more else None)


async def diff_of_client(session: AsyncSession, known: ClientKnowledge, wanted: DiffQuery) -> StudioClientKnowledgeDiff:
    """What differs between two versions of a JSON document. Raises `Invalid` for a version that never was."""
    older, newer = await _both(session, CLIENTS, known, wanted)
    found = changes(older.content if older else {}, newer.content if newer else {})
    return StudioClientKnowledgeDiff.model_validate(
        {"from_version": _number(older), "to_version": _number(newer), "changes": list(found)}, from_attributes=True
    )


async def diff_of_program(
    session: AsyncSession, known: ProgramKnowledge, wanted: DiffQuery
) -> StudioProgramKnowledgeDiff:
    """What differs between two versions of a text. Raises `Invalid` for a version that never was."""
    older, newer = await _both(session, PROGRAMS, known, wanted)
    found = changes(_heading(older), _heading(newer))
    diff = unified(older.content if older else "", newer.content if newer else "")
    return StudioProgramKnowledgeDiff.model_validate(
        {"from_version": _number(older), "to_version": _number(newer), "changes": list(found), "diff": diff},
        from_attributes=True,
    )


def _heading(version: Any | None) -> dict[str, Any]:
    """What stands around the content of a program's knowledge."""
    return {"title": version.title, "content_format": version.content_format} if version else {}


def _number(version: Any | None) -> int:
    return version.version if version else 0


async def _both(session: AsyncSession, shelf: Shelf, known: Any, wanted: DiffQuery) -> tuple[Any | None, Any | None]:
    """The two versions to compare; None for the empty one before the first."""
    to = known.version if wanted.to is None else wanted.to
    since = max(to - 1, 0) if wanted.from_ is None else wanted.from_
    wrong = [
        FieldError(f"/query/{name}", "unknown", f"The newest version is {known.version}")
        for name, version in (("from", since), ("to", to))
        if version > known.version
    ]
    if wrong:
        raise Invalid(errors=tuple(wrong))
    older, newer = [await get_version(session, shelf, known, version) if version else None for version in (since, to)]
    return older, newer
