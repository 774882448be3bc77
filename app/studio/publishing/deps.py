"""The program that a path names: seen by the caller, or 404."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends

from app.studio.deps import CurrentStudioActor, StudioSession
from app.studio.publishing import queries
from app.studio.publishing.queries import ProgramPlace


async def program_from_path(program_id: UUID, actor: CurrentStudioActor, session: StudioSession) -> ProgramPlace:
    """The program, when the caller may know of it. Raises `NotFound`."""
    return await queries.get_program(session, actor, program_id)


ProgramPath = Annotated[ProgramPlace, Depends(program_from_path)]
