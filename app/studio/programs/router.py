"""The door to programs: whoever works for the client reads and writes them."""

from typing import Annotated

from fastapi import Query, Response

from app.core.errors import Stale
from app.core.http.etags import IfMatch, etag_of
from app.core.http.idempotency import IdempotencyInFlight, IdempotencyKeyReused
from app.core.http.pages import InvalidCursor, Page, Rows
from app.core.http.problems import refusals
from app.core.http.routing import Router
from app.identity.deps import Idempotent
from app.studio.clients.deps import ClientPath
from app.studio.deps import CurrentStudioActor, StudioSession
from app.studio.models import Program
from app.studio.programs import queries, service
from app.studio.programs.deps import ProgramPath
from app.studio.programs.errors import ProgramPublished
from app.studio.programs.schemas import (
    StudioProgram,
    StudioProgramCreate,
    StudioProgramFilter,
    StudioProgramUpdate,
)

router = Router()


def _tagged(response: Response, program: Program) -> Program:
    """Adds the ETag, for `If-Match`. No 304 here: the totals move with the sessions, the version does not."""
    response.headers["ETag"] = etag_of(program)
    return program


@router.get("/clients/{client_id}/programs", response_model=Page[StudioProgram], responses=refusals(InvalidCursor))
async def list_programs(
    client: ClientPath, wanted: Annotated[StudioProgramFilter, Query()], session: StudioSession
) -> Rows[Program]:
    """List the programs of a client, newest first."""
    return await queries.list_programs(session, client, wanted)


@router.post(
    "/clients/{client_id}/programs",
    status_code=201,
    response_model=StudioProgram,
    responses=refusals(IdempotencyInFlight, IdempotencyKeyReused),
)
async def create_program(
    body: StudioProgramCreate,
    client: ClientPath,
    actor: CurrentStudioActor,
    *,
    key: Idempotent,
    session: StudioSession,
    response: Response,
) -> Program:
    """Begin a program for a client. It is a draft without chapters."""
    return _tagged(response, await service.create_program(session, actor, client, body))


@router.get("/programs/{program_id}", response_model=StudioProgram)
async def get_program(program: ProgramPath, response: Response) -> Program:
    """Read a program, without its chapters; `/tree` has all of it."""
    return _tagged(response, program)


@router.patch("/programs/{program_id}", response_model=StudioProgram, responses=refusals(ProgramPublished, Stale))
async def update_program(
    body: StudioProgramUpdate,
    program: ProgramPath,
    actor: CurrentStudioActor,
    *,
    session: StudioSession,
    response: Response,
    if_match: IfMatch = None,
) -> Program:
    """Change a program, as long as it is not published."""
    return _tagged(response, await service.update_program(session, actor, program, body, if_match))


@router.delete("/programs/{program_id}", status_code=204, responses=refusals(ProgramPublished, Stale))
async def delete_program(
    program: ProgramPath, actor: CurrentStudioActor, session: StudioSession, if_match: IfMatch = None
) -> None:
    """Delete a program with its knowledge, its chapters, sessions and contents, as long as nothing is published."""
    await service.delete_program(session, actor, program, if_match)
