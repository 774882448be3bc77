"""The participation that a path names: seen by the caller, or 404."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends

from app.core.http.session import Session
from app.crm.deps import CurrentCrmActor
from app.crm.models import ProgramParticipation
from app.crm.participation import queries


async def participation_from_path(
    participation_id: UUID, actor: CurrentCrmActor, session: Session
) -> ProgramParticipation:
    """The participation, when the caller may know of it. Raises `NotFound`."""
    return await queries.get_participation(session, actor, participation_id)


ParticipationPath = Annotated[ProgramParticipation, Depends(participation_from_path)]
