"""The competency that a path names, or 404."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends

from app.academy.competencies import queries
from app.academy.models import Competency
from app.core.http.session import Session


async def competency_from_path(competency_id: UUID, session: Session) -> Competency:
    """The competency. Raises `NotFound`."""
    return await queries.get_competency(session, competency_id)


CompetencyPath = Annotated[Competency, Depends(competency_from_path)]
