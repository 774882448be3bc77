"""Verbs on bundles. Whoever sees a client may write programs for it."""

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import Invalid
from app.core.outbox.emit import emit
from app.domain_events.studio import ProgramImported
from app.studio.bundles import rules
from app.studio.bundles.schemas import StudioProgramBundle
from app.studio.models import Chapter, Client, ContentSession, Program
from app.studio.permissions import StudioActor
from app.studio.programs.queries import get_program
from app.studio.programs.schemas import StudioProgramCreate
from app.studio.programs.service import create_program


async def import_program(
    session: AsyncSession, actor: StudioActor, client: Client, bundle: StudioProgramBundle
) -> Program:
    """Make a new program of a bundle: a draft, with a slug of its own. Raises `Invalid` and `ProgramTooLong`.

    Nobody sees the program before the commit, so nobody waits for it, and nothing of it is left when it is refused.
    """
    given = bundle.program
    if wrong := rules.repeated(given):
        raise Invalid(errors=wrong)
    own = {name: getattr(given, name) for name in StudioProgramCreate.model_fields}
    program = await create_program(session, actor, client, StudioProgramCreate(**own))
    rows = rules.rows_of(program.id, given, actor.named)
    for table, values in rows.items():
        if values:
            # RETURNING makes one statement of a thousand rows, and the totals are counted once per statement.
            await session.execute(insert(table).returning(table.id), values)
    emit(
        session,
        ProgramImported(
            program_id=program.id,
            client_id=client.id,
            chapters=len(rows[Chapter]),
            sessions=len(rows[ContentSession]),
        ),
    )
    return await get_program(session, program.id)
