"""The step that a request names: seen by the caller, or 404."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends

from app.academy.deps import CurrentAcademyActor
from app.academy.models import LearningPathStep
from app.academy.path_steps import queries
from app.core.http.session import Session


async def step_from_path(step_id: UUID, actor: CurrentAcademyActor, session: Session) -> LearningPathStep:
    """The step, when the caller may know of its path. Raises `NotFound`."""
    return await queries.get_step(session, actor, step_id)


PathStepPath = Annotated[LearningPathStep, Depends(step_from_path)]
