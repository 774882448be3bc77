"""The program that a path names: seen by the caller, or 404."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends

from app.core.http.session import Session
from app.crm.deps import CurrentCrmActor
from app.crm.models import Program
from app.crm.programs import queries


async def program_from_path(program_id: UUID, actor: CurrentCrmActor, session: Session) -> Program:
    """The program, when the caller may know of it. Raises `NotFound`."""
    return await queries.get_program(session, actor, program_id)


ProgramPath = Annotated[Program, Depends(program_from_path)]
