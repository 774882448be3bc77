"""The assessment that a path names: seen by the caller, or 404."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends

from app.academy.assessments import queries
from app.academy.deps import CurrentAcademyActor
from app.academy.models import Assessment
from app.core.http.session import Session


async def assessment_from_path(assessment_id: UUID, actor: CurrentAcademyActor, session: Session) -> Assessment:
    """The assessment, when the caller may know of it. Raises `NotFound`."""
    return await queries.get_assessment(session, actor, assessment_id)


AssessmentPath = Annotated[Assessment, Depends(assessment_from_path)]
