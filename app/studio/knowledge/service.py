"""Verbs on knowledge. Whoever sees a client or a program may write what is known about it."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.http.etags import require_match
from app.core.ids import new_id
from app.core.outbox.emit import emit
from app.domain_events.studio import ClientKnowledgeSaved, ProgramKnowledgeSaved
from app.studio.knowledge import queries
from app.studio.knowledge.queries import CLIENTS, PROGRAMS, Shelf
from app.studio.knowledge.schemas import StudioClientKnowledgeSave, StudioProgramKnowledgeSave
from app.studio.models import (
    Client,
    ClientKnowledge,
    ClientKnowledgeType,
    Program,
    ProgramKnowledge,
    ProgramKnowledgeType,
)
from app.studio.permissions import StudioActor


@dataclass(frozen=True, slots=True)
class _Nothing:
    """What there is before the first version."""

    version: int = 0


async def save_client_knowledge(
    session: AsyncSession,
    actor: StudioActor,
    client: Client,
    kind: ClientKnowledgeType,
    data: StudioClientKnowledgeSave,
    *,
    if_match: str | None = None,
) -> ClientKnowledge:
    """Write the next version of what is known about a client. Raises `Stale` (S-KNW-01)."""
    await _save(session, actor, CLIENTS, client.id, {"type": kind, **data.model_dump()}, if_match=if_match)
    saved: ClientKnowledge = await queries.get(session, CLIENTS, client.id, kind)
    emit(session, ClientKnowledgeSaved(client_id=client.id, type=kind, version=saved.version))
    return saved


async def save_program_knowledge(
    session: AsyncSession,
    actor: StudioActor,
    program: Program,
    kind: ProgramKnowledgeType,
    data: StudioProgramKnowledgeSave,
    *,
    if_match: str | None = None,
) -> ProgramKnowledge:
    """Write the next version of what a program is written from. Raises `Stale` (S-KNW-01)."""
    await _save(session, actor, PROGRAMS, program.id, {"type": kind, **data.model_dump()}, if_match=if_match)
    saved: ProgramKnowledge = await queries.get(session, PROGRAMS, program.id, kind)
    emit(session, ProgramKnowledgeSaved(program_id=program.id, type=kind, version=saved.version))
    return saved


async def _save(
    session: AsyncSession,
    actor: StudioActor,
    shelf: Shelf,
    owner_id: UUID,
    given: dict[str, Any],
    *,
    if_match: str | None,
) -> None:
    """Insert the first version or write the next one, which a trigger makes room for by keeping the present one."""
    editor = None if actor.is_system else actor.account_id
    known = await queries.find(session, shelf, owner_id, given["type"], lock=True)
    if known is None:
        require_match(_Nothing(), if_match)
        written = {"id": new_id(), shelf.owner.key: owner_id, "created_by": editor, "edited_by": editor, **given}
        made = (
            insert(shelf.table).values(written).on_conflict_do_nothing(index_elements=[shelf.owner, shelf.table.type])
        )
        if await session.scalar(made.returning(shelf.table.id)) is not None:
            return
        # Somebody else's first version came in between; now it is there to be locked.
        known = await queries.find(session, shelf, owner_id, given["type"], lock=True)
    require_match(known or _Nothing(), if_match)
    # Not through the mapper, which takes true for 1 and would leave a document as it was.
    await session.execute(
        update(shelf.table)
        .where(shelf.owner == owner_id, shelf.table.type == given["type"])
        .values(**given, edited_by=editor, version=shelf.table.version + 1)
        .execution_options(synchronize_session=False)
    )
