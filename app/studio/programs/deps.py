"""The program that a path names: seen by the caller, or 404."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends

from app.studio.deps import StudioSession
from app.studio.models import Program
from app.studio.programs import queries


async def program_from_path(program_id: UUID, session: StudioSession) -> Program:
    """The program, when the caller works for its client or is staff. Raises `NotFound`."""
    return await queries.get_program(session, program_id)


ProgramPath = Annotated[Program, Depends(program_from_path)]
