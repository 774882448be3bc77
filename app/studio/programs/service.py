"""Verbs on programs. Whoever sees a program may write it: row-level security has decided who that is."""

from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import slugs
from app.core.database.patch import patch
from app.core.http.etags import require_match
from app.core.ids import new_id
from app.core.outbox.emit import emit
from app.domain_events.studio import ProgramChanged, ProgramCreated, ProgramDeleted
from app.studio.models import Client, Program
from app.studio.permissions import StudioActor
from app.studio.programs import queries
from app.studio.programs.errors import ProgramPublished
from app.studio.programs.rules import require_unpublished
from app.studio.programs.schemas import StudioProgramCreate, StudioProgramUpdate


async def create_program(
    session: AsyncSession, actor: StudioActor, client: Client, data: StudioProgramCreate
) -> Program:
    """Begin a program. Any number of a client's may bear one name: each gets a slug of its own (S-SLG-01)."""
    author = None if actor.is_system else actor.account_id
    values = data.model_dump() | {"id": new_id(), "client_id": client.id, "created_by": author}
    program_id = await _insert(session, values)
    emit(session, ProgramCreated(program_id=program_id, client_id=client.id))
    return await queries.get_program(session, program_id)


async def _insert(session: AsyncSession, values: dict[str, object]) -> UUID:
    """Insert under the first slug that is free. The unique key decides, so a race costs a round and never a row."""
    for slug in slugs.candidates(str(values["name"]), "program"):
        made = insert(Program).values(values | {"slug": slug})
        made = made.on_conflict_do_nothing(index_elements=[Program.client_id, Program.slug])
        program_id: UUID | None = await session.scalar(made.returning(Program.id))
        if program_id is not None:
            return program_id
    raise AssertionError("the candidates never end")


async def update_program(
    session: AsyncSession, actor: StudioActor, program: Program, data: StudioProgramUpdate, if_match: str | None = None
) -> Program:
    """Change the fields that were sent. Raises `Stale` and `ProgramPublished`."""
    program = await queries.lock_program(session, program.id)
    require_match(program, if_match)
    require_unpublished(program)
    if changed := patch(program, data):
        told = ProgramChanged(program_id=program.id, client_id=program.client_id, fields=tuple(sorted(changed)))
        emit(session, told)
    return await queries.get_program(session, program.id)


async def delete_program(
    session: AsyncSession, actor: StudioActor, program: Program, if_match: str | None = None
) -> None:
    """Delete a program with all that is in it. Raises `Stale`, and `ProgramPublished` if any of it is published."""
    program = await queries.lock_program(session, program.id)
    require_match(program, if_match)
    require_unpublished(program)
    if await queries.has_published_session(session, program.id):
        raise ProgramPublished("A session of this program is published: take it back to a draft first")
    await session.execute(delete(Program).where(Program.id == program.id))
    emit(session, ProgramDeleted(program_id=program.id, client_id=program.client_id))
